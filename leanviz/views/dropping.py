"""Files dragged onto the window: what is said meanwhile, and what was dropped."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QWidget

from leanviz.views.theme import DARK, Theme
from leanviz.views.visibility import SeenWindow


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


class DropWindow(SeenWindow):
    """A main window that takes files.

    Signals
    -------
    dropped : list of Path
        Local files and folders.
    """

    dropped = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._hint: DropHint | None = None
        self.setAcceptDrops(True)

    def hint_with(self, hint: DropHint) -> None:
        """Tell with this what dropping would do."""
        self._hint = hint

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files, and nothing else."""
        paths = local_paths(event.mimeData())
        if paths:
            event.acceptProposedAction()
            if self._hint is not None:
                self._hint.show_for(paths)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Say nothing any more."""
        self._end_hint()

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell what was dropped."""
        self._end_hint()
        event.acceptProposedAction()
        self.dropped.emit(local_paths(event.mimeData()))

    def _end_hint(self) -> None:
        if self._hint is not None:
            self._hint.hide()


def local_paths(mime: QMimeData) -> list[Path]:
    """Return the local files and folders that are dragged."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
