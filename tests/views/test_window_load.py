"""The window on a machine that is too slow for it: what is shown, what is counted, what is lost."""

import re
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from leanviz.audio.capture import FileSource
from leanviz.core.frontend import YAMNET
from leanviz.core.resources import resource_path
from leanviz.settings import DEFAULTS
from leanviz.views.action_table import Mode
from leanviz.views.engine import Engine, load_engine
from leanviz.views.main_window import MainWindow
from tests.pipeline.sources import SlowModel

DEMO = resource_path("demo", "demo.flac")
SPEED = 8.0
HOP_S = YAMNET.patch_hop / YAMNET.sample_rate

Listening = Callable[[Engine], MainWindow]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_engine()


@pytest.fixture
def listening(qtbot: QtBot) -> Listening:
    """Return what opens a window that listens to what an engine hears."""

    def listen(engine: Engine) -> MainWindow:
        window = MainWindow(DEFAULTS, lambda: engine)
        qtbot.addWidget(window)
        window.show()
        window.begin([])
        qtbot.waitUntil(lambda: window.director.engine is not None)
        action = window.findChild(QAction, "listen")
        assert action is not None
        action.trigger()
        qtbot.waitUntil(lambda: window.director.mode is Mode.LIVE)
        return window

    return listen


def losses(window: MainWindow) -> tuple[float, int, int]:
    """Return seconds lost, patches skipped and updates dropped, as the status bar says them."""
    cell = next(c for c in window.status.findChildren(QLabel) if c.accessibleName() == "Losses")
    found = re.fullmatch(
        r"([\d.]+) s lost  (\d+) skipped  (\d+) dropped", cell.accessibleDescription()
    )
    return (float(found[1]), int(found[2]), int(found[3])) if found else (0.0, 0, 0)


def test_inference_twice_too_slow_skips_and_the_picture_goes_on(
    qtbot: QtBot, engine: Engine, listening: Listening
) -> None:
    slow = SlowModel(engine.model, patch_s=2 * HOP_S / SPEED)
    window = listening(replace(engine, model=slow, source=lambda *_: FileSource(DEMO, SPEED)))
    workspace = window.workspace
    tracks = window.director.listening.tracks
    assert tracks is not None
    analysed_s: list[float] = [0.0]
    window.director.listening.heard.connect(
        lambda updates, _: analysed_s.extend(u.extent.stop / tracks.sample_rate for u in updates)
    )
    # the picture does not wait for the labels
    qtbot.waitUntil(lambda: workspace.time.limits[1] > max(analysed_s) + 6.0)
    # the newest sound wins, and what was passed over is counted
    qtbot.waitUntil(lambda: losses(window)[1] > 0)
    skipped = workspace.lanes._skipped
    assert skipped
    passed_over_s = sum(span.length for span in skipped) / tracks.sample_rate
    assert losses(window)[1] == pytest.approx(passed_over_s / HOP_S, abs=1)
    qtbot.waitUntil(lambda: max(analysed_s) > skipped[-1].stop / tracks.sample_rate)
    lost_s, _, dropped = losses(window)
    assert (lost_s, dropped) == (0.0, 0)
    assert tracks.gaps == ()
    qtbot.waitUntil(lambda: window.director.mode is Mode.HEARD)
    qtbot.waitUntil(lambda: not window.director.listening.busy)
    assert workspace.time.limits[1] == pytest.approx(30.0, abs=0.1)


def test_a_window_that_is_held_up_for_three_seconds_loses_nothing(
    qtbot: QtBot, engine: Engine, listening: Listening
) -> None:
    # not so fast that a busy machine falls behind by itself
    speed = SPEED / 2
    window = listening(replace(engine, source=lambda *_: FileSource(DEMO, speed)))
    tracks = window.director.listening.tracks
    assert tracks is not None
    before = tracks.written
    time.sleep(3.0)  # the fault itself: nothing of the window moves meanwhile
    assert tracks.written - before > speed * tracks.sample_rate
    qtbot.waitUntil(lambda: not window.director.listening.active)
    qtbot.waitUntil(lambda: not window.director.listening.busy)
    assert losses(window) == (0.0, 0, 0)
    assert tracks.gaps == ()
    assert tracks.written == pytest.approx(30 * tracks.sample_rate, abs=tracks.sample_rate // 10)
    heard = {event.label for event in window.workspace.timeline.events}
    assert {"Siren", "Church_bell"} <= heard
