"""What was just heard live, played and written while listening goes on."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from leanviz.audio.capture import FileSource
from leanviz.audio.file import read_mono
from leanviz.core.clock import Span
from leanviz.core.errors import ExportError, UserError
from leanviz.core.events import Event
from leanviz.core.resources import resource_path
from leanviz.core.tracks import Tracks
from leanviz.pipeline.kept_sound import LOST, TOO_OLD, sound_of
from leanviz.pipeline.level import Level, level_of
from leanviz.pipeline.part_file import write_kept, write_part
from leanviz.settings import DEFAULTS
from leanviz.views.action_table import Mode
from leanviz.views.engine import Engine, load_engine
from leanviz.views.main_window import MainWindow
from leanviz.views.readout import level_text
from leanviz.views.status_bar import Cell
from tests.support.virtual_mic import VirtualMic
from tests.support.windows import trigger

DEMO = resource_path("demo", "demo.flac")
RATE = 16_000
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_engine()


@pytest.fixture
def listening(qtbot: QtBot, engine: Engine) -> MainWindow:
    """Return a window that hears the demo clip, several times as fast."""
    window = MainWindow(DEFAULTS, lambda: replace(engine, source=lambda *_: FileSource(DEMO, 8.0)))
    qtbot.addWidget(window)
    window.show()
    window.begin([])
    qtbot.waitUntil(lambda: window.director.engine is not None)
    trigger(window, "listen")
    qtbot.waitUntil(lambda: window.workspace.time.limits[1] > 2.5)
    return window


@pytest.mark.audio
def test_what_was_heard_is_played_while_listening_and_after_it(
    qtbot: QtBot, virtual_mic: VirtualMic, listening: MainWindow
) -> None:
    window, director = listening, listening.director
    time, transport, timeline = window.workspace.time, director.transport, window.workspace.timeline
    qtbot.waitUntil(lambda: not transport.no_output)
    time.show(0.0, 2.5)
    time.select((0.5, 0.7))
    heard: list[float] = []
    time.cursor_moved.connect(lambda: heard.append(time.cursor_s or 0.0))
    trigger(window, "loop")
    window.workspace.setFocus()
    qtbot.keyClick(window.workspace, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: any(b < a for a, b in pairwise(heard)))
    assert all(0.5 <= at_s <= 0.7 for at_s in heard)
    qtbot.keyClick(window.workspace, Qt.Key.Key_Space)
    assert not transport.playing, "what plays is paused, and the view stays frozen"
    assert not time.follow
    trigger(window, "play")
    trigger(window, "loop")
    qtbot.waitUntil(lambda: not director.heard.loaded)
    assert time.cursor_s is None
    assert not transport.loaded, "it is gone"

    def over(event: Event) -> bool:
        return event.offset / timeline.sample_rate < time.limits[1] - 2.0

    qtbot.waitUntil(lambda: any(map(over, timeline.events)))
    if director.listening.active:  # else the clip is over
        trigger(window, "listen")
    qtbot.waitUntil(lambda: director.mode is Mode.HEARD)
    event = next(filter(over, timeline.events))
    window.navigation.select(event)
    qtbot.keyClick(window.workspace, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: (time.cursor_s or 0.0) > event.onset / timeline.sample_rate)
    trigger(window, "stop")
    assert not transport.playing
    assert window.navigation.selection == event, "Esc again clears that"
    transport.no_output = "There is no sound output."
    trigger(window, "play selection")
    assert "There is no sound output." in window.banner.text


def test_the_selection_is_written_of_what_is_heard_and_of_a_file(
    qtbot: QtBot, listening: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, told, whole = listening, list[str](), tmp_path / "whole.wav"
    stereo = np.random.default_rng(4).integers(-(2**15), 2**15, (RATE, 2), np.int16)
    soundfile.write(whole, stereo, RATE)
    window.exports.part.said.connect(told.append)

    def write(name: str) -> Path:
        """Select a time range, press the key, and answer what is asked."""
        window.workspace.time.select((0.5, 0.7))
        answer = (str(tmp_path / name), "FLAC (*.flac)")
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: answer)
        told.clear()
        qtbot.keyClick(window, Qt.Key.Key_X, CTRL_SHIFT)
        qtbot.waitUntil(lambda: bool(told))
        assert "(0.200 s)" in told[0]
        return tmp_path / name

    def level() -> str:
        cells = window.status.findChildren(Cell)
        return next(c.text() for c in cells if c.accessibleName() == "Level of the selection")

    written, rate = read_mono(write("heard").with_suffix(".flac"))
    sound, _ = read_mono(DEMO, rate // 2, len(written))
    np.testing.assert_allclose(written, sound, atol=1e-4)
    peak, rms = (20 * np.log10(x) for x in (abs(sound).max(), np.sqrt(2 * np.mean(sound**2))))
    qtbot.waitUntil(lambda: level() == level_text(peak, rms))
    window.open(whole)
    qtbot.waitUntil(lambda: window.director.file == whole)
    part, part_rate = soundfile.read(write("part.wav"), dtype="int16")
    assert part_rate == RATE
    np.testing.assert_array_equal(part, stereo[RATE // 2 : round(0.7 * RATE)])
    qtbot.waitUntil(lambda: level().startswith("peak "))
    assert level_of([np.eye(2, dtype=np.float32)]) == Level(0.0, 0.0)
    window.workspace.time.select((2.0, 3.0))
    qtbot.waitUntil(lambda: level() == "no sound")
    window.workspace.time.select(None)
    assert not level()


# -- what is kept -------------------------------------------------------------------------------


def test_a_stretch_that_is_kept_is_written_as_it_was_heard(tmp_path: Path) -> None:
    tracks = Tracks(RATE, 2 * RATE, keep_sound=True)
    sound = np.random.default_rng(3).uniform(-0.5, 0.5, 2 * RATE).astype(np.float32)
    tracks.push(sound)
    kept = sound_of(tracks, Span(RATE // 2, RATE))
    assert write_kept(kept, tmp_path / "part.flac") == RATE // 2
    samples, rate = read_mono(tmp_path / "part.flac")
    assert rate == RATE
    np.testing.assert_allclose(samples, sound[RATE // 2 : RATE], atol=1 / 32_767)
    tracks.skip(RATE)
    tracks.push(sound[:RATE])
    with pytest.raises(UserError, match=TOO_OLD):
        sound_of(tracks, Span(0, RATE))
    with pytest.raises(UserError, match=LOST):
        sound_of(tracks, Span(2 * RATE + 10, 3 * RATE - 10))
    across = sound_of(tracks, Span(3 * RATE - 100, 3 * RATE + 100))
    assert across.span == Span(3 * RATE, 3 * RATE + 100), "what never arrived is left out"


@pytest.mark.parametrize("suffix", ["wav", "flac"])
def test_a_part_of_a_recording_keeps_its_rate_channels_and_bits(
    tmp_path: Path, suffix: str
) -> None:
    whole = np.random.default_rng(5).integers(-(2**15), 2**15, (44_100, 3), np.int16)
    soundfile.write(tmp_path / "whole.wav", whole, 44_100)
    place = tmp_path / f"part.{suffix}"
    assert write_part(tmp_path / "whole.wav", Span(40_000, 50_000), place) == 4_100
    part, rate = soundfile.read(place, dtype="int16")
    assert rate == 44_100
    np.testing.assert_array_equal(part, whole[40_000:])


def test_what_cannot_be_written_is_a_sentence_and_no_file(tmp_path: Path) -> None:
    whole = tmp_path / "whole.wav"
    soundfile.write(whole, np.zeros(1000), RATE)
    for place, why in (
        (whole, "choose another name"),
        (tmp_path / "part.mp3", r"\.flac or \.wav"),
        (tmp_path / "none" / "part.wav", "no folder"),
    ):
        with pytest.raises(ExportError, match=why):
            write_part(whole, Span(0, 500), place)
    with pytest.raises(UserError, match="no sound there"):
        write_part(whole, Span(1000, 1500), tmp_path / "part.wav")
    with pytest.raises(ExportError, match="stopped"):
        write_part(whole, Span(0, 500), tmp_path / "part.wav", lambda: False)
    with pytest.raises(UserError, match="does not exist"):
        write_part(tmp_path / "gone.wav", Span(0, 500), whole)
    assert list(tmp_path.iterdir()) == [whole]
