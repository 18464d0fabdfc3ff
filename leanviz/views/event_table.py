"""The events as a plain table: for screen readers, for the keyboard, and for looking things up."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from leanviz.core.events import Event
from leanviz.models.event_rows import DECIMALS, Column, EventRows
from leanviz.models.timeline import TimelineModel
from leanviz.views.page_parts import make_small_table

Index = QModelIndex | QPersistentModelIndex
SHORTEST_TIME = "00:00.00"
# Room around a text in a cell, in logical pixels.
PAD = 10
# Of the label; with less, its end, which is never far, is left out.
LEAST_LABEL = 80


class EventTable(QTableView):
    """One row for each event, in the order that the user chooses.

    Attributes
    ----------
    follows : bool
        Whether rows come all the time: the last one stays in view, unless somebody scrolls up.

    Signals
    -------
    event_chosen : Event
        The user went to another row.
    rows_changed :
        There are other rows.
    """

    event_chosen = Signal(object)
    rows_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: EventRows | None = None
        self._selected: Event | None = None
        self.follows, self._at_end = False, True
        self._telling = True
        self.setAccessibleName("Events")
        self.setMinimumHeight(3 * make_small_table(self))

    def set_timeline(self, timeline: TimelineModel) -> None:
        """Show the events of a timeline, by onset."""
        before, self.rows = self.rows, EventRows(timeline, self)
        self.rows.changing.connect(self._hold)
        self.rows.changed.connect(self._go_on)
        self.rows.dataChanged.connect(self._widen)
        self.setModel(self.rows)
        if before is not None:
            before.deleteLater()
        header = self.horizontalHeader()
        header.setSortIndicator(Column.ONSET, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(Column.LABEL, QHeaderView.ResizeMode.Stretch)
        self._widen()

    def select(self, event: Event | None) -> None:
        """Select the row of an event without telling anybody; None selects nothing."""
        self._selected = event
        if self.rows is None:
            return
        telling, self._telling = self._telling, False
        row = -1 if event is None else self.rows.row_of(event)
        if row < 0:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        elif row != self.currentIndex().row():
            self.setCurrentIndex(self.rows.index(row, Column.LABEL))
        self._telling = telling

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell which event was chosen here."""
        super().currentChanged(current, previous)
        if self._telling and self.rows is not None and current.isValid():
            self._selected = self.rows.event_at(current.row())
            self.event_chosen.emit(self._selected)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much as there is room for."""
        super().resizeEvent(event)
        if self.rows is not None:
            self._widen()

    def showEvent(self, event: QShowEvent) -> None:
        """Do what was left undone while nobody could see it."""
        super().showEvent(event)
        if self.rows is not None:
            self._fit()

    def hideEvent(self, event: QHideEvent) -> None:
        """Note whether the last row is in view: it will be so again."""
        super().hideEvent(event)
        self._note_end()

    def _hold(self) -> None:
        """Tell nothing: a row that goes makes Qt choose its neighbour."""
        self._telling = False
        if self.isVisible():
            self._note_end()

    def _note_end(self) -> None:
        bar = self.verticalScrollBar()
        self._at_end = bar.value() >= bar.maximum()

    def _go_on(self) -> None:
        """Select again what was selected, wherever it is now."""
        self.select(self._selected)
        self._telling = True
        if self.isVisible():
            self._fit()
        self.rows_changed.emit()

    def _fit(self) -> None:
        """Show all figures of all times, and the last row if that is followed."""
        self._widen()
        if self.follows and self._at_end:
            self.scrollToBottom()

    def _widen(self) -> None:
        """Make room for times of as many figures as the last one has, for scores and signs."""
        assert self.rows is not None
        events, timeline = self.rows.timeline.events, self.rows.timeline
        last_s = events[-1].offset / timeline.sample_rate if events else 0.0
        onset, offset = (
            max(SHORTEST_TIME, timeline.time_format.text(last_s, DECIMALS, with_day=first), key=len)
            for first in (True, False)
        )
        room = self.viewport().width()
        for column, text in zip(
            (Column.ONSET, Column.OFFSET, Column.SCORE, Column.REVIEW),
            (onset, offset, "Score", "+"),
            strict=True,
        ):
            wide = self.fontMetrics().horizontalAdvance(text) + PAD
            room -= wide
            if wide != self.columnWidth(column):
                self.setColumnWidth(column, wide)
        self.setColumnHidden(Column.OFFSET, room < LEAST_LABEL)
