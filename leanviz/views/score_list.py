"""Lists of scores with a fixed number of lines: nothing moves when they change."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from leanviz.views.score_rows import ScoreRow
from leanviz.views.theme import DARK, Theme

BAR = 4
GAP = 8
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ScoreList(QWidget):
    """Titles with their scores, and a bar below each.

    Parameters
    ----------
    name : str
        What a screen reader calls it.
    count : int
        Number of lines.
    empty : str
        What stands there while there is nothing to list.
    """

    def __init__(
        self,
        name: str,
        count: int,
        empty: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.theme: Theme = DARK
        self.count = count
        self._rows: list[ScoreRow] = []
        self._empty = empty
        self.setAccessibleName(name)
        self.setAccessibleDescription(empty)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def rows(self) -> list[ScoreRow]:
        """What is listed."""
        return self._rows

    def sizeHint(self) -> QSize:
        """Return the height of all lines, whether they are filled or not."""
        return QSize(200, self.count * self._line_height())

    def show_rows(self, rows: Sequence[ScoreRow], empty: str = "") -> None:
        """List the first rows; `empty` stands there from now on while there are none."""
        shown, empty = list(rows[: self.count]), empty or self._empty
        if (shown, empty) != (self._rows, self._empty):
            self._rows, self._empty = shown, empty
            self.setAccessibleDescription("; ".join(map(_spoken, shown)) or empty)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw all lines."""
        painter = QPainter(self)
        if not self._rows:
            painter.setPen(QColor(self.theme.muted))
            first = QRect(0, 0, self.width(), self.fontMetrics().height())
            painter.drawText(first, LEFT, self._empty)
        for number, row in enumerate(self._rows):
            self._draw(painter, row, number * self._line_height())

    def _line_height(self) -> int:
        return self.fontMetrics().height() + BAR + GAP

    def _draw(self, painter: QPainter, row: ScoreRow, top: int) -> None:
        metrics = self.fontMetrics()
        line = QRect(0, top, self.width(), metrics.height())
        number = f"{row.score:.2f}"
        room = self.width() - metrics.horizontalAdvance("0.00") - GAP
        title = metrics.elidedText(row.title, Qt.TextElideMode.ElideMiddle, room)
        painter.setPen(QColor(self.theme.text))
        painter.setFont(self.font())
        painter.drawText(line, LEFT, title)
        painter.drawText(line, RIGHT, number)
        second = QRect(0, line.bottom() + 1, self.width(), BAR)
        painter.fillRect(second, QColor(self.theme.line))
        second.setWidth(round(self.width() * min(1.0, row.score)))
        painter.fillRect(second, QColor(row.hue))


def _spoken(row: ScoreRow) -> str:
    return f"{row.title} {row.score:.2f}"
