"""The picture of an attention map: computed somewhat wider than the view, then only copied."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QImage, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem

from leanviz.core.clock import PixelMap
from leanviz.models.attention import AttentionModel
from leanviz.models.viewport import Viewport
from leanviz.views.diagonal import blend_diagonal
from leanviz.views.drawing import Area, PaneItem, colour, draw_part, is_vector, nowhere
from leanviz.views.palettes import UInt32, pixel, table
from leanviz.views.theme import Theme

# What is computed on each side of the view, as a part of it: scrolling stays within for a while.
MARGIN = 0.125
# The ridge: colours, and logical pixels across.
LINES = (("#000000", 3.0), ("#ffffff", 1.2))


def query_axis(time: Viewport, height: int) -> PixelMap:
    """Return the map from query time to device pixels above the bottom of a pane.

    It covers the same time as the x axis, so that looking at oneself is the diagonal.
    """
    step = time.span_s / height
    return _query_axis(round(time.start_s / step), time.span_s, height)


@lru_cache(maxsize=2)
def _query_axis(row: int, span_s: float, height: int) -> PixelMap:
    """Return the axis from a row on; asked for several times per picture, mostly for the same."""
    return PixelMap(row * (span_s / height), span_s, height)


@dataclass(frozen=True, slots=True)
class _Held:
    """A picture of a part of the map, larger than the view.

    Attributes
    ----------
    pixels : numpy.ndarray [height, width]
        The latest query in the top row.
    keys, queries : PixelMap
        The axes of all of it.
    view : tuple
        Zoom and size of the view that it is for.
    at : tuple of int
        Where the axes begin, in absolute columns.
    image : QImage
        Of the same memory as the pixels.
    """

    pixels: UInt32
    keys: PixelMap
    queries: PixelMap
    view: tuple[float, int, int]
    at: tuple[int, int]
    image: QImage

    @classmethod
    def around(cls, keys: PixelMap, queries: PixelMap) -> "_Held":
        """Return an empty picture of what is around a view."""
        wide, high = _widened(keys), _widened(queries)
        view = keys.span_s, keys.width, queries.width
        pixels = np.empty((high.width, wide.width), np.uint32)
        at = wide.first_column, high.first_column
        return cls(pixels, wide, high, view, at, _image(pixels))

    def corner(self, keys: PixelMap, queries: PixelMap) -> tuple[int, int] | None:
        """Return where the top left corner of a view lies; None if the view is not all within."""
        x, below = keys.first_column - self.at[0], queries.first_column - self.at[1]
        y = self.queries.width - queries.width - below
        inside = 0 <= x <= self.keys.width - keys.width and y >= 0 and below >= 0
        same = self.view == (keys.span_s, keys.width, queries.width)
        return (x, y) if inside and same else None

    def between(self, start_s: float, stop_s: float) -> range:
        """Return the rows, from the bottom, that show any of some query time."""
        low, high = (min(max(s, self.queries.start_s), self._end_s) for s in (start_s, stop_s))
        below = max(math.floor(self.queries.x(low)), 0)
        return range(below, min(math.ceil(self.queries.x(high)), self.queries.width))

    @property
    def _end_s(self) -> float:
        return self.queries.time(self.queries.width)

    def rows(self, rows: range) -> UInt32:
        """Return some rows of pixels, counted from the bottom."""
        return self.pixels[self.queries.width - rows.stop : self.queries.width - rows.start]

    def take(self, before: "_Held") -> tuple[int, int] | None:
        """Copy what a picture of an earlier view has too.

        Returns
        -------
        tuple of int or None
            Columns at the right and rows at the top that it has not; None if nothing was copied.
        """
        right, up = (new - old for new, old in zip(self.at, before.at, strict=True))
        high, wide = self.pixels.shape
        if self.view != before.view or not (0 <= right < wide and 0 <= up < high):
            return None
        self.pixels[up:, : wide - right] = before.pixels[: high - up, right:]
        return right, up


_Placed = tuple[_Held, tuple[int, int]]


def _draw_diagonal(painter: QPainter, width: int, height: int, ratio: float) -> None:
    """Draw where a patch looks at itself, in a figure."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour("#ffffff", 0.22), max(1.0, ratio), Qt.PenStyle.DashLine))
    painter.drawLine(0, height, width, 0)


