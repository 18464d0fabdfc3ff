"""A small table of findings: a click, or Enter, goes to one."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from leanviz.views.page_parts import make_small_table
from leanviz.views.plain import plain_tip

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
# Rows that are seen at once; more of them scroll.
ROWS = 6


class ExplainTable(QTableWidget):
    """Rows of words, the first column for what it is about.

    Signals
    -------
    chosen : int
        A row was clicked, or Enter was pressed on it.
    """

    chosen = Signal(int)

    def __init__(
        self, name: str, columns: Sequence[str], rows: int = ROWS, parent: QWidget | None = None
    ) -> None:
        super().__init__(0, len(columns), parent)
        self.setAccessibleName(name)
        self.setHorizontalHeaderLabels(list(columns))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        tall = make_small_table(self)
        self.setFixedHeight(tall * (rows + 1) + 8)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.cellClicked.connect(lambda row, _column: self.chosen.emit(row))
        self.cellActivated.connect(lambda row, _column: self.chosen.emit(row))

    def show_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Show other rows."""
        self.clearSelection()
        self.setRowCount(len(rows))
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                cell = QTableWidgetItem(text)
                cell.setTextAlignment(RIGHT if column else LEFT)
                cell.setToolTip(plain_tip(text))
                self.setItem(row, column, cell)

    def texts(self) -> list[list[str]]:
        """Return what is shown."""
        cells = [
            [self.item(row, column) for column in range(self.columnCount())]
            for row in range(self.rowCount())
        ]
        return [[cell.text() if cell else "" for cell in row] for row in cells]
