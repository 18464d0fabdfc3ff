"""Somebody's labels of the sound shown, in as few rows as show all that overlap."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QObject, Signal

from leanviz.core.taxonomy import Taxonomy
from leanviz.sessions.labels import Mark

# What sounds at once beyond this is drawn over each other.
MOST_ROWS = 4


class Row:
    """Labels by onset, of which the visible ones are found at once."""

    def __init__(self) -> None:
        self.marks: list[Mark] = []
        self.end_s = 0.0
        self._longest_s = 0.0

    def add(self, mark: Mark) -> None:
        """Take the label that comes next."""
        self.marks.append(mark)
        self.end_s = max(self.end_s, mark.offset_s)
        self._longest_s = max(self._longest_s, mark.offset_s - mark.onset_s)

    def between(self, start_s: float, stop_s: float) -> list[Mark]:
        """Return the labels that touch a time range, by onset."""
        first = bisect_left(self.marks, start_s - self._longest_s, key=_onset)
        last = bisect_left(self.marks, stop_s, key=_onset)
        return [mark for mark in self.marks[first:last] if mark.offset_s >= start_s]


class ReferenceModel(QObject):
    """The labels that what is heard is compared with.

    Signals
    -------
    changed :
        There are others, or none.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._taxonomy = Taxonomy(())
        self._marks: tuple[Mark, ...] = ()
        self._rows: list[Row] = []
        self.name = ""

    @property
    def marks(self) -> tuple[Mark, ...]:
        """All labels, by onset."""
        return self._marks

    @property
    def rows(self) -> Sequence[Row]:
        """The same in rows; none where there is no reference."""
        return self._rows

    def show(self, name: str, marks: Iterable[Mark], taxonomy: Taxonomy) -> None:
        """Take other labels, `name` says whose; the vocabulary gives those it knows a title."""
        self.name, self._taxonomy = name, taxonomy
        self._marks = tuple(sorted(marks, key=_onset))
        self._rows = _packed(self._marks)
        self.changed.emit()

    def clear(self) -> None:
        """Show none."""
        if self._rows:
            self.name, self._marks, self._rows = "", (), []
            self.changed.emit()

    def is_known(self, mark: Mark) -> bool:
        """Tell whether a label names a class of the vocabulary."""
        return self._taxonomy.find(mark.label) is not None

    def title(self, mark: Mark) -> str:
        """Return the words for a label: its class's title, else what was written."""
        position = self._taxonomy.find(mark.label)
        return mark.label or "no name" if position is None else self._taxonomy[position].title


def _packed(marks: Sequence[Mark]) -> list[Row]:
    """Put each label into the first row that is free; there is a row even without labels."""
    rows = [Row()]
    for mark in marks:
        row = next((row for row in rows if row.end_s <= mark.onset_s), None)
        if row is None:
            row = Row() if len(rows) < MOST_ROWS else rows[-1]
            rows += [row] if row is not rows[-1] else []
        row.add(mark)
    return rows


def _onset(mark: Mark) -> float:
    return mark.onset_s
