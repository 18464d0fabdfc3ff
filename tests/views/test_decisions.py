"""The decision controls of the whole window, by mouse and keyboard, on real parts."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QPushButton, QSlider, QWidget
from pytestqt.qtbot import QtBot

from leanviz.audio.capture import FileSource
from leanviz.core.choices import DecisionChoices
from leanviz.core.events import Event
from leanviz.core.resources import resource_path
from leanviz.core.smoothing import Smoothing
from leanviz.models import redeciding
from leanviz.pipeline.clip import analyze_file
from leanviz.settings import DEFAULTS, Settings
from leanviz.views.action_table import Mode
from leanviz.views.decisions import DecisionsPage
from leanviz.views.engine import Engine, load_engine
from leanviz.views.main_window import MainWindow
from leanviz.views.near_list import NearRow
from tests.support.windows import action

DEMO = resource_path("demo", "demo.flac")
LEFT = Qt.MouseButton.LeftButton
Key = Qt.Key
Opener = Callable[..., MainWindow]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_engine()


@pytest.fixture
def opened(qtbot: QtBot, engine: Engine) -> Opener:
    def open_window(*files: Path, settings: Settings = DEFAULTS) -> MainWindow:
        hearing = replace(engine, source=lambda *_chosen: FileSource(DEMO, 4.0))
        window = MainWindow(settings, lambda: hearing)
        qtbot.addWidget(window)
        window.show()
        window.begin(files)
        qtbot.waitUntil(lambda: window.director.engine is not None)
        return window

    return open_window


@pytest.fixture
def on_demo(qtbot: QtBot, opened: Opener) -> MainWindow:
    window = opened(DEMO)
    qtbot.waitUntil(lambda: window.director.recording.analysis is not None)
    return window


def page(window: MainWindow) -> DecisionsPage:
    """Turn to the page of decisions as a user does."""
    action(window, "decisions").trigger()
    return window.side.decisions


def labels(window: MainWindow) -> list[str]:
    return [event.label for event in window.workspace.timeline.events]


def shown(window: MainWindow) -> set[Event]:
    return set(window.workspace.timeline.events)


def press(qtbot: QtBot, button: QWidget) -> None:
    qtbot.mouseClick(button, LEFT, pos=QPoint(8, button.height() // 2))


def near(window: MainWindow, label: str) -> NearRow:
    rows = window.inspector.near.rows
    return next(row for row in rows if row.miss is not None and row.miss.event.label == label)


# -- thresholds ---------------------------------------------------------------------------------


def test_the_slider_re_decides_a_file_without_the_model(
    qtbot: QtBot, on_demo: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = on_demo.director.engine
    assert engine is not None
    monkeypatch.setattr(engine.model, "_run", None)  # whoever asks the model now fails
    slider, before = page(on_demo).rules.slider, shown(on_demo)
    slider.setFocus()
    for _ in range(4):
        qtbot.keyClick(slider, Key.Key_PageUp)
    fewer = shown(on_demo)
    assert fewer < before, "some are hidden, and none has moved"
    for _ in range(7):
        qtbot.keyClick(slider, Key.Key_PageDown)
    more = shown(on_demo)
    parents = {event.label for event in before - more}
    assert len(more) > len(before)
    assert all(any(label in event.parents for event in more) for label in parents)
    action(on_demo, "undo").trigger()
    assert shown(on_demo) == before


def test_a_recording_of_hours_is_decided_by_a_worker(
    qtbot: QtBot, on_demo: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    director, table = on_demo.director, on_demo.review.page.table
    decided: list[set[Event]] = []
    for at_once in (redeciding.AT_ONCE, 40):  # the demo clip has more candidates than these
        monkeypatch.setattr(redeciding, "AT_ONCE", at_once)
        for offset in (-0.3, 0.1, 0.2, -0.1):  # the worker has not answered before the next
            director.decisions.set_offset(offset)
        qtbot.waitUntil(lambda: not director.deciding.busy)
        decided.append(shown(on_demo))
        assert table.rows is not None
        assert set(table.rows.events) == shown(on_demo)
    assert decided[0] == decided[1]


def test_the_file_that_is_written_has_the_labels_that_are_shown(
    qtbot: QtBot, on_demo: MainWindow, tmp_path: Path
) -> None:
    page(on_demo).rules.slider.setValue(-25)
    on_demo.exports.write(tmp_path / "demo.csv", ".csv")
    lines = (tmp_path / "demo.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert len(lines) == len(shown(on_demo))
    assert page(on_demo).rules.offset.text() == "\N{MINUS SIGN}0.25"


def test_live_history_is_re_decided_too(qtbot: QtBot, opened: Opener) -> None:
    window = opened()
    action(window, "listen").trigger()
    timeline = window.workspace.timeline
    finals = lambda: {e for e in timeline.events if not e.sounding}  # noqa: E731
    qtbot.waitUntil(lambda: window.director.mode is Mode.LIVE and len(finals()) >= 4)
    action(window, "listen").trigger()
    qtbot.waitUntil(lambda: not window.director.listening.busy)
    before = finals()
    decisions = window.director.decisions
    decisions.set_offset(0.6)
    after = finals()
    assert after < before
    decisions.set_offset(0.0)
    assert finals() == before
    decisions.set_offset(-0.3)
    assert len(finals()) > len(before)


def test_the_selection_stays_while_its_label_does(on_demo: MainWindow) -> None:
    timeline, decisions = on_demo.workspace.timeline, on_demo.director.decisions
    faint = min(timeline.events, key=lambda event: event.score)
    on_demo.navigation.select(faint)
    decisions.set_offset(-0.05)
    assert on_demo.workspace.lanes.selected == faint
    assert on_demo.review.page.table.currentIndex().row() == timeline.row_of(faint)
    decisions.set_offset(0.3)
    assert faint not in timeline.events
    assert on_demo.workspace.lanes.selected is None


# -- smoothing ----------------------------------------------------------------------------------


def test_smoothing_finds_anew_from_the_scores_of_the_file(
    qtbot: QtBot, on_demo: MainWindow
) -> None:
    rules_form, before = page(on_demo).rules, shown(on_demo)
    rules_form.smoothing.setFocus()
    qtbot.keyClick(rules_form.smoothing, Key.Key_Up)
    director = on_demo.director
    assert director.decisions.choices.smoothing is Smoothing.OFF
    engine, rules = director.engine, director.rules
    assert engine is not None
    assert rules is not None
    expected = set(analyze_file(DEMO, engine.model, rules).events)
    qtbot.waitUntil(lambda: shown(on_demo) == expected)
    assert expected != before
    assert not rules_form.over.isEnabled()
    action(on_demo, "undo").trigger()
    qtbot.waitUntil(lambda: shown(on_demo) == before)


def test_a_time_between_two_patches_becomes_the_nearest(qtbot: QtBot, on_demo: MainWindow) -> None:
    shortest = page(on_demo).rules.shortest
    shortest.setFocus()
    shortest.selectAll()
    qtbot.keyClicks(shortest, "2.0")
    qtbot.keyClick(shortest, Key.Key_Return)
    assert on_demo.director.decisions.choices.min_patches == 4
    assert shortest.value() == pytest.approx(1.92)
    rate = on_demo.workspace.timeline.sample_rate
    assert min(e.offset - e.onset for e in shown(on_demo)) >= 1.9 * rate


# -- classes ------------------------------------------------------------------------------------


def test_a_class_is_found_by_typing_and_muted_by_a_key(qtbot: QtBot, on_demo: MainWindow) -> None:
    classes = page(on_demo).classes
    assert on_demo.focusWidget() is classes.search
    assert "Siren" in labels(on_demo)
    qtbot.keyClicks(classes.search, "siren")
    found = classes.tree.model()
    assert [found.index(row, 0).data() for row in range(found.rowCount())] == ["Alarm"]
    qtbot.keyClick(classes.search, Key.Key_Tab)
    assert on_demo.focusWidget() is classes.tree
    for _ in range(2):
        qtbot.keyClick(classes.tree, Key.Key_Down)
    qtbot.keyClick(classes.tree, Key.Key_Space)
    assert on_demo.director.decisions.choices.classes.muted == ("Siren",)
    assert "Siren" not in labels(on_demo)


def test_a_tick_by_mouse_mutes_a_family(qtbot: QtBot, on_demo: MainWindow) -> None:
    tree = page(on_demo).classes.tree
    first = tree.model().index(0, 0)
    assert first.data() == "Alarm"
    box = tree.visualRect(first).topLeft() + QPoint(10, tree.visualRect(first).height() // 2)
    qtbot.mouseClick(tree.viewport(), LEFT, pos=box)
    muted = set(on_demo.director.decisions.choices.classes.muted)
    assert {"Alarm", "Siren", "Telephone", "Ringtone"} < muted
    assert "Vehicle_horn_and_car_horn_and_honking" in muted, "which stands below Car, too"
    assert not {"Siren", "Alarm"} & set(labels(on_demo))
    assert labels(on_demo)


def test_only_these_and_back_to_all(qtbot: QtBot, on_demo: MainWindow) -> None:
    decisions_page = page(on_demo)
    before = labels(on_demo)
    taxonomy = on_demo.workspace.timeline.taxonomy
    decisions_page.classes.show_class(taxonomy.index("Animal"))
    assert decisions_page.editor.only.text() == "Only these 20"
    press(qtbot, decisions_page.editor.only)
    animals = {taxonomy[n].name for n in taxonomy.below(taxonomy.index("Animal"))}
    assert {"Chirp_and_tweet"} <= set(labels(on_demo)) <= animals
    assert decisions_page.presets.presets.currentText() == "Animals"
    decisions_page.presets.presets.setCurrentText("All")
    decisions_page.presets.presets.textActivated.emit("All")
    assert labels(on_demo) == before


def test_the_editor_sets_one_threshold_and_those_of_a_family(
    qtbot: QtBot, on_demo: MainWindow
) -> None:
    editor, decisions = page(on_demo).editor, on_demo.director.decisions
    taxonomy = on_demo.workspace.timeline.taxonomy
    dog, bark = taxonomy.index("Dog"), taxonomy.index("Bark")
    on_demo.side.decisions.classes.show_class(dog)
    editor.threshold.setFocus()
    editor.threshold.selectAll()
    qtbot.keyClicks(editor.threshold, "0.41")
    qtbot.keyClick(editor.threshold, Key.Key_Return)
    assert decisions.rules is not None
    recommended = decisions.rules.threshold(bark)
    assert decisions.rules.threshold(dog) == pytest.approx(0.41)
    press(qtbot, editor.raise_all)
    assert decisions.rules.threshold(dog) == pytest.approx(0.46)
    assert decisions.rules.threshold(bark) == pytest.approx(recommended + 0.05)
    press(qtbot, editor.recommended)
    assert decisions.choices == DecisionChoices()


def test_a_preset_of_ones_own_is_remembered(
    qtbot: QtBot, on_demo: MainWindow, opened: Opener
) -> None:
    bar = page(on_demo).presets
    taxonomy = on_demo.workspace.timeline.taxonomy
    on_demo.director.decisions.mute([taxonomy.index("Siren")], True)
    bar.save_as("  My   evening ")
    assert bar.presets.currentText() == "My evening"
    bar.save_as("home")
    assert "home" not in on_demo.director.decisions.presets, "the ready-made ones stay"
    again = opened(settings=on_demo.settings)
    assert page(again).presets.presets.currentText() == "My evening"
    assert again.director.decisions.choices == on_demo.director.decisions.choices
    press(qtbot, page(again).presets.delete)
    assert not again.director.decisions.choices.presets


# -- near-misses --------------------------------------------------------------------------------


def test_one_click_shows_a_near_miss_and_another_undoes_it(
    qtbot: QtBot, on_demo: MainWindow
) -> None:
    before = shown(on_demo)
    row = next(row for row in on_demo.inspector.near.rows if row.miss is not None)
    assert row.miss is not None
    event, offer = row.miss.event, row.button.text()
    assert row.reason.text() == f"threshold {row.miss.threshold:.2f}"
    press(qtbot, row.button)
    assert event in shown(on_demo)
    assert on_demo.status.currentMessage().endswith(f"is shown {offer[5:]}.")
    undo = on_demo.undo.button
    assert undo.isVisible()
    press(qtbot, undo)
    assert shown(on_demo) == before
    assert not undo.isEnabled()


def test_enter_changes_the_rule_that_hid_a_muted_class(qtbot: QtBot, on_demo: MainWindow) -> None:
    decisions = on_demo.director.decisions
    # nothing else is hidden, so that the muted one is among the nearest
    decisions.set_offset(-1.0)
    decisions.mute([decisions.taxonomy.index("Church_bell")], True)
    row = near(on_demo, "Church_bell")
    assert (row.reason.text(), row.button.text()) == ("muted", "Unmute")
    row.button.setFocus()
    qtbot.keyClick(row.button, Key.Key_Return)
    assert "Church_bell" in labels(on_demo)


def test_the_list_stands_still_while_the_keyboard_is_on_it(
    qtbot: QtBot, on_demo: MainWindow
) -> None:
    near_list = on_demo.inspector.near
    listed = near_list.misses
    near_list.rows[0].button.setFocus()
    near_list.show_misses(())
    assert near_list.misses == listed
    on_demo.workspace.setFocus()
    near_list.show_misses(())
    assert near_list.misses == []
    assert near_list.accessibleDescription() == "nothing"


# -- always there -------------------------------------------------------------------------------


CONTROLS = (QCheckBox, QComboBox, QDoubleSpinBox, QPushButton, QSlider)


def test_every_control_has_a_name_and_can_be_reached_by_tab(
    qtbot: QtBot, on_demo: MainWindow
) -> None:
    decisions_page = page(on_demo)
    decisions_page.classes.show_class(on_demo.workspace.timeline.taxonomy.index("Dog"))
    on_demo.director.decisions.set_threshold(0, 0.3)
    controls = [c for kind in CONTROLS for c in decisions_page.findChildren(kind)]
    assert len(controls) >= 15
    assert [c for c in controls if not (c.accessibleName() or getattr(c, "text", str)())] == []
    decisions_page.rules.slider.setFocus()
    visited: set[QWidget | None] = {decisions_page.rules.slider}
    for _ in range(40):
        qtbot.keyClick(on_demo.focusWidget(), Key.Key_Tab)
        visited.add(on_demo.focusWidget())
    usable = {c for c in controls if c.isEnabled()} | {decisions_page.classes.tree}
    assert usable <= visited


@pytest.mark.parametrize("mode", [Mode.EMPTY, Mode.FILE, Mode.LIVE])
def test_decisions_are_never_locked(qtbot: QtBot, opened: Opener, mode: Mode) -> None:
    window = opened(*([DEMO] if mode is Mode.FILE else []))
    if mode is Mode.LIVE:
        action(window, "listen").trigger()
    qtbot.waitUntil(lambda: window.director.mode is mode)
    form = page(window).rules
    for part in (form.slider, form.smoothing, form.over, form.shortest, form.hang_over, form.quiet):
        assert part.isEnabled()
    form.slider.setValue(12)
    press(qtbot, form.quiet)
    choices = window.director.decisions.choices
    assert (choices.offset, choices.quiet_ever_present) == (0.12, False)


def test_choices_made_before_the_model_is_there_count(qtbot: QtBot) -> None:
    window = MainWindow(DEFAULTS, load_engine)
    qtbot.addWidget(window)
    page(window).rules.slider.setValue(30)
    assert window.settings.decisions == DecisionChoices(offset=0.3)
    window.show()
    window.begin([DEMO])
    qtbot.waitUntil(lambda: window.director.rules is not None)
    assert window.director.rules is not None
    assert window.director.rules.offset == 0.3
