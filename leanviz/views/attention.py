"""The attention pane: which wave features (x) each patch (y) looked at."""

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QWidget

from leanviz.core.clock import PixelMap
from leanviz.models.attention import AttentionModel, AttentionPoint
from leanviz.models.time_text import elapsed
from leanviz.models.time_ticks import time_ticks
from leanviz.models.viewport import Hover, TimeRange, Viewport, on_whole_columns
from leanviz.views.drawing import PaneItem, colour, small_font
from leanviz.views.palettes import UInt32, pixel, table
from leanviz.views.pane import Pane
from leanviz.views.theme import Theme


def query_axis(time: Viewport, height: int) -> PixelMap:
    """Return the map from query time to device pixels above the bottom of a pane.

    It covers the same time as the x axis, so that looking at oneself is the diagonal.
    """
    return on_whole_columns(time.start_s, time.span_s, height)


class AttentionItem(PaneItem):
    """The map: key time to the right, query time upwards; computed for what is in view."""

    def __init__(self, parent: QGraphicsItem, time: Viewport, model: AttentionModel) -> None:
        super().__init__(parent)
        self._time, self._model = time, model
        self._key: tuple[float, float, int, int] | None = None
        self._pixels = np.zeros((0, 0), np.uint32)

    def invalidate(self) -> None:
        """Compute the picture anew."""
        self._key = None
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw anew in other colours."""
        super().set_theme(theme)
        self.invalidate()

    def picture(self) -> UInt32:
        """Return what was drawn last [height, width]; empty before the first time."""
        return self._pixels

    def draw(self, painter: QPainter, width: int, height: int, ratio: float) -> None:
        """Draw the map, then diagonal and ridge over it."""
        if self._model.band is None:
            return
        keys, queries = self._time.pixel_map(width), query_axis(self._time, height)
        key = (keys.start_s, keys.span_s, width, height)
        if key != self._key:
            self._pixels, self._key = self._rendered(keys, queries), key
        image = QImage(self._pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        painter.drawImage(0, 0, image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour("#ffffff", 0.22), max(1.0, ratio), Qt.PenStyle.DashLine))
        painter.drawLine(0, height, width, 0)
        if self._model.ridge:
            self._draw_ridge(painter, keys, queries, ratio)

    def _rendered(self, keys: PixelMap, queries: PixelMap) -> UInt32:
        """Return the pixels [height, width] of what is in view."""
        levels = self._model.levels(
            queries.column_edges(queries.first_column, queries.width),
            keys.column_edges(keys.first_column, keys.width),
        )
        indices = np.clip(levels * 255.0 + 0.5, 0, 255).astype(np.intp)
        pixels = table(self.theme.attention)[indices]
        pixels[levels < 0.0] = pixel(self.theme.background)
        return pixels

    def _draw_ridge(
        self, painter: QPainter, keys: PixelMap, queries: PixelMap, ratio: float
    ) -> None:
        """Draw the centroid of each row: where a patch looks on average."""
        edges = self._model.query_edges
        first = max(0, int(np.searchsorted(edges, queries.start_s)) - 2)
        stop = min(int(np.searchsorted(edges, queries.time(queries.width))) + 1, len(edges) - 1)
        points = [
            QPointF(keys.x(float(k)), queries.width - queries.x(float(q)))
            for q, k in zip(*self._model.ridge_between(first, stop), strict=True)
        ]
        for name, wide in (("#000000", 3.0), ("#ffffff", 1.2)):
            painter.setPen(QPen(colour(name, 0.8), wide * ratio))
            painter.drawPolyline(QPolygonF(points))


class QueryMarkers(PaneItem):
    """Cursor and pointer along query time, and what the axes are."""

    def __init__(self, parent: QGraphicsItem, time: Viewport, model: AttentionModel) -> None:
        super().__init__(parent, z=9.0)
        self._time, self._model = time, model

    def draw(self, painter: QPainter, width: int, height: int, ratio: float) -> None:
        """Draw marks at their query time, as `Markers` does at their key time."""
        if self._model.band is None:
            return
        axis, hover = query_axis(self._time, height), self._time.hover
        line = max(1, round(ratio))
        if hover.query_s is not None:
            self._band(painter, _row(axis, hover.query_s, width), ratio)
        elif hover.time_s is not None:
            y = height - 1 - math.floor(axis.x(hover.time_s))
            painter.fillRect(QRectF(0, y, width, line), colour(self.theme.text, 0.35))
        if self._time.cursor_s is not None:
            y = height - 1 - math.floor(axis.x(self._time.cursor_s))
            painter.fillRect(QRectF(0, y, width, line), colour(self.theme.cursor, 0.6))
        self._draw_caption(painter, ratio)

    def _band(self, painter: QPainter, area: QRectF, ratio: float) -> None:
        """Mark the extent of the query: a faint fill, and a bracket open to the right."""
        name, line, arm = self.theme.query, max(2, round(2 * ratio)), round(7 * ratio)
        painter.fillRect(area, colour(name, 0.18))
        for part in (
            QRectF(0, area.top(), line, area.height()),
            QRectF(0, area.top(), arm, line),
            QRectF(0, area.bottom() - line, arm, line),
        ):
            painter.fillRect(part, colour(name))

    def _draw_caption(self, painter: QPainter, ratio: float) -> None:
        """Say what is shown, in the corner where the map is empty."""
        head = self._model.head
        which = "mean of heads" if head is None else f"head {head + 1}"
        text = f"attention, {which}   query time \N{UPWARDS ARROW}   key time \N{RIGHTWARDS ARROW}"
        painter.setFont(small_font(ratio, 0.85))
        metrics = QFontMetricsF(painter.font())
        area = QRectF(6 * ratio, 6 * ratio, 0, metrics.height() + 4 * ratio)
        area.setWidth(metrics.horizontalAdvance(text) + 12 * ratio)
        painter.fillRect(area, colour(self.theme.background, 0.8))
        painter.setPen(colour(self.theme.muted))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)


class AttentionPane(Pane):
    """The cross-attention of a recording on the same time axis as its sound."""

    readout = Signal(object)

    def __init__(
        self, time: Viewport, model: AttentionModel, parent: QWidget | None = None
    ) -> None:
        empty = "Open a clip to see where the model looked."
        super().__init__(time, "Attention", empty, parent)
        self._model = model
        self.picture = AttentionItem(self.box, time, model)
        self._along = QueryMarkers(self.box, time, model)
        self.markers.with_query = False
        self.add(self.picture)
        self.add(self._along)
        for signal in (time.cursor_moved, time.hover_changed):
            signal.connect(self._along.update)
        time.changed.connect(self._mark)
        model.changed.connect(self._refresh)
        self._refresh()

    def point_at(self, at: QPointF) -> AttentionPoint | None:
        """Return the cell of the map at a place in logical pixels of the widget."""
        return self._model.point(self.query_at(at), self.time_at(at))

    def query_at(self, at: QPointF) -> float:
        """Return the query time, in seconds, at a place in logical pixels of the widget."""
        ratio = self.devicePixelRatioF()
        height = max(1, round(self.box.rect().height() * ratio))
        return query_axis(self.time, height).time(height - at.y() * ratio)

    def hover_at(self, at: QPointF) -> Hover:
        """Return the key time under the pointer, and the extents of query and key."""
        point = self.point_at(at)
        if point is None:
            return Hover(self.time_at(at))
        return Hover(self.time_at(at), point.query_s, point.key_s)

    def hovered(self, at: QPointF | None) -> None:
        """Tell every pane the query and the key under the pointer, and who listens the weight."""
        super().hovered(at)
        self.readout.emit(None if at is None else self.point_at(at))

    def resized(self) -> None:
        """Place the marks for the new height."""
        self._mark()

    def _refresh(self) -> None:
        self.markers.is_empty = self._model.band is None
        self.picture.invalidate()
        self._mark()

    def _mark(self) -> None:
        """Put times on the query axis."""
        if self._model.band is None:
            self.axis.set_marks([])
            return
        height = self.box.rect().height()
        start, stop = self.time.start_s, self.time.stop_s
        times, decimals = time_ticks(start, stop, height / 22)
        marks = [((t - start) / (stop - start), elapsed(t, decimals)) for t in times if t >= 0.0]
        self.axis.set_marks(marks)


def _row(axis: PixelMap, span: TimeRange, width: int) -> QRectF:
    """Return the whole pixel rows that a range of query time touches."""
    bottom = axis.width - math.floor(axis.x(span[0]))
    top = min(axis.width - math.ceil(axis.x(span[1])), bottom - 1)
    return QRectF(0, top, width, bottom - top)
