"""A window to drag files from, as a file manager does: `python drag_source.py X Y FILE...`."""

import sys

from PySide6.QtCore import QMimeData, Qt, QTimer, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

# The drop is over for Qt before the other side has fetched what was dropped.
LINGER_MS = 3_000


class DragSource(QWidget):
    """Drags its files once the mouse moves with a button down, then ends."""

    def __init__(self, files: list[str]) -> None:
        super().__init__()
        self.setWindowTitle("drag source")
        self._files = files

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802  (the name is Qt's)
        """Begin."""
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(file) for file in self._files])
        drag = QDrag(self)
        drag.setMimeData(mime)
        drag.exec(Qt.DropAction.CopyAction)
        QTimer.singleShot(LINGER_MS, QApplication.quit)


def main() -> None:
    """Show the window until its files are dropped."""
    app = QApplication(sys.argv)
    source = DragSource(sys.argv[3:])
    source.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint)
    source.setGeometry(int(sys.argv[1]), int(sys.argv[2]), 160, 80)
    source.show()
    app.exec()


if __name__ == "__main__":
    main()
