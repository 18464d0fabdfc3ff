"""What is exported of what is shown: labels, figures, clips, the selected time range."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from leanviz.views import exporting
from leanviz.views.actions import Actions
from leanviz.views.clip_export import ClipExport
from leanviz.views.figure_export import FigureExport
from leanviz.views.navigation import Navigation
from leanviz.views.part_export import PartExport
from leanviz.views.telling import Telling

if TYPE_CHECKING:
    from leanviz.views.director import Director
    from leanviz.views.reference_files import ReferenceFiles


class ExportDesk(Telling):
    """Has what the File menu exports asked for and written."""

    def __init__(
        self,
        director: "Director",
        navigation: Navigation,
        references: "ReferenceFiles",
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._director, self._navigation, self._window = director, navigation, window
        self.clips, self.part = ClipExport(window), PartExport(director, window)
        self.figures = FigureExport(director, director.workspace, references, window)
        for part in (self.clips, self.part, self.figures):
            part.tell_through(self)

    def serve(self, actions: Actions) -> None:
        """Have the actions that export do their work."""
        actions.connect({
            "export": self._ask_where_to,
            "export clips": self._ask_for_clips,
            "export selection": self.part.ask,
            "export figure": self._ask_for_figure,
        })  # fmt: skip

    def write(self, path: Path, suffix: str) -> None:
        """Write the labels or a figure of what is shown; a failure becomes a sentence."""
        report = self._director.report()
        if report is not None:
            self.figures.write(self.figures.exportable(report), path, suffix)

    def close(self) -> None:
        """Give up what is being written. Twice is harmless."""
        for part in (self.clips, self.part, self.figures):
            part.close()

    def _ask_where_to(self) -> None:
        report = self._director.report()
        chosen = None if report is None else exporting.ask_where(self._window, Path(report.file))
        if chosen is not None:
            self.write(*chosen)

    def _ask_for_clips(self) -> None:
        report, analysis = self._director.report(), self._director.analysis
        if report is not None and analysis is not None:
            self.clips.ask(analysis.path, report, self._navigation.selection)

    def _ask_for_figure(self) -> None:
        report = self._director.report()
        if report is not None:
            self.figures.ask(report)
