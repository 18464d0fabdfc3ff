"""Mouse, wheel and touch pad on a plot, told apart once for every pane."""

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

NOTCH = 120.0


class GesturePlot(pg.GraphicsView):
    """A plot that turns Qt's mouse events into clicks, drags, hovers and wheel steps.

    Handled on the widget and not in pyqtgraph's scene, which prints errors of handlers and goes
    on. Positions are logical pixels of the widget. No `PlotWidget`: with its ``__getattr__`` every
    attribute of a pane takes three to seven times as long to be found.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pressed: QPointF | None = None
        self._dragging = False
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)

    def clicked(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Handle a click with the left button."""

    def double_clicked(self, at: QPointF) -> None:
        """Handle a double click; its first half arrived as a click."""

    def dragged(self, start: QPointF, at: QPointF, finished: bool) -> None:
        """Handle a drag with the left button that began at `start`."""

    def hovered(self, at: QPointF | None) -> None:
        """Handle the pointer being at a place; None when it has left."""

    def wheel_time(self, notches: float, at: QPointF, zoom: bool) -> None:
        """Handle the wheel: scroll or zoom time, positive away from the user."""

    def wheel_vertical(self, notches: float, at: QPointF) -> None:
        """Handle Shift and the wheel, or the wheel on the left axis."""

    def in_plot(self, at: QPointF) -> bool:
        """Tell whether a place is right of the left axis."""
        raise NotImplementedError

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        """Begin a click or a drag."""
        if ev.button() == Qt.MouseButton.LeftButton and self.in_plot(ev.position()):
            self._pressed, self._dragging = ev.position(), False
        ev.accept()

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        """Drag or hover."""
        at = ev.position()
        if self._pressed is not None:
            moved = (at - self._pressed).manhattanLength()
            self._dragging = self._dragging or moved >= QApplication.startDragDistance()
            if self._dragging:
                self.dragged(self._pressed, at, False)
        self.hovered(at if self.in_plot(at) else None)
        ev.accept()

    def mouseReleaseEvent(self, ev: QMouseEvent) -> None:
        """End a click or a drag."""
        if ev.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        start, self._pressed = self._pressed, None
        if self._dragging:
            self.dragged(start, ev.position(), True)
        else:
            self.clicked(ev.position(), ev.modifiers())
        ev.accept()

    def mouseDoubleClickEvent(self, ev: QMouseEvent) -> None:
        """Tell the pane."""
        if ev.button() == Qt.MouseButton.LeftButton and self.in_plot(ev.position()):
            self.double_clicked(ev.position())
        ev.accept()

    def leaveEvent(self, ev: QEvent) -> None:
        """Stop hovering."""
        self.hovered(None)

    def wheelEvent(self, ev: QWheelEvent) -> None:
        """Scroll time; Ctrl zooms at the pointer; Shift, or the left axis, goes vertically."""
        turn, modifiers = ev.angleDelta(), ev.modifiers()
        sideways = abs(turn.x()) > abs(turn.y())
        notches = (turn.x() if sideways else turn.y()) / NOTCH
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            self.wheel_time(notches, ev.position(), True)
        elif shift or not (sideways or self.in_plot(ev.position())):
            self.wheel_vertical(notches, ev.position())
        else:
            self.wheel_time(notches, ev.position(), False)
        ev.accept()
