"""A drop-down list that can change while it is open."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox


class Picker(QComboBox):
    """Texts, each with a value of its own."""

    def offer(self, entries: Sequence[tuple[str, Any]], chosen: Any) -> None:
        """List texts with their values; the highlighted one stays so in an open list."""
        view = self.view()
        pointed = view.currentIndex().data() if view.isVisible() else None
        self.clear()
        for text, value in entries:
            self.addItem(text, value)
        values = [value for _, value in entries]
        self.setCurrentIndex(values.index(chosen) if chosen in values else 0)
        self.setAccessibleDescription(self.currentText())
        at = self.findText(pointed) if pointed else -1
        if at >= 0:
            view.setCurrentIndex(self.model().index(at, 0))

    def paintEvent(self, e: QPaintEvent) -> None:
        """Draw the arrow that the style sheet leaves out."""
        super().paintEvent(e)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().text().color(), 1.4))
        x, y = self.width() - 16, self.height() / 2 - 2
        painter.drawPolyline([QPointF(x, y), QPointF(x + 4, y + 4), QPointF(x + 8, y)])
