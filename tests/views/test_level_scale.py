"""The scale of the spectrogram's colours: what it says, and how it is dragged."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from leanviz.core.tracks import Tracks
from leanviz.models.spectrogram import SpectrogramSettings
from leanviz.models.viewport import Viewport
from leanviz.settings import DEFAULTS
from leanviz.views.left_axis import GAP, LEFT
from leanviz.views.level_scale import LevelScale
from leanviz.views.main_window import MainWindow
from leanviz.views.spectrogram import SpectrogramPane
from leanviz.views.theme import DARK, LIGHT


@pytest.fixture
def scale(qtbot: QtBot) -> tuple[SpectrogramPane, LevelScale]:
    pane = SpectrogramPane(Viewport())
    qtbot.addWidget(pane)
    made = LevelScale(pane)
    pane.resize(400, 200)
    pane.show()
    qtbot.waitUntil(lambda: made.height() == pane.viewport().height())
    return pane, made


def drag(scale: LevelScale, start: int, stop: int) -> tuple[float, float]:
    """Return what a drag asks for."""
    asked: list[tuple[float, float]] = []
    scale.wanted.connect(lambda *range_: asked.append(range_))
    QTest.mousePress(scale, Qt.MouseButton.LeftButton, pos=QPoint(6, start))
    QTest.mouseMove(scale, QPoint(6, stop))
    QTest.mouseRelease(scale, Qt.MouseButton.LeftButton, pos=QPoint(6, stop))
    return asked[-1]


def test_the_upper_half_is_the_ceiling_and_the_lower_the_floor(
    scale: tuple[SpectrogramPane, LevelScale],
) -> None:
    _, levels = scale
    quarter = levels.height() // 4
    # by a quarter of the 80 dB from -100 to -20
    assert drag(levels, quarter, 0) == (-100.0, pytest.approx(0.0, abs=1.0))
    assert drag(levels, 3 * quarter, 2 * quarter) == (pytest.approx(-80.0, abs=1.0), -20.0)
    assert drag(levels, 3 * quarter, 4 * quarter) == (pytest.approx(-120.0, abs=1.0), -20.0)


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        (Qt.KeyboardModifier.NoModifier, (-95.0, -15.0)),
        (Qt.KeyboardModifier.ShiftModifier, (-105.0, -15.0)),
    ],
)
def test_the_wheel_moves_both(
    scale: tuple[SpectrogramPane, LevelScale],
    keys: Qt.KeyboardModifier,
    wanted: tuple[float, float],
) -> None:
    _, levels = scale
    asked: list[tuple[float, float]] = []
    levels.wanted.connect(lambda *range_: asked.append(range_))
    at, turn = QPointF(6, 50), QPoint(0, 120)
    buttons, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(at, levels.mapToGlobal(at), QPoint(), turn, buttons, keys, phase, False)
    QApplication.sendEvent(levels, event)
    assert asked == [wanted]


def test_it_shows_the_palette_with_the_brightest_on_top(
    scale: tuple[SpectrogramPane, LevelScale],
) -> None:
    pane, levels = scale
    for theme, brighter_above in ((DARK, True), (LIGHT, False)):
        pane.set_theme(theme)
        image = levels.grab().toImage()
        top, bottom = (image.pixelColor(6, round(image.height() * at)) for at in (0.2, 0.8))
        assert (top.lightnessF() > bottom.lightnessF()) is brighter_above
    pane.set_settings(SpectrogramSettings(floor_db=-70.0, ceiling_db=-5.0))
    assert levels.accessibleDescription() == "\N{MINUS SIGN}70 to \N{MINUS SIGN}5 dBFS"


def test_it_stands_where_pictures_of_the_plot_never_reach(
    scale: tuple[SpectrogramPane, LevelScale],
) -> None:
    _, levels = scale
    assert levels.geometry().right() < LEFT - GAP


def test_levels_are_fitted_to_what_is_in_view(scale: tuple[SpectrogramPane, LevelScale]) -> None:
    pane, levels = scale
    asked: list[tuple[float, float]] = []
    levels.wanted.connect(lambda *range_: asked.append(range_))
    levels.fit()
    assert asked == [], "there is no sound"
    rate, noise = 16_000, np.random.default_rng(0).normal(0.0, 0.001, 32_000)
    tracks = Tracks(rate, 4 * rate)
    tracks.push(np.concatenate((noise, 100.0 * noise)).astype(np.float32))
    pane.set_tracks(tracks)
    pane.time.show_recording(4.0)
    for start_s in (0.2, 2.2):
        pane.time.show(start_s, 1.6)
        levels.fit()
    (quiet_floor, quiet_ceiling), (floor, ceiling) = asked
    assert floor - quiet_floor == pytest.approx(40.0, abs=2.0)
    assert ceiling - quiet_ceiling == pytest.approx(40.0, abs=2.0)
    assert 20.0 <= ceiling - floor < 40.0
    pane.time.show(0.2, 3.6)
    levels.fit()
    assert asked[-1] == (pytest.approx(quiet_floor, abs=4.0), pytest.approx(ceiling, abs=4.0))


def test_a_low_pane_has_none(qtbot: QtBot, scale: tuple[SpectrogramPane, LevelScale]) -> None:
    pane, levels = scale
    pane.resize(400, 30)
    qtbot.waitUntil(lambda: not levels.isVisible())


def test_what_is_asked_for_is_shown_remembered_and_kept_within_limits(qtbot: QtBot) -> None:
    window = MainWindow(DEFAULTS)
    qtbot.addWidget(window)
    window.levels.wanted.emit(-70.0, -5.0)
    assert (window.choices.floor_db, window.choices.ceiling_db) == (-70.0, -5.0)
    assert window.workspace.spectrogram.settings.ceiling_db == -5.0
    window.levels.wanted.emit(-500.0, 500.0)
    assert (window.choices.floor_db, window.choices.ceiling_db) == (-160.0, 20.0)
    # no range is so narrow that nothing is told apart
    window.levels.wanted.emit(0.0, 5.0)
    assert (window.choices.floor_db, window.choices.ceiling_db) == (-160.0, 20.0)
    window.levels.default_wanted.emit()
    assert (window.choices.floor_db, window.choices.ceiling_db) == (-100.0, -20.0)
