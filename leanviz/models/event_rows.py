"""The events of a timeline as a table: searched, sorted, and changed row by row.

Not a proxy of Qt's: sorting 20,000 rows through one takes seconds, here milliseconds.
"""

from collections.abc import Callable, Sequence
from enum import IntEnum
from functools import cache
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from leanviz.core.events import Event, Provenance, Review, State
from leanviz.models.timeline import TimelineModel

Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()


class Column(IntEnum):
    """The columns of the table."""

    ONSET = 0
    OFFSET = 1
    LABEL = 2
    SCORE = 3
    REVIEW = 4


ANGLE = "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"
NO_SCORE = "\N{EN DASH}"
NUMBER = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
WORD = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
ALIGNMENT = (NUMBER, NUMBER, WORD, NUMBER, Qt.AlignmentFlag.AlignCenter)
HEADERS = ("Onset", "Offset", "Label", "Score", "\N{CHECK MARK}")
SPOKEN = (*HEADERS[:-1], "Review")
# Of times in the table; to the sample they are sorted, to the millisecond shown elsewhere.
DECIMALS = 2


# Signs that the fonts of all systems have.
ADDED = "+"
SOUNDING = {
    State.PROVISIONAL: "\N{HORIZONTAL ELLIPSIS}",
    State.SETTLED: "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}",
}
MARKS = {
    Review.NONE: "",
    Review.CONFIRMED: "\N{CHECK MARK}",
    Review.RETIMED: "\N{LEFT RIGHT ARROW}",
    Review.RELABELLED: "\N{NOT EQUAL TO}",
}


def mark_of(event: Event) -> str:
    """Return the sign of what a person made of an event, "" for none."""
    return ADDED if event.provenance is Provenance.MANUAL else MARKS[event.review]


def review_text(event: Event) -> str:
    """Return in words what a person made of an event; "" for what leanviz found, unreviewed.

    What still sounds tells that, and how far it can be relied on.
    """
    if event.sounding:
        return f"sounding, {event.state}"
    return "by hand" if event.provenance is Provenance.MANUAL else event.review.value


SORT_KEYS: dict[Column, Callable[[Event], Any]] = {
    Column.ONSET: lambda event: event.onset,
    Column.OFFSET: lambda event: event.offset,
    Column.LABEL: lambda event: event.label.casefold(),
    Column.SCORE: lambda event: event.score if event.scored else -1.0,
    Column.REVIEW: review_text,
}


class EventRows(QAbstractTableModel):
    """What the search leaves of a timeline's events, in the order that was asked for.

    Parameters
    ----------
    timeline : TimelineModel
        Lives as long as this.

    Signals
    -------
    changing, changed :
        Rows are about to come and go; they have.
    """

    changing = Signal()
    changed = Signal()

    def __init__(self, timeline: TimelineModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timeline = timeline
        self._events: list[Event] = []
        self._words: list[str] = []
        self._column, self._order = Column.ONSET, Qt.SortOrder.AscendingOrder
        timeline.lanes_changed.connect(self._follow)
        timeline.format_changed.connect(self._rewrite)
        self._follow()

    @property
    def timeline(self) -> TimelineModel:
        """Where the events are from."""
        return self._timeline

    @property
    def events(self) -> Sequence[Event]:
        """The events in the order of the rows."""
        return self._events

    def search(self, text: str) -> None:
        """Show only events that have all words of a text in their label, path or review."""
        words = text.casefold().split()
        if words != self._words:
            self._words = words
            self._follow()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column, equal ones by time; -1 stands for time."""
        self._column, self._order = Column(max(column, 0)), order
        self._follow()

    def event_at(self, row: int) -> Event:
        """Return the event of a row; IndexError if there is none."""
        return self._events[row]

    def row_of(self, event: Event) -> int:
        """Return the row of an event, or -1."""
        return next((row for row, each in enumerate(self._events) if each == event), -1)

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        """Return the number of events shown."""
        return 0 if parent.isValid() else len(self._events)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the name of a column."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role in {Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole}:
            return SPOKEN[section]
        return HEADERS[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        if not index.isValid():
            return None
        event, column = self._events[index.row()], Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(event, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return ALIGNMENT[column]
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._path(event)
        if role == Qt.ItemDataRole.AccessibleTextRole and column is Column.REVIEW:
            return review_text(event)
        return None

    def _text(self, event: Event, column: Column) -> str:
        timeline = self._timeline
        if column is Column.LABEL:
            return timeline.title(event.label)
        if column is Column.SCORE:
            return f"{event.score:.2f}" if event.scored else NO_SCORE
        if column is Column.REVIEW:
            return SOUNDING.get(event.state) or mark_of(event)
        first = column is Column.ONSET
        time_s = (event.onset if first else event.offset) / timeline.sample_rate
        return timeline.time_format.text(time_s, DECIMALS, with_day=first)

    def _path(self, event: Event) -> str:
        """Return the label with its ancestors, and its review: Animal, Dog, Bark, confirmed."""
        path = f" {ANGLE} ".join(map(self._timeline.title, (*event.parents, event.label)))
        return ", ".join(filter(None, (path, review_text(event))))

    def _follow(self) -> None:
        """Show what the timeline has now; rows that stay the same are left alone."""
        events = self._timeline.events
        if self._words:
            # of thousands of events most say the same in words
            matches = cache(self._matches)
            events = [e for e in events if matches(e.label, e.parents, review_text(e))]
        falling = self._order is Qt.SortOrder.DescendingOrder
        if self._column is not Column.ONSET or falling:
            events.sort(key=SORT_KEYS[self._column], reverse=falling)
        self.changing.emit()
        first = _common(self._events, events)
        last = _common(self._events[first:][::-1], events[first:][::-1])
        self._splice(first, len(self._events) - last, events[first : len(events) - last])
        self.changed.emit()

    def _splice(self, first: int, stop: int, events: list[Event]) -> None:
        """Put events in place of the rows from `first` up to `stop`."""
        if stop > first:
            self.beginRemoveRows(QModelIndex(), first, stop - 1)
            del self._events[first:stop]
            self.endRemoveRows()
        if events:
            self.beginInsertRows(QModelIndex(), first, first + len(events) - 1)
            self._events[first:first] = events
            self.endInsertRows()

    def _matches(self, label: str, parents: tuple[str, ...], review: str) -> bool:
        titles = map(self._timeline.title, (label, *parents))
        text = " ".join((label, *titles, review)).casefold()
        return all(word in text for word in self._words)

    def _rewrite(self) -> None:
        if self._events:
            last = self.index(len(self._events) - 1, Column.OFFSET)
            self.dataChanged.emit(self.index(0, Column.ONSET), last)


def _common(before: Sequence[Event], after: Sequence[Event]) -> int:
    """Return how many events both begin with."""
    pairs = enumerate(zip(before, after, strict=False))
    least = min(len(before), len(after))
    # most are the same object, which is told faster than that they are equal
    return next((n for n, (old, new) in pairs if old is not new and old != new), least)
