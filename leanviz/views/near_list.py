"""What was nearly shown: its score, the rule that hid it, and a button that changes the rule."""

import math
from collections.abc import Sequence
from itertools import zip_longest

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QGridLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from leanviz.core.remedies import Remedy, remedy
from leanviz.models.decisions import DecisionsModel
from leanviz.models.findings import NearMiss
from leanviz.views.drawing import small_font
from leanviz.views.plain import OneLine, PlainLabel, plain_tip
from leanviz.views.score_rows import path_title

GAP = 6


class NearRow(QWidget):
    """One class: its path and score, the reason below, and the button."""

    def __init__(self) -> None:
        super().__init__()
        self.title, self.score, self.reason = _Words(), PlainLabel(), _Words()
        self.button = QPushButton()
        # Enter presses it, as Space does
        self.button.setAutoDefault(True)
        self.button.setProperty("role", "remedy")
        self.miss: NearMiss | None = None
        self.score.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.reason.setProperty("role", "muted")
        for part in (self.reason, self.button):
            part.setFont(small_font())
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(GAP)
        layout.setVerticalSpacing(0)
        layout.addWidget(self.title, 0, 0)
        layout.addWidget(self.score, 0, 1)
        layout.addWidget(self.reason, 1, 0)
        layout.addWidget(self.button, 1, 1)
        layout.setColumnStretch(0, 1)
        # a row without a near-miss takes as much room as one with it
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)

    def show_miss(self, title: str, miss: NearMiss, offered: Remedy | None) -> None:
        """Show a near-miss and what can be done about it."""
        # rounded down, as thresholds to show it are: 0.349 does not reach 0.35
        score = f"{math.floor(miss.hidden.candidate.score * 100) / 100:.2f}"
        self.miss = miss
        self.title.show_text(title)
        self.score.setText(score)
        self.reason.show_text(miss.hidden.reason)
        self.button.setText("" if offered is None else offered.offer)
        self.button.setVisible(offered is not None)
        self.button.setAccessibleName(f"{self.button.text()}: {title} {score}")
        self.button.setAccessibleDescription(miss.hidden.reason)
        self.button.setToolTip(plain_tip(f"{title} {score}: {miss.hidden.reason}"))

    def show_nothing(self) -> None:
        """Say that there is no near-miss."""
        self.miss = None
        self.title.show_text("nothing")
        self.reason.show_text("")
        self.score.setText("")
        self.button.hide()


class NearList(QWidget):
    """The nearest misses.

    While the pointer or the keyboard is on the list it stands still, so that a button cannot
    change its meaning just before it is pressed.
    """

    def __init__(self, count: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._decisions: DecisionsModel | None = None
        self._misses: list[NearMiss] = []
        self._stale = True
        self.setAccessibleName("Nearly shown")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.rows = [NearRow() for _ in range(count)]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        for row in self.rows:
            layout.addWidget(row)
            row.button.clicked.connect(lambda _checked, row=row: self._apply(row))
            row.hide()
        self.rows[0].show_nothing()
        self.rows[0].show()

    @property
    def misses(self) -> list[NearMiss]:
        """What is listed."""
        return self._misses

    @property
    def held(self) -> bool:
        """Whether the list stands still."""
        focus = QApplication.focusWidget()
        return self.underMouse() or (focus is not None and self.isAncestorOf(focus))

    def serve(self, decisions: DecisionsModel) -> None:
        """Take the choices that the buttons change."""
        self._decisions = decisions

    def show_misses(self, misses: Sequence[NearMiss]) -> None:
        """List near-misses, unless the list stands still."""
        shown = list(misses[: len(self.rows)])
        if self._decisions is None or (shown == self._misses and not self._stale):
            return
        if self._stale or not self.held:
            self._misses, self._stale = shown, False
            self._fill(self._decisions)

    def _fill(self, decisions: DecisionsModel) -> None:
        for row, miss in zip_longest(self.rows, self._misses):
            row.setVisible(miss is not None)
            if miss is not None:
                title = path_title(decisions.taxonomy, miss.hidden.candidate.label)
                row.show_miss(title, miss, _remedy(miss, decisions))
        if not self._misses:
            self.rows[0].show_nothing()
            self.rows[0].show()
        told = (f"{m.event.label} {m.hidden.candidate.score:.2f}" for m in self._misses)
        self.setAccessibleDescription("; ".join(told) or "nothing")

    def _apply(self, row: NearRow) -> None:
        """Change the rule that hid what a row shows; by the choices of now, not of then."""
        if self._decisions is None or row.miss is None:
            return
        found = _remedy(row.miss, self._decisions)
        if found is not None:
            self._stale = True
            self._decisions.change(found.choices, found.told)


def _remedy(miss: NearMiss, decisions: DecisionsModel) -> Remedy | None:
    if decisions.rules is None:
        return None
    return remedy(miss.hidden, decisions.choices, decisions.rules, decisions.taxonomy)


class _Words(OneLine):
    """A text in all the room there is; where that is too little, its beginning and end."""

    def __init__(self) -> None:
        super().__init__(cut=Qt.TextElideMode.ElideMiddle)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_text(self, text: str) -> None:
        """Show a text."""
        self.setText(text)
        self.setToolTip(plain_tip(text))
