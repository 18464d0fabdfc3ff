"""A file opened again is there at once; one that was stopped shows what is not analysed yet."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QInputDialog
from pytestqt.qtbot import QtBot

from leanviz.audio.file import read_mono
from leanviz.audio.writer import write_repeated
from leanviz.core.resources import resource_path
from leanviz.pipeline import stored_stream
from leanviz.pipeline.analysis_cache import AnalysisCache
from leanviz.settings import DEFAULTS, Settings
from leanviz.views.engine import Engine, load_engine
from leanviz.views.main_window import MainWindow
from tests.support.counting import count_embedded
from tests.support.windows import action

DEMO = resource_path("demo", "demo.flac")
Opener = Callable[..., MainWindow]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_engine()


@pytest.fixture
def opened(qtbot: QtBot, engine: Engine) -> Opener:
    """Return what opens a window on a file."""

    def open_window(path: Path, settings: Settings = DEFAULTS) -> MainWindow:
        window = MainWindow(settings, lambda: engine)
        qtbot.addWidget(window)
        window.show()
        window.begin([path])
        return window

    return open_window


def unanalysed(window: MainWindow) -> list[float]:
    """Return where the overview begins to say that nothing is analysed."""
    overview = window.workspace.overview
    return [note.start_s for note in overview.notes(overview.axis_for(500)) if note.hatched]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that takes an item whenever the model is asked."""
    return count_embedded(monkeypatch)


def test_a_file_opened_again_is_not_analysed_again(
    qtbot: QtBot, opened: Opener, asked: list[int]
) -> None:
    window = opened(DEMO)
    recording = window.director.recording

    def is_another(before: object) -> bool:
        return recording.analysis is not None and recording.analysis is not before

    qtbot.waitUntil(lambda: is_another(None))
    first, labels = recording.analysis, window.workspace.timeline.events
    assert labels
    assert AnalysisCache().use().files == 1
    assert unanalysed(window) == []
    asked.clear()
    window.director.open(DEMO)
    qtbot.waitUntil(lambda: is_another(first))
    assert asked == []
    assert window.workspace.timeline.events == labels
    # switched off, it is analysed each time
    action(window, "keep analyses").trigger()
    assert not window.settings.keep_analyses
    second = recording.analysis
    window.director.open(DEMO)
    qtbot.waitUntil(lambda: is_another(second))
    assert asked
    assert window.workspace.timeline.events == labels


def test_what_was_stopped_says_what_is_not_analysed_and_goes_on(
    qtbot: QtBot,
    opened: Opener,
    asked: list[int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stored_stream, "PART_BLOCKS", 2)
    sound, rate = read_mono(DEMO)
    path = tmp_path / "long.wav"
    write_repeated(path, sound, rate, 80 * rate)
    window = opened(path)
    recording = window.director.recording
    qtbot.waitUntil(lambda: len(window.workspace.timeline.events) > 0)
    action(window, "stop").trigger()
    qtbot.waitUntil(lambda: not recording.working)
    (begin_s,) = unanalysed(window)
    assert 0 < begin_s < 80
    assert "goes on from there" in window.status.currentMessage()
    before = len(asked)
    window.director.open(path)
    qtbot.waitUntil(lambda: recording.analysis is not None)
    # 40 blocks in all, of which one at most is heard twice, and the last two are of the end
    assert len(asked) <= 40 + 2 + 2
    assert len(asked) > before
    assert unanalysed(window) == []


def test_the_room_for_analyses_can_be_chosen_and_is_remembered(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = opened(DEMO, Settings(keep_analyses=False, analyses_mb=300))
    assert not action(window, "keep analyses").isChecked()
    assert window.director.recording.kept_mb == 0
    monkeypatch.setattr(QInputDialog, "getInt", lambda *_: (123, True))
    action(window, "analyses room").trigger()
    action(window, "keep analyses").trigger()
    assert window.director.recording.kept_mb == 123
    assert (window.settings.keep_analyses, window.settings.analyses_mb) == (True, 123)
