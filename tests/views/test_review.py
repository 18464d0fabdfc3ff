"""Labels reviewed in the window: table, verdicts, undo, sessions, and nothing lost by leaving."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QMenu, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from leanviz.core.clock import Span
from leanviz.core.events import Band, Event, Provenance, Review
from leanviz.core.resources import resource_path
from leanviz.models.event_rows import Column
from leanviz.sessions.reading import read_labels
from leanviz.sessions.review_file import SUFFIX, read_review
from leanviz.sessions.session import SessionHead
from leanviz.sessions.session_lines import SessionLines
from leanviz.settings import DEFAULTS
from leanviz.views.action_table import Mode
from leanviz.views.engine import Engine, load_engine
from leanviz.views.label_form import BACKWARDS, NO_BAND, NO_LABEL, NO_TIME, UNKNOWN, LabelForm
from leanviz.views.left_axis import LEFT
from leanviz.views.main_window import MainWindow
from tests.support.windows import action, trigger

DEMO = resource_path("demo", "demo.flac")
LENGTH_S = 6
Key = Qt.Key
Button = QMessageBox.StandardButton
Opener = Callable[[Path], MainWindow]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_engine()


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Return the beginning of the demo clip: birds and a bell."""
    sound, rate = soundfile.read(DEMO, frames=44_100 * LENGTH_S, dtype="float32")
    soundfile.write(tmp_path / "birds & bell.wav", sound, rate)
    return tmp_path / "birds & bell.wav"


@pytest.fixture
def opened(qtbot: QtBot, engine: Engine) -> Opener:
    def open_window(path: Path) -> MainWindow:
        window = MainWindow(DEFAULTS, lambda: engine)
        qtbot.addWidget(window, before_close_func=lambda w: setattr(w, "_ending", True))
        window.resize(1280, 800)
        window.show()
        window.begin([path])
        qtbot.waitUntil(lambda: analysed(window))
        return window

    return open_window


@pytest.fixture
def window(opened: Opener, clip: Path) -> MainWindow:
    return opened(clip)


def analysed(window: MainWindow) -> bool:
    return window.director.recording.analysis is not None


def text(window: MainWindow, name: str) -> str:
    found = window.findChild(QAction, name)
    assert found is not None
    return found.text() if found.isEnabled() else ""


def shown(window: MainWindow) -> list[Event]:
    return window.workspace.timeline.events


def pick(window: MainWindow, label: str) -> Event:
    event = next(event for event in shown(window) if event.label == label)
    window.navigation.reveal(event)
    return event


def selected(window: MainWindow) -> Event | None:
    return window.navigation.selection


def answer(window: MainWindow, button: Button) -> None:
    [box] = [each for each in window.findChildren(QMessageBox) if each.isVisible()]
    box.done(button.value)


# -- verdicts -----------------------------------------------------------------------------------


def test_labels_are_reviewed_by_key_and_every_step_is_undone(
    qtbot: QtBot, window: MainWindow
) -> None:
    before = shown(window)
    bell = pick(window, "Church_bell")
    qtbot.keyClick(window, Key.Key_V)
    confirmed = replace(bell, review=Review.CONFIRMED)
    assert selected(window) == confirmed
    assert window.inspector.selected.value("review") == "confirmed"
    qtbot.keyClick(window, Key.Key_R)
    form = window.findChild(LabelForm)
    assert form is not None
    form.label.setText("my own bell")
    assert form.remark.text() == UNKNOWN
    form.accept()
    assert selected(window) == replace(
        bell, label="my own bell", parents=(), score=1.0, review=Review.RELABELLED
    )
    assert text(window, "undo") == "&Undo Edit Church bell"
    window.workspace.time.select((1.0, 2.0))
    trigger(window, "add label")
    form = next(f for f in window.findChildren(LabelForm) if f.isVisible())
    form.label.setText("dog")
    form.buttons.button(QDialogButtonBox.StandardButton.Ok).click()
    dog = selected(window)
    assert dog is not None
    assert (dog.label, dog.onset, dog.offset) == ("Dog", 44_100, 88_200)
    assert (dog.provenance, dog.parents[:1]) == (Provenance.MANUAL, ("Animal",))
    window.workspace.lanes.edges.moved.emit(dog, Span(44_100, 66_150))
    assert selected(window) == replace(dog, offset=66_150)
    pick(window, "Chirp_and_tweet")
    qtbot.keyClick(window, Key.Key_Delete)
    assert "Chirp_and_tweet" not in [event.label for event in shown(window)]
    assert selected(window) is not None, "the next one, to go on with"
    assert window.isWindowModified()
    assert window.workspace.lanes.edges.movable()
    for _ in range(5):
        trigger(window, "undo")
    assert shown(window) == before
    assert text(window, "undo") == ""
    assert not window.isWindowModified()
    for _ in range(5):
        trigger(window, "redo")
    assert {"my own bell", "Dog"} <= {event.label for event in shown(window)}
    trigger(window, "restore labels")
    assert "Chirp_and_tweet" in [event.label for event in shown(window)]


