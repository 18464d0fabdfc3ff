"""The level meter: what it shows of a level, for how long, and to whom."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from leanviz.views.level_meter import BAR_WIDTH, FALL_DB_PER_S, HOLD_S, LevelMeter

MINUS = "\N{MINUS SIGN}"


class Clock:
    """Stands still until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def meter(qtbot: QtBot, clock: Clock) -> LevelMeter:
    made = LevelMeter(clock=clock)
    qtbot.addWidget(made)
    made.resize(made.sizeHint())
    made.show()
    return made


def _picture(meter: LevelMeter) -> QImage:
    return meter.grab().toImage()


def _bar(meter: LevelMeter) -> int:
    """Return how many pixels of the bar are lit."""
    picture, lit = _picture(meter), QColor(meter.theme.waveform).rgb()
    return sum(picture.pixel(x, picture.height() // 2) == lit for x in range(BAR_WIDTH))


def test_the_highest_of_late_is_held_and_then_let_go(meter: LevelMeter, clock: Clock) -> None:
    meter.show_level(-6.0, 0)
    clock.now += HOLD_S - 0.1
    meter.show_level(-40.0, 0)
    assert meter.held_dbfs == -6.0
    clock.now += 0.2
    meter.show_level(-40.0, 0)
    assert meter.held_dbfs == -40.0


def test_the_bar_rises_at_once_and_falls_as_meters_do(meter: LevelMeter, clock: Clock) -> None:
    meter.show_level(-30.0, 0)
    meter.show_level(-6.0, 0)
    high = _bar(meter)
    clock.now += 12.0 / FALL_DB_PER_S
    meter.show_level(-60.0, 0)
    assert high - _bar(meter) == pytest.approx(BAR_WIDTH * 12 / 60, abs=2)
    clock.now += 60.0
    meter.show_level(-50.0, 0)
    assert _bar(meter) < BAR_WIDTH * 11 / 60


@pytest.mark.parametrize("key", [None, Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_the_lamp_stays_lit_until_it_is_acknowledged(
    qtbot: QtBot, meter: LevelMeter, clock: Clock, key: Qt.Key | None
) -> None:
    meter.show_level(-0.1, 0)
    assert not meter.lit
    meter.show_level(0.0, 3)
    clock.now += 3_600.0
    meter.show_level(-40.0, 3)
    assert meter.lit
    if key is None:
        qtbot.mouseClick(meter, Qt.MouseButton.LeftButton)
    else:
        qtbot.keyClick(meter, key)
    assert not meter.lit
    meter.show_level(-40.0, 3)
    assert not meter.lit
    meter.show_level(0.0, 4)
    assert meter.lit


def test_the_mean_is_drawn_below_the_peak(meter: LevelMeter) -> None:
    def mean() -> int:
        picture, muted = _picture(meter), QColor(meter.theme.muted).rgb()
        below = picture.height() // 2 + 5
        return sum(picture.pixel(x, below) == muted for x in range(BAR_WIDTH - 4))

    meter.show_level(-3.0, 0)
    assert mean() == 0
    meter.show_level(-3.0, 0, -30.0)
    assert mean() == pytest.approx(BAR_WIDTH / 2, abs=1)


def test_the_lamp_is_seen(meter: LevelMeter) -> None:
    meter.show_level(-20.0, 0)
    before = _picture(meter)
    meter.show_level(-20.0, 1)
    lamp = QColor(meter.theme.clip).rgb()
    size = before.size()
    places = [(x, y) for x in range(size.width()) for y in range(size.height())]
    assert not any(before.pixel(*place) == lamp for place in places)
    after = _picture(meter)
    assert sum(after.pixel(*place) == lamp for place in places) > 50


def test_a_clip_outlasts_the_stream_and_the_next_counts_anew(meter: LevelMeter) -> None:
    meter.show_level(0.0, 7)
    meter.clear()
    assert meter.lit
    meter.acknowledge()
    meter.show_level(-20.0, 0)
    assert not meter.lit
    meter.show_level(0.0, 1)
    assert meter.lit


def test_a_screen_reader_gets_the_level_and_not_too_often(meter: LevelMeter, clock: Clock) -> None:
    meter.show_level(-12.0, 0)
    assert meter.accessibleDescription() == f"{MINUS}12.0 dBFS"
    clock.now += 0.5
    meter.show_level(-6.0, 0)
    assert meter.accessibleDescription() == f"{MINUS}12.0 dBFS"
    clock.now += 0.6
    meter.show_level(-7.0, 2)
    assert meter.accessibleDescription() == f"{MINUS}6.0 dBFS, clip"
    meter.acknowledge()
    assert meter.accessibleDescription() == f"{MINUS}6.0 dBFS"
    meter.clear()
    assert meter.accessibleDescription() == ""


def test_what_is_drawn_bit_by_bit_is_what_is_drawn_at_once(
    qtbot: QtBot, meter: LevelMeter, clock: Clock
) -> None:
    def seen() -> QImage:
        """Return what is on the screen, without having all of it drawn anew."""
        QApplication.processEvents()
        grabbed = meter.screen().grabWindow(meter.winId()).toImage()
        return grabbed.convertToFormat(QImage.Format.Format_RGB32)

    qtbot.waitUntil(lambda: meter.windowHandle().isExposed())
    for act in (
        lambda: meter.show_level(-6.0, 0),
        lambda: meter.show_level(-20.0, 0),
        meter.clear,
        lambda: meter.show_level(-6.0, 0),
        lambda: meter.show_level(-9.0, 1),
        meter.acknowledge,
    ):
        clock.now += 0.1
        act()
        assert seen() == _picture(meter).convertToFormat(QImage.Format.Format_RGB32)
