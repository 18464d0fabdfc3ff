"""Alerts in the window: what is shown, notified and run, and how rules are made."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QLineEdit, QMainWindow, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from leanviz.audio.capture import FileSource
from leanviz.core.decisions import DecisionRules
from leanviz.core.ready_rules import READY
from leanviz.core.resources import resource_path
from leanviz.core.watching import ClipChoices, WatchChoices, WatchRule
from leanviz.inference.model import LeanModel
from leanviz.pipeline.alerts import Alert
from leanviz.pipeline.commands import CommandRunner
from leanviz.settings import Settings
from leanviz.views.alerts_dialog import AlertsDialog, what_it_does
from leanviz.views.alerts_frame import OPACITY, SHOWN_MS, AlertFrame
from leanviz.views.alerts_notify import NO_WAY, Notifier
from leanviz.views.alerts_ready import ReadyDialog
from leanviz.views.alerts_strip import AlertStrip
from leanviz.views.engine import Engine
from leanviz.views.main_window import MainWindow
from tests.core.material import TAXONOMY

DEMO = resource_path("demo", "demo.flac")
NOON = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
RULE = WatchRule("Dog")
RULES = DecisionRules((0.5,) * len(TAXONOMY))


def alert(title: str, after_s: float = 0.0, test: bool = False) -> Alert:
    return Alert(RULE, title, 0.834, NOON + timedelta(seconds=after_s), test)


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a ``notify-send`` on the path that writes its arguments into a file."""
    folder, file = tmp_path / "bin", tmp_path / "told"
    folder.mkdir()
    program = folder / "notify-send"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {file}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return file


@pytest.fixture(scope="module")
def engine() -> Engine:
    from leanviz.audio.playback import Player

    return Engine(LeanModel.open(), lambda *_: FileSource(DEMO, 4.0), Player)


def window_with(qtbot: QtBot, engine: Engine, *rules: WatchRule) -> MainWindow:
    window = MainWindow(Settings(watching=WatchChoices(rules=rules)), lambda: engine)
    qtbot.addWidget(window)
    window.show()
    window.begin([])
    qtbot.waitUntil(lambda: window.director.engine is not None)
    return window


def listen(window: MainWindow) -> None:
    action = window.findChild(QAction, "listen")
    assert action is not None
    action.trigger()


# -- the window -----------------------------------------------------------------------------------


def test_a_sound_is_named_framed_and_notified_while_it_is_heard(
    qtbot: QtBot, engine: Engine, told: Path
) -> None:
    window = window_with(qtbot, engine, WatchRule("Bird", 0.3))
    listen(window)
    watching = window.watching
    qtbot.waitUntil(lambda: "Chirp, tweet" in watching.strip.text)
    assert watching.strip.text.startswith("This may be Chirp, tweet (")
    qtbot.waitUntil(lambda: watching.frame.opacity > 0.5)
    qtbot.waitUntil(told.exists)
    assert told.read_text().splitlines()[:3] == ["--app-name=leanviz", "--", "Chirp, tweet"]
    assert window.banner.text == ""


def test_a_rule_that_frames_nothing_frames_nothing(
    qtbot: QtBot, engine: Engine, told: Path
) -> None:
    window = window_with(qtbot, engine, WatchRule("", 0.0, highlight=False))
    listen(window)
    qtbot.waitUntil(told.exists)
    assert window.watching.strip.text == ""
    assert not window.watching.frame.isVisible()


def test_a_failing_command_is_a_banner_and_listening_goes_on(qtbot: QtBot, engine: Engine) -> None:
    rule = WatchRule("", 0.0, notify=False, highlight=False, command=("/no/such/program",))
    window = window_with(qtbot, engine, rule)
    listen(window)
    qtbot.waitUntil(lambda: "did not run: /no/such/program" in window.banner.text)
    assert window.director.listening.active


