"""The whole window on real parts: what can be used when, files, live input, ends of all kinds."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from leanviz.audio import devices
from leanviz.audio.capture import FileSource
from leanviz.core.errors import ModelError
from leanviz.core.resources import resource_path
from leanviz.inference.model import LeanModel
from leanviz.settings import DEFAULTS, Settings, ThemeChoice
from leanviz.views.action_table import SPECS, Mode
from leanviz.views.engine import Engine, load_engine
from leanviz.views.file_view import MAP_COMING
from leanviz.views.lanes import NO_LABELS
from leanviz.views.listening import MOST_ENDING
from leanviz.views.main_window import MainWindow
from tests.support.windows import action, says_how_far_behind

DEMO = resource_path("demo", "demo.flac")
ALWAYS = {
    "keep log", "log room", "log folder", "keep analyses", "analyses room",
    "open", "quit", "stop", "devices", "attention", "show overview", "show waveform",
    "show spectrogram", "show lanes", "show inspector", "show heard", "crosshair", "next scale",
    "next palette",
    "floor down", "floor up", "ceiling down", "ceiling up", "default range", "full screen", "keys",
    "record clips", "decisions", "paging", "model eye", "longer window", "shorter window",
    "follow", "slower", "faster", "next analysis", "live map", "lag", "ridge",
    "band in", "band out", "band up", "band down", "next band", "band usual", "band all",
    "band heard", "fit range", "keep awake", "file dates", "wider inspector",
    "narrower inspector",
}  # fmt: skip
READY = {"listen", "last session", "more labels", "fewer labels", "watching"}
SHOWN = {
    "space", "back", "forward", "page back", "page forward", "start", "end", "go to", "zoom in",
    "zoom out", "fit",
}  # fmt: skip
LABELS = {"next label", "previous label", "find label"}
FILE = {
    "export", "export clips", "export selection", "export figure", "play selection", "reference",
    "save", "save as",
    "add label", "show analysis", "window map", "why", "mute selection", "isolate selection",
    "similar", "export map", "spectrum",
}  # fmt: skip
SELECTED = {"play label", "confirm", "edit label", "fit label", "delete label"}
HEADS = {
    "head 0", "head 1", "head 2", "head 3", "head 4", "head max", "read map", "pin a", "pin b",
    "unpin",
}  # fmt: skip

Opener = Callable[..., MainWindow]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_engine()


@pytest.fixture
def opened(qtbot: QtBot, engine: Engine) -> Opener:
    """Return what opens a window that is ready, on files or none, hearing a file as its input."""

    def open_window(
        *files: Path, settings: Settings = DEFAULTS, heard: Path = DEMO, speed: float = 1.0
    ) -> MainWindow:
        hearing = replace(engine, source=lambda *_: FileSource(heard, speed))
        window = MainWindow(settings, lambda: hearing)
        qtbot.addWidget(window)
        window.show()
        window.begin(files)
        qtbot.waitUntil(lambda: window.director.engine is not None)
        return window

    return open_window


def usable(window: MainWindow) -> set[str]:
    names = {spec.name for spec in SPECS if action(window, spec.name).isEnabled()}
    choices = {spec.name for spec in SPECS if spec.choice and spec.choice != "head"}
    assert choices <= names, "settings are never locked"
    return names - choices


def analysed(window: MainWindow) -> bool:
    return window.director.recording.analysis is not None


def first_time(window: MainWindow) -> str:
    """Return the time that the first row of the table begins with."""
    return window.review.page.table.model().index(0, 0).data()


def mode(window: MainWindow) -> Mode:
    return window.director.mode


NO_OUTPUT = "There is no sound output: nothing can be played."


@pytest.fixture
def no_output(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the sound output away, which a test cannot do to the machine it runs on."""
    monkeypatch.setattr(devices, "output_available", lambda: NO_OUTPUT)


@pytest.fixture
def on_demo(qtbot: QtBot, opened: Opener) -> MainWindow:
    window = opened(DEMO)
    qtbot.waitUntil(lambda: analysed(window))
    return window


