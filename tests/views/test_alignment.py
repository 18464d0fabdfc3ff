"""One clock: an instant is at the same x in every pane, to the pixel, at every scale."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from leanviz.core.scales import Brightness
from leanviz.models.spectrogram import SpectrogramSettings
from leanviz.models.viewport import Hover
from leanviz.views.theme import DARK
from tests.views.panes_material import (
    Stack,
    click,
    diagonal,
    plot,
    sound,
    stack,
    tracks_of,
    where,
)

VIEWS = [
    pytest.param(0.0, 10.0, id="whole"),
    pytest.param(2.345, 5.0, id="twice"),
    pytest.param(3.9871, 1.7, id="six times"),
    pytest.param(0.123, 9.4321, id="odd"),
]
RATIOS = [1.0, 1.5, 2.0]
INSTANT_S = 4.5


@pytest.fixture(params=[16_000, 44_100])
def clicked(request: pytest.FixtureRequest, qtbot: QtBot) -> Stack:
    """Return panes that show one click in ten seconds of silence."""
    rate = request.param
    at = round(INSTANT_S * rate)
    made = stack(qtbot)
    samples = click(at, 10.0, rate)
    made.show(tracks_of(samples, rate), 10.0)
    made.timeline.restart(rate, [sound(at, at + rate // 2)])
    made.attention.set_band(diagonal(len(samples), rate))
    made.attention.set_brightness(Brightness.GLOBAL)
    made.attention.set_ridge(False)
    made.spectrogram.set_settings(SpectrogramSettings(palette="grey", floor_db=-60, ceiling_db=0))
    return made


def expected_x(made: Stack, ratio: float) -> float:
    return made.time.pixel_map(made.waveform.plot_width(ratio)).x(INSTANT_S)


def waveform_x(made: Stack, ratio: float) -> float:
    """Return the column nearest to the click in which the waveform leaves the centre line.

    The envelope knows no more than in which 64 samples the click was; they hold it.
    """
    drawn = where(plot(made.waveform, ratio), DARK.waveform)
    tall = np.flatnonzero(drawn.sum(0) > 4 * ratio)
    bin_width = 64 / made.timeline.sample_rate / made.time.span_s * drawn.shape[1]
    assert tall[-1] - tall[0] <= math.ceil(bin_width) + 1
    middles = tall + 0.5
    return float(middles[np.abs(middles - expected_x(made, ratio)).argmin()])


def spectrogram_x(made: Stack, ratio: float) -> float:
    """Return the centre of energy of the picture; its grey is linear in decibels."""
    drawn = plot(made.spectrogram, ratio)
    quarter = drawn.shape[0] // 4
    level_db = drawn[quarter : 2 * quarter, :, 0].max(0) / 255.0 * 60.0 - 60.0
    energy = np.where(level_db > -59.0, 10.0 ** (level_db / 10.0), 0.0)
    return float((energy * (np.arange(len(energy)) + 0.5)).sum() / energy.sum())


def lanes_x(made: Stack, ratio: float) -> float:
    """Return where the box of the label begins."""
    drawn = plot(made.lanes, ratio)
    row = drawn[round(12 * ratio)]
    orange = (row[:, 0] > row[:, 2] + 60) & (row[:, 0] > 100)
    return float(np.flatnonzero(orange)[0]) + 0.5


@pytest.mark.parametrize(("start_s", "span_s"), VIEWS)
@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("measured", [waveform_x, spectrogram_x, lanes_x])
def test_a_click_is_at_its_instant(
    clicked: Stack,
    start_s: float,
    span_s: float,
    ratio: float,
    measured: Callable[[Stack, float], float],
) -> None:
    clicked.time.show(start_s, span_s)
    # Zoomed in, a spectrum is many pixels wide, and what is measured is known to a part of that.
    spectrum = 0.016 / span_s * clicked.waveform.plot_width(ratio)
    expected = pytest.approx(expected_x(clicked, ratio), abs=max(1.0, spectrum / 8))
    assert measured(clicked, ratio) == expected


@pytest.mark.parametrize(("start_s", "span_s"), VIEWS)
@pytest.mark.parametrize("ratio", RATIOS)
def test_the_key_that_saw_the_click_is_over_it(
    clicked: Stack, start_s: float, span_s: float, ratio: float
) -> None:
    clicked.time.show(start_s, span_s)
    band = clicked.attention.band
    assert band is not None
    brightest = np.zeros_like(band.weights)
    key = int(np.searchsorted(band.key_extents[:, 0], round(INSTANT_S * band.sample_rate))) - 1
    brightest[:, :, key] = 1.0
    clicked.attention.set_band(replace(band, weights=brightest))
    drawn = plot(clicked.map, ratio)
    axis = clicked.time.pixel_map(drawn.shape[1])
    lit = np.flatnonzero((drawn[..., 0] > 200).sum(0) > drawn.shape[0] / 4)
    left, right = (axis.x(float(edge)) for edge in band.key_extents[key] / band.sample_rate)
    assert left - 1 <= lit[0] <= expected_x(clicked, ratio) + 1 <= lit[-1] + 2 <= right + 3
    # Neighbouring fields overlap; a cell ends half-way between the centres.
    assert (lit[0] + lit[-1] + 1) / 2 == pytest.approx((left + right) / 2, abs=1.0)


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize(("start_s", "span_s"), VIEWS)
def test_the_cursor_is_the_same_pixel_column_in_every_pane(
    clicked: Stack, start_s: float, span_s: float, ratio: float
) -> None:
    clicked.time.show(start_s, span_s)
    clicked.time.set_cursor(INSTANT_S + 0.21)
    found = set()
    for pane in (clicked.waveform, clicked.spectrogram, clicked.lanes, clicked.map):
        drawn = where(plot(pane, ratio), DARK.cursor)
        found.add(int(np.flatnonzero(drawn.mean(0) > 0.9)[0]))
    x = clicked.time.pixel_map(clicked.waveform.plot_width(ratio)).x(INSTANT_S + 0.21)
    assert found == {math.floor(x)}


@pytest.mark.parametrize("ratio", RATIOS)
def test_query_and_key_are_marked_at_their_extents_in_every_pane(
    clicked: Stack, ratio: float
) -> None:
    clicked.time.show(1.0, 8.0)
    clicked.time.set_hover(Hover(5.0, (3.0, 3.975), (5.0, 5.0866)))
    for pane in (clicked.waveform, clicked.spectrogram, clicked.lanes):
        drawn = plot(pane, ratio)
        axis = clicked.time.pixel_map(drawn.shape[1])
        for row, name, span in ((0, DARK.query, (3.0, 3.975)), (-1, DARK.key, (5.0, 5.0866))):
            columns = np.flatnonzero(where(drawn[row], name))
            assert columns[0] == math.floor(axis.x(span[0]))
            assert columns[-1] == math.ceil(axis.x(span[1])) - 1


def test_hovering_the_map_marks_what_its_cell_saw(clicked: Stack) -> None:
    band = clicked.attention.band
    assert band is not None
    width, height = clicked.map.plot_width(), clicked.map.box.rect().height()
    axis = clicked.time.pixel_map(width)
    key, patch = 30, 11
    at = clicked.map.box.mapToScene(
        axis.x(float(band.key_s()[key])), height * (1 - float(band.query_s()[patch]) / 10.0)
    )
    clicked.map.hovered(at)
    hover = clicked.time.hover
    assert hover.key_s == tuple(band.key_extents[key] / band.sample_rate)
    assert hover.query_s == tuple(band.query_extents[patch] / band.sample_rate)
    clicked.map.hovered(None)
    assert clicked.time.hover == Hover()


def test_plot_areas_of_all_panes_begin_and_end_at_the_same_x(clicked: Stack) -> None:
    places = {
        (pane.box.sceneBoundingRect().left(), pane.box.rect().width()) for pane in clicked.panes
    }
    assert len(places) == 1


def test_time_under_the_pointer_is_the_inverse_of_x(clicked: Stack) -> None:
    clicked.time.show(2.0, 5.0)
    for pane in (clicked.waveform, clicked.lanes, clicked.map, clicked.times):
        for time_s in (2.5, INSTANT_S, 6.9):
            x = pane.pixel_map().x(time_s)
            at = pane.box.mapToScene(x / pane.devicePixelRatioF(), 5.0)
            assert pane.time_at(at) == pytest.approx(time_s, abs=1e-9)
