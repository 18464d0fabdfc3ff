"""The file of a window: asked for, analysed by a worker, shown while it fills."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from leanviz.core.decisions import DecisionRules
    from leanviz.pipeline.clip import ClipJob, ClipNews
    from leanviz.pipeline.results import ClipAnalysis
    from leanviz.views.engine import Engine


class Recording(QObject):
    """One file at a time; a newer one replaces it.

    Attributes
    ----------
    kept_mb : int
        Room for the results of files, for when they are opened again; none are kept if 0.

    Signals
    -------
    progressed : ClipProgress
        More of the file is decoded; its tracks can be shown.
    analysed : ClipAnalysis
        The file is done.
    failed : Path, str
        It could not be analysed, and why; "" if the user stopped it.
    """

    progressed = Signal(object)
    analysed = Signal(object)
    failed = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.kept_mb = 0
        self._job: ClipJob | None = None
        self._request: int | None = None
        self._path: Path | None = None
        self._analysis: ClipAnalysis | None = None

    @property
    def working(self) -> bool:
        """Whether an analysis is under way."""
        return self._request is not None

    @property
    def busy(self) -> bool:
        """Whether `poll` has something to do."""
        return self.working

    @property
    def path(self) -> Path | None:
        """The file asked for last."""
        return self._path

    @property
    def analysis(self) -> "ClipAnalysis | None":
        """What LEAN says about the file that is shown, once all of it is analysed."""
        return self._analysis

    def replace_analysis(self, analysis: "ClipAnalysis") -> None:
        """Take the analysis of the same file by other rules."""
        self._analysis = analysis

    def open(self, engine: "Engine", path: Path, rules: "DecisionRules") -> None:
        """Ask for a file; whatever was under way is dropped."""
        from leanviz.pipeline.analysis_cache import AnalysisCache

        self._job = self._job or engine.clip_job()
        self._job.cache = AnalysisCache(most_mb=self.kept_mb) if self.kept_mb else None
        self._path = path
        self._request = self._job.open(path, rules)

    def cancel(self) -> None:
        """Stop the analysis; what is decoded stays in sight."""
        if self._job is not None and self.working:
            self._job.cancel()

    def forget(self) -> None:
        """Stop the analysis and let go of the file: something else is shown."""
        self.cancel()
        self._request = self._analysis = None

    def poll(self) -> None:
        """Tell what is new. GUI thread; never waits."""
        for news in self._job.poll() if self._job is not None else ():
            self._tell(news)

    def close(self) -> None:
        """Stop and wait for the worker, for a bounded time. Twice is harmless."""
        self._request = None
        if self._job is not None:
            self._job.close()

    def _tell(self, news: "ClipNews") -> None:
        from leanviz.pipeline.clip import ClipDone, ClipFailure

        if news.request != self._request:
            return
        if isinstance(news, ClipDone):
            self._request, self._analysis = None, news.analysis
            self.analysed.emit(news.analysis)
        elif isinstance(news, ClipFailure):
            self._request = None
            self.failed.emit(news.path, news.message)
        else:
            # the previous file counts until there is something of this one
            self._analysis = None
            self.progressed.emit(news)