def test_no_threshold_loses_a_verdict(qtbot: QtBot, window: MainWindow) -> None:
    window.director.decisions.shift(-0.3)  # birds and bell are too clear to be hidden
    faint, before = min(shown(window), key=lambda event: event.score), len(shown(window))
    pick(window, faint.label)
    trigger(window, "confirm")
    window.director.decisions.shift(1.0)
    assert faint.label in [event.label for event in shown(window)]
    assert len(shown(window)) < before
    assert selected(window) == replace(faint, review=Review.CONFIRMED)
    trigger(window, "undo")
    assert len(shown(window)) == before, "the threshold was moved last"
    trigger(window, "undo")
    assert all(not event.review for event in shown(window))


def test_the_form_takes_only_what_makes_sense(qtbot: QtBot, window: MainWindow) -> None:
    extent, taken = Span(441, 88_201), list[tuple[str, Span, Band]]()
    band = 300.0, 1234.567890123
    taxonomy = window.workspace.timeline.taxonomy
    form = LabelForm(
        "Edit", "Dog", extent, (44_100, 441_000), taxonomy=taxonomy,
        take=lambda *answer: taken.append(answer), parent=window, band_hz=band,
    )  # fmt: skip
    qtbot.addWidget(form)
    assert form.answer() == ("Dog", extent, band), (
        "exact, though times are shown to the millisecond"
    )
    for field, typed, told in (
        (form.label, "  ", NO_LABEL),
        (form.onset, "soon", NO_TIME),
        (form.onset, "3", BACKWARDS),
        (form.onset, "1:00", BACKWARDS),
        *(
            (field, typed, NO_BAND.format(22_050.0))
            for field, typed in (
                (form.low, ""),
                (form.low, "1300"),
                (form.low, "-1"),
                (form.low, "nan"),
                (form.high, "high"),
                (form.high, "22051"),
                (form.high, "inf"),
            )
        ),
    ):
        kept = field.text()
        field.setText(typed)
        assert form.remark.text() == told
        form.accept()
        field.setText(kept)
    form.offset.setText("1:00")
    form.high.setText(" 1500,5 ")
    assert form.answer() == ("Dog", Span(441, 441_000), (300.0, 1500.5)), "it ends there"
    for field in (form.low, form.high):
        field.clear()
    form.accept()
    assert taken == [("Dog", Span(441, 441_000), ())]


def test_the_table_is_searched_sorted_and_linked(qtbot: QtBot, window: MainWindow) -> None:
    page = window.review.page
    rows, count = page.table.rows, len(shown(window))
    assert rows is not None
    trigger(window, "find label")
    assert window.side.currentWidget() is page
    qtbot.keyClicks(page.search, "bell")
    assert {event.label for event in rows.events} == {"Church_bell"}
    assert page.count.text() == f"1 of {count}"
    qtbot.keyClick(page.search, Key.Key_Return)
    qtbot.keyClick(page.table, Key.Key_Down)
    assert selected(window) == rows.event_at(0)
    assert window.workspace.lanes.selected == rows.event_at(0)
    qtbot.keyClick(page.table, Key.Key_V)
    page.search.setText("confirmed")
    assert [event.label for event in rows.events] == ["Church_bell"]
    assert page.table.currentIndex().row() == 0
    page.search.clear()
    page.table.sortByColumn(Column.SCORE, Qt.SortOrder.DescendingOrder)
    scores = [event.score for event in rows.events]
    assert scores == sorted(scores, reverse=True)
    chosen = selected(window)
    assert chosen is not None
    assert page.table.currentIndex().row() == rows.row_of(chosen)
    trigger(window, "delete label")
    after = selected(window)
    assert after is not None
    assert page.table.currentIndex().row() == rows.row_of(after)