def test_a_rule_can_be_tried_without_a_sound(qtbot: QtBot, engine: Engine, told: Path) -> None:
    window = window_with(qtbot, engine, WatchRule("Dog", command=("echo", "{label}", "{score}")))
    window.watching.show_dialog(engine.model)
    dialog = window.findChild(AlertsDialog)
    assert dialog is not None
    dialog.form.test.click()
    assert window.watching.strip.text.startswith("Test: this may be Dog (0.50, ")
    qtbot.waitUntil(lambda: dialog.form.outcome.text() == "The command ended well: Dog 0.50")
    qtbot.waitUntil(told.exists)
    window.close()
    assert not dialog.isVisible()


def test_the_test_tells_what_fails(qtbot: QtBot, engine: Engine) -> None:
    window = window_with(qtbot, engine, WatchRule("Dog", notify=False, command=("false",)))
    window.watching.show_dialog(engine.model)
    dialog = window.findChild(AlertsDialog)
    assert dialog is not None
    dialog.form.test.click()
    qtbot.waitUntil(lambda: "exit code 1" in dialog.form.outcome.text())
    qtbot.waitUntil(lambda: "exit code 1" in window.banner.text)
    window.watching._runner.run(["true"], "Dog")
    window.watching._timer.start()
    qtbot.waitUntil(lambda: window.banner.text == "", timeout=10_000)


def test_what_is_chosen_in_the_dialog_is_remembered(qtbot: QtBot, engine: Engine) -> None:
    window = window_with(qtbot, engine)
    window.watching.show_dialog(engine.model)
    dialog = window.findChild(AlertsDialog)
    assert dialog is not None
    dialog.add.click()
    dialog.form.record.click()
    dialog.clips.record.click()
    chosen = window.settings.watching
    assert chosen.rules == (WatchRule(record=True),)
    assert chosen.recording
    assert window.watching.badge.isVisible()
    window.watching.set_recording(False)
    assert not dialog.clips.record.isChecked()
    window.close()


# -- notifications --------------------------------------------------------------------------------


@pytest.fixture
def runner() -> Iterator[CommandRunner]:
    made = CommandRunner()
    yield made
    made.close()


def test_a_notification_cannot_be_made_to_hold_options_or_markup(
    qtbot: QtBot, runner: CommandRunner, told: Path
) -> None:
    assert Notifier(runner).notify("--help", "<b>a</b> & $(reboot)") == ""
    qtbot.waitUntil(lambda: not runner.busy)
    assert told.read_text().splitlines() == [
        "--app-name=leanviz", "--", "--help", "&lt;b&gt;a&lt;/b&gt; &amp; $(reboot)",
    ]  # fmt: skip


