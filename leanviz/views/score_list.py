"""Lists of scores with a fixed number of lines: nothing moves when they change."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QStaticText
from PySide6.QtWidgets import QSizePolicy, QWidget

from leanviz.views.drawing import colour
from leanviz.views.pinned import laid_out
from leanviz.views.score_rows import ScoreRow
from leanviz.views.theme import DARK, Theme

BAR = 4
MANY_TITLES = 300
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
        # titles laid out in a font for some room: they are others less often than their scores
        self._laid_in: tuple[QFont, int] = self.font(), 0
        self._laid: dict[str, QStaticText] = {}
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
            painter.setPen(colour(self.theme.muted))
            first = QRect(0, 0, self.width(), self.fontMetrics().height())
            painter.drawText(first, LEFT, self._empty)
            return
        metrics, wide = self.fontMetrics(), self.width()
        tall, font = metrics.height(), self.font()
        room = wide - metrics.horizontalAdvance("0.00") - GAP
        # a title stands at the middle of its line
        lower = (tall - QFontMetricsF(font).height()) / 2
        painter.setPen(colour(self.theme.text))
        for number, row in enumerate(self._rows):
            top = number * (tall + BAR + GAP)
            title = self._laid_out(row.title, font, room)
            painter.drawStaticText(QPointF(0, top + lower), title)
            painter.drawText(0, top, wide, tall, RIGHT, f"{row.score:.2f}")
            painter.fillRect(0, top + tall, wide, BAR, colour(self.theme.line))
            part = round(wide * min(1.0, row.score))
            painter.fillRect(0, top + tall, part, BAR, colour(row.hue))

    def _line_height(self) -> int:
        return self.fontMetrics().height() + BAR + GAP

    def _laid_out(self, title: str, font: QFont, room: int) -> QStaticText:
        """Return a title, shortened to some room, ready to be drawn."""
        if (font, room) != self._laid_in or len(self._laid) > MANY_TITLES:
            self._laid_in, self._laid = (font, room), {}
        if title not in self._laid:
            middle = Qt.TextElideMode.ElideMiddle
            short = self.fontMetrics().elidedText(title, middle, room)
            self._laid[title] = laid_out(short, font)
        return self._laid[title]


def _spoken(row: ScoreRow) -> str:
    return f"{row.title} {row.score:.2f}"