@pytest.fixture
def live(qtbot: QtBot, opened: Opener) -> MainWindow:
    window = opened(speed=4.0)
    action(window, "listen").trigger()
    qtbot.waitUntil(lambda: mode(window) is Mode.LIVE)
    return window


# -- what can be used ---------------------------------------------------------------------------


def test_before_the_model_is_there_only_what_needs_none_can_be_used(qtbot: QtBot) -> None:
    window = MainWindow(DEFAULTS, load_engine)
    qtbot.addWidget(window)
    assert usable(window) == ALWAYS


def test_without_a_sound_one_can_listen_and_open(opened: Opener) -> None:
    assert usable(opened()) == ALWAYS | READY


@pytest.mark.usefixtures("no_output")
def test_on_a_file_everything_but_what_is_live(qtbot: QtBot, on_demo: MainWindow) -> None:
    qtbot.waitUntil(lambda: on_demo.director.transport.no_output == NO_OUTPUT)
    expected = ALWAYS | READY | SHOWN | LABELS | HEADS | FILE
    assert usable(on_demo) == expected, "and not play: there is no sound output"
    on_demo.navigation.step(1)
    assert usable(on_demo) == expected | SELECTED


def test_while_live_one_can_freeze_and_not_export(qtbot: QtBot, live: MainWindow) -> None:
    qtbot.waitUntil(lambda: live.workspace.timeline.rowCount() > 0)
    assert usable(live) == ALWAYS | READY | SHOWN | LABELS | {
        "freeze", "pause", "clock time", "save last", "play selection", "loop",
        "export selection", "spectrum",
        "mute selection", "isolate selection", "similar",
    }  # fmt: skip


def test_every_action_has_words_a_menu_and_stands_there_once(opened: Opener) -> None:
    window = opened()
    names = [spec.name for spec in SPECS]
    assert len(names) == len(set(names))
    for spec in SPECS:
        assert action(window, spec.name).text()
        assert spec.menu
        assert spec.help or spec.choice, f"{spec.name} does not say what it does"


def test_no_key_means_two_things() -> None:
    keys = [key for spec in SPECS for key in spec.keys]
    assert len(keys) == len(set(keys))


def test_everything_that_takes_the_focus_has_a_name(on_demo: MainWindow) -> None:
    for widget in on_demo.findChildren(QWidget):
        named = widget.accessibleName() or (isinstance(widget, QToolButton) and widget.text())
        takes_focus = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if takes_focus and widget.isVisible() and widget.focusProxy() is None:
            text = getattr(widget, "text", str)()
            assert named or text, f"{widget} says nothing to a screen reader"


def test_tab_visits_everything_and_comes_back(qtbot: QtBot, on_demo: MainWindow) -> None:
    on_demo.workspace.setFocus()
    visited: list[str] = []
    for _ in range(60):
        qtbot.keyClick(on_demo.focusWidget() or on_demo, Qt.Key.Key_Tab)
        widget = on_demo.focusWidget()
        assert widget is not None
        visited.append(widget.accessibleName() or getattr(widget, "text", str)())
    assert {"Listen", "Open\u2026", "Export\u2026", "Attention", "Input device"} <= set(visited)
    assert {"Labels", "mean", "4"} <= set(visited)
    assert visited.index("Input device") < visited.index("Labels") < visited.index("mean")


# -- files --------------------------------------------------------------------------------------


def test_demo_clip_opens_with_labels_attention_and_scores(on_demo: MainWindow) -> None:
    analysis = on_demo.director.recording.analysis
    assert analysis is not None
    assert on_demo.workspace.timeline.events == sorted(analysis.events)
    assert on_demo.workspace.time.limits == pytest.approx((0.0, analysis.duration_s))
    assert on_demo.workspace.attention_model.band is analysis.attention
    assert on_demo.inspector.now.rows
    assert "demo.flac" in on_demo.windowTitle()
    assert "siren" in {event.label.lower() for event in analysis.events}


