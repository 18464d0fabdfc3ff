"""Pages of dialogs that scroll where the screen is too small for all of them."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

# Logical pixels for what dialogs have beside their page, and desktops around a dialog.
AROUND = QSize(64, 160)
# Of styles that leave room beside the scroll bar.
BESIDE = 12


class Scrolled(QScrollArea):
    """A page as large as it wants to be where there is room; nothing on it is ever squeezed.

    Its window grows with it, but not beyond the screen.

    Parameters
    ----------
    page : QWidget
        With a layout.
    name : str
        What a screen reader calls it.
    """

    def __init__(self, page: QWidget, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # for the keys that scroll
        self._page, self._wanted = page, QSize()
        self.setWidget(page)
        self._fit()

    def sizeHint(self) -> QSize:
        """Return the size of the page, as far as the screen has room for it."""
        bar = QSize(self.verticalScrollBar().sizeHint().width() + BESIDE, 0)
        room = self.screen().availableGeometry().size() - AROUND
        return (self._page.sizeHint() + bar).boundedTo(room)

    def eventFilter(self, o: QObject, e: QEvent) -> bool:
        """Take what the page wants, whenever that changes."""
        asked = e.type() == QEvent.Type.LayoutRequest and o is self._page
        if asked and self._page.sizeHint() != self._wanted:
            self._fit()
        return super().eventFilter(o, e)

    def showEvent(self, event: QShowEvent) -> None:
        """Begin as large as that: Qt makes no window larger than two thirds of the screen."""
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give the page the height it wants, and the window the size for it."""
        self._wanted = self._page.sizeHint()
        self._page.setMinimumHeight(self._wanted.height())
        self.updateGeometry()
        window = self.window()
        if window is not self:
            window.resize(window.size().expandedTo(window.sizeHint()))
