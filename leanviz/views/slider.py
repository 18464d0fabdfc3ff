"""Pictures that are the one before, moved: by far the most of a live view."""

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from leanviz.core.clock import PixelMap
from leanviz.views.drawing import PaneItem


class Slider:
    """Draws the latest picture of a pane moved, for as long as nothing else in it has changed.

    No part of the pane: on an object of Qt's, every attribute takes two to ten times as long to be
    found or set, and this is done with each picture.

    Attributes
    ----------
    item : PaneItem or None
        What slides; None while all has to be drawn.
    axis : PixelMap or None
        What is in view.
    width : int
        Of the plot area, in pixels.
    area : QRect
        What changes when the picture moves, in pixels of the pane.
    """

    __slots__ = ("_height", "_span_s", "_still", "area", "axis", "item", "width")

    def __init__(self) -> None:
        self.item: PaneItem | None = None
        self._still: PaneItem | None = None
        self.axis: PixelMap | None = None
        self._span_s, self.width, self._height = 0.0, 0, 0
        self.area = QRect()

    def hold(self, shown: list[PaneItem], axis: PixelMap, area: QRect) -> None:
        """Note what a picture was made of, if it is one that slides and one that stands still."""
        still = shown[1] if len(shown) > 1 else None
        if len(shown) <= 2 and (still is None or still.is_still):
            self.item, self._still, self.axis = shown[0], still, axis
            self._span_s, self.width, self._height = axis.span_s, axis.width, area.height()
            first, stop = shown[0].moving_rows(area.height())
            self.area = QRect(area.left(), area.top() + first, area.width(), stop - first)

    def draw(self, painter: QPainter, left: int) -> bool:
        """Draw it where it is now, from `left` on; False if all has to be drawn instead."""
        item, axis = self.item, self.axis
        if item is None or axis is None or axis.span_s != self._span_s:
            return False
        if not item.slide(painter, left, axis):
            return False
        if self._still is not None:
            painter.translate(left, 0)
            self._still.draw(painter, self.width, self._height, 1.0)
        return True
