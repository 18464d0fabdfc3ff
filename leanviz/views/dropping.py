"""Files dragged onto the window: what is said meanwhile, and what was dropped."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from leanviz.views.theme import DARK, Theme


class DropHint(QWidget):
    """Covers its parent, tells what dropping would do, and lets the mouse through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.theme: Theme = DARK
        self._over, self._words = parent, ""
        self.hide()

    def show_for(self, paths: Sequence[Path]) -> None:
        """Tell what dropping these would do."""
        more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
        self._words = f"Drop to open {paths[0].name}{more}"
        self.setGeometry(self._over.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dim what is below, frame it, and write the words."""
        painter = QPainter(self)
        dim = QColor(self.theme.background)
        dim.setAlphaF(0.8)
        painter.fillRect(self.rect(), dim)
        painter.setPen(QColor(self.theme.accent))
        painter.drawRect(self.rect().adjusted(8, 8, -9, -9))
        painter.setPen(QColor(self.theme.text))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._words)


class DropTarget(QObject):
    """Lets a window take files.

    Signals
    -------
    dropped : list of Path
        Local files and folders.
    """

    dropped = Signal(object)

    def __init__(self, window: QWidget, hint: DropHint) -> None:
        super().__init__(window)
        self._hint = hint
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle what is dragged; leave everything else to the window."""
        if isinstance(event, QDragEnterEvent):
            paths = local_paths(event.mimeData())
            if paths:
                event.acceptProposedAction()
                self._hint.show_for(paths)
            return True
        if event.type() == QEvent.Type.DragLeave:
            self._hint.hide()
            return True
        if event.type() == QEvent.Type.Drop and isinstance(event, QDropEvent):
            self._hint.hide()
            event.acceptProposedAction()
            self.dropped.emit(local_paths(event.mimeData()))
            return True
        return False


def local_paths(mime: QMimeData) -> list[Path]:
    """Return the local files and folders that are dragged."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
