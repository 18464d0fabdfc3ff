"""A window to drag files from, as a file manager does: `python drag_source.py X Y FILE...`.

It says `pressed` when a button goes down on it, and `accepted` when what the mouse is over would
take the files: only then may the button be let go.
"""

import sys

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget


class DragSource(QWidget):
    """Drags its files once the mouse moves with a button down, then hides.

    The drop is over for Qt before the other side has fetched what was dropped: it lives on.
    """

    def __init__(self, files: list[str]) -> None:
        super().__init__()
        self.setWindowTitle("drag source")
        self._files = files

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802  (the name is Qt's)
        """Say so."""
        print("pressed", flush=True)  # noqa: T201

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Begin."""
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(file) for file in self._files])
        drag = QDrag(self)
        drag.setMimeData(mime)
        drag.actionChanged.connect(_tell)
        drag.exec(Qt.DropAction.CopyAction)
        self.hide()


def _tell(action: Qt.DropAction) -> None:
    if action == Qt.DropAction.CopyAction:
        print("accepted", flush=True)  # noqa: T201


def main() -> None:
    """Show the window until its files are dropped, and live until the end of the test."""
    app = QApplication(sys.argv)
    app.setQuitOnLastWindowClosed(False)
    source = DragSource(sys.argv[3:])
    source.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint)
    source.setGeometry(int(sys.argv[1]), int(sys.argv[2]), 160, 80)
    source.show()
    app.exec()


if __name__ == "__main__":
    main()
