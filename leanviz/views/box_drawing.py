"""Boxes on the spectrogram: what labels cover in time and frequency, and what is being selected."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from leanviz.core.clock import PixelMap
from leanviz.models.boxes import Box, BoxesModel
from leanviz.models.frequency import FrequencyAxis
from leanviz.views.drawing import PaneItem, colour, small_font
from leanviz.views.spectrogram import SpectrogramPane

PAD = 3
# Logical pixels of a box that is too small to be told from a dot, and of one with room for words.
LEAST, WORDS = 3, 28


class BoxItem(PaneItem):
    """An outline for each box in view with its words in a corner; that of the selected is thick."""

    def __init__(self, pane: SpectrogramPane, model: BoxesModel) -> None:
        super().__init__(pane.box, z=6.0)
        self._pane, self._model = pane, model
        model.changed.connect(self.update)
        pane.band_selected.connect(self.update)

    def idle(self) -> bool:
        """Tell whether there is no box."""
        return not (self._model or self._pane.band_hz)

    def draw(self, painter: QPainter, width: int, height: int, ratio: float) -> None:
        """Draw what is in view."""
        frequencies = self._pane.frequency_axis
        if frequencies is None:
            return
        painter.setFont(small_font(ratio, 0.85))
        axis, size = self._pane.axis_for(width), (width, height)
        for box in self._model.between(axis.start_s, axis.time(width)):
            area = _area(box, axis, frequencies, size)
            self._outline(painter, area, self._pen(box, ratio))
            self._write(painter, box.title, area, ratio)
        selection, band = self._pane.time.selection, self._pane.band_hz
        if selection is not None and band:
            area = _area(Box(*selection, *band, ""), axis, frequencies, size)
            pen = QPen(colour(self.theme.accent), ratio, Qt.PenStyle.DashLine)
            self._outline(painter, area, pen)

    def _pen(self, box: Box, ratio: float) -> QPen:
        name = self.theme.reference if box.reference else self.theme.cursor
        style = Qt.PenStyle.DashLine if box.reference else Qt.PenStyle.SolidLine
        return QPen(colour(name), (2.0 if box.selected else 1.0) * ratio, style)

    def _outline(self, painter: QPainter, area: QRectF, pen: QPen) -> None:
        """Draw a line that is seen on any colour."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for each in (QPen(colour(self.theme.outline, 0.7), 3 * pen.widthF()), pen):
            each.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(each)
            painter.drawRect(area)

    def _write(self, painter: QPainter, title: str, area: QRectF, ratio: float) -> None:
        """Write the words above the box, or within it where there is no room above."""
        metrics, pad = QFontMetricsF(painter.font()), PAD * ratio
        if area.width() < WORDS * ratio:
            return
        text = metrics.elidedText(title, Qt.TextElideMode.ElideRight, area.width() - 2 * pad)
        size = metrics.horizontalAdvance(text) + 2 * pad, metrics.height()
        top = area.top() - size[1] - ratio
        at = QPointF(max(area.left(), 0.0), top if top >= 0.0 else area.top() + ratio)
        chip = QRectF(at.x(), at.y(), *size)
        painter.fillRect(chip, colour(self.theme.background, 0.8))
        painter.setPen(colour(self.theme.text))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)


def _area(box: Box, axis: PixelMap, frequencies: FrequencyAxis, size: tuple[int, int]) -> QRectF:
    """Return where a box is, in device pixels; what is out of view stays just out of it."""
    width, height = size
    left, right = (min(max(axis.x(s), -9.0), width + 9.0) for s in (box.start_s, box.stop_s))
    ends = frequencies.fraction([box.low_hz, box.high_hz])
    bottom, top = (min(max((1.0 - float(end)) * height, -9.0), height + 9.0) for end in ends)
    return QRectF(left, top, max(right - left, LEAST), max(bottom - top, LEAST))
