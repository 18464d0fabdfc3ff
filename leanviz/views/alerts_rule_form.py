"""One rule: what to do when a sound is heard."""

import shlex
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFormLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QWidget,
)

from leanviz.core.taxonomy import Taxonomy
from leanviz.core.watching import MOST_WAIT_S, WatchRule
from leanviz.views.alerts_sounds import SoundPicker
from leanviz.views.plain import PlainLabel

SCORE_STEP = 0.05
ABOUT_COMMAND = (
    "A program and its arguments; quotes hold an argument together. "
    "{label}, {score} and {time} are filled in. No shell is involved."
)


class RuleForm(QWidget):
    """Shows a rule, and tells of every change at once.

    Signals
    -------
    changed : WatchRule
    tested : WatchRule
        The user wants to see what the rule does.
    """

    changed = Signal(object)
    tested = Signal(object)

    def __init__(self, taxonomy: Taxonomy, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rule = WatchRule()
        self._showing = False
        self.sound, self.score = SoundPicker(taxonomy), QDoubleSpinBox()
        self.record = QCheckBox("&Keep a clip, while recording is on")
        self.notify = QCheckBox("Desktop &notification")
        self.highlight = QCheckBox("&Frame the window and name the sound")
        self.command, self._parts = QLineEdit(), PlainLabel()
        self.cooldown, self.absence = _seconds(), _seconds()
        self.test, self.outcome = QPushButton("&Test"), PlainLabel()
        self._set_up()
        self._lay_out()
        self._connect()

    def show_rule(self, rule: WatchRule) -> None:
        """Show a rule; nothing is emitted."""
        self._showing = True
        self._rule = rule
        self.sound.show_label(rule.label)
        self.score.setValue(rule.threshold)
        for box, checked in (
            (self.record, rule.record), (self.notify, rule.notify), (self.highlight, rule.highlight)
        ):  # fmt: skip
            box.setChecked(checked)
        self.command.setText(shlex.join(rule.command))
        self.cooldown.setValue(round(rule.cooldown_s))
        self.absence.setValue(round(rule.absence_s))
        self.outcome.clear()
        self._showing = False
        self._show_parts()

    def _set_up(self) -> None:
        self.score.setRange(0.0, 1.0)
        self.score.setSingleStep(SCORE_STEP)
        self.score.setToolTip("Quieter or less certain sounds are passed over")
        self.cooldown.setToolTip("Least time from one alert of this rule to the next")
        self.absence.setToolTip("0 s: whenever it begins")
        self.absence.setSpecialValueText("no matter")
        self.command.setPlaceholderText('notify-me --sound "{label}"')
        self.command.setToolTip(ABOUT_COMMAND)
        self._parts.setProperty("role", "name")
        for words in (self._parts, self.outcome):
            words.setWordWrap(True)
            # room for two lines: what is below does not move
            words.setFixedHeight(2 * words.fontMetrics().lineSpacing() + 4)
            words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.outcome.setAccessibleName("Outcome of the test")

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 8)
        rows: tuple[tuple[str, QWidget], ...] = (
            ("&Sound", self.sound), ("Sc&ore from", self.score), ("When heard", self.record),
            ("", self.notify), ("", self.highlight), ("R&un", self.command), ("", self._parts),
            ("Not again &within", self.cooldown), ("Only after a&bsence of", self.absence),
            ("", self.test), ("", self.outcome),
        )  # fmt: skip
        self.test.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        for words, field in rows:
            form.addRow(words, field)
            if words:
                field.setAccessibleName(words.replace("&", ""))
        self.record.setAccessibleName(self.record.text().replace("&", ""))

    def _connect(self) -> None:
        self.sound.picked.connect(lambda label: self._change(label=label))
        self.score.valueChanged.connect(lambda value: self._change(threshold=round(value, 2)))
        self.record.toggled.connect(lambda on: self._change(record=on))
        self.notify.toggled.connect(lambda on: self._change(notify=on))
        self.highlight.toggled.connect(lambda on: self._change(highlight=on))
        self.cooldown.valueChanged.connect(lambda value: self._change(cooldown_s=float(value)))
        self.absence.valueChanged.connect(lambda value: self._change(absence_s=float(value)))
        self.command.textEdited.connect(self._take_command)
        self.test.clicked.connect(lambda: self.tested.emit(self._rule))

    def _change(self, **values: object) -> None:
        if not self._showing:
            self._rule = replace(self._rule, **values)
            self.changed.emit(self._rule)

    def _take_command(self) -> None:
        try:
            command = tuple(shlex.split(self.command.text()))
        except ValueError:
            self._parts.setText("A quote is not closed: the command before is kept.")
            return
        self._change(command=command)
        self._show_parts()

    def _show_parts(self) -> None:
        """Show what would be run, part by part, so that nobody has to guess at quotes."""
        parts = "   ".join(f"[{part}]" for part in self._rule.command)
        self._parts.setText(f"Runs {parts}" if parts else "No program is run.")


def _seconds() -> QSpinBox:
    made = QSpinBox()
    made.setRange(0, round(MOST_WAIT_S))
    made.setSuffix(" s")
    return made
