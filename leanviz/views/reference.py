"""The pane of reference labels: what somebody says is to be heard, below what LEAN says."""

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QWidget

from leanviz.core.clock import PixelMap
from leanviz.models.reference import ReferenceModel, Row
from leanviz.models.time_text import elapsed
from leanviz.models.viewport import Viewport
from leanviz.sessions.labels import Mark
from leanviz.views.drawing import PaneItem, colour, small_font
from leanviz.views.pane import Pane
from leanviz.views.plain import plain_tip

# Logical pixels.
ROW = 20
LEAST = 24
PAD = 5
# Pixels beside a label in which the pointer still means it.
NEAR = 3
FILL = 0.3
FAR = 16000


class ReferencePane(Pane):
    """Rows of reference labels; hidden while there are none."""

    def __init__(
        self, time: Viewport, reference: ReferenceModel, parent: QWidget | None = None
    ) -> None:
        super().__init__(time, "Reference labels", "", parent)
        self._reference = reference
        self.picture = ReferenceItem(self.box, reference, time)
        self.add(self.picture)
        self.axis.set_marks([(0.5, "Reference")], ticks=False)
        reference.changed.connect(self._arrange)
        self._arrange()

    def mark_at(self, at: QPointF) -> Mark | None:
        """Return the label at a place in logical pixels of the widget."""
        rows = self._reference.rows
        row = int(at.y() / self.box.rect().height() * len(rows)) if rows else 0
        if not (self.in_plot(at) and 0 <= row < len(rows)):
            return None
        time_s = self.time_at(at)
        near_s = NEAR * self.devicePixelRatioF() * self.pixel_map().seconds_per_pixel
        found = rows[row].between(time_s - near_s, time_s + near_s)
        return min(found, key=lambda mark: abs(_middle_s(mark) - time_s)) if found else None

    def clicked(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Select the time of a label, so that it can be played; beside all labels, seek."""
        mark = self.mark_at(at)
        if mark is None or mark.is_point:
            super().clicked(at, modifiers)
        else:
            self.time.select((mark.onset_s, mark.offset_s))

    def hovered(self, at: QPointF | None) -> None:
        """Tell all of the label under the pointer."""
        super().hovered(at)
        mark = None if at is None else self.mark_at(at)
        self.picture.setToolTip("" if mark is None else plain_tip(self._tip(mark)))

    def _tip(self, mark: Mark) -> str:
        score = "" if mark.score is None else f" {mark.score:.2f}"
        extent = elapsed(mark.onset_s)
        if not mark.is_point:
            extent = f"{extent} \u2013 {elapsed(mark.offset_s)}"
        lines = [f"{self._reference.title(mark)}{score}", extent]
        if mark.band_hz is not None:
            lines.append(f"{mark.band_hz[0]:g} to {mark.band_hz[1]:g} Hz")
        if not self._reference.is_known(mark):
            lines.append("LEAN has no such class: it is not compared")
        return "\n".join((*lines, f"from {self._reference.name}"))

    def _arrange(self) -> None:
        """Be as high as the rows need."""
        rows = len(self._reference.rows)
        self.setFixedHeight(max(LEAST, ROW * rows))
        self.setVisible(rows > 0)
        self.markers.is_empty = False
        self.picture.update()


class ReferenceItem(PaneItem):
    """The reference labels in view: filled if LEAN knows the class, else an outline."""

    def __init__(self, parent: QGraphicsItem, reference: ReferenceModel, time: Viewport) -> None:
        super().__init__(parent)
        self._reference, self._time = reference, time

    def draw(self, painter: QPainter, width: int, height: int, ratio: float) -> None:
        """Draw a line at the top, then row by row."""
        painter.fillRect(QRectF(0, 0, width, max(1.0, ratio)), colour(self.theme.line))
        painter.setFont(small_font(ratio, 0.9))
        rows = self._reference.rows
        for number, row in enumerate(rows):
            top = round(number * height / len(rows)) + round(2 * ratio)
            tall = round(height / len(rows)) - 2 * round(2 * ratio)
            self._draw_row(painter, row, self._time.pixel_map(width), QRectF(0, top, width, tall))

    def _draw_row(self, painter: QPainter, row: Row, axis: PixelMap, area: QRectF) -> None:
        marks = row.between(axis.start_s, axis.time(axis.width))
        lefts = [math.floor(axis.x(mark.onset_s)) for mark in marks]
        drawn = -math.inf
        for number, mark in enumerate(marks):
            left, right = max(-PAD, lefts[number]), math.floor(axis.x(mark.offset_s))
            right = min(max(right, left + 3), axis.width + PAD)
            if right <= drawn:  # nothing would be seen of it
                continue
            drawn = right
            box = QRectF(left, area.top(), right - left, area.height())
            limit = lefts[number + 1] if number + 1 < len(marks) else axis.width
            self._draw_box(painter, mark, box)
            self._write(painter, self._reference.title(mark), box, min(limit, axis.width))

    def _draw_box(self, painter: QPainter, mark: Mark, box: QRectF) -> None:
        known = self._reference.is_known(mark)
        if known:
            painter.fillRect(box, colour(self.theme.reference, FILL))
        style = Qt.PenStyle.SolidLine if known else Qt.PenStyle.DotLine
        painter.setPen(QPen(colour(self.theme.reference), 1.0, style))
        painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))

    def _write(self, painter: QPainter, text: str, box: QRectF, limit: float) -> None:
        """Write on the box, else beside it as far as the next one, else shortened on it."""
        metrics = QFontMetricsF(painter.font())
        wide = metrics.horizontalAdvance(text) + 2 * PAD
        left, right = max(box.left(), 0.0), min(box.right(), limit)
        if wide > right - left and right + wide <= limit:
            left = right
        elif wide > right - left:
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, right - left - 2 * PAD)
        if len(text) > 1:
            painter.setPen(colour(self.theme.text))
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            place = QRectF(left + PAD, box.top(), FAR, box.height())
            painter.drawText(place, flags, text)


def _middle_s(mark: Mark) -> float:
    return (mark.onset_s + mark.offset_s) / 2
