"""Texts on boxes that scroll: in view as long as there is room on the box."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QStaticText

# Room enough for any text: it was measured before.
FAR = 16000
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class _Cut:
    """A text that was shortened, for any room from `least` to `most`."""

    least: float
    most: float
    text: QStaticText | None


NOT_CUT = _Cut(math.inf, -math.inf, None)


@dataclass(slots=True)
class Pinned:
    """A text on a box that the left edge of the view may cut.

    Attributes
    ----------
    left, right : float
        The box, where it was when its strip was drawn, in device pixels.
    text : str
    wide : float
        Width of the whole text.
    ink : QColor
    whole : QStaticText
        The whole text, laid out once: that takes longer than to draw it.
    top : float
        Where that stands at the middle of the box.
    cut : _Cut
        As much of the text as there was room for in the latest picture.
    """

    left: float
    right: float
    text: str
    wide: float
    ink: QColor
    whole: QStaticText
    top: float
    cut: _Cut = NOT_CUT

    def draw(self, painter: QPainter, moved: int, pad: float) -> None:
        """Write the text, cut where there is no room, `moved` pixels after the strip was drawn."""
        left = max(self.left - moved, 0.0) + pad
        room = self.right - moved - left - pad
        painter.setPen(self.ink)
        if self.wide <= room:
            painter.drawStaticText(QPointF(left, self.top), self.whole)
            return
        if not self.cut.least <= room <= self.cut.most:
            self.cut = self._shortened(painter.font(), room)
        if self.cut.text is not None:
            painter.drawStaticText(QPointF(left, self.top), self.cut.text)

    def _shortened(self, font: QFont, room: float) -> _Cut:
        """Return the text as it fits into some room, and into any less until a letter more goes."""
        metrics = QFontMetricsF(font)
        text = metrics.elidedText(self.text, Qt.TextElideMode.ElideRight, room)
        if len(text) <= 2:
            return _Cut(-math.inf, room, None)
        return _Cut(math.ceil(metrics.horizontalAdvance(text)), room, laid_out(text, font))


def write(painter: QPainter, left: float, box: QRectF, text: str) -> None:
    """Write a text beside or on a box, at the middle of its height."""
    painter.drawText(QRectF(left, box.top(), FAR, box.height()), LEFT, text)


def laid_out(text: str, font: QFont) -> QStaticText:
    """Return a text of one line that is ready to be drawn in a font."""
    ready = QStaticText(text)
    ready.setTextFormat(Qt.TextFormat.PlainText)
    ready.prepare(font=font)
    return ready