def test_dropped_files_open_one_after_the_other(
    qtbot: QtBot, on_demo: MainWindow, tmp_path: Path
) -> None:
    paths = [
        tmp_path / name
        for name in ("one & only.wav", "\u97f3 2.wav", "\u0437\u0432\u0443\u043a.wav")
    ]
    for path in paths:
        soundfile.write(path, np.zeros(16000), 16000)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    _drop(on_demo, mime)
    for path in paths:
        qtbot.waitUntil(partial(_shows, on_demo, path.name))
        assert "next file" in usable(on_demo) or path == paths[-1]
        action(on_demo, "next file").trigger()
    assert "previous file" in usable(on_demo)
    assert "next file" not in usable(on_demo)


def _shows(window: MainWindow, name: str) -> bool:
    return window.windowTitle().startswith(name) and analysed(window)


def _drop(window: MainWindow, mime: QMimeData) -> None:
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(400, 300), Qt.DropAction.CopyAction, mime, buttons, keys)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    drop = QDropEvent(QPointF(400, 300), Qt.DropAction.CopyAction, mime, buttons, keys)
    QApplication.sendEvent(window, drop)


def test_panes_leave_drops_to_the_window(on_demo: MainWindow) -> None:
    """QGraphicsView takes them otherwise, and nothing happens."""
    for pane in on_demo.workspace.panes:
        assert not pane.acceptDrops()
        assert not pane.viewport().acceptDrops()


