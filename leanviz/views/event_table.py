"""The events as a plain table: for screen readers, for the keyboard, and for looking things up."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from leanviz.core.events import Event
from leanviz.models.timeline import Column, TimelineModel
from leanviz.views.drawing import small_font

Index = QModelIndex | QPersistentModelIndex


class EventTable(QTableView):
    """One row for each event, in order of time."""

    event_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._timeline: TimelineModel | None = None
        self._telling = True
        self.setAccessibleName("Events")
        self.setFont(small_font())
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 6)
        self.setMinimumHeight(3 * self.verticalHeader().defaultSectionSize())

    def set_timeline(self, timeline: TimelineModel) -> None:
        """Show the events of a timeline."""
        self._timeline = timeline
        self.setModel(timeline)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(Column.LABEL, QHeaderView.ResizeMode.Stretch)
        figure = self.fontMetrics().horizontalAdvance("0")
        for column, figures in ((Column.ONSET, 10), (Column.OFFSET, 10), (Column.SCORE, 7)):
            self.setColumnWidth(column, figures * figure)
        self.setColumnHidden(Column.ORIGIN, True)

    def select(self, event: Event | None) -> None:
        """Select the row of an event without telling anybody; None selects nothing."""
        if self._timeline is None:
            return
        self._telling = False
        row = -1 if event is None else self._timeline.row_of(event)
        if row < 0:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        else:
            self.setCurrentIndex(self._timeline.index(row, Column.LABEL))
        self._telling = True

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell which event was chosen here."""
        super().currentChanged(current, previous)
        if self._telling and self._timeline is not None and current.isValid():
            self.event_chosen.emit(self._timeline.event_at(current.row()))
