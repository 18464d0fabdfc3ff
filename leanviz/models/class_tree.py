"""The classes as a tree of families, with what is chosen of each."""

from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from leanviz.models.decisions import DecisionsModel

Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()
Role = Qt.ItemDataRole
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

LABEL_ROLE = Role.UserRole
# Whether a class would not be shown, whatever its score.
QUIET_ROLE = Role.UserRole + 1


class TreeColumn(IntEnum):
    """The columns of the tree."""

    CLASS = 0
    THRESHOLD = 1


HEADERS = ("Class", "From")


class ClassTreeModel(QAbstractItemModel):
    """Classes below the nearest class they belong to; a tick means that it is not muted.

    A tick of a family is a tick for all that is in it.
    """

    def __init__(self, decisions: DecisionsModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._decisions = decisions
        self._above: list[int] = []
        self._children: dict[int, list[int]] = {-1: []}
        self._rows: list[int] = []
        self._size = -1
        decisions.changed.connect(self._refresh)
        self._refresh()

    def index_of(self, label: int, column: int = TreeColumn.CLASS) -> QModelIndex:
        """Return the index of a class."""
        return self.createIndex(self._rows[label], column, label)

    def label_at(self, index: Index) -> int:
        """Return the class of an index, -1 for none."""
        return int(index.internalId()) if index.isValid() else -1

    def index(self, row: int, column: int, parent: Index = NO_INDEX) -> QModelIndex:
        """Return the index of a row below another."""
        children = self._children.get(self.label_at(parent), [])
        inside = 0 <= row < len(children) and 0 <= column < len(TreeColumn)
        return self.createIndex(row, column, children[row]) if inside else QModelIndex()

    def parent(self, index: Index = NO_INDEX) -> QModelIndex:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return the index of the class above."""
        label = self.label_at(index)
        above = self._above[label] if label >= 0 else -1
        return self.index_of(above) if above >= 0 else QModelIndex()

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        """Return how many classes are right below another."""
        if parent.isValid() and parent.column() != TreeColumn.CLASS:
            return 0
        return len(self._children.get(self.label_at(parent), ()))

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        """Return the number of columns."""
        return len(TreeColumn)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        """Return the name of a column."""
        if orientation is Qt.Orientation.Horizontal and role == Role.DisplayRole:
            return HEADERS[section]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Tell what can be done with a cell."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() == TreeColumn.CLASS:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """Return what a cell shows."""
        label = self.label_at(index)
        if label < 0:
            return None
        if role == LABEL_ROLE:
            return label
        if role == QUIET_ROLE:
            return not self._listens_to(label)
        if index.column() == TreeColumn.THRESHOLD:
            return self._threshold(label, role)
        return self._class(label, role)

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        """Mute a class and all below it, or let them be shown again."""
        label = self.label_at(index)
        if role != Role.CheckStateRole or label < 0:
            return False
        muted = Qt.CheckState(value) is Qt.CheckState.Unchecked
        self._decisions.mute(self._decisions.taxonomy.below(label), muted)
        return True

    def _class(self, label: int, role: int) -> Any:
        if role == Role.DisplayRole:
            return self._decisions.taxonomy[label].title
        if role == Role.CheckStateRole:
            return self._tick(label)
        if role in {Role.ToolTipRole, Role.AccessibleDescriptionRole}:
            return self._words(label)
        return None

    def _threshold(self, label: int, role: int) -> Any:
        rules = self._decisions.rules
        if rules is None:
            return None
        if role == Role.DisplayRole:
            own = self._decisions.taxonomy[label].name in self._decisions.choices.classes.thresholds
            return f"{rules.threshold(label):.2f}{'*' if own else ''}"
        if role == Role.ToolTipRole:
            return "Shown from this score. * set by you"
        return RIGHT if role == Role.TextAlignmentRole else None

    def _tick(self, label: int) -> Qt.CheckState:
        rules, below = self._decisions.rules, self._decisions.taxonomy.below(label)
        count = len(below & rules.muted) if rules else 0
        if count == 0:
            return Qt.CheckState.Checked
        whole = count == len(below)
        return Qt.CheckState.Unchecked if whole else Qt.CheckState.PartiallyChecked

    def _listens_to(self, label: int) -> bool:
        rules = self._decisions.rules
        return rules is None or rules.listens_to(label)

    def _words(self, label: int) -> str:
        rules = self._decisions.rules
        if rules is None:
            return ""
        if label in rules.muted:
            return "muted"
        if not rules.listens_to(label):
            return "not among the chosen classes"
        return f"shown from {rules.threshold(label):.2f}"

    def _refresh(self) -> None:
        """Show other choices; build the tree if there is another vocabulary."""
        taxonomy = self._decisions.taxonomy
        if len(taxonomy) != self._size:
            self.beginResetModel()
            self._build()
            self.endResetModel()
        elif self._size:
            self._update(QModelIndex())

    def _update(self, parent: QModelIndex) -> None:
        count = self.rowCount(parent)
        if count:
            first, last = self.index(0, 0, parent), self.index(count - 1, 1, parent)
            self.dataChanged.emit(first, last)
        for row in range(count):
            self._update(self.index(row, 0, parent))

    def _build(self) -> None:
        taxonomy = self._decisions.taxonomy
        self._size = len(taxonomy)
        self._above = [(taxonomy.breadcrumb(n) or [-1])[-1] for n in range(self._size)]
        self._children, self._rows = {-1: []}, [0] * self._size
        for label in sorted(range(self._size), key=lambda n: taxonomy[n].title.casefold()):
            siblings = self._children.setdefault(self._above[label], [])
            self._rows[label] = len(siblings)
            siblings.append(label)
