"""A picture that is drawn once and shown many times while it scrolls by."""

from collections.abc import Callable, Hashable

from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage, QPainter

from leanviz.core.clock import PixelMap
from leanviz.views.drawing import LEAST_AHEAD, is_vector

# Device pixels that a view may scroll before its strip is drawn again: 2.5 s of 20.
REACH = 128


class Strip:
    """What a pane shows and a little beyond its right edge, kept as pixels.

    Right for pictures whose parts only move with the time axis, which stands on whole pixels.

    Attributes
    ----------
    size : tuple of int
        Width and height of the visible part, in device pixels.
    first : int
        Absolute pixel column at its left.
    moved : int
        Device pixels that the view has scrolled since the strip was drawn.
    """

    def __init__(self) -> None:
        self._image = QImage()
        self._key: Hashable = None
        self.first = self.moved = 0
        self.size = (0, 0)

    def go_to(self, first: int) -> int | None:
        """Have the absolute pixel column `first` at the left edge.

        Returns
        -------
        int or None
            Device pixels that the view has scrolled since the strip was drawn; None if what was
            drawn does not reach so far.
        """
        moved = first - self.first
        if self._key is None or not 0 <= moved <= REACH - LEAST_AHEAD:
            return None
        self.moved = moved
        return moved

    @property
    def ahead(self) -> int:
        """How many columns it has right of those in view."""
        return REACH - self.moved

    def copy_columns(self, painter: QPainter, at: QPoint, first: int, count: int) -> None:
        """Copy columns of it, the first of which is the absolute pixel column `first`."""
        x = first - self.first
        painter.drawImage(at.x(), at.y(), self._image, x, 0, count, self.size[1])

    def copy(self, painter: QPainter, left: int = 0) -> int:
        """Copy the visible part, from `left` on; return what `go_to` or `show` returned."""
        painter.drawImage(left, 0, self._image, self.moved, 0, *self.size)
        return self.moved

    def show(
        self,
        painter: QPainter,
        key: Hashable,
        view: tuple[PixelMap, int, QColor],
        draw: Callable[[QPainter, PixelMap], None],
    ) -> int:
        """Copy the visible part to the painter's origin, after drawing all of it if need be.

        Parameters
        ----------
        key : hashable
            What the picture depends on besides the place of the time axis.
        view : tuple of PixelMap, int and QColor
            The visible time, the height in device pixels, and the ground.
        draw : callable
            Draws onto the ground, given the time axis of the strip.

        Returns
        -------
        int
            Device pixels that the view has scrolled since the strip was drawn.
        """
        axis, height, ground = view
        if is_vector(painter):
            painter.fillRect(0, 0, axis.width, height, ground)
            draw(painter, axis)
            return 0
        self.size = axis.width, height
        key = (key, axis.span_s, axis.width, height, ground.rgba())
        moved = axis.first_column - self.first
        if key != self._key or not 0 <= moved <= REACH - LEAST_AHEAD:
            self._key, self.first, moved = key, axis.first_column, 0
            wide = axis.width + REACH
            if self._image.size().toTuple() != (wide, height):
                self._image = QImage(wide, height, QImage.Format.Format_RGB32)
            self._image.fill(ground)
            brush = QPainter(self._image)
            brush.setFont(painter.font())
            draw(brush, PixelMap(axis.start_s, axis.span_s * wide / axis.width, wide))
            brush.end()
        self.moved = moved
        return self.copy(painter)
