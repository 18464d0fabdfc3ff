"""A frame around the window that says, without a sound: look here."""

from PySide6.QtCore import QAbstractAnimation, QEasingCurve, QEvent, QObject, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QMainWindow, QWidget

from leanviz.views.theme import DARK, Theme

# As wide as the margins of what it lies over: it covers no words.
WIDTH = 5
SHOWN_MS = 6000
# How far the frame is shown over that time: it comes and goes once, gently. The Web Content
# Accessibility Guidelines allow three flashes a second (2.3.1); this is one in six seconds.
OPACITY = ((0.0, 0.0), (0.08, 1.0), (0.8, 1.0), (1.0, 0.0))
HELD = 0.08


class AlertFrame(QWidget):
    """Lies around what a window shows, below its menu; lets the mouse through; soon goes again."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.theme: Theme = DARK
        self._opacity = 0.0
        self._animation = QVariantAnimation(self)
        self._animation.setDuration(SHOWN_MS)
        self._animation.setEasingCurve(QEasingCurve.Type.Linear)
        for at, opacity in OPACITY:
            self._animation.setKeyValueAt(at, opacity)
        self._animation.valueChanged.connect(self._show_opacity)
        self._animation.finished.connect(self._rest)
        self._window = window
        self.hide()

    def flash(self) -> None:
        """Come once; if it is there already, stay longer and do not come again."""
        if self._animation.state() is QAbstractAnimation.State.Running:
            held = round(HELD * SHOWN_MS)
            self._animation.setCurrentTime(min(held, self._animation.currentTime()))
            return
        self._fit()
        # only now: all events of a window through Python would cost more than listening does
        self._window.installEventFilter(self)
        self.raise_()
        self.show()
        self._animation.start()

    @property
    def opacity(self) -> float:
        """How far it is shown, from 0 to 1."""
        return self._opacity if self.isVisible() else 0.0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep to the size of what is framed."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._fit()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill the frame."""
        painter = QPainter(self)
        painter.setOpacity(self._opacity)
        painter.fillRect(self.rect(), QColor(self.theme.query))

    def _rest(self) -> None:
        self._window.removeEventFilter(self)
        self.hide()

    def _fit(self) -> None:
        shown = self._window.centralWidget()
        self.setGeometry(shown.geometry() if shown is not None else self._window.rect())
        rect = self.rect()
        # only the frame is painted over: the panes below go on as they are
        inner = rect.adjusted(WIDTH, WIDTH, -WIDTH, -WIDTH)
        self.setMask(QRegion(rect).subtracted(QRegion(inner)))

    def _show_opacity(self, opacity: float) -> None:
        if opacity != self._opacity:
            self._opacity = opacity
            self.update()