def test_what_is_reviewed_is_marked_and_exported(window: MainWindow, tmp_path: Path) -> None:
    lanes = window.workspace.lanes
    bell = pick(window, "Church_bell")
    window.navigation.select(None)
    offered = menu_at(window, bell)
    assert selected(window) == bell, "the right button takes the label under it"
    assert {"confirm", "edit label", "delete label", "add label"} <= offered
    words = lanes.picture._words(bell)
    before = lanes.grab().toImage()
    trigger(window, "confirm")
    event = selected(window)
    assert event is not None
    assert lanes.picture._words(event) == f"\N{CHECK MARK} {words}"
    assert lanes.grab().toImage() != before
    pick(window, "Chirp_and_tweet")
    trigger(window, "delete label")
    for suffix in (".csv", ".raven.txt", ".json", ".events.jsonl"):
        place = tmp_path / f"out{suffix}"
        window.exports.write(place, suffix)
        marks = read_labels(place).marks
        found = [(mark.label, mark.review) for mark in marks]
        assert ("Church_bell", "confirmed") in found
        assert "Chirp_and_tweet" not in dict(found)
        assert {mark.provenance for mark in marks} == {"auto"}


def menu_at(window: MainWindow, event: Event) -> set[str]:
    """Press the right button on a label; return what the menu offers."""
    lanes = window.workspace.lanes
    row = [lane.label for lane in window.workspace.timeline.lanes].index(event.label)
    x = LEFT + lanes.pixel_map().x((event.onset + event.offset) / 2 / 44_100)
    place = QPoint(round(x), round((row + 0.5) * lanes.picture.lane_height))
    reason = QContextMenuEvent.Reason.Mouse
    lanes.contextMenuEvent(QContextMenuEvent(reason, place, lanes.mapToGlobal(place)))
    [menu] = [each for each in window.findChildren(QMenu) if each.isVisible()]
    offered = {action.objectName() for action in menu.actions() if action.isEnabled()}
    menu.close()
    return offered


# -- sessions -----------------------------------------------------------------------------------


def reviewed(window: MainWindow) -> list[Event]:
    """Say something of each kind; return what is shown then."""
    pick(window, "Church_bell")
    trigger(window, "confirm")
    window.workspace.time.select((0.5, 0.75))
    window.review._reviewing._add("a frog", Span(22_050, 33_075))
    pick(window, "Chirp_and_tweet")
    trigger(window, "delete label")
    return shown(window)


def test_a_session_is_saved_and_opened(
    qtbot: QtBot, window: MainWindow, opened: Opener, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = reviewed(window)
    window.workspace.time.show(1.0, 4.0)
    window.director.decisions.shift(-0.1)
    place = clip.with_name("mine" + SUFFIX)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(place)[: -len(SUFFIX)], ""))
    trigger(window, "save")
    qtbot.waitUntil(lambda: not window.isWindowModified())
    stored = read_review(place)
    assert (stored.sound.path, stored.sound.n_bytes) == (clip, clip.stat().st_size)
    assert len(stored.sound.sha256) == 64
    labels = {mark.label for mark in read_labels(place).marks}
    assert "a frog" in labels, "whatever reads JSON exports reads a session"
    assert "Chirp_and_tweet" not in labels
    window.close()
    assert not window.isVisible(), "nothing to ask about"
    # another folder, as on another computer
    moved = clip.parent / "moved"
    moved.mkdir()
    for path in (place, clip):
        path.rename(moved / path.name)
    again = opened(moved / place.name)
    assert again.director.title == clip.name
    said = again.workspace.timeline.annotations
    assert set(wanted) - {e for e in wanted if not e.review} >= set(said.shown) - {*said.added}
    assert [event.label for event in said.added] == ["a frog"]
    assert set(wanted) <= set(shown(again))
    assert again.director.decisions.choices.offset == -0.1
    assert (again.workspace.time.start_s, again.workspace.time.span_s) == (1.0, 4.0)
    assert not again.isWindowModified()
    assert again.settings.recent[0] == str(moved / place.name)
    trigger(again, "undo")
    assert again.director.decisions.choices.offset == 0.0, "the session's own can be taken back"


def test_a_session_without_its_recording_asks_for_it(
    qtbot: QtBot, window: MainWindow, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reviewed(window)
    place = clip.with_name("mine" + SUFFIX)
    window.review.files.save_to(place)
    qtbot.waitUntil(lambda: not window.isWindowModified())
    other = clip.with_name("renamed.wav")
    sound, rate = soundfile.read(clip)
    soundfile.write(other, np.concatenate((sound, sound[:10])), rate)
    clip.unlink()
    window.open(place)
    qtbot.waitUntil(lambda: "is not where it was" in window.banner.text)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(other), ""))
    [way_out] = [b for b in window.banner.findChildren(QPushButton) if b.text() == "Find It\u2026"]
    way_out.click()
    qtbot.waitUntil(lambda: window.director.title == "renamed.wav")
    qtbot.waitUntil(lambda: "is not what it was" in window.banner.text)
    assert [event.label for event in window.workspace.timeline.annotations.added] == ["a frog"]


