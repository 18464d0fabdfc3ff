"""Times of day: of a recording whose name tells when it began, with the day at midnight."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from pytestqt.qtbot import QtBot

from leanviz.audio.capture import FileSource
from leanviz.core.resources import resource_path
from leanviz.inference.model import LeanModel
from leanviz.settings import DEFAULTS
from leanviz.views.action_table import Mode
from leanviz.views.engine import Engine
from leanviz.views.main_window import MainWindow
from tests.support.windows import action

RATE = 16_000


@pytest.fixture(scope="module")
def engine() -> Engine:
    from leanviz.audio.playback import Player

    demo = resource_path("demo", "demo.flac")
    return Engine(LeanModel.open(), lambda *_: FileSource(demo, 3.0), Player)


def opened(qtbot: QtBot, engine: Engine, path: Path) -> MainWindow:
    soundfile.write(path, np.zeros(RATE), RATE)
    window = MainWindow(DEFAULTS, lambda: engine)
    qtbot.addWidget(window)
    window.show()
    window.begin([path])
    qtbot.waitUntil(lambda: window.director.mode is Mode.FILE)
    return window


def test_a_recording_named_by_its_recorder_has_times_of_day(
    qtbot: QtBot, engine: Engine, tmp_path: Path
) -> None:
    window = opened(qtbot, engine, tmp_path / "20240501_235500.WAV")
    qtbot.waitUntil(action(window, "clock time").isEnabled)
    action(window, "clock time").trigger()
    times = window.workspace.timeline.time_format
    assert times.text(5.0, 1) == "23:55:05.0"
    assert times.text(301.0, 0) == "2 May 00:00:01"
    # and is drawn so: the day at the left, the times below their ticks
    window.workspace.time_axis.grab()
    marks = window.workspace.time_axis._marks
    written = [key[0] for key in marks._texts if isinstance(key, tuple)]
    assert "1 May" in written
    assert any(text.startswith("23:55:00") for text in written)


def test_a_name_that_tells_no_time_has_elapsed_ones(
    qtbot: QtBot, engine: Engine, tmp_path: Path
) -> None:
    window = opened(qtbot, engine, tmp_path / "birds.wav")
    assert not action(window, "clock time").isEnabled()
    assert window.workspace.timeline.time_format.origin is None


def test_the_header_counts_more_than_the_name_and_is_named(
    qtbot: QtBot, engine: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "20240501_235500.WAV"
    stamp = b"Timestamp: 2024-05-01T22:55:00+01:00\n"
    soundfile.write(path, np.zeros(RATE), RATE)
    guano = b"guan" + len(stamp).to_bytes(4, "little") + stamp + b"\0" * (len(stamp) % 2)
    content = path.read_bytes()[8:] + guano
    path.write_bytes(b"RIFF" + len(content).to_bytes(4, "little") + content)
    window = MainWindow(DEFAULTS, lambda: engine)
    qtbot.addWidget(window)
    window.show()
    with qtbot.waitSignal(window.director.date.said, timeout=60_000) as said:
        window.begin([path])
    assert "name 23:55:00: the header counts" in str(said.args)
    qtbot.waitUntil(action(window, "clock time").isEnabled)
    action(window, "clock time").trigger()
    assert window.workspace.timeline.time_format.text(5.0, 1) == "22:55:05.0"
    told = window.workspace.time_axis.accessibleDescription()
    assert told.startswith("Began 2024-05-01 22:55:00, UTC+01:00, says the header (GUANO). Header")
    qtbot.waitUntil(lambda: window.director.analysis is not None)
    report = window.director.report()
    assert report is not None
    assert (str(report.started), report.dated_by) == ("2024-05-01 22:55:00+01:00", "GUANO")
    action(window, "clock time").trigger()
    assert window.workspace.time_axis.accessibleDescription() == ""


def test_times_from_names_can_be_switched_off_and_stay_off(
    qtbot: QtBot, engine: Engine, tmp_path: Path
) -> None:
    window = opened(qtbot, engine, tmp_path / "20240501_235500.WAV")
    qtbot.waitUntil(lambda: window.director.analysis is not None)
    report = window.director.report()
    assert report is not None
    assert str(report.started) == "2024-05-01 23:55:00"
    action(window, "file dates").trigger()
    undated = window.director.report()
    assert undated is not None
    assert undated.started is None
    assert not action(window, "clock time").isEnabled()
    assert not window.settings.file_dates
