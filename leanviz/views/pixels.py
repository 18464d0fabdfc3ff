"""Pictures that scroll: a ring of pixel columns, of which only new ones are ever computed."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem

from leanviz.core.clock import PixelMap
from leanviz.core.tracks import Tracks
from leanviz.views.drawing import LEAST_AHEAD, Area, PaneItem, draw_part
from leanviz.views.theme import Theme

UInt32 = npt.NDArray[np.uint32]

# Columns computed in one go: bounds the memory of a whole redraw of a long file.
CHUNK = 256
# Columns kept beyond the right edge: those that come into view while scrolling are there already,
# and what arrives is drawn some columns at a time, as often as it arrives and not with each frame.
AHEAD = 96


class PixelRing:
    """An RGB32 picture whose columns are addressed by absolute pixel column.

    Column ``c`` lies at ``c % (width + AHEAD)``, and once more as much further on, so scrolling
    moves nothing: what is in view stands in one piece somewhere, which is copied unscaled, and only
    columns that are about to come into view are computed.

    Parameters
    ----------
    width, height : int
        Size in device pixels.
    """

    def __init__(self, width: int, height: int) -> None:
        kept = width + AHEAD
        self._pixels = np.zeros((height, 2 * kept), np.uint32)
        self._image = QImage(
            self._pixels.data, 2 * kept, height, 8 * kept, QImage.Format.Format_RGB32
        )
        self._width, self._kept, self._height = width, kept, height
        self._first = 0
        self._held = (0, 0)
        self._known = (-math.inf, -math.inf)

    def show(
        self,
        first: int,
        frontier: float,
        render: Callable[[range], UInt32],
        end: float = -math.inf,
    ) -> list[tuple[int, int]]:
        """Make the columns from `first` on valid.

        Parameters
        ----------
        first : int
            Absolute column at the left edge.
        frontier : float
            Column, with its fraction, up to which there is data. Columns around the frontier of
            the previous call are computed again: they may have been half complete.
        render : callable
            Gives the pixels [height, n] of a range of n columns.
        end : float
            Column up to which there is something to draw, if that is beyond the frontier.

        Returns
        -------
        list of tuple of int
            The ranges [start, stop) that were computed.
        """
        start, stop = self._held
        known = (frontier, max(frontier, end))
        if start <= first <= stop - self._width - LEAST_AHEAD:
            if known == self._known:
                self._first = first
                return []
        else:
            start, stop = first, first + self._kept
        low, high = max(start, self._held[0]), min(stop, self._held[1])
        if low >= high:
            parts = [(start, stop)]
        else:
            parts = [(start, low), (high, stop)]
            if known != self._known:
                parts.append(self._grown(known, low, high))
        self._first, self._held, self._known = first, (start, stop), known
        done = _merged(parts)
        for low, high in done:
            for at in range(low, high, CHUNK):
                columns = range(at, min(high, at + CHUNK))
                self._write(at, render(columns))
        return done

    def _grown(self, known: tuple[float, float], low: int, high: int) -> tuple[int, int]:
        """Return the held columns that data has reached since the previous call."""
        old, new = min(self._known[0], known[0]), max(self._known[1], known[1])
        start = low if old == -math.inf else math.floor(min(old, high)) - 2
        return max(low, start), min(high, math.ceil(max(low, min(new, high))))

    def _write(self, column: int, pixels: UInt32) -> None:
        kept, at, count = self._kept, column % self._kept, pixels.shape[1]
        self._pixels[:, at : at + count] = pixels
        head = min(count, kept - at)
        self._pixels[:, at + kept : at + kept + head] = pixels[:, :head]
        if head < count:
            self._pixels[:, : count - head] = pixels[:, head:]

    def blit(self, painter: QPainter) -> None:
        """Copy the picture to the painter's origin, pixel by pixel."""
        part = QRect(self._first % self._kept, 0, self._width, self._height)
        draw_part(painter, 0, self._image, part)

    def go_to(self, first: int) -> bool:
        """Have the column `first` at the left edge; False if not all from there on is held."""
        start, stop = self._held
        held = start <= first <= stop - self._width - LEAST_AHEAD
        if held:
            self._first = first
        return held

    @property
    def ahead(self) -> int:
        """How many columns are held right of those in view."""
        return self._held[1] - self._first - self._width

    def copy(self, painter: QPainter, at: QPoint, first: int, count: int) -> None:
        """Copy columns that are held, pixel by pixel."""
        x = first % self._kept
        painter.drawImage(at.x(), at.y(), self._image, x, 0, count, self._height)

    def changed(self, columns: Sequence[tuple[int, int]]) -> Sequence[Area]:
        """Return the part of the picture in which ranges of columns are that `show` returned."""
        if not columns:
            return ()
        start = max(columns[0][0] - self._first, 0)
        stop = min(columns[-1][1] - self._first, self._width)
        return ((start, 0, stop - start, self._height),) if start < stop else ()

    def picture(self) -> UInt32:
        """Return a copy of what is shown [height, width], left to right."""
        at = self._first % self._kept
        return self._pixels[:, at : at + self._width].copy()


