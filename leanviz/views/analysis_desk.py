"""Analyses of the file that is open: asked for as the view moves, made by a process, written."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from leanviz.core.analysis_kinds import Kind
from leanviz.models.analysis import AnalysisModel, Source, too_long
from leanviz.pipeline.analyses import Analysis
from leanviz.views.action_table import Mode
from leanviz.views.background import Background
from leanviz.views.plain import plain_tip
from leanviz.views.telling import Telling

if TYPE_CHECKING:
    from leanviz.pipeline.analysis_process import AnalysisProcess
    from leanviz.settings import Settings
    from leanviz.views.actions import Actions
    from leanviz.views.director import Director
    from leanviz.views.workspace import Workspace

POLL_MS = 30
NO_FILE = "Analyses are made of files: open one"
WHY_NOT = {
    Mode.LIVE: "Analyses are made of files, not while leanviz listens",
    Mode.EMPTY: NO_FILE,
    Mode.HEARD: NO_FILE,
    Mode.SESSION: NO_FILE,
}


class AnalysisDesk(Telling):
    """Has the part of a file that is in view analysed while the pane is shown, and never else.

    One part of the file at a time is analysed; which is next is decided when it is done, by what is
    in view then. A thread waits for the process that does it.

    Signals
    -------
    changed :
        There is more, or less, to export.
    """

    changed = Signal()

    def __init__(
        self, director: "Director", workspace: "Workspace", window: QWidget, settings: "Settings"
    ) -> None:
        super().__init__(window)
        self._director, self._window = director, window
        self._pane, self._time = workspace.analysis, workspace.time
        self._model: AnalysisModel = workspace.analysis_model
        self._wanted = settings.analysis
        self._process: AnalysisProcess | None = None
        self._complete = False
        self._dropped = threading.Event()
        self._worker = Background("analysis")
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)
        self._model.set_kind(settings.analysis_kind)
        self._pane.setVisible(False)
        self._time.changed.connect(self._look)
        self._model.changed.connect(self._tell)
        director.opened.connect(self._take_file)
        director.changed.connect(self._follow)

    def serve(self, actions: "Actions") -> None:
        """Have the actions about analyses do their work."""
        actions.check("show analysis", self._wanted)
        actions.choose("analysis", self._model.kind)
        actions.connect({
            "show analysis": lambda: self._show(actions["show analysis"].isChecked()),
            "next analysis": lambda: self._choose_next(actions),
            "export analysis": self._ask_where_to_export,
        })  # fmt: skip
        actions.connect_choice("analysis", lambda name: self.choose(Kind(name)))
        self._explain(actions["show analysis"])

    def remember(self, settings: "Settings") -> "Settings":
        """Return the settings with what is chosen now."""
        return replace(settings, analysis=self._wanted, analysis_kind=self._model.kind)

    @property
    def complete(self) -> bool:
        """Whether all that is in view is analysed, and can be written."""
        view = self._pane.in_view
        if not self._shown or self._too_long:
            return False
        return bool(self._model.found(*view)) and not self._model.missing(*view)

    def choose(self, kind: Kind) -> None:
        """Analyse in another way."""
        self._model.set_kind(kind)
        self._look()

    def export(self, path: Path) -> None:
        """Write what is analysed of the view; a failure becomes a sentence."""
        from leanviz.pipeline.analysis_files import write_analysis

        parts = self._model.found(*self._pane.in_view)
        self._worker.run(
            lambda: write_analysis(parts, path),
            lambda _: self.said.emit(f"Written: {path}"),
            self.failed.emit,
        )
        self._timer.start()

    def close(self) -> None:
        """End. Twice is harmless."""
        self._timer.stop()
        if self._process is not None:
            self._process.stop()
            self._worker.run(self._process.close)
            self._process = None
        self._worker.close()

    @property
    def _too_long(self) -> bool:
        return too_long(self._time.span_s)

    @property
    def _shown(self) -> bool:
        return self._wanted and self._model.source is not None

    def _show(self, wanted: bool) -> None:
        self._wanted = wanted
        self._pane.setVisible(self._shown)
        if self._shown:
            self._model.set_kind(self._model.kind)  # what failed is tried again
            self._look()
        elif self._process is not None:
            self._worker.run(self._process.close)
            self._timer.start()
        self._tell()

    def _explain(self, action: QAction) -> None:
        """Have an action's tool tip, in its menu too, say why it cannot be used."""
        usual = action.toolTip()

        def explain() -> None:
            action.setToolTip(plain_tip(WHY_NOT.get(self._director.mode, usual)))

        self._director.changed.connect(explain)
        explain()
        for menu in action.associatedObjects():
            if isinstance(menu, QMenu):
                menu.setToolTipsVisible(True)

    def _choose_next(self, actions: "Actions") -> None:
        kinds = list(Kind)
        kind = kinds[(kinds.index(self._model.kind) + 1) % len(kinds)]
        actions.choose("analysis", kind)
        self.choose(kind)

    def _ask_where_to_export(self) -> None:
        from leanviz.pipeline.analysis_files import suffix_of

        source = self._model.source
        if source is None:
            return
        suffix = suffix_of(self._model.kind)
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Export Analysis", str(source.path.with_suffix(suffix)), f"(*{suffix})"
        )
        if name:
            self.export(Path(name))

    def _take_file(self, path: Path) -> None:
        """Look at a file, or at none: what is opened may be a log without sound."""
        self._drop()
        tracks = self._pane.tracks
        source: Source | None = None
        if self._director.mode is Mode.FILE and tracks is not None:
            length = round(self._time.limits[1] * tracks.sample_rate)
            source = Source(path, _changed_ns(path), tracks.sample_rate, length)
        self._set_source(source)

    def _follow(self) -> None:
        """Notice that another thing is shown than a file, or how long the file is after all."""
        source, analysis = self._model.source, self._director.recording.analysis
        if source is None:
            return
        if self._director.mode is not Mode.FILE:
            self._drop()
            self._set_source(None)
        elif analysis is not None and analysis.n_samples != source.n_samples:
            self._set_source(replace(source, n_samples=analysis.n_samples))

    def _set_source(self, source: Source | None) -> None:
        self._model.set_source(source)
        self._pane.setVisible(self._shown)
        self._look()

    def _drop(self) -> None:
        """Have what is at hand given up if it takes long."""
        self._dropped.set()
        self._dropped = threading.Event()

    def _look(self) -> None:
        """Have the next part analysed that is in view and is not yet."""
        self._tell()
        source = self._model.source
        if not self._shown or source is None or self._worker.busy or self._model.failure:
            return
        missing = [] if self._too_long else self._model.missing(*self._pane.in_view)
        if missing:
            self._analyse(source, missing[0])

    def _tell(self) -> None:
        """Say so if what is in view can be written from now on, or no longer."""
        if self.complete != self._complete:
            self._complete = not self._complete
            self.changed.emit()

    def _analyse(self, source: Source, part: int) -> None:
        from leanviz.pipeline.analysis_process import AnalysisProcess, PartRequest

        process = self._process = self._process or AnalysisProcess()
        request, dropped = PartRequest(source.path, self._model.kind, part), self._dropped
        self._worker.run(
            lambda: process.analyse(request, dropped),
            lambda found: self._take(source, part, found),
            lambda sentence: self._fail(source, request.kind, sentence),
        )
        self._pane.set_loading(not process.ready)
        self._timer.start()

    def _take(self, source: Source, part: int, found: Analysis | None) -> None:
        if found is not None:
            self._model.take(source, part, found)

    def _fail(self, source: Source, kind: Kind, sentence: str) -> None:
        shown = self._model.source
        if shown is not None and source.path == shown.path and kind is self._model.kind:
            self._model.fail(sentence or "The analysis failed.")

    def _poll(self) -> None:
        self._worker.poll()
        if self._process is not None:
            self._pane.set_loading(not self._process.ready)
        if not self._worker.busy:
            self._timer.stop()
            self._look()


def _changed_ns(path: Path) -> int:
    """Return when a file was written last; 0 if that cannot be told."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
