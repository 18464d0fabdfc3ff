"""Rows of bars that say how much each moment was attended to, or was worth."""

import math

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from leanviz.core.clock import PixelMap
from leanviz.models.explanation import Strip
from leanviz.views.drawing import colour
from leanviz.views.theme import Theme

# Bars this far below the largest are not worth a pixel.
LEAST = 0.01


def draw_bars(painter: QPainter, strip: Strip, axis: PixelMap, area: QRectF, theme: Theme) -> None:
    """Draw a strip into an area whose left edge is that of the time axis.

    A bar's height is its part of the largest; where the label rises instead of falling the bar is
    an outline.
    """
    name = theme.key if strip.name == "attention" else theme.query
    parts = strip.parts()
    for bar, part in enumerate(parts.tolist()):
        left, right = (math.floor(axis.x(t)) for t in strip.edges_s[bar : bar + 2].tolist())
        left, right = max(0, left), min(axis.width, max(right, left + 1))
        if right <= left or abs(part) < LEAST:
            continue
        tall = max(1.0, round(abs(part) * area.height()))
        box = QRectF(area.left() + left, area.bottom() - tall, right - left, tall)
        if part > 0.0:
            painter.fillRect(box, colour(name, 0.9))
        else:
            painter.setPen(QPen(colour(theme.muted), 1.0, Qt.PenStyle.DotLine))
            painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
