"""Empty states, names for screen readers, the map's orientation, axes, themes."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from leanviz.core.scales import Brightness
from leanviz.models.time_text import TimeFormat
from leanviz.views.palettes import pack, table
from leanviz.views.theme import DARK, HIGH_CONTRAST, LIGHT, THEMES, Theme
from tests.core.material import noise
from tests.views.panes_material import (
    RATE,
    Stack,
    diagonal,
    picture,
    plot,
    rgb,
    sound,
    stack,
    tracks_of,
    where,
)

# The last colour of Cividis.
BRIGHTEST = "#ffea46"


@pytest.fixture
def made(qtbot: QtBot) -> Stack:
    return stack(qtbot, height=200)


@pytest.fixture
def filled(made: Stack) -> Stack:
    made.show(tracks_of(0.3 * noise(10 * RATE)), 10.0)
    made.timeline.restart(RATE, [sound(2 * RATE, 3 * RATE)])
    made.attention.set_band(diagonal(10 * RATE))
    return made


def test_every_pane_has_a_name_for_screen_readers(made: Stack) -> None:
    names = [pane.accessibleName() for pane in made.panes]
    assert all(names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", ["waveform", "spectrogram", "lanes", "map", "overview"])
def test_an_empty_pane_says_one_sentence(made: Stack, name: str) -> None:
    pane = getattr(made, name)
    assert pane.markers.is_empty
    assert pane.markers.empty.endswith(".")
    assert pane.markers.empty.count(".") == 1
    written = np.argwhere(where(plot(pane), DARK.muted, 40))
    assert len(written) > 50
    middle = np.array(plot(pane).shape[:2]) / 2
    assert np.abs(written.mean(0) - middle).max() < 12


def test_a_filled_pane_no_longer_says_it_is_empty(filled: Stack) -> None:
    assert not any(p.markers.is_empty for p in filled.panes)
    filled.show(None, 10.0)
    filled.timeline.restart(RATE)
    filled.attention.set_band(None)
    assert all(pane.markers.is_empty for pane in filled.panes)


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_the_map_has_key_time_to_the_right_and_query_time_upwards(
    filled: Stack, ratio: float
) -> None:
    band = filled.attention.band
    assert band is not None
    weights = np.full_like(band.weights, 1e-6)
    patch, key = 15, 20
    weights[patch, :, key] = 1.0
    filled.attention.set_band(replace(band, weights=weights))
    filled.attention.set_brightness(Brightness.GLOBAL)
    filled.attention.set_ridge(False)
    filled.map.marks.setVisible(False)
    drawn = plot(filled.map, ratio)

    brightest = np.argwhere(where(drawn, BRIGHTEST, 12)).mean(0) + 0.5
    height, width = drawn.shape[:2]
    assert brightest[1] == pytest.approx(band.key_s()[key] / 10 * width, abs=2 * ratio)
    assert brightest[0] == pytest.approx((1 - band.query_s()[patch] / 10) * height, abs=2 * ratio)


def test_looking_at_oneself_is_the_rising_diagonal_at_any_zoom(filled: Stack) -> None:
    filled.attention.set_ridge(False)
    filled.map.marks.setVisible(False)
    for start_s, span_s in ((0.0, 10.0), (3.3, 4.0)):
        filled.time.show(start_s, span_s)
        drawn = plot(filled.map)
        bright = np.argwhere(where(drawn, BRIGHTEST, 12))
        height, width = drawn.shape[:2]
        along = (bright[:, 1] + 0.5) / width + (bright[:, 0] + 0.5) / height
        assert np.abs(along - 1.0).max() < 0.3 / span_s + 0.02


@pytest.mark.parametrize(("start_s", "span_s"), [(0.0, 10.0), (3.3, 4.0)])
def test_the_ridge_lies_on_what_is_looked_at_and_can_be_left_out(
    filled: Stack, start_s: float, span_s: float
) -> None:
    filled.map.marks.setVisible(False)
    filled.time.show(start_s, span_s)
    with_ridge = plot(filled.map)
    filled.attention.set_ridge(False)
    ridge = np.argwhere((plot(filled.map) != with_ridge).any(2))
    height, width = with_ridge.shape[:2]
    assert np.ptp(ridge[:, 0]) > 0.8 * height
    along = (ridge[:, 1] + 0.5) / width + (ridge[:, 0] + 0.5) / height
    assert np.abs(along - 1.0).max() < 0.3 / span_s + 0.03


def test_heads_are_named_and_drawn_apart(filled: Stack) -> None:
    mean = plot(filled.map)
    filled.attention.set_head(1)
    assert (plot(filled.map) != mean).any()


def test_many_patches_to_a_pixel_row_leave_the_diagonal_unbroken(filled: Stack) -> None:
    patches = 500
    band = diagonal(patches * 7680)
    filled.time.show_recording(240.0)
    filled.attention.set_band(band)
    filled.attention.set_ridge(False)
    filled.map.marks.setVisible(False)
    filled.time.show(0.0, 240.0)
    drawn = plot(filled.map)
    assert drawn.shape == (200, 600, 3)
    bright = np.argwhere(where(drawn, BRIGHTEST, 60))
    assert len(set(bright[:, 0])) == 200
    assert np.abs(bright[:, 1] / 600 + bright[:, 0] / 200 - 1.0).max() < 0.03


def test_times_stand_under_their_ticks(filled: Stack) -> None:
    filled.time.show(2.0, 5.0)
    drawn = plot(filled.times)
    ticks = np.flatnonzero(where(drawn[0:1], DARK.muted)[0])
    axis = filled.time.pixel_map(drawn.shape[1])
    steps = [axis.time(float(x)) for x in ticks]
    assert len(ticks) >= 3
    assert np.allclose(np.diff(steps), steps[1] - steps[0], atol=2 * axis.seconds_per_pixel)
    middles = []
    for x in ticks[1:-1]:
        text = where(drawn[6:, x - 30 : x + 31], DARK.muted, 60).any(0)
        middles.append(np.flatnonzero(text)[[0, -1]].mean() - 30)
    assert np.abs(middles).max() <= 2.5


def test_the_axis_can_show_the_time_of_day(filled: Stack) -> None:
    before = picture(filled.times)
    filled.times.set_time_format(TimeFormat(datetime(2026, 1, 2, 13, 14).astimezone()))
    assert (picture(filled.times) != before).any()


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2 counts it."""
    bright = []
    for name in (one, other):
        part = rgb(name) / 255.0
        linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
        bright.append(float(linear @ [0.2126, 0.7152, 0.0722]) + 0.05)
    return max(bright) / min(bright)


