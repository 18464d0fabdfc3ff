"""A figure of what the window shows: asked for, and drawn as `leanviz render` would draw it."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from leanviz.core.analysis_kinds import Kind
from leanviz.core.detail import Detail
from leanviz.core.errors import UserError
from leanviz.views.exporting import FIGURES, Exportable, with_suffix, write
from leanviz.views.figure_dialog import FigureDialog
from leanviz.views.figure_spec import PANES, FigureSpec
from leanviz.views.polled import PolledBackground
from leanviz.views.render import Also, detail_of, needs_detail
from leanviz.views.telling import Telling

if TYPE_CHECKING:
    from leanviz.pipeline.analyses import Analysis
    from leanviz.sessions.report import ClipReport
    from leanviz.views.director import Director
    from leanviz.views.reference_files import ReferenceFiles
    from leanviz.views.workspace import Workspace

REVIEWED = "labels reviewed by hand, which the line below does not know: save the session first"
FILTERS = "Picture (*.png);;Vector graphics (*.svg)"


class FigureExport(Telling):
    """Draws figures; what they need of long files is read by a worker."""

    def __init__(
        self,
        director: "Director",
        workspace: "Workspace",
        references: "ReferenceFiles",
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._director, self._workspace, self._window = director, workspace, window
        self._references = references
        self.saved_session: Callable[[], Path | None] = lambda: None
        self._worker = PolledBackground("figure", self)

    def spec(self) -> FigureSpec:
        """Return the figure of what is in view, as it is."""
        workspace, time = self._workspace, self._workspace.time
        panes = {name for name in PANES if getattr(workspace, name).isVisibleTo(workspace)}
        whole = time.start_s <= time.limits[0] and time.stop_s >= time.limits[1]
        head = workspace.attention_model.head
        return FigureSpec(
            theme=workspace.lanes.theme.name,
            panes=tuple(name for name in PANES if name in panes | {"reference"}),
            analysis=self._analysis_shown(),
            span_s=None if whole else (round(time.start_s, 3), round(time.stop_s, 3)),
            spectrogram=workspace.spectrogram.settings,
            time_of_day=workspace.timeline.time_format.origin is not None,
            window_ms=self._director.window_length.window_ms,
            head=head or "0" if not isinstance(head, int) else str(head + 1),
            ridge=workspace.attention_model.ridge,
            brightness=workspace.attention_model.brightness,
            decisions=self._director.decisions.choices,
        )

    def exportable(self, report: "ClipReport", spec: FigureSpec | None = None) -> Exportable:
        """Return what can be written of what is shown."""
        analysis, spec = self._director.analysis, spec or self.spec()
        marks = self._workspace.reference_model.marks if "reference" in spec.panes else ()
        if analysis is not None and marks:
            near = analysis.path.absolute().parent
            files = tuple(relative(path, near) for path in self._references.files)
            spec = replace(spec, references=files)
        remark = ""
        if analysis is not None and self._workspace.timeline.annotations:
            session = self.saved_session()
            near = analysis.path.absolute().parent
            spec = replace(spec, session="" if session is None else relative(session, near))
            remark = REVIEWED if session is None else ""
        parts = {} if spec.analysis is None else self._analyses()
        also = Also(marks, analyses=parts, remark=remark, origin=self._director.origin)
        return Exportable(report, analysis, spec, also)

    def _analyses(self) -> "dict[int, Analysis]":
        """Return the parts of what librosa makes of the view, as far as there are any."""
        model, view = self._workspace.analysis_model, self._workspace.analysis.in_view
        found = ((number, model.part(number)) for number in model.parts_of(*view))
        return {number: part for number, part in found if part is not None}

    def _analysis_shown(self) -> Kind | None:
        """Return what librosa made of all that is in view, if that is shown."""
        pane, model = self._workspace.analysis, self._workspace.analysis_model
        shown = pane.isVisibleTo(self._workspace) and not pane.sentence()
        return model.kind if shown and not model.missing(*pane.in_view) else None

    def ask(self, report: "ClipReport") -> None:
        """Ask what and where, then draw."""
        analysis = self._director.analysis
        if analysis is None:
            return
        dated = self._director.origin is not None
        dialog = FigureDialog(self.spec(), self._references.shown, dated, self._window)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            proposed = str(analysis.path.with_suffix(".png"))
            name, chosen = QFileDialog.getSaveFileName(
                self._window, "Export Figure", proposed, FILTERS
            )
            if name:
                place, suffix = with_suffix(Path(name), FIGURES[chosen.endswith("(*.svg)")])
                self.write(self.exportable(report, dialog.spec), place, suffix)
        dialog.deleteLater()

    def write(self, what: Exportable, path: Path, suffix: str) -> None:
        """Draw into a file, at once or when what it needs is read."""
        analysis, spec = what.analysis, what.spec
        if analysis is None or not needs_detail(analysis, spec):
            self._write(what, path, suffix)
            return

        def draw(detail: Detail | None) -> None:
            self._write(replace(what, also=replace(what.also, detail=detail)), path, suffix)

        self._worker.run(lambda: detail_of(analysis, spec), draw, self.failed.emit)

    def close(self) -> None:
        """End. Twice is harmless."""
        self._worker.close()

    def _write(self, what: Exportable, path: Path, suffix: str) -> None:
        try:
            write(what, path, suffix)
        except UserError as error:
            self.failed.emit(str(error))
        else:
            self.said.emit(f"Written: {path}")


def relative(path: Path, near: Path) -> str:
    """Return a file as a command is to name it that is typed in a folder."""
    return os.path.relpath(path.absolute(), near)
