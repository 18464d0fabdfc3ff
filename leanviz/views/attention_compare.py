"""Two rows of attention below each other, over the lag between patch and wave feature."""

import math

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from leanviz.models.attention_pins import LETTERS, Pin, PinsModel
from leanviz.views.drawing import colour, small_font
from leanviz.views.theme import DARK, Theme

Float64 = npt.NDArray[np.float64]

ROW = 52
AXIS = 18
NAME = 44
# Weights below this part of the highest of their row are not worth the room.
LEAST_PART = 0.01
EDGE_S = 0.2
NOTHING = "Click the map to pin a row as A, Shift+click for B."


class RowsView(QWidget):
    """Row A, row B, and how much more of its weight A puts at each lag than B.

    Rows of one clip, of two heads or of two clips all have their wave features at the same lags.
    """

    def __init__(self, pins: PinsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pins = pins
        self.theme: Theme = DARK
        self.setAccessibleName("Pinned rows")
        self.setToolTip("Weight over the lag of the wave feature; 0 s is the middle of the patch")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(3 * ROW + AXIS)
        pins.changed.connect(self._follow)
        self._follow()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.theme = theme
        self.update()

    def words(self) -> str:
        """Return what is drawn, in words."""
        said = [f"{letter}: {held.title}" for letter in LETTERS if (held := self._pins[letter])]
        comparison = self._pins.comparison
        if comparison is not None:
            said.append(f"in common: {comparison.overlap:.2f} of the weight")
        return "; ".join(said) or NOTHING

    def _follow(self) -> None:
        self.setAccessibleDescription(self.words())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows on one scale, their difference, and the axis of lags."""
        painter = QPainter(self)
        painter.setFont(small_font(part=0.85))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        held = {letter: row for letter in LETTERS if (row := self._pins[letter])}
        if not held:
            painter.setPen(colour(self.theme.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect(), flags, NOTHING)
            return
        lags = _lags(list(held.values()))
        peak = max(float(row.weights.max()) for row in held.values())
        for number, (letter, row) in enumerate(held.items()):
            area = self._area(number)
            self._draw_ground(painter, area, lags, letter, f"{peak:.2g}")
            curve = _curve(area, lags, row.lag_s, row.weights / max(peak, 1e-9))
            self._draw_curve(painter, area, curve, area.bottom())
            self._draw_ridge(painter, area, lags, row)
        comparison = self._pins.comparison
        if comparison is not None:
            area, apart = self._area(2), comparison.a - comparison.b
            most = max(float(np.abs(apart).max()), 1e-9)
            self._draw_ground(
                painter, area, lags, "A \N{MINUS SIGN} B", f"\N{PLUS-MINUS SIGN}{most:.2g}"
            )
            curve = _curve(area, lags, comparison.lag_s, 0.5 + apart / most / 2)
            self._draw_curve(painter, area, curve, area.center().y())
        self._draw_axis(painter, lags)

    def _area(self, number: int) -> QRectF:
        return QRectF(NAME, number * ROW + 4, self.width() - NAME - 1, ROW - 8)

    def _draw_ground(
        self, painter: QPainter, area: QRectF, lags: tuple[float, float], name: str, top: str
    ) -> None:
        """Draw what is behind a row: its name, what its height stands for, and lag 0."""
        painter.fillRect(area, colour(self.theme.lane))
        x = _place(area, lags, 0.0)
        painter.setPen(QPen(colour(self.theme.muted), 1.0, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        beside = QRectF(0, area.top(), NAME - 4, area.height())
        right = Qt.AlignmentFlag.AlignRight
        painter.setPen(colour(self.theme.muted))
        painter.drawText(beside, right | Qt.AlignmentFlag.AlignTop, top)
        painter.setPen(colour(self.theme.text))
        painter.drawText(beside, right | Qt.AlignmentFlag.AlignBottom, name)

    def _draw_curve(
        self, painter: QPainter, area: QRectF, curve: list[QPointF], base: float
    ) -> None:
        painter.setClipRect(area)
        closed = [QPointF(curve[0].x(), base), *curve, QPointF(curve[-1].x(), base)]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(self.theme.key, 0.35))
        painter.drawPolygon(QPolygonF(closed))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour(self.theme.key), 1.2))
        painter.drawPolyline(QPolygonF(curve))
        painter.setPen(colour(self.theme.line))
        painter.drawLine(QPointF(area.left(), base), QPointF(area.right(), base))
        painter.setClipping(False)

    def _draw_ridge(
        self, painter: QPainter, area: QRectF, lags: tuple[float, float], row: Pin
    ) -> None:
        """Mark where the row looks on average."""
        x = _place(area, lags, float(row.reading.lag_ms[0]) / 1e3)
        painter.setPen(QPen(colour(self.theme.query), 1.6))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))

    def _draw_axis(self, painter: QPainter, lags: tuple[float, float]) -> None:
        area = QRectF(NAME, 3 * ROW, self.width() - NAME - 1, AXIS)
        painter.setPen(colour(self.theme.muted))
        span = lags[1] - lags[0]
        step = next(step for step in (0.5, 1.0, 2.0, span) if span <= 5 * step)
        for number in range(math.ceil(lags[0] / step), math.floor(lags[1] / step) + 1):
            x = _place(area, lags, number * step)
            text = f"{number * step:+g} s".replace("-", "\N{MINUS SIGN}") if number else "0"
            wide = painter.fontMetrics().horizontalAdvance(text)
            left = min(max(x - wide / 2, area.left()), area.right() - wide)
            at = QRectF(left, area.top(), wide + 1, AXIS)
            painter.drawText(at, Qt.AlignmentFlag.AlignCenter, text)


def _lags(rows: list[Pin]) -> tuple[float, float]:
    """Return the lags that are drawn: where any row has weight worth seeing, and 0."""
    seen = [row.lag_s[row.weights >= LEAST_PART * row.weights.max()] for row in rows]
    low = min(0.0, *(float(lags.min()) for lags in seen))
    high = max(0.0, *(float(lags.max()) for lags in seen))
    return low - EDGE_S, high + EDGE_S


def _place(area: QRectF, lags: tuple[float, float], lag_s: float) -> float:
    return area.left() + (lag_s - lags[0]) / (lags[1] - lags[0]) * area.width()


def _curve(
    area: QRectF, lags: tuple[float, float], lag_s: Float64, part: npt.NDArray[np.floating]
) -> list[QPointF]:
    """Return a curve of heights in [0, 1] over lags."""
    return [
        QPointF(_place(area, lags, float(lag)), area.bottom() - float(height) * area.height())
        for lag, height in zip(lag_s, part, strict=True)
    ]