@pytest.mark.usefixtures("qtbot")
def test_where_nothing_shows_notifications_it_says_so(
    runner: CommandRunner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    notifier = Notifier(runner)
    assert notifier.notify("Dog", "may be") == NO_WAY
    notifier.close()


# -- the strip and the frame ----------------------------------------------------------------------


def test_the_strip_names_the_latest_large_and_counts_the_rest(qtbot: QtBot) -> None:
    strip = AlertStrip()
    qtbot.addWidget(strip)
    strip.show_alert(alert("Dog"))
    assert strip.text == "This may be Dog (0.83, 12:00:00)"
    strip.show_alert(alert("Dog"))
    assert strip.text == "This may be Dog (0.83, 12:00:00)", "two rules, one sound"
    for n in range(1, 7):
        strip.show_alert(alert("Siren", n))
    assert strip.text.splitlines() == [
        "This may be Siren (0.83, 12:00:06)",
        "Before: Siren 12:00:05, Siren 12:00:04, Siren 12:00:03, 3 more",
    ]
    assert strip.accessibleDescription() == strip.text
    strip.findChildren(QPushButton)[0].click()
    assert strip.text == ""
    strip.show_alert(alert("<b>Dog</b>", test=True))
    assert strip.text == "Test: this may be <b>Dog</b> (0.83, 12:00:00)"


def test_the_frame_comes_and_goes_once_however_many_alerts_there_are(qtbot: QtBot) -> None:
    """No more than one change from dark to bright in any third of a second, WCAG 2.3.1."""
    window = QMainWindow()
    window.setCentralWidget(QWidget())
    window.resize(400, 300)
    qtbot.addWidget(window)
    window.show()
    frame = AlertFrame(window)
    frame.flash()
    seen: list[float] = []
    while frame._animation.currentTime() < 0.7 * SHOWN_MS:
        frame._animation.setCurrentTime(frame._animation.currentTime() + 50)
        seen.append(frame._opacity)
        if len(seen) == 40:
            frame.flash()
    rises = sum(a < b for a, b in pairwise(seen))
    falls = sum(a > b for a, b in pairwise(seen))
    assert rises > 0
    assert falls == 0, "it stays"
    assert not frame.mask().contains(frame.rect().center()), "what is below can be seen"
    window.resize(500, 200)
    assert frame.width() == 500
    frame._animation.setCurrentTime(SHOWN_MS)
    qtbot.waitUntil(lambda: not frame.isVisible())
    assert SHOWN_MS * (1 - OPACITY[2][0]) > 333


# -- rules ----------------------------------------------------------------------------------------


@pytest.fixture
def dialog(qtbot: QtBot, tmp_path: Path) -> AlertsDialog:
    rules = (WatchRule("Siren", 0.3), WatchRule("Dog", command=("tell", "a b", "{label}")))
    made = AlertsDialog(WatchChoices(ClipChoices(), rules), TAXONOMY, RULES, tmp_path)
    qtbot.addWidget(made)
    made.show()
    return made


def chosen(dialog: AlertsDialog) -> tuple[WatchRule, ...]:
    return dialog._choices.rules


def test_rules_are_listed_by_name_and_threshold(dialog: AlertsDialog) -> None:
    rows = [dialog.rules.item(row) for row in range(dialog.rules.count())]
    assert [row.text() for row in rows] == ["Siren, alarm \u2265 0.30", "Dog \u2265 0.50"]
    assert rows[1].toolTip() == "notifies, frames, runs tell"


def test_every_part_of_a_rule_can_be_changed(qtbot: QtBot, dialog: AlertsDialog) -> None:
    form = dialog.form
    form.score.setValue(0.75)
    form.cooldown.setValue(5)
    form.absence.setValue(600)
    for box in (form.record, form.notify, form.highlight):
        box.click()
    form.command.clear()
    qtbot.keyClicks(form.command, "tell 'a b' {label}")
    assert chosen(dialog)[0] == WatchRule(
        "Siren", 0.75, True, True, False, False, ("tell", "a b", "{label}"), 5.0, 600.0
    )
    assert form._parts.text() == "Runs [tell]   [a b]   [{label}]"
    assert what_it_does(chosen(dialog)[0]) == "keeps a clip, runs tell"


def test_a_sound_is_found_by_typing_and_nonsense_changes_nothing(
    qtbot: QtBot, dialog: AlertsDialog
) -> None:
    picker = dialog.form.sound
    assert [picker.itemText(n) for n in range(picker.count())] == [
        "Any sound", "Animal (all kinds)", "Bark, woof", "Dog (all kinds)", "Siren, alarm",
    ]  # fmt: skip
    line = picker.lineEdit()
    assert line is not None
    for typed, label in (("bark, WOOF", "Bark"), ("no such sound", "Bark"), ("any sound", "")):
        line.selectAll()
        qtbot.keyClicks(line, typed)
        qtbot.keyClick(line, Qt.Key.Key_Return)
        assert chosen(dialog)[0].label == label
    assert line.text() == "Any sound"


def test_an_open_quote_keeps_the_command_before(qtbot: QtBot, dialog: AlertsDialog) -> None:
    dialog.rules.setCurrentRow(1)
    qtbot.keyClicks(dialog.form.command, " 'open")
    assert "quote" in dialog.form._parts.text()
    assert chosen(dialog)[1].command == ("tell", "a b", "{label}")


def test_rules_are_added_moved_switched_off_and_removed(dialog: AlertsDialog) -> None:
    dialog.rules.setCurrentRow(1)
    dialog.up.click()
    assert [rule.label for rule in chosen(dialog)] == ["Dog", "Siren"]
    assert (dialog.rules.currentRow(), dialog.up.isEnabled()) == (0, False)
    dialog.rules.item(0).setCheckState(Qt.CheckState.Unchecked)
    assert [rule.enabled for rule in chosen(dialog)] == [False, True]
    dialog.add.click()
    assert chosen(dialog)[2] == WatchRule()
    for _ in range(3):
        dialog.remove.click()
    assert chosen(dialog) == ()
    assert not dialog.form.isVisible()
    assert not dialog.remove.isEnabled()
    dialog.add.click()
    assert dialog.form.isVisible()


def offer(dialog: AlertsDialog) -> ReadyDialog:
    dialog.ready.click()
    return dialog.findChildren(ReadyDialog)[-1]


def test_ready_rules_are_added_tried_and_edited_like_any_other(
    qtbot: QtBot, engine: Engine, tmp_path: Path
) -> None:
    model = engine.model
    own = WatchRule("Telephone", 0.9)
    made = AlertsDialog(WatchChoices(rules=(own,)), model.taxonomy, model.default_rules(), tmp_path)
    qtbot.addWidget(made)
    made.show()
    ready = offer(made)
    rows = [ready.list.item(row).text() for row in range(ready.list.count())]
    assert len(rows) == len(READY), "the model knows all of them"
    assert "Telephones and ringtones alone * (there already: Telephone)" in rows
    assert "The doorbell *" in rows, "never heard in training"
    assert "Knocking" in rows
    at = rows.index("Glass breaks")
    ready.list.setCurrentRow(at)
    qtbot.keyClick(ready.list, Qt.Key.Key_Space)
    ready.list.item(rows.index("Sirens alone")).setCheckState(Qt.CheckState.Checked)
    assert ready.add.text() == "&Add 9 Rules", "the one of all alarms is about sirens, too"
    assert [one.label for one in ready.chosen] == [
        one.label for one in READY if one.label not in {"Telephone", "Siren", "Shatter"}
    ]
    qtbot.keyClick(ready.add, Qt.Key.Key_Space)
    labels = [rule.label for rule in chosen(made)]
    assert labels[:3] == ["Telephone", "Alarm", "Doorbell"]
    assert "Siren" not in labels, "one rule tells of all alarms"
    assert made.rules.currentRow() == 1
    knock = next(rule for rule in chosen(made) if rule.label == "Knock")
    least = model.default_rules().threshold(model.taxonomy.index("Knock"))
    assert knock == WatchRule("Knock", knock.threshold, cooldown_s=10.0)
    assert least - 0.01 < knock.threshold <= least, "all that is shown as a knock alerts"
    with qtbot.waitSignal(made.tested) as test:
        made.form.test.click()
    assert test.args == [chosen(made)[1]]
    made.form.score.setValue(0.6)
    again = offer(made)
    assert [one.label for one in again.chosen] == ["Shatter"]
    assert "Sirens alone (there already: Alarm)" in [
        again.list.item(row).text() for row in range(again.list.count())
    ]
    made.add_ready(READY)
    assert sorted(rule.label for rule in chosen(made)) == sorted([*labels, "Shatter"])
    assert chosen(made)[1].threshold == 0.6, "what was edited stays"


def test_a_rule_about_another_models_sound_is_shown_and_kept(qtbot: QtBot, tmp_path: Path) -> None:
    choices = WatchChoices(rules=(WatchRule("Yodel"),))
    dialog = AlertsDialog(choices, TAXONOMY, RULES, tmp_path)
    qtbot.addWidget(dialog)
    assert "not known to this model" in dialog.form.sound.currentText()
    dialog.form.score.setValue(0.9)
    assert chosen(dialog) == (WatchRule("Yodel", 0.9),)


def test_everything_can_be_reached_by_keyboard_and_has_a_name(
    qtbot: QtBot, dialog: AlertsDialog
) -> None:
    focusable = [
        widget for widget in dialog.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible()
        and widget.isEnabled() and not isinstance(widget.parent(), QComboBox)
    ]  # fmt: skip
    assert len(focusable) > 15
    unnamed = [
        widget for widget in focusable
        if not widget.accessibleName() and not getattr(widget, "text", str)()
        and not isinstance(widget, QLineEdit)
    ]  # fmt: skip
    assert unnamed == []