def _widened(axis: PixelMap) -> PixelMap:
    """Return an axis with a margin of whole pixels at both ends."""
    margin = int(np.ceil(axis.width * MARGIN))
    step = axis.seconds_per_pixel
    width = axis.width + 2 * margin
    return PixelMap((axis.first_column - margin) * step, width * step, width)


class AttentionItem(PaneItem):
    """The map: key time to the right, query time upwards; computed for what is around the view.

    Attributes
    ----------
    rows_moved : callable
        Called when other queries are in view than before, while the map moves with time.
    """

    moves = True

    def __init__(self, parent: QGraphicsItem, time: Viewport, model: AttentionModel) -> None:
        super().__init__(parent)
        self._time, self._model = time, model
        self._held: _Held | None = None
        self._since_s, self._last_s = math.inf, -math.inf
        self._shown = np.zeros((0, 0), np.uint32)
        # what is in view: a part of what is held, and the axis of its rows
        self._part, self._queries = QRect(), query_axis(time, 1)
        self.rows_moved: Callable[[], None] = nowhere

    def invalidate(self, since_s: float = -math.inf) -> None:
        """Compute the picture anew, or what is of queries later than `since_s`."""
        self._since_s = min(self._since_s, since_s)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw anew in other colours."""
        super().set_theme(theme)
        self.invalidate()

    def picture(self) -> UInt32:
        """Return a copy of what was drawn last [height, width]; empty before the first time."""
        return self._shown.copy()

    def covers(self) -> bool:
        """Tell whether there is a picture."""
        return self._model.band is not None

    def draw(self, painter: QPainter, width: int, height: int, ratio: float) -> None:
        """Copy the part in view."""
        if self._model.band is None:
            return
        keys, queries = self._time.pixel_map(width), query_axis(self._time, height)
        # a figure keeps diagonal and ridge as lines; on the screen they scroll with their picture
        vector = is_vector(painter)
        held, (x, y) = (self._figure if vector else self._filled)(keys, queries, ratio)
        self._part, self._queries = QRect(x, y, width, height), queries
        draw_part(painter, 0, held.image, self._part)
        self._shown = held.pixels[y : y + height, x : x + width]
        if vector:
            _draw_diagonal(painter, width, height, ratio)
            if self._model.ridge:
                self._draw_ridge(painter, keys, queries, ratio)

    def go_on(self, axis: PixelMap, arrived: bool) -> Sequence[Area] | None:
        """Find the part in view, if it is held: all of it is drawn again, from elsewhere."""
        width, height = self._part.width(), self._part.height()
        held, queries = self._held, query_axis(self._time, height)
        corner = None if held is None else held.corner(axis, queries)
        if held is None or corner is None or self._since_s < math.inf:
            return None
        if queries is not self._queries:
            self._queries = queries
            self.rows_moved()
        self._part.moveTo(*corner)
        x, y = corner
        self._shown = held.pixels[y : y + height, x : x + width]
        return ((0, 0, width, height),)

    def draw_again(self, painter: QPainter) -> None:
        """Copy the part in view."""
        if self._held is not None:
            draw_part(painter, 0, self._held.image, self._part)

    def _figure(self, keys: PixelMap, queries: PixelMap, _ratio: float) -> _Placed:
        """Return a picture without the ridge, and where the view begins in it."""
        held = _Held.around(keys, queries)
        self._compute(held, range(held.queries.width))
        return held, held.corner(keys, queries) or (0, 0)

    def _filled(self, keys: PixelMap, queries: PixelMap, ratio: float) -> _Placed:
        """Return a picture, all of it as it is now, and where the view begins in it."""
        held, since_s = self._held, self._since_s
        corner = None if held is None else held.corner(keys, queries)
        if held is None or corner is None:
            before, held = held, _Held.around(keys, queries)
            if before is None or since_s == -math.inf or not self._follow(held, before, ratio):
                since_s = -math.inf
            corner = held.corner(keys, queries) or (0, 0)
        self._held, self._since_s = held, math.inf
        if since_s < math.inf:
            self._renew(held, since_s, ratio)
        return held, corner

    def _follow(self, held: _Held, before: _Held, ratio: float) -> bool:
        """Draw what an earlier picture has not; return whether it had anything."""
        beyond = held.take(before)
        if beyond is None:
            return False
        (right, up), (high, wide) = beyond, held.pixels.shape
        self._redraw(held, range(high - up, high), ratio)
        self._redraw(held, range(high - up), ratio, wide - right)
        return True

    def _renew(self, held: _Held, since_s: float, ratio: float) -> None:
        """Draw what a picture shows of queries later than `since_s`."""
        rows, last_s = range(held.queries.width), float(self._model.query_edges[-1])
        if since_s > -math.inf:
            broad_s = _broad_s(held.queries, ratio)
            # later than any query, now and before, there is nothing
            rows = held.between(since_s - broad_s, max(last_s, self._last_s) + broad_s)
        self._last_s = last_s
        self._redraw(held, rows, ratio)

    def _redraw(self, held: _Held, rows: range, ratio: float, left: int = 0) -> None:
        """Draw some rows of a picture, counted from its bottom, from a column on."""
        if not rows or left == held.keys.width:
            return
        self._compute(held, rows, left)
        view = *held.view[1:], max(1, round(ratio))
        blend_diagonal(held.pixels, held.at, view, rows, left)
        if self._model.ridge:
            image = _image(held.rows(rows))  # a painter keeps no image alive
            brush = QPainter(image)
            brush.setClipRect(left, 0, held.keys.width - left, len(rows))
            self._draw_ridge(brush, held.keys, _part(held.queries, rows), ratio)
            brush.end()

    def _compute(self, held: _Held, rows: range, left: int = 0) -> None:
        """Compute some rows of a picture, counted from its bottom, from a column on."""
        keys, queries = held.keys, held.queries
        # what lies around would also get into the outermost pixels: those are left out
        query_edges_s = queries.column_edges(queries.first_column + rows.start - 1, len(rows) + 2)
        key_edges_s = keys.column_edges(keys.first_column + left - 1, keys.width - left + 2)
        levels, y, x = self._model.grid(query_edges_s, key_edges_s)
        colours = table(self.theme.attention)[np.clip(levels * 255.0 + 0.5, 0, 255).astype(np.intp)]
        colours[levels < 0.0] = pixel(self.theme.background)
        # a row of the grid is mostly several of pixels, all alike
        held.rows(rows)[:, left:] = colours[:, x[1:-1]][y[1:-1]]

    def _draw_ridge(
        self, painter: QPainter, keys: PixelMap, queries: PixelMap, ratio: float
    ) -> None:
        """Draw the centroid of each row: where a patch looks on average."""
        edges = self._model.query_edges
        start_s = queries.start_s - _broad_s(queries, ratio)
        first = max(0, int(np.searchsorted(edges, start_s)) - 2)
        stop = min(int(np.searchsorted(edges, queries.time(queries.width))) + 1, len(edges) - 1)
        points = QPolygonF([
            QPointF(keys.x(float(k)), queries.width - queries.x(float(q)))
            for q, k in zip(*self._model.ridge_between(first, stop), strict=True)
        ])  # fmt: skip
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for name, wide in LINES:
            painter.setPen(QPen(colour(name, 0.8), wide * ratio))
            painter.drawPolyline(points)


def _broad_s(queries: PixelMap, ratio: float) -> float:
    """Return the query time that the ridge is wide: it reaches beyond its points."""
    return LINES[0][1] * ratio * queries.seconds_per_pixel


def _part(axis: PixelMap, columns: range) -> PixelMap:
    """Return the axis of some of the columns of an axis."""
    step = axis.seconds_per_pixel
    return PixelMap((axis.first_column + columns.start) * step, len(columns) * step, len(columns))


def _image(pixels: UInt32) -> QImage:
    """Return pixels [height, width] as an image that shares their memory."""
    height, width = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
