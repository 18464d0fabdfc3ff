"""An offer to undo, beside the sentence that says what was done."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton

from leanviz.views.status_bar import StatusBar


class UndoOffer(QObject):
    """A button in the status bar, there for as long as the sentence is.

    Parameters
    ----------
    undo : QAction
        What the button does.
    """

    def __init__(self, status: StatusBar, undo: QAction, parent: QObject) -> None:
        super().__init__(parent)
        self._status = status
        self.button = QToolButton()
        self.button.setDefaultAction(undo)
        self.button.setProperty("role", "remedy")
        # its room is kept, so that nothing moves when it comes and goes
        policy = self.button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.button.setSizePolicy(policy)
        status.addPermanentWidget(self.button)
        self.button.hide()
        status.messageChanged.connect(self._follow)

    def offer(self, sentence: str) -> None:
        """Say what was done, with the button beside it."""
        self._status.say(sentence)
        self.button.show()

    def _follow(self, message: str) -> None:
        """Take the button away with its sentence, or when there is another one."""
        self.button.hide()
