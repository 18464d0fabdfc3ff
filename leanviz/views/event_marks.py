"""Where events are, drawn small: the overview of a session of which no sound was kept."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem

from leanviz.core.clock import PixelMap
from leanviz.views.drawing import PaneItem, colour

# So many events at once fill the height.
MANY = 4
NOTHING = np.zeros((0, 2))


class EventMarks(PaneItem):
    """A bar in every pixel column in which something was heard, higher for more at once.

    Parameters
    ----------
    axis_of : callable
        Gives the time axis for a width in device pixels.
    """

    def __init__(self, parent: QGraphicsItem, axis_of: Callable[[int], PixelMap]) -> None:
        super().__init__(parent)
        self._axis_of = axis_of
        self._extents_s = NOTHING

    def show_extents(self, extents_s: npt.NDArray[np.float64]) -> None:
        """Show events by their onsets and offsets in seconds [n, 2]; none hides the item."""
        self._extents_s = extents_s
        self.update()

    def idle(self) -> bool:
        """Tell whether there are no events."""
        return len(self._extents_s) == 0

    def draw(self, painter: QPainter, width: int, height: int, ratio: float) -> None:
        """Draw bars from the bottom up, neighbours of equal height as one."""
        counts = self.counts(width)
        edges = np.flatnonzero(np.diff(counts, prepend=-1, append=-1))
        for start, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            if counts[start]:
                tall = round(height * min(int(counts[start]), MANY) / MANY)
                bar = QRectF(start, height - tall, stop - start, tall)
                painter.fillRect(bar, colour(self.theme.muted))

    def counts(self, width: int) -> npt.NDArray[np.int64]:
        """Return how many events touch each of `width` pixel columns."""
        axis = self._axis_of(width)
        at = (self._extents_s - axis.start_s) / axis.seconds_per_pixel
        first = np.clip(np.floor(at[:, 0]), 0, width).astype(np.int64)
        last = np.clip(np.ceil(at[:, 1]), 0, width).astype(np.int64)
        steps = np.bincount(first, minlength=width + 1) - np.bincount(last, minlength=width + 1)
        return np.cumsum(steps)[:width]
