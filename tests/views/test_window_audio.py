"""The window with a real PortAudio stream on both sides: a null sink and its monitor."""

import signal
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
import soundfile
from PySide6.QtCore import Qt, QTimer
from pytestqt.qtbot import QtBot

from leanviz.audio import portaudio
from leanviz.core.clock import Cause
from leanviz.core.resources import resource_path
from leanviz.core.tracks import Tracks
from leanviz.pipeline.level import Level
from leanviz.settings import DEFAULTS
from leanviz.views.action_table import Mode
from leanviz.views.engine import Engine, load_engine
from leanviz.views.main_window import MainWindow
from tests.support.virtual_mic import VirtualMic
from tests.support.windows import trigger

DEMO = resource_path("demo", "demo.flac")
CLIP_S = 10

pytestmark = pytest.mark.audio


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_engine()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return what is soon analysed: birds, a bell and a horn."""
    samples, rate = soundfile.read(DEMO)
    path = tmp_path_factory.mktemp("sounds") / "clip.wav"
    soundfile.write(path, samples[: CLIP_S * rate], rate)
    return path


@pytest.fixture
def window(qtbot: QtBot, virtual_mic: VirtualMic, engine: Engine) -> MainWindow:
    made = MainWindow(DEFAULTS, lambda: engine)
    qtbot.addWidget(made)
    made.show()
    return made


def listen(qtbot: QtBot, window: MainWindow) -> Tracks:
    """Listen until something was heard: a device that never gave a block is given more time."""
    window.begin([])
    qtbot.waitUntil(lambda: window.director.engine is not None)
    trigger(window, "listen")
    qtbot.waitUntil(lambda: window.director.mode is Mode.LIVE)
    tracks = window.director.listening.tracks
    assert tracks is not None
    qtbot.waitUntil(lambda: tracks.written > 0)
    return tracks


def assert_goes_on(qtbot: QtBot) -> None:
    """Nothing holds up the thread of the window."""
    beats: list[None] = []
    timer = QTimer()
    timer.timeout.connect(lambda: beats.append(None))
    timer.start(10)
    qtbot.waitUntil(lambda: len(beats) > 10)


def test_file_plays_with_a_moving_cursor_and_pauses_where_it_is(
    qtbot: QtBot, window: MainWindow, clip: Path
) -> None:
    window.begin([clip])
    qtbot.waitUntil(lambda: window.director.recording.analysis is not None)
    time = window.workspace.time
    time.seek(1.0)
    trigger(window, "play")
    qtbot.waitUntil(lambda: (time.cursor_s or 0.0) > 1.5)
    trigger(window, "play")
    assert not window.director.transport.playing
    stopped_s = time.cursor_s
    assert stopped_s is not None
    assert 1.5 < stopped_s < CLIP_S
    trigger(window, "play")
    qtbot.waitUntil(lambda: (time.cursor_s or 0.0) > stopped_s)


def test_label_plays_to_its_end_and_no_further(
    qtbot: QtBot, window: MainWindow, clip: Path
) -> None:
    window.begin([clip])
    qtbot.waitUntil(lambda: window.director.recording.analysis is not None)
    shortest = min(window.workspace.timeline.events, key=lambda e: e.offset - e.onset)
    window.workspace.event_double_clicked.emit(shortest)
    assert window.director.transport.playing
    qtbot.waitUntil(lambda: not window.director.transport.playing)
    rate = window.workspace.timeline.sample_rate
    assert window.director.transport.position == pytest.approx(shortest.offset, abs=rate * 0.1)


def test_the_speed_changes_by_key_and_the_view_stays_or_follows(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.begin([DEMO])
    qtbot.waitUntil(lambda: window.director.recording.analysis is not None)
    time, transport = window.workspace.time, window.director.transport
    for key in (">", ">", ">"):
        qtbot.keyClick(window, key)
    assert transport.speed == 2.0, "and no faster"
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ShiftModifier)
    assert not window.settings.follow_playing
    time.show(0.0, 5.0)
    time.seek(4.8)
    trigger(window, "play")
    qtbot.waitUntil(lambda: (time.cursor_s or 0.0) > 5.5)
    assert time.start_s == 0.0
    trigger(window, "speed 0.5")
    assert transport.playing
    trigger(window, "follow")
    qtbot.waitUntil(lambda: time.start_s > 5.0)
    trigger(window, "play")


def test_a_selection_goes_round_and_a_pause_does_not_leave_it(
    qtbot: QtBot, window: MainWindow, clip: Path
) -> None:
    window.begin([clip])
    qtbot.waitUntil(lambda: window.director.recording.analysis is not None)
    time, transport = window.workspace.time, window.director.transport
    heard: list[float] = []
    time.cursor_moved.connect(lambda: heard.append(time.cursor_s or 0.0))

    def rounds() -> int:
        return sum(after < before for before, after in pairwise(heard))

    time.select((5.0, 5.4))
    trigger(window, "loop")
    trigger(window, "play selection")
    qtbot.waitUntil(lambda: rounds() > 1)
    assert all(5.0 <= at_s <= 5.4 for at_s in heard)
    trigger(window, "play")
    trigger(window, "play")
    before = rounds()
    qtbot.waitUntil(lambda: rounds() > before)
    trigger(window, "loop")
    qtbot.waitUntil(lambda: not transport.playing)
    assert all(5.0 <= at_s <= 5.4 for at_s in heard)
    assert time.cursor_s == pytest.approx(5.4, abs=0.01)


def test_microphone_is_heard_pulled_out_and_heard_again(
    qtbot: QtBot, window: MainWindow, virtual_mic: VirtualMic
) -> None:
    tracks = listen(qtbot, window)
    virtual_mic.start_playing(DEMO)
    labels = window.workspace.timeline
    qtbot.waitUntil(lambda: labels.rowCount() > 0)
    heard = labels.rowCount()
    virtual_mic.kill_server()
    qtbot.waitUntil(lambda: "goes on as soon as it is back" in window.banner.text)
    assert window.director.listening.active, "leanviz waits for it"
    assert labels.rowCount() >= heard, "what was heard stays"
    virtual_mic.start()
    virtual_mic.start_playing(DEMO)  # silence would be complained of
    qtbot.waitUntil(lambda: window.banner.text == "")
    # the time without sound keeps its width; it is drawn when sound comes again
    qtbot.waitUntil(lambda: tracks.gaps != ())


@pytest.mark.parametrize("server", ["pipewire", "pipewire-pulse"])
def test_a_server_that_hangs_is_told_and_holds_up_nothing(
    qtbot: QtBot, window: MainWindow, virtual_mic: VirtualMic, server: str
) -> None:
    """Whatever the user does meanwhile: each call into PortAudio would hang."""
    before = listen(qtbot, window)

    def is_told() -> bool:
        gone = window.toolbar.badge.text() == "gone"  # drawn a moment later than the banner
        return gone and "no longer delivers sound" in window.banner.text

    process = virtual_mic._servers[server]
    process.send_signal(signal.SIGSTOP)
    try:
        qtbot.waitUntil(is_told)
        trigger(window, "devices")
        assert_goes_on(qtbot)
    finally:
        process.send_signal(signal.SIGCONT)
    # the microphone is silent, which the banner soon says instead
    qtbot.waitUntil(lambda: "no longer delivers" not in window.banner.text)
    heard = before.written
    qtbot.waitUntil(lambda: before.written > heard + virtual_mic.sample_rate)
    assert window.director.listening.tracks is before
    assert before.gaps != (), "the time without sound keeps its width"


@pytest.mark.parametrize("server", ["pipewire", "pipewire-pulse"])
def test_another_channel_can_be_chosen_while_a_server_hangs(
    qtbot: QtBot, window: MainWindow, virtual_mic: VirtualMic, server: str
) -> None:
    before = listen(qtbot, window)
    process = virtual_mic._servers[server]
    process.send_signal(signal.SIGSTOP)
    try:
        channels = window.toolbar.channels
        channels.setFocus()
        qtbot.keyClick(channels, Qt.Key.Key_Down)
        assert channels.channel == 1
        assert_goes_on(qtbot)
    finally:
        process.send_signal(signal.SIGCONT)

    def written() -> int:
        # another channel is another stream, with tracks of its own
        tracks = window.director.listening.tracks
        return 0 if tracks is None or tracks is before else tracks.written

    qtbot.waitUntil(lambda: written() > virtual_mic.sample_rate)
    assert window.director.listening.active


@pytest.mark.parametrize("server", ["pipewire", "pipewire-pulse"])
def test_a_server_that_hangs_keeps_no_window_open(
    qtbot: QtBot,
    window: MainWindow,
    virtual_mic: VirtualMic,
    server: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listen(qtbot, window)
    monkeypatch.setattr(portaudio, "within", partial(portaudio.within, limit_s=1.0))
    process = virtual_mic._servers[server]
    process.send_signal(signal.SIGSTOP)
    try:
        trigger(window, "listen")
        trigger(window, "listen")
        qtbot.waitUntil(lambda: "has not answered" in window.banner.text)
        window.close()
    finally:
        process.send_signal(signal.SIGCONT)


def test_digital_silence_is_told_and_taken_back(
    qtbot: QtBot, window: MainWindow, virtual_mic: VirtualMic
) -> None:
    listen(qtbot, window)
    qtbot.waitUntil(lambda: "digital silence" in window.banner.text)
    virtual_mic.start_playing(DEMO)
    qtbot.waitUntil(lambda: window.banner.text == "")
    qtbot.waitUntil(lambda: window.toolbar.meter.accessibleDescription().endswith("dBFS"))
    for take in window.director.listening.level_takers:
        take(Level(peak_dbfs=-1.5, rms_dbfs=-9.0))
    assert window.toolbar.meter.held_dbfs == -1.5, "also between two looks at all else"


def test_a_paused_microphone_is_given_back_and_heard_again(
    qtbot: QtBot, window: MainWindow, virtual_mic: VirtualMic
) -> None:
    tracks = listen(qtbot, window)
    qtbot.waitUntil(lambda: tracks.written > tracks.sample_rate // 2)
    trigger(window, "pause")
    qtbot.waitUntil(lambda: window.toolbar.badge.text() == "paused")
    qtbot.waitUntil(lambda: bool(tracks.gaps))
    grown = tracks.gaps[0].length
    qtbot.waitUntil(lambda: tracks.gaps[0].length > grown + tracks.sample_rate // 2)
    assert window.banner.text == "", "a pause is no trouble"
    trigger(window, "pause")
    resumed = tracks.written
    qtbot.waitUntil(lambda: tracks.columns.written > 0 and tracks.written > resumed)
    virtual_mic.start_playing(DEMO)
    qtbot.waitUntil(lambda: window.workspace.timeline.rowCount() > 0)
    assert {gap.cause for gap in tracks.gaps} == {Cause.PAUSED}
