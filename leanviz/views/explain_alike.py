"""Moments like the selected one: looked for by a worker, listed, gone to."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from leanviz.core.clock import Span, seconds
from leanviz.views.background import Background
from leanviz.views.explain_panel import IN_STREAM, WHERE, ExplainPanel
from leanviz.views.explain_source import ExplainSource

if TYPE_CHECKING:
    from leanviz.core.tracks import Tracks
    from leanviz.inference.model import LeanModel
    from leanviz.pipeline.similar import Alike, Findings, Searcher
    from leanviz.views.director import Director
    from leanviz.views.workspace import Workspace


Stale = Callable[[], bool]
Work = Callable[[], "Findings | None"]


class ExplainAlike(QObject):
    """Looks in the open file, all of its folder, or what is kept of a stream; the newest wish wins.

    Signals
    -------
    failed : str
        A sentence for the user.
    wanted : Path
        A file to open: a moment in it was chosen.
    """

    failed = Signal(str)
    wanted = Signal(object)

    def __init__(
        self,
        director: "Director",
        workspace: "Workspace",
        source: ExplainSource,
        panel: ExplainPanel,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._director, self._workspace = director, workspace
        self._source, self._panel = source, panel
        self._worker = Background("similar")
        self._searcher: Searcher | None = None
        self._found: list[Alike] = []
        self._goal: Alike | None = None
        self._wish = 0
        self._progress = (0, 1)  # NB: stored by the worker, loaded here
        panel.alike.chosen.connect(self._go_to)
        director.opened.connect(self._arrive)

    @property
    def busy(self) -> bool:
        """Whether a search is under way."""
        return self._worker.busy

    def find(self, span: Span) -> None:
        """Look for moments like a stretch of what is shown, in source samples."""
        engine, path, stream = self._director.engine, self._source.path, self._source.stream
        if engine is None:
            return
        self._wish += 1
        wish = self._wish

        def stale() -> bool:
            return wish != self._wish

        if stream is not None:
            work = self._in_stream(engine.model, stream, span, stale)
        elif path is not None:
            work = self._in_files(engine.model, path, span, stale)
        else:
            return
        self._show([])
        self._progress = 0, 1
        self._worker.run(
            lambda: None if stale() else work(),
            lambda found: self._take(found, wish, path),
            lambda sentence: None if stale() else self._fail(sentence),
        )

    def _in_files(self, model: "LeanModel", path: Path, span: Span, stale: Stale) -> Work:
        """Return what looks in the file, or in all of its folder."""
        from leanviz.pipeline.batch_inputs import gather
        from leanviz.pipeline.similar import Search, Searcher

        self._searcher = searcher = self._searcher or Searcher(model)
        threshold = self._panel.threshold.value()
        everywhere = self._panel.where.currentText() == WHERE[1]

        def tell(done: int, of: int) -> None:
            self._progress = done, of

        def work() -> "Findings | None":
            among = (path,)
            if everywhere:
                others = [s.path for s in gather([path.parent]).sources]
                among = (path, *(other for other in others if other != path))
            return searcher.search(Search(path, span, among, threshold), stale, tell)

        return work

    def _in_stream(self, model: "LeanModel", stream: "Tracks", span: Span, stale: Stale) -> Work:
        """Return what looks in all that is kept of a stream."""
        from leanviz.pipeline.similar_live import search_heard

        threshold = self._panel.threshold.value()
        return lambda: search_heard(model, stream, span, threshold, stale)

    def poll(self) -> None:
        """Show what is found. GUI thread; never waits."""
        self._worker.poll()
        if self.busy:
            done, of = self._progress
            where = f" in file {done + 1} of {of}, Esc stops" if of > 1 else ""
            self._tell(f"Looking{where}\u2026")

    def stop(self) -> None:
        """Look no further."""
        self._wish += 1

    def close(self) -> None:
        """End. Twice is harmless."""
        self._wish += 1
        self._worker.close()

    def turn(self) -> None:
        """Offer to look in another stream, or in files; what was found before is forgotten."""
        self._panel.offer(WHERE if self._source.stream is None else IN_STREAM)
        self.stop()
        self._tell("")
        self._show([])

    def show_again(self) -> None:
        """Show what was found, with times as they are written now."""
        self._show(self._found)

    def _take(self, found: "Findings | None", wish: int, path: Path | None) -> None:
        if found is None or wish != self._wish:
            self._tell("")
            return
        self._show(found.alike)
        files = "1 file" if found.files == 1 else f"{found.files} files"
        where = "what is kept" if path is None else files
        moments = "1 moment" if len(found.alike) == 1 else f"{len(found.alike)} moments"
        self._tell(f"{moments} like this in {where}")
        if found.problems:
            self.failed.emit(f"{found.problems[0]} Files not looked in: {len(found.problems)}.")

    def _fail(self, sentence: str) -> None:
        self._tell("")
        self.failed.emit(sentence)

    def _tell(self, remark: str) -> None:
        if remark != self._panel.looked.text():
            self._panel.looked.setText(remark)

    def _show(self, found: "list[Alike]") -> None:
        self._found = found
        self._panel.show_alike(found, self._source.path)

    def _go_to(self, row: int) -> None:
        self._goal = moment = self._found[row]
        if moment.path == self._source.path:
            self._arrive(moment.path)
        else:
            self.wanted.emit(moment.path)

    def _arrive(self, path: Path | None) -> None:
        """Select the moment that was chosen, once its file is shown."""
        moment, self._goal = self._goal, None
        if moment is None or moment.path != path:
            return
        start_s, stop_s = (
            seconds(at, moment.sample_rate) for at in (moment.span.start, moment.span.stop)
        )
        time = self._workspace.time
        time.select((start_s, stop_s))
        time.reveal(start_s)