def test_dropped_folder_without_sounds_gets_a_sentence(
    qtbot: QtBot, on_demo: MainWindow, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    on_demo.open_many([tmp_path / "empty"])
    qtbot.waitUntil(lambda: "no sound files" in on_demo.banner.text)


@pytest.mark.parametrize("content", [b"", b"no sound at all, only words\n" * 50])
def test_file_that_is_no_sound_gets_a_sentence_and_the_old_one_stays(
    qtbot: QtBot, on_demo: MainWindow, tmp_path: Path, content: bytes
) -> None:
    before = on_demo.director.recording.analysis
    bad = tmp_path / "bad.wav"
    bad.write_bytes(content)
    on_demo.open(bad)
    qtbot.waitUntil(lambda: "bad.wav" in on_demo.banner.text)
    assert on_demo.director.recording.analysis is before
    assert "export" in usable(on_demo)
    assert on_demo.toolbar.progress is None


def test_missing_file_gets_a_sentence(qtbot: QtBot, opened: Opener, tmp_path: Path) -> None:
    window = opened(tmp_path / "gone.wav")
    qtbot.waitUntil(lambda: "gone.wav" in window.banner.text)
    assert mode(window) is Mode.EMPTY


@pytest.fixture
def long_file(tmp_path: Path) -> Path:
    noise = np.random.default_rng(1).normal(0, 0.1, 16000 * 600).astype(np.float32)
    path = tmp_path / "long.wav"
    soundfile.write(path, noise, 16000)
    return path


def test_analysis_shows_progress_and_stops_when_asked(
    qtbot: QtBot, opened: Opener, long_file: Path
) -> None:
    window = opened(long_file)
    qtbot.waitUntil(lambda: (window.toolbar.progress or 0) > 0)
    assert mode(window) is Mode.FILE, "what is decoded is shown at once"
    assert window.workspace.attention.markers.empty == MAP_COMING
    assert window.workspace.lanes.markers.empty != NO_LABELS, "labels may come"
    qtbot.waitUntil(lambda: window.workspace.time.limits[1] == pytest.approx(600.0, rel=0.1))
    action(window, "stop").trigger()
    qtbot.waitUntil(lambda: window.toolbar.progress is None)
    assert not analysed(window)
    assert "long.wav" not in window.banner.text, "to stop is no mistake"


def test_the_thread_of_the_window_never_asks_the_model(
    qtbot: QtBot, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither about a file, nor why a label is there, nor live."""
    asked, run = set[str](), LeanModel._run

    def noted(model: LeanModel, *question: Any) -> Any:
        asked.add(threading.current_thread().name)
        return run(model, *question)

    monkeypatch.setattr(LeanModel, "_run", noted)
    window = opened(DEMO, speed=4.0)
    qtbot.waitUntil(lambda: analysed(window))
    window.navigation.select(window.workspace.timeline.events[0])
    action(window, "why").trigger()
    qtbot.waitUntil(lambda: window.why.explained)
    action(window, "listen").trigger()
    qtbot.waitUntil(lambda: "leanviz-inference" in asked)
    assert {"leanviz-clip", "leanviz-why"} <= asked
    assert threading.current_thread().name not in asked


def test_a_file_without_labels_says_so(qtbot: QtBot, opened: Opener, tmp_path: Path) -> None:
    path = tmp_path / "quiet.wav"
    soundfile.write(path, np.zeros(16000, np.float32), 16000)
    window = opened(path)
    qtbot.waitUntil(lambda: analysed(window))
    labels = window.workspace.lanes.markers
    assert labels.is_empty
    assert labels.empty == NO_LABELS


def test_newest_file_wins(qtbot: QtBot, opened: Opener, long_file: Path) -> None:
    window = opened(long_file)
    window.open(DEMO)
    qtbot.waitUntil(lambda: analysed(window))
    analysis = window.director.recording.analysis
    assert analysis is not None
    assert analysis.path == DEMO


def test_damaged_model_is_a_sentence_and_the_window_stays(qtbot: QtBot) -> None:
    def fail() -> Engine:
        raise ModelError("The model file wave.onnx is damaged: its checksum is wrong.")

    window = MainWindow(DEFAULTS, fail)
    qtbot.addWidget(window)
    window.begin([DEMO])
    qtbot.waitUntil(lambda: "wave.onnx" in window.banner.text)
    assert usable(window) == ALWAYS


@pytest.mark.usefixtures("no_output")
def test_without_an_output_the_key_says_why_nothing_plays(
    qtbot: QtBot, on_demo: MainWindow
) -> None:
    qtbot.waitUntil(lambda: on_demo.director.transport.no_output == NO_OUTPUT)
    on_demo.banner.dismiss()
    on_demo.workspace.setFocus()
    qtbot.keyClick(on_demo.workspace, Qt.Key.Key_Space)
    assert on_demo.banner.text == NO_OUTPUT
    on_demo.banner.dismiss()
    on_demo.workspace.time.select((1.0, 2.0))
    qtbot.keyClick(on_demo.workspace, Qt.Key.Key_S)
    assert on_demo.banner.text == NO_OUTPUT
    for name in ("play", "play label", "play selection", "loop"):
        assert action(on_demo, name).toolTip() == NO_OUTPUT
    on_demo.director.transport.no_output = ""
    on_demo.refresh()
    assert "play" in action(on_demo, "play").toolTip().lower(), "an output was plugged in"


def test_thresholds_move_labels_in_and_out(on_demo: MainWindow) -> None:
    before, place = on_demo.workspace.timeline.rowCount(), (3.0, 10.0)
    on_demo.workspace.time.show(*place)
    for _ in range(18):
        action(on_demo, "fewer labels").trigger()
    assert on_demo.workspace.timeline.rowCount() < before, "at once, without the model"
    shown = (on_demo.workspace.time.start_s, on_demo.workspace.time.span_s)
    assert shown == pytest.approx(place), "what is in view stays"
    assert on_demo.settings.decisions.offset == DEFAULTS.decisions.offset + 0.9


# -- moving about -------------------------------------------------------------------------------


def test_labels_and_table_select_each_other(on_demo: MainWindow) -> None:
    on_demo.review.page.table.selectRow(2)
    event = on_demo.workspace.timeline.event_at(2)
    assert on_demo.workspace.lanes.selected == event
    on_demo.workspace.event_clicked.emit(on_demo.workspace.timeline.event_at(1))
    assert on_demo.review.page.table.currentIndex().row() == 1
    assert on_demo.inspector.selected.value("score") != "\N{EN DASH}"
    action(on_demo, "stop").trigger()
    assert on_demo.workspace.lanes.selected is None
    assert not on_demo.review.page.table.currentIndex().isValid()


def test_keys_move_in_time_while_the_panes_have_the_focus(
    qtbot: QtBot, on_demo: MainWindow
) -> None:
    time = on_demo.workspace.time
    on_demo.workspace.setFocus()
    qtbot.keyClick(on_demo.workspace, Qt.Key.Key_Plus)
    assert time.span_s == pytest.approx(20.0)
    qtbot.keyClick(on_demo.workspace, Qt.Key.Key_End)
    assert time.stop_s == pytest.approx(30.0)
    assert time.cursor_s == pytest.approx(30.0)
    qtbot.keyClick(on_demo.workspace, Qt.Key.Key_Home)
    assert (time.start_s, time.cursor_s) == (0.0, 0.0)
    qtbot.keyClick(on_demo.workspace, Qt.Key.Key_F)
    assert time.span_s == pytest.approx(30.0)


def test_next_label_begins_at_the_cursor_and_ends_at_the_last(on_demo: MainWindow) -> None:
    rows = on_demo.workspace.timeline.rowCount()
    seen = []
    for _ in range(rows + 3):
        action(on_demo, "next label").trigger()
        seen.append(on_demo.navigation.selection)
    assert seen[:rows] == on_demo.workspace.timeline.events
    assert set(seen[rows:]) == {seen[rows - 1]}


def test_click_moves_the_cursor_and_shows_the_scores_there(on_demo: MainWindow) -> None:
    analysis = on_demo.director.recording.analysis
    assert analysis is not None
    on_demo.workspace.time.seek(12.6)
    assert on_demo.director.transport.position == round(12.6 * analysis.sample_rate)
    patch = np.searchsorted(analysis.patch_extents[:, 0], 12.6 * analysis.sample_rate, "right") - 1
    best = on_demo.inspector.now.rows[0]
    assert best.score in analysis.frame_scores[patch].tolist()


def test_pointer_on_the_map_fills_the_attention_read_out(on_demo: MainWindow) -> None:
    pane = on_demo.workspace.attention
    pane.hovered(QPointF(pane.width() / 2, pane.height() / 2))
    assert on_demo.inspector.attention.value("query") != "\N{EN DASH}"
    action(on_demo, "head 2").trigger()
    assert on_demo.workspace.attention_model.head == 1
    action(on_demo, "head 0").trigger()
    assert on_demo.workspace.attention_model.head is None


def test_looks_change_by_key_and_are_remembered(qtbot: QtBot, opened: Opener) -> None:
    window = opened()
    told = []
    for key in (Qt.Key.Key_M, Qt.Key.Key_C, Qt.Key.Key_BracketLeft, Qt.Key.Key_W, Qt.Key.Key_A):
        qtbot.keyClick(window, key)
        told.append(window.status.currentMessage())
    assert told[:2] == ["Frequencies: linear", "Palette: inferno"]
    assert told[2:4] == ["Levels: \N{MINUS SIGN}105 to \N{MINUS SIGN}20 dBFS", "Window: 128 ms"]
    chosen = window.settings
    assert (chosen.scale, chosen.palette) == ("linear", "inferno")
    assert (chosen.floor_db, chosen.attention) == (-105.0, False)
    shown = window.workspace.spectrogram.settings
    assert (shown.scale, shown.palette, shown.floor_db) == ("linear", "inferno", -105.0)
    assert not window.workspace.attention.isVisible()
    again = opened(settings=chosen)
    assert again.workspace.spectrogram.settings == shown
    assert again.settings == replace(chosen, geometry=again.settings.geometry)


@pytest.mark.parametrize("theme", list(ThemeChoice))
def test_every_theme_reaches_every_part(opened: Opener, theme: ThemeChoice) -> None:
    window = opened(settings=replace(DEFAULTS, theme=ThemeChoice.LIGHT))
    action(window, f"theme {theme}").trigger()
    parts = (*window.workspace.panes, window.inspector.now, window.toolbar.meter)
    assert len({part.theme.name for part in parts}) == 1
    assert window.settings.theme is theme


# -- exporting ----------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".audacity.txt", ".raven.txt", ".csv", ".json", ".png"])
def test_labels_and_figure_are_written(on_demo: MainWindow, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    on_demo.exports.write(path, suffix)
    assert on_demo.banner.text in {"", "There is no microphone: connect one, or open a sound file."}
    assert path.stat().st_size > 0
    if suffix == ".json":
        events = json.loads(path.read_text(encoding="utf-8"))[0]["events"]
        assert len(events) == on_demo.workspace.timeline.rowCount()


def test_export_that_fails_is_a_sentence(on_demo: MainWindow, tmp_path: Path) -> None:
    on_demo.exports.write(tmp_path / "no" / "such" / "folder.csv", ".csv")
    assert "folder" in on_demo.banner.text


# -- listening ----------------------------------------------------------------------------------


def test_listening_shows_sound_labels_and_state(qtbot: QtBot, live: MainWindow) -> None:
    qtbot.waitUntil(lambda: live.workspace.timeline.rowCount() >= 2)
    assert live.workspace.time.follow
    assert live.inspector.now.rows
    assert action(live, "listen").isChecked()
    shown = [cell.text() for cell in live.status.findChildren(QLabel)]
    assert "44.1 kHz \N{RIGHTWARDS ARROW} 16 kHz" in shown
    assert any("lost" in text for text in shown)


def test_freeze_holds_the_view_while_sound_and_labels_go_on(qtbot: QtBot, live: MainWindow) -> None:
    qtbot.waitUntil(lambda: live.workspace.time.limits[1] > 1.0)
    action(live, "freeze").trigger()
    start_s, heard_s = live.workspace.time.start_s, live.workspace.time.limits[1]
    qtbot.waitUntil(lambda: says_how_far_behind(live))
    assert live.toolbar.badge.text() == "frozen"
    assert live.workspace.time.start_s == start_s
    assert live.workspace.time.limits[1] > heard_s + 2.0
    live.workspace.setFocus()
    qtbot.keyClick(live.workspace, Qt.Key.Key_End)
    assert live.workspace.time.follow
    assert not action(live, "freeze").isChecked()
    qtbot.waitUntil(lambda: live.toolbar.badge.text() == "")
    assert not live.workspace.back_to_live.isVisible()


def test_time_of_day_and_crosshair_by_key(qtbot: QtBot, live: MainWindow) -> None:
    qtbot.waitUntil(lambda: live.workspace.timeline.rowCount() > 0)
    origin = live.director.origin
    assert origin is not None
    for key in (Qt.Key.Key_T, Qt.Key.Key_X, Qt.Key.Key_B):
        qtbot.keyClick(live, key)
    shown = first_time(live)
    assert shown[:3] in {origin.strftime("%H:"), (origin + timedelta(hours=1)).strftime("%H:")}
    assert live._crosshair.isVisible()
    assert live.heard.shown
    live.director._live._origin = origin - timedelta(hours=5)  # as another session begins
    live.refresh()
    assert first_time(live)[:3] == (origin - timedelta(hours=5)).strftime("%H:")
    live.open(DEMO)
    qtbot.waitUntil(lambda: analysed(live))
    assert not action(live, "clock time").isEnabled()
    assert first_time(live).startswith("0:0")
    assert (live.settings.clock_time, live.settings.heard_now) == (True, True)


def test_stopping_keeps_what_was_heard(qtbot: QtBot, live: MainWindow) -> None:
    qtbot.waitUntil(lambda: live.workspace.timeline.rowCount() > 0)
    action(live, "listen").trigger()
    assert mode(live) is Mode.HEARD
    qtbot.waitUntil(lambda: not live.director.listening.busy)
    assert live.workspace.timeline.rowCount() > 0
    assert not any(event.sounding for event in live.workspace.timeline.events)


def test_streams_that_still_end_are_never_many(qtbot: QtBot, opened: Opener) -> None:
    """Each takes threads and memory; whoever is quicker than they end waits for them."""
    window = opened(speed=4.0)
    listening = window.director.listening
    for _ in range(3 * MOST_ENDING):  # nothing is collected meanwhile
        action(window, "listen").trigger()
        action(window, "listen").trigger()
    assert listening._closing.waiting == MOST_ENDING
    assert not listening.active
    action(window, "listen").trigger()
    assert listening.active
    assert listening._pipeline is None
    qtbot.waitUntil(lambda: mode(window) is Mode.LIVE)


def test_opening_a_file_ends_listening_and_says_so(qtbot: QtBot, live: MainWindow) -> None:
    said: list[str] = []  # each may make way for the next at once
    live.director.said.connect(said.append)
    live.open(DEMO)
    qtbot.waitUntil(lambda: analysed(live))
    assert "Listening ended to open demo.flac." in said
    assert mode(live) is Mode.FILE
    assert not live.director.listening.active
    assert not live.workspace.time.live


@pytest.mark.parametrize("name", ["gone.wav", "notes.wav", "log.jsonl"])
def test_what_cannot_be_opened_does_not_end_listening(
    qtbot: QtBot, opened: Opener, tmp_path: Path, name: str
) -> None:
    live = opened(speed=1.0)  # half a minute of sound: it does not end meanwhile
    action(live, "listen").trigger()
    qtbot.waitUntil(lambda: mode(live) is Mode.LIVE)
    if name != "gone.wav":
        (tmp_path / name).write_text("no sound, and no session")
    live.open(tmp_path / name)
    qtbot.waitUntil(lambda: name in live.banner.text)
    assert mode(live) is Mode.LIVE
    assert live.director.listening.active
    heard_s = live.workspace.time.limits[1]
    qtbot.waitUntil(lambda: live.workspace.time.limits[1] > heard_s)


def test_input_that_ends_by_itself_says_so(qtbot: QtBot, opened: Opener) -> None:
    window = opened(speed=8.0)
    action(window, "listen").trigger()
    qtbot.waitUntil(lambda: "has ended" in window.banner.text)
    assert mode(window) is Mode.HEARD
    qtbot.waitUntil(lambda: not window.director.listening.busy)
    assert window.workspace.time.limits[1] == pytest.approx(30.0, abs=0.5)
    heard = {event.label for event in window.workspace.timeline.events}
    assert {"Siren", "Church_bell"} <= heard


def test_input_that_cannot_be_opened_leaves_the_file(qtbot: QtBot, opened: Opener) -> None:
    window = opened(DEMO, heard=Path("no-such-input.wav"))
    qtbot.waitUntil(lambda: analysed(window))
    action(window, "listen").trigger()
    qtbot.waitUntil(lambda: "no-such-input.wav" in window.banner.text)
    assert mode(window) is Mode.FILE
    assert analysed(window)
    assert not action(window, "listen").isChecked()


# -- the end ------------------------------------------------------------------------------------


def _ours() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("leanviz")]


def test_closing_at_once_leaves_no_thread(qtbot: QtBot) -> None:
    window = MainWindow(DEFAULTS, load_engine)
    qtbot.addWidget(window)
    window.show()
    window.begin([DEMO])
    window.close()
    assert _ours() == []


def test_closing_during_an_analysis_leaves_no_thread(
    qtbot: QtBot, opened: Opener, long_file: Path
) -> None:
    window = opened(long_file)
    qtbot.waitUntil(lambda: (window.toolbar.progress or 0) > 0)
    window.close()
    assert _ours() == []


@pytest.mark.parametrize("freeze", [False, True])
def test_closing_while_live_leaves_no_thread(qtbot: QtBot, live: MainWindow, freeze: bool) -> None:
    if freeze:
        action(live, "freeze").trigger()
    live.close()
    assert _ours() == []


def test_closing_twice_and_after_stopping_is_harmless(qtbot: QtBot, live: MainWindow) -> None:
    action(live, "listen").trigger()
    live.close()
    live.director.close()
    live.close()
    assert _ours() == []
