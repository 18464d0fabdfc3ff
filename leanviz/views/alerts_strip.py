"""The latest alerts in words, across the window, until somebody has read them."""

from collections import deque
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from leanviz.views.plain import PlainLabel

if TYPE_CHECKING:
    from leanviz.pipeline.alerts import Alert

TOLD_BEFORE = 3
LARGE = 1.5


class AlertStrip(QFrame):
    """Names what was heard, large, and what before; it stays until it is dismissed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("alert")
        self.setAccessibleName("Alert")
        self._latest, self._before = PlainLabel(), PlainLabel()
        self._alerts: deque[Alert] = deque(maxlen=1 + TOLD_BEFORE)
        self._count = 0
        font = self._latest.font()
        font.setPointSizeF(font.pointSizeF() * LARGE)
        self._latest.setFont(font)
        self._before.setProperty("role", "name")
        dismiss = QPushButton("Dismiss")
        dismiss.setAccessibleName("Dismiss the alerts")
        dismiss.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        dismiss.clicked.connect(self.dismiss)
        words, layout = QVBoxLayout(), QHBoxLayout(self)
        words.addWidget(self._latest)
        words.addWidget(self._before)
        words.setSpacing(0)
        layout.setContentsMargins(12, 4, 8, 4)
        layout.addLayout(words, 1)
        layout.addWidget(dismiss)
        self.hide()

    @property
    def text(self) -> str:
        """What is said; empty while nothing is."""
        return "" if self.isHidden() else f"{self._latest.text()}\n{self._before.text()}".strip()

    def show_alert(self, alert: "Alert") -> None:
        """Say what was heard; what two rules are about is said once."""
        if any((other.title, other.at) == (alert.title, alert.at) for other in self._alerts):
            return
        self._alerts.appendleft(alert)
        self._count += 1
        self._latest.setText(sentence(alert))
        self._before.setText(self._told_before())
        self._before.setVisible(bool(self._before.text()))
        self.show()
        self.setAccessibleDescription(self.text)

    def dismiss(self) -> None:
        """Take the alerts away: they were read."""
        self._alerts.clear()
        self._count = 0
        self.hide()

    def _told_before(self) -> str:
        others = [f"{alert.title} {alert.time_text}" for alert in list(self._alerts)[1:]]
        more = self._count - len(self._alerts)
        if more:
            others.append(f"{more} more")
        return f"Before: {', '.join(others)}" if others else ""


def sentence(alert: "Alert") -> str:
    """Return what is heard as a sentence that does not claim to be sure."""
    begin = "Test: this" if alert.test else "This"
    return f"{begin} may be {alert.title} ({alert.score:.2f}, {alert.time_text})"
