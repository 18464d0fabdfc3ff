"""Sessions in the window: logged while it listens, reopened, exported; crashes and full disks."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QInputDialog, QLabel, QProgressBar, QPushButton
from pytestqt.qtbot import QtBot

from leanviz.audio.replay import FileSource
from leanviz.core.clock import Span
from leanviz.core.decisions import DecisionRules
from leanviz.core.events import Event
from leanviz.core.resources import resource_path
from leanviz.inference.model import LeanModel
from leanviz.sessions.log_folder import log_folder, logs
from leanviz.sessions.session import SessionHead
from leanviz.sessions.session_lines import SessionLines
from leanviz.sessions.session_reader import read_session
from leanviz.settings import DEFAULTS, Settings
from leanviz.views.action_table import Mode
from leanviz.views.engine import Engine, load_engine
from leanviz.views.main_window import MainWindow
from leanviz.views.session_view import NO_SOUND
from leanviz.views.workspace import RESTING
from tests.support.windows import action

DEMO = resource_path("demo", "demo.flac")
STARTED = datetime(2026, 3, 1, 22, 0, tzinfo=timezone(timedelta(hours=2)))
HOUR = 3600 * 16_000
NO_INPUT = "There is no microphone: connect one, or open a sound file."

Opener = Callable[..., MainWindow]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_engine()


@pytest.fixture
def opened(qtbot: QtBot, engine: Engine) -> Iterator[Opener]:
    """Return what opens a window that is ready, hearing the demo clip as its input."""
    windows: list[MainWindow] = []

    def open_window(*files: Path, settings: Settings = DEFAULTS, speed: float = 4.0) -> MainWindow:
        hearing = replace(engine, source=lambda *_: FileSource(DEMO, speed))
        window = MainWindow(settings, lambda: hearing)
        windows.append(window)
        qtbot.addWidget(window)
        window.show()
        window.begin(files)
        qtbot.waitUntil(lambda: window.director.engine is not None)
        return window

    yield open_window
    for window in windows:
        window.close()


@pytest.fixture
def lines(engine: Engine) -> SessionLines:
    return lines_of(engine.model)


def lines_of(model: LeanModel, rules: DecisionRules | None = None) -> SessionLines:
    head = SessionHead(STARTED, 16_000, "Desk microphone", "ALSA", model.identity)
    return SessionLines(head, model.taxonomy, rules or model.default_rules())


def event_at(second: int, label: str = "Bark", score: float = 0.8) -> Event:
    return Event(second * 16_000, (second + 2) * 16_000, label, score, announced=second * 16_000)


EVENTS = (event_at(10), event_at(600, "Rain", 0.6), event_at(3000))


@pytest.fixture
def log(lines: SessionLines) -> Path:
    """Return the log of an hour with three events, that ended as it should."""
    return write(
        "2026-03-01_22-00-00.jsonl",
        lines.head(),
        *map(lines.event, EVENTS),
        lines.missed(Span(1000 * 16_000, 1200 * 16_000), "skipped"),
        lines.heard(HOUR, "end"),
    )


def write(name: str, *content: bytes) -> Path:
    log_folder().mkdir(parents=True, exist_ok=True)
    (log_folder() / name).write_bytes(b"".join(content))
    return log_folder() / name


def mode(window: MainWindow) -> Mode:
    return window.director.mode


@pytest.fixture
def reopened(qtbot: QtBot, opened: Opener, log: Path) -> MainWindow:
    window = opened(log)
    qtbot.waitUntil(lambda: mode(window) is Mode.SESSION)
    return window


# -- reopening ----------------------------------------------------------------------------------


def test_a_session_is_shown_in_the_same_views(reopened: MainWindow, log: Path) -> None:
    workspace = reopened.workspace
    assert workspace.timeline.events == list(EVENTS)
    assert workspace.time.limits == (0.0, 3600.0)
    assert not workspace.time.live
    assert [lane.label for lane in workspace.lanes.picture.shown_lanes()] == ["Bark", "Rain"]
    for pane in (workspace.waveform, workspace.spectrogram, workspace.attention):
        assert pane.markers.is_empty
        assert pane.markers.empty == NO_SOUND
        assert pane.height() == RESTING, "the labels have the room"
    assert not workspace.overview.markers.is_empty
    assert [row.score for row in reopened.inspector.now.rows] == pytest.approx([0.8, 0.6])
    assert reopened.windowTitle() == f"{log.name} \N{EN DASH} leanviz"
    assert reopened.settings.recent[0] == str(log)


def test_the_overview_shows_where_events_and_holes_are(reopened: MainWindow) -> None:
    overview = reopened.workspace.overview
    counts = reopened.director._sessions.marks.counts(3600)
    assert np.flatnonzero(counts).tolist() == [10, 11, 600, 601, 3000, 3001]
    (note,) = overview.notes(overview.axis_for(3600))
    assert (note.start_s, note.stop_s, note.word) == (1000.0, 1200.0, "not analysed")


def test_labels_are_gone_through_by_key_and_told_in_words(
    qtbot: QtBot, reopened: MainWindow
) -> None:
    for event in EVENTS:
        action(reopened, "next label").trigger()
        assert reopened.navigation.selection == event
    assert reopened.workspace.time.start_s <= 3000 < reopened.workspace.time.stop_s
    assert reopened.inspector.selected.value("score") == "0.80"
    action(reopened, "clock time").trigger()
    assert reopened.inspector.selected.value("on \N{EN DASH} off").startswith("22:50:00.000")


def test_moving_thresholds_leaves_what_was_logged(reopened: MainWindow) -> None:
    for _ in range(5):
        action(reopened, "fewer labels").trigger()
    assert reopened.workspace.timeline.events == list(EVENTS)


@pytest.mark.parametrize("suffix", [".audacity.txt", ".raven.txt", ".csv", ".json"])
def test_a_session_is_exported(reopened: MainWindow, tmp_path: Path, suffix: str) -> None:
    assert action(reopened, "export").isEnabled()
    reopened.exports.write(tmp_path / f"out{suffix}", suffix)
    text = (tmp_path / f"out{suffix}").read_text(encoding="utf-8")
    assert text.count("Bark") == 2
    assert text.count("Rain") == 1
    if suffix == ".csv":
        assert "2026-03-01T22:00:10.000+02:00" in text


def test_a_session_has_no_sound_to_ask_about(reopened: MainWindow) -> None:
    reopened.navigation.select(reopened.workspace.timeline.events[0])
    for name in ("why", "play why", "mute selection", "similar", "export why"):
        action = reopened.findChild(QAction, name)
        assert action is not None
        assert not action.isEnabled()
        assert "has no sound" in action.toolTip()
    assert "has no sound" in reopened.why.panel.remark.text()


def test_there_is_no_figure_of_a_session(reopened: MainWindow, tmp_path: Path) -> None:
    reopened.exports.write(tmp_path / "out.png", ".png")
    assert reopened.banner.text == "No sound was kept of this session: there is no figure to draw."
    assert not (tmp_path / "out.png").exists()


def test_a_file_after_a_session_looks_like_any_file(qtbot: QtBot, reopened: MainWindow) -> None:
    reopened.open(DEMO)
    qtbot.waitUntil(lambda: reopened.director.recording.analysis is not None)
    workspace = reopened.workspace
    assert mode(reopened) is Mode.FILE
    assert not workspace.spectrogram.markers.is_empty
    assert not reopened.director._sessions.marks.counts(1000).any()
    assert list(workspace.overview.notes(workspace.overview.axis_for(1000))) == []
    reopened.open(Path(reopened.settings.recent[1]))
    qtbot.waitUntil(lambda: mode(reopened) is Mode.SESSION)
    assert workspace.spectrogram.markers.empty == NO_SOUND


def test_the_newest_wish_wins(qtbot: QtBot, reopened: MainWindow, log: Path) -> None:
    reopened.open(log)
    reopened.open(DEMO)
    qtbot.waitUntil(lambda: reopened.director.recording.analysis is not None)
    qtbot.waitUntil(lambda: not reopened.director._sessions.busy)
    assert mode(reopened) is Mode.FILE


def test_what_is_no_session_gets_a_sentence_and_what_was_shown_stays(
    qtbot: QtBot, reopened: MainWindow, tmp_path: Path
) -> None:
    (tmp_path / "notes.jsonl").write_text("hello\n")
    reopened.open(tmp_path / "notes.jsonl")
    qtbot.waitUntil(lambda: "notes.jsonl is no session" in reopened.banner.text)
    assert mode(reopened) is Mode.SESSION
    assert not any(bar.isVisible() for bar in reopened.toolbar.findChildren(QProgressBar))


def test_what_is_wrong_with_a_session_is_said(
    qtbot: QtBot, opened: Opener, lines: SessionLines
) -> None:
    path = write(
        "damaged.jsonl", lines.head(), lines.event(EVENTS[0]), lines.dropped(50, 7), b'{"type": "ev'
    )
    window = opened(path)
    qtbot.waitUntil(lambda: mode(window) is Mode.SESSION)
    assert window.banner.text == (
        "Listening ended without a stop after 0:12. Damaged lines passed over: 1. "
        "Events that could not be saved while listening: 7."
    )


# -- logging ------------------------------------------------------------------------------------


def test_what_is_heard_is_logged_and_can_be_opened(qtbot: QtBot, opened: Opener) -> None:
    window = opened()
    action(window, "listen").trigger()
    qtbot.waitUntil(lambda: window.workspace.timeline.rowCount() >= 2)
    qtbot.waitUntil(lambda: len(logs(log_folder())) == 1)
    (path,) = logs(log_folder())
    action(window, "listen").trigger()
    qtbot.waitUntil(lambda: not window._logs._logs)
    qtbot.waitUntil(lambda: not window.director.listening.busy)
    assert window.status.currentMessage() == f"The session is saved in {path}."
    shown = window.workspace.timeline.events
    window.open(path)
    qtbot.waitUntil(lambda: mode(window) is Mode.SESSION)
    # the log rounds scores to six decimals
    again = [replace(event, score=round(event.score, 6)) for event in shown]
    assert window.workspace.timeline.events == again
    assert read_session(path).stopped


def test_nothing_is_logged_where_that_is_switched_off(qtbot: QtBot, opened: Opener) -> None:
    window = opened(settings=replace(DEFAULTS, keep_log=False))
    assert not action(window, "keep log").isChecked()
    action(window, "listen").trigger()
    qtbot.waitUntil(lambda: window.workspace.timeline.rowCount() >= 1)
    assert logs(log_folder()) == []
    assert window.settings.keep_log is False
    action(window, "keep log").trigger()
    assert window.settings.keep_log is True


def test_a_log_that_cannot_be_written_is_told_and_counted(qtbot: QtBot, opened: Opener) -> None:
    log_folder().parent.mkdir(parents=True, exist_ok=True)
    log_folder().write_text("a file where the folder should be")
    window = opened()
    action(window, "listen").trigger()
    start = "Session log: File exists. Events waiting to be saved: "
    qtbot.waitUntil(lambda: window.banner.text.startswith(start))
    told = window.banner.text
    qtbot.waitUntil(lambda: window.banner.text not in {"", told})
    assert window.banner.text.startswith(start)
    window.banner.dismiss()
    cells = window.status.findChildren(QLabel)
    qtbot.waitUntil(lambda: any(" unsaved " in cell.text() for cell in cells))
    assert window.banner.text == ""
    log_folder().unlink()
    qtbot.waitUntil(lambda: not any(" unsaved " in cell.text() for cell in cells))
    (path,) = logs(log_folder())
    assert len(read_session(path).events) >= 2


def test_the_last_session_is_opened_from_the_menu(qtbot: QtBot, opened: Opener, log: Path) -> None:
    window = opened()
    action(window, "last session").trigger()
    qtbot.waitUntil(lambda: mode(window) is Mode.SESSION)
    assert window.director.title == log.name


def test_listening_after_a_session_looks_like_any_listening(
    qtbot: QtBot, reopened: MainWindow
) -> None:
    """And the key that plays files does nothing while there is no sound."""
    action(reopened, "space").trigger()
    action(reopened, "listen").trigger()
    qtbot.waitUntil(lambda: mode(reopened) is Mode.LIVE)
    qtbot.waitUntil(lambda: reopened.workspace.timeline.rowCount() >= 1)
    assert not reopened.workspace.spectrogram.markers.is_empty
    assert not reopened.director._sessions.marks.counts(1000).any()
    assert reopened.banner.text in {"", NO_INPUT}


def test_without_any_session_that_is_said(qtbot: QtBot, opened: Opener) -> None:
    window = opened()
    action(window, "last session").trigger()
    qtbot.waitUntil(lambda: window.status.currentMessage() == "There is no session log yet.")


def test_closing_the_window_ends_the_session(qtbot: QtBot, opened: Opener) -> None:
    window = opened()
    action(window, "listen").trigger()
    qtbot.waitUntil(lambda: window.workspace.timeline.rowCount() >= 1)
    window.close()
    (path,) = logs(log_folder())
    assert read_session(path).stopped


def test_room_for_logs_is_a_setting(
    qtbot: QtBot, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = opened()
    assert window.settings.log_mb == 500
    monkeypatch.setattr(QInputDialog, "getInt", lambda *_: (7, True))
    action(window, "log room").trigger()
    assert window.settings.log_mb == 7


def test_the_folder_of_the_logs_is_shown(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[QUrl] = []

    def show(url: QUrl) -> bool:
        shown.append(url)
        return len(shown) == 1

    monkeypatch.setattr(QDesktopServices, "openUrl", show)
    window = opened()
    action(window, "log folder").trigger()
    assert shown == [QUrl.fromLocalFile(str(log_folder()))]
    assert log_folder().is_dir()
    action(window, "log folder").trigger()
    assert window.banner.text == f"The session logs are in {log_folder()}."


# -- after a crash ------------------------------------------------------------------------------


def test_a_session_that_crashed_is_offered_once(
    qtbot: QtBot, opened: Opener, lines: SessionLines
) -> None:
    path = write("2026-03-01_22-00-00.jsonl", lines.head(), *map(lines.event, EVENTS))
    window = opened()
    sentence = f"The last session ended without a stop; its log {path.name} was kept."
    qtbot.waitUntil(lambda: window.banner.text == sentence)
    (way_out,) = [b for b in window.banner.findChildren(QPushButton) if b.text() == "Open It"]
    way_out.click()
    qtbot.waitUntil(lambda: mode(window) is Mode.SESSION)
    assert window.workspace.timeline.events == list(EVENTS)
    window.close()
    assert json.loads(path.read_bytes().splitlines()[-1])["type"] == "interrupted"
    again = opened()
    qtbot.waitUntil(lambda: not again._logs._finder.busy)
    assert "without a stop" not in again.banner.text
