"""What the window says of times: at the pointer, of what is selected, on the axis."""

from datetime import datetime

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction

from leanviz.core.events import Event
from leanviz.models.spectrogram import Readout
from leanviz.models.time_text import TimeFormat
from leanviz.views.action_table import Mode
from leanviz.views.director import Director
from leanviz.views.inspector import Inspector
from leanviz.views.navigation import Navigation
from leanviz.views.readout import readout_text, selection_text, value_text
from leanviz.views.status_bar import StatusBar
from leanviz.views.workspace import Workspace


class TellingTime(QObject):
    """Tells times everywhere alike: as time of day where that is wanted and known, or elapsed.

    Parameters
    ----------
    clock_time : QAction
        Whether the time of day is wanted.

    Signals
    -------
    changed : TimeFormat
        Times are written otherwise.
    """

    changed = Signal(object)

    def __init__(
        self,
        director: Director,
        workspace: Workspace,
        navigation: Navigation,
        says: tuple[Inspector, StatusBar],
        clock_time: QAction,
    ) -> None:
        super().__init__(workspace)
        self._director, self._workspace, self._navigation = director, workspace, navigation
        self._inspector, self._status = says
        self._clock_time = clock_time
        self._times, self._told = TimeFormat(), ""
        clock_time.triggered.connect(self._switch)
        workspace.spectrogram.readout.connect(self._tell_sound)
        workspace.analysis.readout.connect(self._tell_value)
        workspace.time.selection_changed.connect(self._tell_range)
        navigation.selected.connect(self._tell_event)

    def refresh(self) -> None:
        """Tell all times anew if another session began, or when it began cannot be told."""
        if (self._origin(), self._teller()) != (self._times.origin, self._told):
            self._tell_anew()

    def _origin(self) -> datetime | None:
        """Return the time of day of the first sample, where times are to be written so."""
        return self._director.origin if self._clock_time.isChecked() else None

    def _teller(self) -> str:
        """Return when a file was recorded and who says so, where times of day are written."""
        known = self._director.mode is Mode.FILE and self._origin() is not None
        return self._director.date.told.words if known else ""

    def _switch(self) -> None:
        self._tell_anew()
        if self._told:
            self._status.say(self._told)

    def _tell_anew(self) -> None:
        self._times, self._told = TimeFormat(self._origin()), self._teller()
        remark = self._director.date.told.remark if self._told else ""
        self._workspace.time_axis.tell_origin(f"{self._told} {remark}".strip())
        self._workspace.set_time_format(self._times)
        self._tell_event(self._navigation.selection)
        self._tell_range()
        self.changed.emit(self._times)

    def _tell_sound(self, readout: Readout | None) -> None:
        self._status.show_readout(readout_text(readout, self._times))

    def _tell_value(self, readout: tuple[float, str] | None) -> None:
        self._status.show_readout(value_text(readout, self._times))

    def _tell_range(self) -> None:
        self._status.show_selection(selection_text(self._workspace.time.selection, self._times))

    def _tell_event(self, event: Event | None) -> None:
        self._inspector.show_event(event, self._workspace.timeline, self._times)
