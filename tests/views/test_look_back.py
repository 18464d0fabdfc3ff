"""Live sound in the window: looking back, pausing, pages, windows, and nobody looking."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from leanviz.audio.capture import FileSource
from leanviz.core.clock import Cause
from leanviz.core.resources import resource_path
from leanviz.settings import DEFAULTS, Settings
from leanviz.views.action_table import Mode
from leanviz.views.engine import Engine, load_engine
from leanviz.views.left_axis import LEFT
from leanviz.views.main_window import MainWindow
from tests.support.windows import says_how_far_behind, trigger

DEMO = resource_path("demo", "demo.flac")
SPEED = 4.0

Opener = Callable[..., MainWindow]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_engine()


@pytest.fixture
def listening(qtbot: QtBot, engine: Engine) -> Opener:
    """Return what opens a window that hears the demo clip, four times as fast by default."""

    def open_window(settings: Settings = DEFAULTS, speed: float = SPEED) -> MainWindow:
        hearing = replace(engine, source=lambda *_: FileSource(DEMO, speed))
        window = MainWindow(settings, lambda: hearing)
        qtbot.addWidget(window)
        window.show()
        window.begin([])
        qtbot.waitUntil(lambda: window.director.engine is not None)
        trigger(window, "listen")
        qtbot.waitUntil(lambda: window.director.mode is Mode.LIVE)
        return window

    return open_window


def checked(window: MainWindow, name: str) -> bool:
    action = window.findChild(QAction, name)
    assert action is not None
    return action.isChecked()


def heard_s(window: MainWindow) -> float:
    tracks = window.director.listening.tracks
    return 0.0 if tracks is None else tracks.written / tracks.sample_rate


def test_looking_back_stands_still_while_sound_goes_on_and_end_returns(
    qtbot: QtBot, listening: Opener
) -> None:
    window = listening()
    axis, pane = window.workspace.time, window.workspace.spectrogram
    qtbot.waitUntil(lambda: axis.limits[1] > 6.0)
    axis.show(1.0, 3.0)
    pane.viewport().repaint()
    seen = pane.picture.picture()
    assert window.workspace.back_to_live.isVisible()
    before = heard_s(window)
    qtbot.waitUntil(lambda: heard_s(window) > before + 4.0)
    assert (axis.start_s, axis.span_s) == (1.0, 3.0)
    np.testing.assert_array_equal(pane.picture.picture(), seen)
    axis.zoom_at(2.5, 0.5)
    assert (axis.start_s, axis.span_s) == (1.75, 1.5)
    window.workspace.setFocus()
    qtbot.keyClick(window.workspace, Qt.Key.Key_End)
    assert axis.follow
    assert axis.stop_s == axis.limits[1]
    assert not window.workspace.back_to_live.isVisible()


def test_the_button_says_how_far_behind_and_returns(qtbot: QtBot, listening: Opener) -> None:
    window = listening(speed=4.0)  # else a busy machine hears the end before it has looked
    qtbot.waitUntil(lambda: heard_s(window) > 3.0)
    trigger(window, "freeze")
    button = window.workspace.back_to_live
    qtbot.waitUntil(lambda: says_how_far_behind(window))
    assert window.rect().contains(button.mapTo(window, button.rect().bottomRight()))
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.workspace.time.follow
    assert not checked(window, "freeze")
    trigger(window, "freeze")
    qtbot.waitUntil(button.isVisible)
    assert window.inspector._now_heading.text() == "NOW"
    trigger(window, "listen")
    assert window.inspector._now_heading.text() == "AT THE END", "nothing is heard any more"
    assert button.text().startswith("END  +")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.workspace.time.follow
    assert not button.isVisible()


def test_a_click_in_the_overview_goes_there(qtbot: QtBot, listening: Opener) -> None:
    window = listening(replace(DEFAULTS, live_span_s=5.0))
    axis, overview = window.workspace.time, window.workspace.overview
    qtbot.waitUntil(lambda: axis.limits[1] > 12.0)
    x = LEFT + round(overview.pixel_map().x(6.0) / overview.devicePixelRatioF())
    qtbot.mouseClick(overview.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, 20))
    assert not axis.follow
    assert axis.start_s + axis.span_s / 2 == pytest.approx(6.0, abs=0.2)


def test_a_pause_is_a_gap_that_grows_and_nothing_is_lost(qtbot: QtBot, listening: Opener) -> None:
    window = listening(speed=1.0)
    qtbot.waitUntil(lambda: heard_s(window) > 0.5)
    trigger(window, "pause")
    assert checked(window, "pause")
    assert checked(window, "listen"), "the session goes on"
    qtbot.waitUntil(lambda: window.toolbar.badge.text() == "paused")
    tracks = window.director.listening.tracks
    assert tracks is not None
    qtbot.waitUntil(lambda: bool(tracks.gaps) and tracks.gaps[0].length > tracks.sample_rate)
    assert window.workspace.time.limits[1] > 1.0, "time goes on"
    trigger(window, "pause")
    resumed = tracks.gaps[0].stop
    qtbot.waitUntil(lambda: tracks.written > resumed + tracks.sample_rate)
    assert [gap.cause for gap in tracks.gaps] == [Cause.PAUSED]
    assert tracks.columns.written * tracks.stft.hop_length > resumed
    losses = [cell.text() for cell in window.status.findChildren(type(window.toolbar.badge))]
    assert any(text.startswith("0.00 s lost") for text in losses)
    trigger(window, "listen")
    qtbot.waitUntil(lambda: window.director.mode is Mode.HEARD)
    assert not checked(window, "pause")


def test_a_window_blocked_for_three_seconds_loses_no_sound(qtbot: QtBot, listening: Opener) -> None:
    window = listening(speed=1.0)
    qtbot.waitUntil(lambda: heard_s(window) > 1.0)
    before = heard_s(window)
    time.sleep(3.0)  # the GUI thread is the one that stands still
    assert heard_s(window) > before + 2.0, "other threads go on"
    axis = window.workspace.time
    qtbot.waitUntil(lambda: axis.limits[1] > before + 2.0)
    tracks = window.director.listening.tracks
    assert tracks is not None
    assert tracks.gaps == ()


def test_pages_turn_by_key_and_are_remembered(qtbot: QtBot, listening: Opener) -> None:
    window = listening(replace(DEFAULTS, live_span_s=5.0))
    trigger(window, "paging")
    axis = window.workspace.time
    qtbot.waitUntil(lambda: axis.start_s > 0.0)
    start = axis.start_s
    qtbot.waitUntil(lambda: axis.limits[1] > start + 2.0)
    assert axis.start_s >= start
    assert axis.start_s <= axis.limits[1] < axis.stop_s
    assert window.settings.paging
    trigger(window, "paging")
    assert axis.stop_s == axis.limits[1]


def test_another_window_is_for_all_that_was_heard(qtbot: QtBot, listening: Opener) -> None:
    window = listening()
    tracks = window.director.listening.tracks
    assert tracks is not None
    qtbot.waitUntil(lambda: heard_s(window) > 2.0)
    trigger(window, "shorter window")
    qtbot.waitUntil(lambda: tracks.stft.win_length == round(0.032 * tracks.sample_rate))
    assert tracks.spectra.first == 0
    trigger(window, "listen")
    trigger(window, "longer window")
    trigger(window, "longer window")
    qtbot.waitUntil(lambda: tracks.stft.win_length == round(0.128 * tracks.sample_rate))
    assert window.settings.window_ms == 128


def test_another_window_of_a_file_reads_it_again(qtbot: QtBot, engine: Engine) -> None:
    window = MainWindow(replace(DEFAULTS, window_ms=16), lambda: engine)
    qtbot.addWidget(window)
    window.show()
    window.begin([DEMO])
    qtbot.waitUntil(lambda: window.director.recording.analysis is not None)
    analysis = window.director.recording.analysis
    assert analysis is not None
    tracks = analysis.tracks
    qtbot.waitUntil(lambda: tracks.stft.win_length == round(0.016 * tracks.sample_rate))
    assert tracks.columns.written == tracks.stft.column_count(analysis.n_samples)
    view = window.workspace.time.start_s, window.workspace.time.span_s
    trigger(window, "longer window")
    qtbot.waitUntil(lambda: tracks.stft.win_length == round(0.032 * tracks.sample_rate))
    assert (window.workspace.time.start_s, window.workspace.time.span_s) == view
    assert tracks.heard.columns.written == 0, "not made for nobody"
    trigger(window, "model eye")
    qtbot.waitUntil(lambda: tracks.heard.columns.written > 0)


def test_nothing_is_drawn_for_a_hidden_window(qtbot: QtBot, listening: Opener) -> None:
    window = listening()
    axis = window.workspace.time
    qtbot.waitUntil(lambda: axis.limits[1] > 1.0)
    window.hide()
    qtbot.wait(50)  # a picture that was on its way
    drawn_to = axis.limits[1]
    heard = heard_s(window)
    qtbot.waitUntil(lambda: heard_s(window) > heard + 3.0)
    # what is recognised is taken all the same
    qtbot.waitUntil(lambda: window.workspace.timeline.rowCount() > 0)
    assert axis.limits[1] == drawn_to
    window.show()
    qtbot.waitUntil(lambda: axis.limits[1] > drawn_to + 2.0)


def test_what_lean_hears_is_a_key_away(qtbot: QtBot, listening: Opener) -> None:
    window = listening()
    pane = window.workspace.spectrogram
    trigger(window, "model eye")
    assert pane.settings.model_eye
    assert window.settings.model_eye
    qtbot.waitUntil(lambda: heard_s(window) > 2.0)
    trigger(window, "model eye")
    assert not pane.settings.model_eye