def test_a_bad_session_is_a_sentence(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    bad = tmp_path / f"bad{SUFFIX}"
    for content, told in (
        ("{", "is no session of leanviz, or is damaged"),
        (json.dumps({"format": "leanviz-session", "version": 99}), "a newer version of leanviz"),
    ):
        bad.write_text(content)
        window.open(bad)
        qtbot.waitUntil(lambda told=told: told in window.banner.text)
    assert window.director.title == "birds & bell.wav", "what was shown stays"
    pick(window, "Church_bell")
    trigger(window, "confirm")
    window.review.files.save_to(tmp_path / "gone" / bad.name)
    qtbot.waitUntil(lambda: "there is no folder" in window.banner.text)
    assert window.isWindowModified(), "it is not saved"


def test_unsaved_labels_are_asked_about(
    qtbot: QtBot, window: MainWindow, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reviewed(window)
    window.close()
    assert window.isVisible()
    answer(window, Button.Cancel)
    assert window.isVisible()
    assert window.isWindowModified()
    trigger(window, "listen")
    answer(window, Button.Cancel)
    assert not window.director.listening.active
    assert not action(window, "listen").isChecked(), "it would look as if it listened"
    window.open(DEMO)
    answer(window, Button.Discard)
    qtbot.waitUntil(lambda: window.director.title == "demo.flac" and analysed(window))
    assert not window.workspace.timeline.annotations
    assert text(window, "undo") == ""
    pick(window, "Siren")
    trigger(window, "confirm")
    place = clip.with_name("second" + SUFFIX)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(place), ""))
    window.close()
    answer(window, Button.Save)
    qtbot.waitUntil(lambda: not window.isVisible())
    assert [one.found.label for one in read_review(place).annotations.verdicts] == ["Siren"]


def test_a_kill_costs_no_verdict(
    qtbot: QtBot, window: MainWindow, opened: Opener, clip: Path
) -> None:
    said = reviewed(window)
    window.end()
    assert not window.isVisible(), "nobody is there to ask"
    again = opened(clip)
    qtbot.waitUntil(lambda: "were not saved" in again.banner.text)
    [way_out] = [b for b in again.banner.findChildren(QPushButton) if b.text() == "Restore"]
    way_out.click()
    assert set(said) == set(shown(again))
    assert again.isWindowModified()
    backup = again.review.files.backup._place
    assert backup is not None
    assert backup.is_file()
    again.review.files.save_to(clip.with_suffix(SUFFIX))
    qtbot.waitUntil(lambda: not backup.exists())


def test_a_session_log_is_reviewed_too(
    qtbot: QtBot, window: MainWindow, engine: Engine, clip: Path, tmp_path: Path
) -> None:
    """Its sound is gone; what was heard can still be put right."""
    model = engine.model
    head = SessionHead(datetime.now().astimezone(), 16_000, "Desk", "ALSA", model.identity)
    rules = replace(model.default_rules(), offset=0.1)
    lines = SessionLines(head, model.taxonomy, rules)
    heard = [Event(16_000 * at, 16_000 * at + 9_000, "Bark", 0.8) for at in range(3)]
    log = tmp_path / "2026-03-01_22-00-00.jsonl"
    log.write_bytes(b"".join((lines.head(), *map(lines.event, heard), lines.heard(480_000, "end"))))
    window.open(log)
    qtbot.waitUntil(lambda: window.director.mode is Mode.SESSION)
    window.navigation.reveal(shown(window)[0])
    trigger(window, "delete label")
    assert len(shown(window)) == 2
    report = window.director.report()
    assert report is not None
    assert len(report.events) == 2
    trigger(window, "confirm")
    report = window.director.report()
    assert report is not None
    expected = rules.threshold(model.taxonomy.index("Bark"))
    assert [report.threshold(e) for e in report.events] == pytest.approx([expected] * 2, abs=1e-6)
    trigger(window, "undo")
    place = tmp_path / f"log{SUFFIX}"
    window.review.files.save_to(place)
    qtbot.waitUntil(lambda: not window.isWindowModified())
    window.open(clip)
    qtbot.waitUntil(lambda: window.director.mode is Mode.FILE)
    window.open(place)
    qtbot.waitUntil(lambda: window.director.mode is Mode.SESSION)
    qtbot.waitUntil(lambda: len(shown(window)) == 2)
