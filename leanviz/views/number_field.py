"""A field for a number, with the arrows that a style sheet leaves out."""

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QDoubleSpinBox

# Place of the arrows from the right edge, and half their width, in logical pixels.
ARROWS, HALF = 11, 3


class NumberField(QDoubleSpinBox):
    """A number that counts when it is complete, not at every figure that is typed."""

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setKeyboardTracking(False)
        self.setDecimals(2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the arrows over the field."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().text().color(), 1.4))
        x, middle = self.width() - ARROWS, self.height() / 2
        for side in (-1, 1):
            foot, tip = middle + 2.5 * side, middle + (2.5 + HALF) * side
            corners = (x - HALF, foot), (x, tip), (x + HALF, foot)
            painter.drawPolyline([QPointF(*corner) for corner in corners])
