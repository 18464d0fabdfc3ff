"""One sentence across the window about something that went wrong, with at most one way out."""

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from leanviz.views.plain import PlainLabel


class Severity(StrEnum):
    """How much a banner matters."""

    PROBLEM = "problem"
    NOTICE = "notice"


class Banner(QFrame):
    """A line that stays until it is dismissed or replaced; it never takes the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.setAccessibleName("Message")
        self._label = PlainLabel()
        self._label.setWordWrap(True)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._way_out = QPushButton()
        self._dismiss = QPushButton("Dismiss")
        self._run: Callable[[], object] | None = None
        self._severity = Severity.NOTICE
        self._lasts = False
        self._waiting: list[str] = []
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 8, 4)
        layout.setSpacing(8)
        layout.addWidget(self._label, 1)
        layout.addWidget(self._way_out)
        layout.addWidget(self._dismiss)
        for button in (self._way_out, self._dismiss):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._way_out.clicked.connect(self._act)
        self._dismiss.clicked.connect(self.dismiss)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence shown; empty while there is none."""
        return "" if self.isHidden() else self._label.text()

    def say(
        self,
        sentence: str,
        severity: Severity = Severity.PROBLEM,
        way_out: tuple[str, Callable[[], object]] | None = None,
    ) -> None:
        """Show a sentence and, with `way_out`, a button of that text that calls the function.

        A notice does not push a problem aside; what `note` shows comes back after either. Nothing
        is shown for an empty sentence: that of an error nobody expected, which is told already.
        """
        if not sentence:
            return
        if severity is Severity.NOTICE and self.text and self._severity is Severity.PROBLEM:
            return
        if self._lasts and self.text:
            self._waiting.append(self.text)
        self._lasts = False
        self._severity = severity
        self._label.setText(sentence)
        self.setAccessibleDescription(sentence)
        self.setProperty("severity", str(severity))
        self.style().polish(self)
        self._way_out.setVisible(way_out is not None)
        text, self._run = way_out or ("", None)
        self._way_out.setText(text)
        self.show()

    def note(self, sentence: str) -> None:
        """Show a notice that is told once and not to be missed: it waits until it has its turn."""
        if self.text:
            self._waiting.append(sentence)
        else:
            self.say(sentence, Severity.NOTICE)
            self._lasts = True

    def dismiss(self) -> None:
        """Take the sentence away; a notice that waits has its turn."""
        self._lasts = False
        self.hide()
        if self._waiting:
            self.note(self._waiting.pop(0))

    def withdraw(self, sentence: str) -> None:
        """Take a sentence away that is no longer true, if it is the one shown."""
        if sentence and self.text == sentence:
            self.dismiss()

    def _act(self) -> None:
        run = self._run
        self.dismiss()
        if run is not None:
            run()
