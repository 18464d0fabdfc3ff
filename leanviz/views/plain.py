"""Text as it is: what comes from a file, such as its name, is never taken for HTML.

Qt guesses, and a name that begins with a tag would be drawn as one, with pictures read from disk.
"""

import html

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget


class PlainLabel(QLabel):
    """A label that shows its text as it is."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)


def plain_tip(text: str) -> str:
    """Return a tooltip that shows a text as it is."""
    return f"<span>{html.escape(text)}</span>" if "<" in text else text
