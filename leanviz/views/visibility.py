"""Whether anybody can see a window: nothing is drawn for nobody."""

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QWidget

TELLING = (QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.WindowStateChange)


class Visibility(QObject):
    """Watches a window being shown, hidden and minimised.

    Signals
    -------
    changed : bool
        Whether it can be seen from now on.
    """

    changed = Signal(bool)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.visible = True
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look again when the window says that something about it changed."""
        if event.type() in TELLING:
            visible = event.type() != QEvent.Type.Hide and not self._window.isMinimized()
            if visible != self.visible:
                self.visible = visible
                self.changed.emit(visible)
        return super().eventFilter(watched, event)