def _merged(parts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the non-empty parts in order, touching ones joined."""
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(part for part in parts if part[1] > part[0]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged


class ColumnItem(PaneItem):
    """A scrolling picture of `Tracks` in a pane; subclasses say what its columns look like.

    Parameters
    ----------
    parent : QGraphicsItem
        The view box it fills.
    axis_of : callable
        Gives the time axis for a width in device pixels.

    Attributes
    ----------
    drawn_s : float
        Second of the source up to which columns were complete when they were drawn last.
    """

    draws_what_comes = moves = True

    def __init__(self, parent: QGraphicsItem, axis_of: Callable[[int], PixelMap]) -> None:
        super().__init__(parent)
        self._axis_of = axis_of
        self.tracks: Tracks | None = None
        self._ring: PixelRing | None = None
        self._key: tuple[object, int, int, float] | None = None
        self.drawn_s = self._ticked_s = 0.0
        # of the sound, when it was drawn last
        self._written = -1

    def source(self, tracks: Tracks) -> object:
        """Return what the columns are made from; another one has all drawn anew."""
        return tracks

    def frontier(self, tracks: Tracks) -> float:
        """Return the source sample up to which columns are complete."""
        raise NotImplementedError

    def render(
        self, tracks: Tracks, axis: PixelMap, columns: range, size: tuple[int, float]
    ) -> UInt32:
        """Return the pixels [height, len(columns)] of absolute pixel columns.

        Parameters
        ----------
        size : tuple of int and float
            Height in device pixels, and device pixels per logical pixel.
        """
        raise NotImplementedError

    def set_tracks(self, tracks: Tracks | None) -> None:
        """Show another sound."""
        self.tracks = tracks
        self.invalidate()

    def set_theme(self, theme: Theme) -> None:
        """Draw anew in other colours."""
        super().set_theme(theme)
        self.invalidate()

    def invalidate(self) -> None:
        """Draw everything anew: the sound, a setting or the theme has changed."""
        self._key = None
        self.update()

    def tick(self) -> None:
        """Draw again if sound has filled a column in view, or has come to rest within one."""
        frontier_s = self._frontier_s()
        resting, self._ticked_s = frontier_s == self._ticked_s, frontier_s
        if frontier_s == self.drawn_s:
            return
        axis = self._axis_of(max(1, round(self.boundingRect().width())))
        old, new = (int(t // axis.seconds_per_pixel) for t in (self.drawn_s, frontier_s))
        if (resting or old != new) and min(old, new) < axis.first_column + axis.width:
            self.update()

    def draw(self, painter: QPainter, width: int, height: int, ratio: float) -> None:
        """Compute what is new, then copy the picture."""
        tracks = self.tracks
        if tracks is None:
            return
        axis = self._axis_of(width)
        key = (self.source(tracks), width, height, axis.span_s)
        if self._ring is None or key != self._key:
            self._ring, self._key = PixelRing(width, height), key
        self._show(self._ring, tracks, axis, (height, ratio))
        self._ring.blit(painter)

    def go_on(self, axis: PixelMap, arrived: bool) -> Sequence[Area] | None:
        """Compute what is new, and tell where it is."""
        tracks, ring, key = self.tracks, self._ring, self._key
        if tracks is None or ring is None or key is None:
            return None
        more = arrived and tracks.written != self._written
        if not more and ring.go_to(axis.first_column):
            return ()
        if self.source(tracks) != key[0]:
            return None
        return ring.changed(self._show(ring, tracks, axis, (key[2], 1.0)))

    def draw_again(self, painter: QPainter) -> None:
        """Copy the picture."""
        if self._ring is not None:
            self._ring.blit(painter)

    def ahead(self) -> int:
        """Return how many columns the picture has beyond the right edge."""
        return 0 if self._ring is None else self._ring.ahead

    def draw_columns(self, painter: QPainter, at: QPoint, first: int, count: int) -> None:
        """Copy columns of the picture."""
        if self._ring is not None:
            self._ring.copy(painter, at, first, count)

    def _show(
        self, ring: PixelRing, tracks: Tracks, axis: PixelMap, size: tuple[int, float]
    ) -> list[tuple[int, int]]:
        """Compute what is new; return the ranges of columns."""
        # noted before it is drawn: what comes meanwhile is drawn with the next picture
        self._written = tracks.written
        self.drawn_s, step = self._frontier_s(), axis.seconds_per_pixel
        return ring.show(
            axis.first_column,
            self.drawn_s / step,
            lambda columns: self.render(tracks, axis, columns, size),
            tracks.written / tracks.sample_rate / step,
        )

    def covers(self) -> bool:
        """Tell whether there is a picture."""
        return self.tracks is not None

    def picture(self) -> UInt32:
        """Return a copy of what was drawn last [height, width]; empty before the first time."""
        return np.zeros((0, 0), np.uint32) if self._ring is None else self._ring.picture()

    def _frontier_s(self) -> float:
        tracks = self.tracks
        return 0.0 if tracks is None else self.frontier(tracks) / tracks.sample_rate