@pytest.mark.parametrize("theme", list(THEMES.values()), ids=list(THEMES))
def test_words_and_marks_can_be_read_in_every_theme(theme: Theme) -> None:
    assert contrast(theme.text, theme.background) >= 7.0
    assert contrast(theme.muted, theme.background) >= 4.5
    assert contrast(theme.muted, theme.surface) >= 4.5
    for name in (theme.waveform, theme.clip, theme.cursor, theme.accent, theme.query, theme.key):
        assert contrast(name, theme.background) >= 3.0
    assert contrast(theme.cursor, theme.outline) >= 7.0


@pytest.mark.parametrize("theme", [LIGHT, HIGH_CONTRAST])
def test_a_theme_reaches_every_pixel(filled: Stack, theme: Theme) -> None:
    for pane in filled.panes:
        pane.set_theme(theme)
        drawn = picture(pane)
        assert where(drawn, theme.background).any()
        assert not where(drawn, DARK.background).any()


@pytest.mark.parametrize("theme", list(THEMES.values()), ids=list(THEMES))
def test_the_cursor_shows_on_the_brightest_and_the_darkest_picture(
    filled: Stack, theme: Theme
) -> None:
    filled.spectrogram.set_theme(theme)
    filled.time.set_cursor(5.0)
    x = int(filled.spectrogram.pixel_map().x(5.0))
    drawn = plot(filled.spectrogram)[:, x - 1 : x + 2].astype(float).sum(-1)
    assert np.abs(drawn[:, 1] - drawn[:, 0]).min() > 150
    assert np.abs(drawn[:, 1] - drawn[:, 2]).min() > 150


def test_attention_and_sound_do_not_share_a_palette() -> None:
    assert {theme.attention for theme in THEMES.values()} == {"cividis"}
    assert all(theme.palette != theme.attention for theme in THEMES.values())
    assert table("cividis")[255] == pack(rgb(BRIGHTEST))
