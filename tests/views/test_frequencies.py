"""Which frequencies the spectrogram shows: by key, remembered, and told at the pointer."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from leanviz.core.scales import Scale
from leanviz.core.tracks import Tracks
from leanviz.models.spectrogram import Readout
from leanviz.settings import DEFAULTS
from leanviz.views.main_window import MainWindow
from tests.support.windows import action

RATE = 48_000


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    made = MainWindow(replace(DEFAULTS, scale=Scale.LINEAR))
    qtbot.addWidget(made)
    made.workspace.spectrogram.set_tracks(Tracks(RATE, RATE))
    return made


def band(window: MainWindow) -> tuple[float, float]:
    axis = window.workspace.spectrogram.settings.axis(RATE)
    return axis.low, axis.high


def test_one_key_goes_through_the_usual_all_and_those_the_model_hears(window: MainWindow) -> None:
    for wanted in ((0.0, 24_000.0), (125.0, 7500.0), (0.0, 8000.0)):
        action(window, "next band").trigger()
        assert band(window) == wanted
    assert window.status.currentMessage() == "Frequencies: 0 Hz to 8 kHz"


def test_frequencies_are_zoomed_moved_and_remembered(window: MainWindow) -> None:
    action(window, "band in").trigger()
    assert band(window) == pytest.approx((800.0, 7200.0))
    action(window, "band up").trigger()
    assert band(window) == pytest.approx((2400.0, 8800.0))
    action(window, "band down").trigger()
    action(window, "band out").trigger()
    assert band(window) == pytest.approx((0.0, 8000.0))
    action(window, "band all").trigger()
    # another scale, other levels: the frequencies stay
    action(window, "next scale").trigger()
    assert (window.choices.low_hz, window.choices.high_hz) == (0.0, 24_000.0)
    again = MainWindow(window.choices)
    assert again.workspace.spectrogram.settings.fmax == 24_000.0
    again.deleteLater()


def test_what_is_stored_upside_down_is_not_used(qtbot: QtBot) -> None:
    window = MainWindow(replace(DEFAULTS, low_hz=9000.0))
    qtbot.addWidget(window)
    assert band(window) == (0.0, 8000.0)


def test_the_frequency_at_a_resting_pointer_follows_the_axis(window: MainWindow) -> None:
    pane = window.workspace.spectrogram
    told: list[Readout | None] = []
    pane.readout.connect(told.append)
    at = QPointF(200.0, pane.box.rect().height() / 2)
    pane.hovered(at)
    action(window, "band all").trigger()
    assert [readout.hz for readout in told if readout] == pytest.approx([4000.0, 12_000.0])
    pane.hovered(None)
    action(window, "band usual").trigger()
    assert told[-1] is None
