"""Realignment over time: the lag of each patch, how far it spreads, and its shape."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QWidget

from leanviz.core.clock import PixelMap
from leanviz.core.realignment import Realignment, Verdict
from leanviz.models.attention import AttentionModel
from leanviz.models.attention_reading import ReadingModel
from leanviz.models.viewport import Viewport
from leanviz.views.drawing import PaneItem, colour
from leanviz.views.pane import Pane

HEIGHT = 112
# Logical pixels of the line of each shape, below the curve.
LINE = 14


class LagItem(PaneItem):
    """The curve, and below it a line for each shape that says when rows had it."""

    def __init__(
        self, parent: QGraphicsItem, time: Viewport, model: AttentionModel, reading: ReadingModel
    ) -> None:
        super().__init__(parent)
        self._time, self._model, self._reading = time, model, reading

    def bounds_s(self) -> tuple[float, float]:
        """Return the lags at the bottom and the top of the curve, in whole seconds."""
        lags = [part.lag_ms for part in self._reading.of(self._model.head) if len(part)]
        low = min((float(lag.min()) for lag in lags), default=0.0) / 1e3
        high = max((float(lag.max()) for lag in lags), default=0.0) / 1e3
        return min(-1.0, float(np.floor(low))), max(1.0, float(np.ceil(high)))

    def draw(self, painter: QPainter, width: int, height: int, ratio: float) -> None:
        """Draw the diagonal as a line at 0, then what was read."""
        axis = self._time.pixel_map(width)
        line = LINE * ratio
        curve = QRectF(0, 0, width, height - len(Verdict) * line)
        bottom, top = self.bounds_s()
        scale = curve.height() / (top - bottom)
        zero = round(curve.height() + bottom * scale)
        painter.fillRect(QRectF(0, zero, width, max(1, round(ratio))), colour(self.theme.muted))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        parts = [part for part in self._reading.of(self._model.head) if len(part)]
        for part in parts:
            self._draw_shapes(painter, part, axis, (curve.height(), line))
        painter.setClipRect(curve, Qt.ClipOperation.IntersectClip)
        for part in parts:
            self._draw_lag(painter, part, axis, (zero, scale, ratio))

    def _draw_lag(
        self,
        painter: QPainter,
        part: Realignment,
        axis: PixelMap,
        place: tuple[float, float, float],
    ) -> None:
        """Draw the lag as a curve within its spread."""
        zero, scale, ratio = place
        x = [axis.x(float(query)) for query in part.query_s]
        lag, half = part.lag_ms / 1e3, part.spread_ms / 2e3
        low, high, mid = (zero - scale * values for values in (lag - half, lag + half, lag))
        around = [*zip(x, high, strict=True), *reversed([*zip(x, low, strict=True)])]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(self.theme.key, 0.2))
        painter.drawPolygon(QPolygonF([QPointF(*at) for at in around]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour(self.theme.key), 1.4 * ratio))
        painter.drawPolyline(QPolygonF([QPointF(*at) for at in zip(x, mid, strict=True)]))

    def _draw_shapes(
        self, painter: QPainter, part: Realignment, axis: PixelMap, place: tuple[float, float]
    ) -> None:
        """Fill the line of each row's shape for as long as its patch stands for."""
        top, line = place
        edges = self._model.query_edges
        names = [str(verdict) for verdict in Verdict]
        for query_s, verdict in zip(part.query_s, part.verdicts, strict=True):
            patch = self._model.patch_at(float(query_s))
            if patch is not None:
                left, right = axis.x(float(edges[patch])), axis.x(float(edges[patch + 1]))
                y = top + names.index(str(verdict)) * line + 0.25 * line
                area = QRectF(left, y, right - left, 0.5 * line)
                painter.fillRect(area, colour(self.theme.query, 0.85))


class LagPane(Pane):
    """Lag against the diagonal over the window's time axis, of the head that is shown."""

    def __init__(
        self,
        time: Viewport,
        model: AttentionModel,
        reading: ReadingModel,
        parent: QWidget | None = None,
    ) -> None:
        empty = "Open a clip to see the lag of its attention."
        super().__init__(time, "Realignment over time", empty, parent)
        self._model = model
        self.picture = LagItem(self.box, time, model, reading)
        self.add(self.picture)
        self.setFixedHeight(HEIGHT)
        for signal in (reading.changed, model.changed):
            signal.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        self.markers.is_empty = self._model.band is None
        height = max(self.box.rect().height(), 1.0)
        part = len(Verdict) * LINE / height
        bottom, top = self.picture.bounds_s()
        half = LINE / 2 / height
        low, zero = part + half, part + (1 - part) * -bottom / (top - bottom)
        marks = [(zero, "lag 0")]
        if zero - low > 2 * half:
            marks.append((low, f"{bottom:+g} s".replace("-", "\N{MINUS SIGN}")))
        if 1.0 - zero > 3 * half:
            marks.append((1.0 - half, f"{top:+g} s"))
        marks += [
            (part - (number + 0.5) * LINE / height, str(verdict))
            for number, verdict in enumerate(Verdict)
        ]
        self.axis.set_marks([] if self._model.band is None else marks, ticks=False)
        self.picture.update()

    def resized(self) -> None:
        """Place the marks for the new height."""
        self._refresh()
