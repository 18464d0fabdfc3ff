"""Moments like the selected one: looked for by a worker, listed, gone to."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from leanviz.core.clock import Span, seconds
from leanviz.views.background import Background
from leanviz.views.explain_panel import WHERE, ExplainPanel

if TYPE_CHECKING:
    from leanviz.pipeline.similar import Alike, Findings, Searcher
    from leanviz.views.director import Director
    from leanviz.views.workspace import Workspace


class ExplainAlike(QObject):
    """Looks in the open file or in all of its folder; the newest wish wins.

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
        self, director: "Director", workspace: "Workspace", panel: ExplainPanel, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._director, self._workspace, self._panel = director, workspace, panel
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
        """Look for moments like a stretch of the file, in source samples."""
        analysis, engine = self._director.recording.analysis, self._director.engine
        if analysis is None or engine is None:
            return
        from leanviz.pipeline.batch_inputs import gather
        from leanviz.pipeline.similar import Search, Searcher

        self._searcher = searcher = self._searcher or Searcher(engine.model)
        self._wish += 1
        wish, path = self._wish, analysis.path
        threshold = self._panel.threshold.value()
        everywhere = self._panel.where.currentText() == WHERE[1]

        def stale() -> bool:
            return wish != self._wish

        def tell(done: int, of: int) -> None:
            self._progress = done, of

        def work() -> "Findings | None":
            among = (path,)
            if everywhere:
                others = [s.path for s in gather([path.parent]).sources]
                among = (path, *(other for other in others if other != path))
            return searcher.search(Search(path, span, among, threshold), stale, tell)

        self._show([], path)
        self._progress = 0, 1
        self._worker.run(
            lambda: None if stale() else work(),
            lambda found: self._take(found, wish, path),
            lambda sentence: None if stale() else self._fail(sentence),
        )

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

    def _take(self, found: "Findings | None", wish: int, path: Path) -> None:
        if found is None or wish != self._wish:
            self._tell("")
            return
        self._show(found.alike, path)
        files = "1 file" if found.files == 1 else f"{found.files} files"
        moments = "1 moment" if len(found.alike) == 1 else f"{len(found.alike)} moments"
        self._tell(f"{moments} like this in {files}")
        if found.problems:
            self.failed.emit(f"{found.problems[0]} Files not looked in: {len(found.problems)}.")

    def _fail(self, sentence: str) -> None:
        self._tell("")
        self.failed.emit(sentence)

    def _tell(self, remark: str) -> None:
        if remark != self._panel.looked.text():
            self._panel.looked.setText(remark)

    def _show(self, found: "list[Alike]", path: Path) -> None:
        self._found = found
        self._panel.show_alike(found, any(moment.path != path for moment in found))

    def _go_to(self, row: int) -> None:
        self._goal = moment = self._found[row]
        analysis = self._director.recording.analysis
        if analysis is not None and analysis.path == moment.path:
            self._arrive(moment.path)
        else:
            self.wanted.emit(moment.path)

    def _arrive(self, path: Path) -> None:
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
