"""The vertical axis of a pane: of one width everywhere, so that all plot areas line up."""

from collections.abc import Callable

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QStaticText
from PySide6.QtWidgets import QGraphicsGridLayout, QStyleOptionGraphicsItem, QWidget

from leanviz.views.drawing import colour, device_pixels, nowhere, small_font
from leanviz.views.pinned import laid_out
from leanviz.views.theme import DARK, Theme

# Multiples of 8 logical pixels are whole device pixels at 1x, 1.25x, 1.5x and 2x.
LEFT = 88
GAP = 3
TICK = 4
PAD = 8
MANY_TEXTS = 100

Mark = tuple[float, str]


class LeftAxis(pg.AxisItem):
    """Marks where the pane wants them.

    Draws itself: pyqtgraph's own painting drops marks at the ends and texts that are too long,
    where this moves them inside and shortens them.

    Attributes
    ----------
    repaint : callable
        Has the axis drawn again: its pane does so, and not its scene.
    """

    def __init__(self) -> None:
        super().__init__("left")
        self.setWidth(LEFT)
        self._marks: list[Mark] = []
        self._ticks = True
        self._theme: Theme = DARK
        # texts laid out in a font for some room: they move more often than they are others
        self._laid_in: tuple[QFont, float] = QFont(), 0.0
        self._laid: dict[str, tuple[QStaticText, float]] = {}
        self.repaint: Callable[[], None] = nowhere

    @property
    def has_marks(self) -> bool:
        """Whether there is anything to draw."""
        return bool(self._marks)

    def set_marks(self, marks: list[Mark], ticks: bool = True) -> None:
        """Show texts at heights from 0 (bottom) to 1 (top), with or without a tick each."""
        if (marks, ticks) != (self._marks, self._ticks):
            self._marks, self._ticks = marks, ticks
            self.repaint()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.repaint()

    def boundingRect(self) -> QRectF:
        """Return the area drawn into: not up to the plot, whose updates Qt widens by 2 pixels."""
        return self.rect().adjusted(0.0, 0.0, -GAP, 0.0)

    def paint(
        self, p: QPainter, opt: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw the marks, counting in device pixels."""
        if not self._marks:
            return
        with device_pixels(p) as ratio:
            size = self.boundingRect().size() * ratio
            width, height = size.width(), size.height()
            font = small_font(ratio, 0.85)
            p.setFont(font)
            metrics = QFontMetricsF(font)
            right = width - (TICK + 4 if self._ticks else PAD - GAP) * ratio
            for position, text in self._marks:
                y = (1.0 - position) * (height - ratio)
                if self._ticks:
                    tick = QRectF(width - TICK * ratio, round(y), TICK * ratio, max(1.0, ratio))
                    p.fillRect(tick, colour(self._theme.line))
                half = metrics.height() / 2
                middle = min(max(y, half), max(half, height - half))
                area = QRectF(PAD * ratio, middle - half, right - PAD * ratio, 2 * half)
                laid, wide = self._laid_out(text, font, area.width())
                p.setPen(colour(self._theme.muted))
                p.drawStaticText(QPointF(area.right() - wide, area.top()), laid)

    def _laid_out(self, text: str, font: QFont, room: float) -> tuple[QStaticText, float]:
        """Return a text, shortened to some room, ready to be drawn, and its width."""
        before, width = self._laid_in
        if font is not before or room != width or len(self._laid) > MANY_TEXTS:
            self._laid_in, self._laid = (font, room), {}
        if text not in self._laid:
            metrics = QFontMetricsF(font)
            short = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            self._laid[text] = laid_out(short, font), metrics.horizontalAdvance(short)
        return self._laid[text]


def beside(axis: LeftAxis, box: pg.ViewBox, right: int) -> pg.GraphicsWidget:
    """Return the axis and the plot area beside each other, at whole pixels.

    No `PlotItem`: it has four axes and a menu, and takes most of the time that a window takes to
    open.

    Parameters
    ----------
    right : int
        Logical pixels that stay empty at the right.
    """
    both, layout = pg.GraphicsWidget(), QGraphicsGridLayout()
    layout.setContentsMargins(0.0, 0.0, float(right), 0.0)
    layout.setSpacing(0.0)
    layout.addItem(axis, 0, 0)
    layout.addItem(box, 0, 1)
    layout.setColumnStretchFactor(1, 1)
    both.setLayout(layout)
    return both
