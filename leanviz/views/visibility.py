"""A window that knows whether anybody can see it: nothing is drawn for nobody.

It overrides the handlers of the few events that tell. A filter would pass each of the hundreds of
events a second through Python.
"""

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow

# No event tells a widget that its window went to another workspace, or came back: that it is gone
# may be known late, that it is there again not.
LOOK_MS, SEEN_LOOK_MS = 250, 1000


class SeenWindow(QMainWindow):
    """A main window that tells when it is shown, hidden, minimised or on another workspace.

    Signals
    -------
    seen_changed : bool
        Whether it can be seen from now on.
    """

    seen_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.seen = True
        self._looking = QTimer(self)
        self._looking.setInterval(SEEN_LOOK_MS)
        self._looking.timeout.connect(self._look)

    def showEvent(self, event: QShowEvent) -> None:
        """Look again."""
        super().showEvent(event)
        self._looking.start()
        # the screen has it only a moment later
        self._see(not self.isMinimized())

    def hideEvent(self, event: QHideEvent) -> None:
        """Look again."""
        super().hideEvent(event)
        self._looking.stop()
        self._see(False)

    def changeEvent(self, event: QEvent) -> None:
        """Look again if the window was minimised or restored."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self._see(self.isVisible() and not self.isMinimized())
            # a minimised window comes back with another event
            if self.isMinimized():
                self._looking.stop()
            elif self.isVisible():
                self._looking.start()

    def _look(self) -> None:
        exposed = self.windowHandle().isExposed()
        self._see(self.isVisible() and not self.isMinimized() and exposed)

    def _see(self, seen: bool) -> None:
        if seen != self.seen:
            self.seen = seen
            self._looking.setInterval(SEEN_LOOK_MS if seen else LOOK_MS)
            self.seen_changed.emit(seen)
