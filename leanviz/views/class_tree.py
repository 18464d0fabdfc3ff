"""The tree of classes: found by typing, muted by a tick, greyed where nothing would be shown."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from leanviz.models.class_tree import LABEL_ROLE, QUIET_ROLE, ClassTreeModel, TreeColumn

Index = QModelIndex | QPersistentModelIndex

LEAST_ROWS = 9


class _Greyed(QStyledItemDelegate):
    """Strikes out classes that are not shown."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Take the state of a class into its look."""
        super().initStyleOption(option, index)
        if index.data(QUIET_ROLE):
            grey = option.palette.color(QPalette.ColorRole.PlaceholderText)  # pyright: ignore[reportAttributeAccessIssue]
            option.palette.setColor(QPalette.ColorRole.Text, grey)  # pyright: ignore[reportAttributeAccessIssue]
            option.font.setStrikeOut(True)  # pyright: ignore[reportAttributeAccessIssue]


class ClassTree(QWidget):
    """A search field over the tree.

    Signals
    -------
    chosen : int
        The class that is current now, -1 for none.
    """

    chosen = Signal(int)

    def __init__(self, model: ClassTreeModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._filter = QSortFilterProxyModel(self)
        self._filter.setSourceModel(model)
        self._filter.setRecursiveFilteringEnabled(True)
        self._filter.setAutoAcceptChildRows(True)
        self._filter.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.search, self.tree = QLineEdit(), QTreeView()
        self.search.setPlaceholderText("Find a class")
        self.search.setAccessibleName("Find a class")
        self.search.setClearButtonEnabled(True)
        self._dress()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.search)
        layout.addWidget(self.tree, 1)
        self.search.textChanged.connect(self._find)
        self.tree.selectionModel().currentChanged.connect(self._tell)
        model.modelReset.connect(self._dress_columns)

    def show_class(self, label: int) -> None:
        """Make a class current, and bring it into view."""
        self.search.clear()
        index = self._filter.mapFromSource(self._model.index_of(label))
        self.tree.setCurrentIndex(index)
        self.tree.scrollTo(index)

    def _dress(self) -> None:
        tree = self.tree
        tree.setModel(self._filter)
        tree.setItemDelegate(_Greyed(tree))
        tree.setAccessibleName("Classes")
        tree.setUniformRowHeights(True)
        tree.setIndentation(14)
        tree.setMinimumHeight(LEAST_ROWS * (tree.fontMetrics().height() + 4))
        self._dress_columns()

    def _dress_columns(self) -> None:
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(TreeColumn.CLASS, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(TreeColumn.THRESHOLD, QHeaderView.ResizeMode.Fixed)
        wide = self.tree.fontMetrics().horizontalAdvance("0.00* ") + 12
        header.resizeSection(TreeColumn.THRESHOLD, wide)

    def _find(self, text: str) -> None:
        """Show the classes with a text in their name, those they belong to, and those below."""
        self._filter.setFilterFixedString(text.strip())
        if text.strip():
            self.tree.expandAll()
        else:
            self.tree.collapseAll()
            self.tree.scrollTo(self.tree.currentIndex())

    def _tell(self, current: QModelIndex) -> None:
        label = current.data(LABEL_ROLE)
        self.chosen.emit(-1 if label is None else label)
