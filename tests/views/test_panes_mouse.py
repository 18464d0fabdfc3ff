"""Mouse and wheel: the same gestures in every pane."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from leanviz.models.spectrogram import Readout
from leanviz.views.pane import Pane
from tests.core.material import noise
from tests.views.panes_material import (
    PLAIN,
    RATE,
    Stack,
    diagonal,
    drag,
    mouse,
    place,
    stack,
    tracks_of,
)

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def made(qtbot: QtBot) -> Stack:
    panes = stack(qtbot)
    panes.show(tracks_of(noise(60 * RATE)), 60.0)
    panes.attention.set_band(diagonal(60 * RATE))
    panes.time.show(20.0, 20.0)
    return panes


@pytest.fixture(params=["waveform", "spectrogram", "lanes", "map"])
def pane(request: pytest.FixtureRequest, made: Stack) -> Pane:
    return getattr(made, request.param)


def wheel(
    pane: Pane, at: QPointF, notches: float, modifiers: Qt.KeyboardModifier = PLAIN, x: float = 0
) -> None:
    turn = QPoint(round(120 * x), round(120 * notches))
    event = QWheelEvent(
        at,
        QPointF(pane.mapToGlobal(at.toPoint())),
        QPoint(),
        turn,
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(pane.viewport(), event)


def test_the_wheel_scrolls_time_towards_the_user_forwards(pane: Pane) -> None:
    wheel(pane, place(pane, 25.0), -1)
    assert pane.time.start_s == pytest.approx(22.0)
    wheel(pane, place(pane, 25.0), +2)
    assert pane.time.start_s == pytest.approx(18.0)


def test_a_touch_pad_scrolls_time_sideways(pane: Pane) -> None:
    wheel(pane, place(pane, 25.0), 0, x=-1)
    assert pane.time.start_s == pytest.approx(22.0)


def test_control_and_wheel_zoom_at_the_pointer(pane: Pane) -> None:
    at = place(pane, 35.0)
    wheel(pane, at, +3, CONTROL)
    assert pane.time.span_s == pytest.approx(20.0 / 1.25**3)
    assert pane.time_at(at) == pytest.approx(35.0, abs=0.05)


def test_a_drag_selects_in_either_direction(pane: Pane) -> None:
    drag(pane, place(pane, 30.0), place(pane, 28.0), place(pane, 24.0))
    assert pane.time.selection == pytest.approx((24.0, 30.0), abs=0.02)


def test_a_click_seeks_and_takes_the_selection_away(pane: Pane) -> None:
    wished: list[float] = []
    pane.time.seek_requested.connect(wished.append)
    pane.time.select((22.0, 23.0))
    trembling = place(pane, 30.0) + QPointF(2, 1)
    drag(pane, place(pane, 30.0), trembling)
    assert wished == [pytest.approx(30.1, abs=0.2)]
    assert pane.time.selection is None


def test_a_click_with_shift_selects_from_the_cursor(made: Stack) -> None:
    made.time.set_cursor(21.0)
    drag(made.waveform, place(made.waveform, 25.0), modifiers=SHIFT)
    assert made.time.selection == pytest.approx((21.0, 25.0), abs=0.02)


def test_the_left_axis_is_not_time(pane: Pane) -> None:
    wished: list[float] = []
    pane.time.seek_requested.connect(wished.append)
    drag(pane, QPointF(20, 60))
    mouse(pane, QEvent.Type.MouseMove, QPointF(20, 60), PLAIN)
    assert wished == []
    assert pane.time.hover.time_s is None


def test_the_pointer_has_one_time_in_all_panes_and_none_when_it_leaves(pane: Pane) -> None:
    pane.hovered(place(pane, 33.0))
    assert pane.time.hover.time_s == pytest.approx(33.0, abs=0.02)
    QApplication.sendEvent(pane, QEvent(QEvent.Type.Leave))
    assert pane.time.hover.time_s is None


def test_a_resting_pointer_stays_in_its_place_while_time_scrolls(pane: Pane) -> None:
    pane.hovered(place(pane, 33.0))
    pane.time.scroll(5.0)
    assert pane.time.hover.time_s == pytest.approx(38.0, abs=0.05)


def test_the_context_menu_is_left_to_the_window(pane: Pane, qtbot: QtBot) -> None:
    at = place(pane, 26.0).toPoint()
    with qtbot.waitSignal(pane.context_requested) as asked:
        reason = QContextMenuEvent.Reason.Mouse
        QApplication.sendEvent(pane.viewport(), QContextMenuEvent(reason, at, QPoint(7, 8)))
    assert asked.args is not None
    assert asked.args[0] == QPoint(7, 8)
    assert asked.args[1] == pytest.approx(26.0, abs=0.05)


def test_shift_and_wheel_zoom_frequency_at_the_pointer(made: Stack) -> None:
    spectrogram = made.spectrogram
    at = place(spectrogram, 30.0, 40.0)
    before = spectrogram.readout_at(at)
    assert before is not None
    wheel(spectrogram, at, +2, SHIFT)
    after = spectrogram.readout_at(at)
    assert after is not None
    assert after.hz == pytest.approx(before.hz, rel=1e-3)
    assert spectrogram.settings.fmax < 8000
    wheel(spectrogram, QPointF(10, 40), -20)
    assert (spectrogram.settings.fmin, spectrogram.settings.fmax) == (0.0, 8000.0)
    assert made.time.start_s == 20.0


def test_shift_and_wheel_raise_the_waveform(made: Stack) -> None:
    wheel(made.waveform, place(made.waveform, 30.0), +1, SHIFT)
    assert made.waveform.picture.gain == pytest.approx(1.25)
    wheel(made.waveform, place(made.waveform, 30.0), -9, SHIFT)
    assert made.waveform.picture.gain == 1.0


def test_the_spectrogram_reads_out_time_frequency_and_level(made: Stack) -> None:
    told: list[Readout | None] = []
    made.spectrogram.readout.connect(told.append)
    made.spectrogram.hovered(place(made.spectrogram, 25.0, 0.0))
    made.spectrogram.hovered(None)
    assert told[1] is None
    assert told[0] is not None
    assert told[0].time_s == pytest.approx(25.0, abs=0.02)
    assert told[0].hz == pytest.approx(8000.0, rel=0.01)
    assert told[0].level_db is not None
    assert -60.0 < told[0].level_db < 0.0


def test_the_overview_moves_the_view_by_its_frame(made: Stack) -> None:
    overview = made.overview
    drag(overview, place(overview, 25.0, 20), place(overview, 30.0, 20), place(overview, 35.0, 20))
    assert made.time.start_s == pytest.approx(30.0, abs=0.1)
    drag(overview, place(overview, 12.0, 20))
    assert made.time.start_s == pytest.approx(2.0, abs=0.1)
    drag(overview, place(overview, 50.0, 20), place(overview, 45.0, 20))
    assert made.time.start_s + made.time.span_s / 2 == pytest.approx(45.0, abs=0.1)
    assert made.time.selection is None
