"""The picture of an attention map: computed somewhat wider than the view, then only copied."""

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QImage, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem

from leanviz.core.clock import PixelMap
from leanviz.models.attention import AttentionModel
from leanviz.models.viewport import Viewport
from leanviz.views.drawing import PaneItem, colour, draw_part, is_vector
from leanviz.views.palettes import UInt32, pixel, table
from leanviz.views.theme import Theme

# What is computed on each side of the view, as a part of it: scrolling stays within for a while.
MARGIN = 0.125
# The ridge: colours, and logical pixels across.
LINES = (("#000000", 3.0), ("#ffffff", 1.2))
# As many pictures make up the diagonal: one would be empty nearly everywhere, and costs as much.
PARTS = 12


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
    """

    pixels: UInt32
    keys: PixelMap
    queries: PixelMap
    view: tuple[float, int, int]

    @classmethod
    def around(cls, keys: PixelMap, queries: PixelMap) -> "_Held":
        """Return an empty picture of what is around a view."""
        wide, high = _widened(keys), _widened(queries)
        view = keys.span_s, keys.width, queries.width
        return cls(np.empty((high.width, wide.width), np.uint32), wide, high, view)

    def corner(self, keys: PixelMap, queries: PixelMap) -> tuple[int, int] | None:
        """Return where the top left corner of a view lies; None if the view is not all within."""
        x = keys.first_column - self.keys.first_column
        below = queries.first_column - self.queries.first_column
        y = self.queries.width - queries.width - below
        inside = 0 <= x <= self.keys.width - keys.width and y >= 0 and below >= 0
        same = self.view == (keys.span_s, keys.width, queries.width)
        return (x, y) if inside and same else None

    def since(self, query_s: float) -> PixelMap:
        """Return the axis of the rows that reach beyond a query time: the highest of all."""
        below = min(max(math.floor(self.queries.x(query_s)), 0), self.queries.width)
        step, rows = self.queries.seconds_per_pixel, self.queries.width - below
        return PixelMap((self.queries.first_column + below) * step, rows * step, rows)


_Placed = tuple[_Held, tuple[int, int]]
# A part of the diagonal: where it is, and what it looks like.
_Part = tuple[int, int, QImage]


def _draw_diagonal(painter: QPainter, width: int, height: int, ratio: float) -> None:
    """Draw where a patch looks at itself."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour("#ffffff", 0.22), max(1.0, ratio), Qt.PenStyle.DashLine))
    painter.drawLine(0, height, width, 0)


def _parts_of_diagonal(width: int, height: int, ratio: float) -> list[_Part]:
    """Return the diagonal as pictures: a slanted line of dashes takes longer than all else."""
    whole = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    whole.fill(Qt.GlobalColor.transparent)
    painter = QPainter(whole)
    _draw_diagonal(painter, width, height, ratio)
    painter.end()
    edges = [width * part // PARTS for part in range(PARTS + 1)]
    slope, reach = height / width, math.ceil(2 * ratio)
    parts: list[_Part] = []
    for left, right in pairwise(edges):
        top = max(0, math.floor(height - right * slope) - reach)
        bottom = min(height, math.ceil(height - left * slope) + reach)
        parts.append((left, top, whole.copy(left, top, right - left, bottom - top)))
    return parts


def _widened(axis: PixelMap) -> PixelMap:
    """Return an axis with a margin of whole pixels at both ends."""
    margin = int(np.ceil(axis.width * MARGIN))
    step = axis.seconds_per_pixel
    width = axis.width + 2 * margin
    return PixelMap((axis.first_column - margin) * step, width * step, width)


class AttentionItem(PaneItem):
    """The map: key time to the right, query time upwards; computed for what is around the view."""

    def __init__(self, parent: QGraphicsItem, time: Viewport, model: AttentionModel) -> None:
        super().__init__(parent)
        self._time, self._model = time, model
        self._held: _Held | None = None
        self._since_s = math.inf
        self._shown = np.zeros((0, 0), np.uint32)
        # size and ratio that the parts of the diagonal are for
        self._diagonal_of: tuple[int, int, float] | None = None
        self._diagonal: list[_Part] = []

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
        """Copy the part in view, and draw the diagonal over it."""
        if self._model.band is None:
            return
        keys, queries = self._time.pixel_map(width), query_axis(self._time, height)
        # a figure keeps the ridge as a line; on the screen it is scrolled with its picture
        vector = is_vector(painter)
        held, (x, y) = (self._figure if vector else self._filled)(keys, queries, ratio)
        draw_part(painter, 0, _image(held.pixels), QRect(x, y, width, height))
        self._shown = held.pixels[y : y + height, x : x + width]
        if vector:
            _draw_diagonal(painter, width, height, ratio)
            if self._model.ridge:
                self._draw_ridge(painter, keys, queries, ratio)
            return
        if (width, height, ratio) != self._diagonal_of:
            self._diagonal_of = width, height, ratio
            self._diagonal = _parts_of_diagonal(width, height, ratio)
        for left, top, part in self._diagonal:
            painter.drawImage(left, top, part)

    def _figure(self, keys: PixelMap, queries: PixelMap, _ratio: float) -> _Placed:
        """Return a picture without the ridge, and where the view begins in it."""
        held = _Held.around(keys, queries)
        self._compute(held, held.queries)
        return held, held.corner(keys, queries) or (0, 0)

    def _filled(self, keys: PixelMap, queries: PixelMap, ratio: float) -> _Placed:
        """Return a picture, all of it as it is now, and where the view begins in it."""
        held, since_s = self._held, self._since_s
        corner = None if held is None else held.corner(keys, queries)
        if held is None or corner is None:
            held, since_s = _Held.around(keys, queries), -math.inf
            corner = held.corner(keys, queries) or (0, 0)
        self._held, self._since_s = held, math.inf
        if since_s < math.inf:
            self._renew(held, since_s, ratio)
        return held, corner

    def _renew(self, held: _Held, since_s: float, ratio: float) -> None:
        """Draw what a picture shows of queries later than `since_s`."""
        part = held.queries
        if since_s > -math.inf:
            part = held.since(since_s - _broad_s(part, ratio))
        if part.width:
            self._compute(held, part)
            if self._model.ridge:
                image = _image(held.pixels[: part.width])  # a painter keeps no image alive
                brush = QPainter(image)
                self._draw_ridge(brush, held.keys, part, ratio)
                brush.end()

    def _compute(self, held: _Held, part: PixelMap) -> None:
        """Compute the highest rows of a picture, given their axis."""
        keys, queries = held.keys, held.queries
        # the lowest row of a part would also get what is below it: it is left out
        low = 1 if part.width < queries.width else 0
        edges = queries.column_edges(part.first_column - low, part.width + low)
        levels = self._model.levels(edges, keys.column_edges(keys.first_column, keys.width))
        levels = levels[: part.width]
        indices = np.clip(levels * 255.0 + 0.5, 0, 255).astype(np.intp)
        pixels = held.pixels[: part.width]
        pixels[:] = table(self.theme.attention)[indices]
        pixels[levels < 0.0] = pixel(self.theme.background)

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


def _image(pixels: UInt32) -> QImage:
    """Return pixels [height, width] as an image that shares their memory."""
    height, width = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
