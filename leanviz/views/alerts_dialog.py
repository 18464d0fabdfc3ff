"""Recording and alerts: the rules, and how clips are kept."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGroupBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from leanviz.core.decisions import DecisionRules
from leanviz.core.ready_rules import ReadyRule, rules_of
from leanviz.core.taxonomy import Taxonomy
from leanviz.core.watching import ClipChoices, WatchChoices, WatchRule
from leanviz.views.alerts_ready import ReadyDialog
from leanviz.views.alerts_rule_form import RuleForm
from leanviz.views.alerts_sounds import sound_title
from leanviz.views.plain import PlainLabel, plain_tip
from leanviz.views.recorder_form import ClipForm
from leanviz.views.scrolled import Scrolled

LIST_WIDTH = 260
EMPTY = (
    "No rule yet: Add makes one, Ready some for all that one wants to see where one cannot hear. "
    "Without rules nobody is alerted and no sound is kept."
)
ABOUT = (
    "Rules are about sounds that are shown as labels; the first one that fits keeps the clip. "
    "Do not rely on leanviz where lives or property depend on hearing an alarm."
)


class AlertsDialog(QDialog):
    """Tells of every change at once; stays beside the window while it listens.

    Parameters
    ----------
    choices : WatchChoices
    recommended : DecisionRules
        From which scores on ready rules alert.
    folder : Path
        Where clips go by default.

    Signals
    -------
    changed : WatchChoices
    tested : WatchRule
    """

    changed = Signal(object)
    tested = Signal(object)

    def __init__(
        self,
        choices: WatchChoices,
        taxonomy: Taxonomy,
        recommended: DecisionRules,
        folder: Path,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Recording and Alerts")
        self._choices, self._taxonomy, self._recommended = choices, taxonomy, recommended
        self.rules, self.form = QListWidget(), RuleForm(taxonomy)
        self.clips = ClipForm(choices.clips, folder)
        self.add, self.ready = QPushButton("&Add"), QPushButton("R&eady\u2026")
        self.remove = QPushButton("Remo&ve")
        self.up, self.down = QPushButton("U&p"), QPushButton("&Down")
        self._empty = PlainLabel(EMPTY)
        self._lay_out()
        self._connect()
        for rule in choices.rules:
            self._append(rule)
        self.rules.setCurrentRow(0)
        self._show_current()

    def show_outcome(self, sentence: str) -> None:
        """Show what came of a test."""
        self.form.outcome.setText(sentence)
        self.form.outcome.setAccessibleDescription(sentence)

    def set_recording(self, on: bool) -> None:
        """Show that recording was switched elsewhere."""
        self._choices = replace(self._choices, clips=replace(self._choices.clips, record=on))
        self.clips.set_recording(on)

    def _lay_out(self) -> None:
        self.rules.setAccessibleName("Rules")
        self.rules.setFixedWidth(LIST_WIDTH)
        about = PlainLabel(ABOUT)
        for words in (self._empty, about):
            words.setWordWrap(True)
            words.setProperty("role", "name")
        buttons, left, pair = QHBoxLayout(), QVBoxLayout(), QHBoxLayout()
        for button in (self.add, self.ready, self.remove, self.up, self.down):
            button.setAccessibleName(f"{button.text().replace('&', '')} rule")
            buttons.addWidget(button)
        self.ready.setAccessibleName("Ready rules")
        self.ready.setToolTip("Doorbell, alarms, a crying baby and others: choose and add")
        left.addWidget(self.rules, 1)
        left.addLayout(buttons)
        pair.addLayout(left)
        pair.addWidget(self.form, 1)
        pair.addWidget(self._empty, 1)
        group = QGroupBox("Rules")
        group.setLayout(pair)
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.rejected.connect(self.reject)
        page, layout = QWidget(), QVBoxLayout(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for part in (group, self.clips, about):
            column.addWidget(part)
        layout.setSpacing(12)
        layout.addWidget(Scrolled(page, "Rules and clips"), 1)
        layout.addWidget(close)

    def _connect(self) -> None:
        self.add.clicked.connect(self._add)
        self.ready.clicked.connect(self._offer)
        self.remove.clicked.connect(self._remove)
        self.up.clicked.connect(lambda: self._move(-1))
        self.down.clicked.connect(lambda: self._move(1))
        self.rules.currentRowChanged.connect(self._show_current)
        self.rules.itemChanged.connect(self._take_check)
        self.form.changed.connect(self._take_rule)
        self.form.tested.connect(self.tested)
        for button in self.findChildren(QPushButton):
            # Enter ends the typing in a field, and nothing else
            button.setAutoDefault(False)
        self.clips.changed.connect(self._take_clips)

    # -- the list ---------------------------------------------------------------------------------

    def _append(self, rule: WatchRule) -> None:
        item = QListWidgetItem()
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        self.rules.blockSignals(True)
        self.rules.addItem(item)
        self.rules.blockSignals(False)
        self._show_in_list(self.rules.count() - 1, rule)

    def _show_in_list(self, row: int, rule: WatchRule) -> None:
        """Name a rule in the list; what it does is its tool tip."""
        item = self.rules.item(row)
        self.rules.blockSignals(True)
        item.setText(f"{sound_title(rule.label, self._taxonomy)} \u2265 {rule.threshold:.2f}")
        item.setToolTip(plain_tip(what_it_does(rule)))
        item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, what_it_does(rule))
        checked = Qt.CheckState.Checked if rule.enabled else Qt.CheckState.Unchecked
        item.setCheckState(checked)
        self.rules.blockSignals(False)

    def _show_current(self) -> None:
        row = self.rules.currentRow()
        there = 0 <= row < len(self._choices.rules)
        if there:
            self.form.show_rule(self._choices.rules[row])
        self.form.setVisible(there)
        self._empty.setVisible(not there)
        self.remove.setEnabled(there)
        self.up.setEnabled(row > 0)
        self.down.setEnabled(there and row < self.rules.count() - 1)

    # -- changes ----------------------------------------------------------------------------------

    def _add(self) -> None:
        rule = WatchRule()
        self._set_rules([*self._choices.rules, rule])
        self._append(rule)
        self.rules.setCurrentRow(self.rules.count() - 1)
        self.form.sound.begin_typing()

    def _offer(self) -> None:
        """Let the user choose ready rules."""
        offer = ReadyDialog(self._taxonomy, self._choices.rules, self)
        offer.accepted.connect(lambda: self.add_ready(offer.chosen))
        offer.finished.connect(offer.deleteLater)
        offer.open()

    def add_ready(self, chosen: Sequence[ReadyRule]) -> None:
        """Add ready rules, but for those that are there; go to the first."""
        there = self._choices.rules
        added = rules_of(chosen, there, self._taxonomy, self._recommended)
        if added:
            self._set_rules([*there, *added])
            for rule in added:
                self._append(rule)
            self.rules.setCurrentRow(len(there))
            self.rules.setFocus()

    def _remove(self) -> None:
        # what is being typed into the form belongs to the rule that goes
        self.rules.setFocus()
        row = self.rules.currentRow()
        rules = list(self._choices.rules)
        del rules[row]
        self._set_rules(rules)
        self.rules.takeItem(row)
        self._show_current()

    def _move(self, by: int) -> None:
        row = self.rules.currentRow()
        rules = list(self._choices.rules)
        rules[row], rules[row + by] = rules[row + by], rules[row]
        self._set_rules(rules)
        for at in (row, row + by):
            self._show_in_list(at, rules[at])
        self.rules.setCurrentRow(row + by)

    def _take_check(self, item: QListWidgetItem) -> None:
        row = self.rules.row(item)
        enabled = item.checkState() is Qt.CheckState.Checked
        self._put(row, replace(self._choices.rules[row], enabled=enabled))
        self._show_current()

    def _take_rule(self, rule: WatchRule) -> None:
        row = self.rules.currentRow()
        self._put(row, rule)
        self._show_in_list(row, rule)

    def _put(self, row: int, rule: WatchRule) -> None:
        rules = list(self._choices.rules)
        rules[row] = rule
        self._set_rules(rules)

    def _set_rules(self, rules: list[WatchRule]) -> None:
        self._change(replace(self._choices, rules=tuple(rules)))

    def _take_clips(self, clips: ClipChoices) -> None:
        self._change(replace(self._choices, clips=clips))

    def _change(self, choices: WatchChoices) -> None:
        self._choices = choices
        self.changed.emit(choices)


def what_it_does(rule: WatchRule) -> str:
    """Return what a rule does in a few words."""
    parts = (
        (rule.record, "keeps a clip"), (rule.notify, "notifies"), (rule.highlight, "frames"),
        (bool(rule.command), f"runs {rule.command[0] if rule.command else ''}"),
    )  # fmt: skip
    return ", ".join(words for does, words in parts if does) or "does nothing"
