"""Text as it is: what comes from a file, such as its name, is never taken for HTML.

Qt guesses, and a name that begins with a tag would be drawn as one, with pictures read from disk.
"""

import html

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

AT_THE_END = Qt.TextElideMode.ElideRight


class PlainLabel(QLabel):
    """A label that shows its text as it is."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)


class OneLine(PlainLabel):
    """A line that is cut where there is no more room, and never asks for more.

    Parameters
    ----------
    cut : Qt.TextElideMode
        Where it is cut.
    """

    def __init__(
        self, text: str = "", cut: Qt.TextElideMode = AT_THE_END, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent=parent)
        self._end = cut
        self.setText(text)

    def text(self) -> str:
        """Return all of the text."""
        return self._whole

    def setText(self, text: str) -> None:
        """Show as much of a text as there is room for; a screen reader reads all of it."""
        self._whole = text
        self.setAccessibleName(text)
        self._cut()

    def minimumSizeHint(self) -> QSize:
        """Return the height of a line: any width will do."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show more of it, or less."""
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        super().setText(self.fontMetrics().elidedText(self._whole, self._end, self.width()))


def plain_tip(text: str) -> str:
    """Return a tooltip that shows a text as it is."""
    return f"<span>{html.escape(text)}</span>" if "<" in text else text
