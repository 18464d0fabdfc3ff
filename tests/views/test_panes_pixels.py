"""Pictures that scroll equal pictures drawn at once, pixel for pixel."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from leanviz.core.scales import Scale
from leanviz.core.tracks import Tracks
from leanviz.models.spectrogram import SpectrogramSettings
from leanviz.views.palettes import PALETTES, level_table, table
from leanviz.views.pane import Pane
from leanviz.views.pixels import PixelRing
from leanviz.views.spectrogram import SpectrogramPane
from leanviz.views.theme import DARK, LIGHT
from leanviz.views.waveform import WaveformPane
from tests.core.material import noise
from tests.views.panes_material import HEIGHT, RATE, WIDTH, Viewport, plot, rgb, tracks_of, where

RING = 40
STEPS = st.lists(st.tuples(st.integers(-60, 60), st.floats(0.0, 30.0)), min_size=1, max_size=12)


@given(STEPS)
def test_the_ring_shows_what_a_whole_redraw_would(steps: list[tuple[int, float]]) -> None:
    ring = PixelRing(RING, 2)
    first, frontier = 0, 0.0

    def render(columns: range) -> np.ndarray:
        """Give each column its number; the one the data has only half reached, another."""
        known = np.array([c * 1000.0 if c + 1 <= frontier else 0.0 for c in columns])
        part = np.array([500.0 * (frontier - c) if c < frontier < c + 1 else 0.0 for c in columns])
        return np.broadcast_to(np.abs(known + part).astype(np.uint32), (2, len(columns)))

    for moved, grown in steps:
        first, frontier = first + moved, frontier + grown
        ring.show(first, frontier, render)
        expected = np.concatenate([render(range(c, c + 1)) for c in range(first, first + RING)], 1)
        np.testing.assert_array_equal(ring.picture(), expected)


def test_scrolling_computes_only_what_came_into_view() -> None:
    ring, asked = PixelRing(1000, 1), []

    def render(columns: range) -> np.ndarray:
        asked.append(columns)
        return np.zeros((1, len(columns)), np.uint32)

    ring.show(0, 999.5, render)
    asked.clear()
    ring.show(3, 1002.7, render)
    assert sum(len(columns) for columns in asked) <= 10
    asked.clear()
    ring.show(3, 1002.7, render)
    assert asked == []


def test_what_comes_into_view_next_is_there_already() -> None:
    ring, asked = PixelRing(1000, 1), []

    def render(columns: range) -> np.ndarray:
        asked.append(columns)
        return np.zeros((1, len(columns)), np.uint32)

    ring.show(0, 1020.0, render)
    asked.clear()
    for first in range(1, 21):
        ring.show(first, 1020.0, render)
    assert asked == []


def test_columns_behind_the_frontier_are_drawn_when_there_is_something_to_draw() -> None:
    ring, ends = PixelRing(10, 1), [8.0]

    def render(columns: range) -> np.ndarray:
        return np.array([[c < ends[0] for c in columns]], np.uint32)

    ring.show(0, 3.0, render, 8.0)
    ends[0] = 10.0
    ring.show(0, 3.0, render, 10.0)
    assert ring.picture().all()


@pytest.fixture(params=[WaveformPane, SpectrogramPane])
def pane(request: pytest.FixtureRequest, qtbot: QtBot) -> Pane:
    made: Pane = request.param(Viewport())
    qtbot.addWidget(made)
    made.resize(WIDTH, HEIGHT)
    made.show()
    return made


def fresh(pane: Pane) -> np.ndarray:
    """Return the picture of a pane after drawing all of it anew."""
    pane.set_tracks(pane.tracks)
    return plot(pane)


@pytest.mark.parametrize("span_s", [0.5, 3.0, 20.0, 45.0])
@pytest.mark.parametrize("seed", [0, 1])
def test_live_pictures_equal_a_fresh_one(pane: Pane, span_s: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    samples = noise(60 * RATE, seed) * np.repeat(random.random(600).astype(np.float32), RATE // 10)
    tracks = Tracks(RATE, 60 * RATE)
    pane.time.show_live(span_s)
    pane.set_tracks(tracks)
    at = 0
    for step in range(60):
        block = int(random.integers(1, RATE))
        if step == 30:
            tracks.skip(block)
        else:
            tracks.push(samples[at : at + block])
            at += block
        if step == 45:
            pane.time.scroll(-2.0)
        pane.time.follow_to(tracks.written / RATE)
        pane.tick()
        plot(pane)
    tracks.finish()
    pane.tick()
    np.testing.assert_array_equal(plot(pane), fresh(pane))


@pytest.mark.parametrize("lost", [3000, 3120, 3300, 3460])
def test_what_little_comes_after_a_gap_is_drawn(pane: Pane, lost: int) -> None:
    samples, tracks = noise(RATE), Tracks(RATE, 60 * RATE)
    pane.time.show_live(0.5)
    pane.set_tracks(tracks)
    tracks.push(samples[:9000])
    for count in (0, 400, 700, 900):
        if count == 0:
            tracks.skip(lost)
        tracks.push(samples[:count])
        pane.time.follow_to(tracks.written / RATE)
        pane.tick()
        plot(pane)
    np.testing.assert_array_equal(plot(pane), fresh(pane))


def test_a_file_that_is_still_being_read_fills_in(pane: Pane) -> None:
    samples = noise(10 * RATE)
    tracks = Tracks.for_file(RATE, len(samples))
    pane.time.show_recording(10.0)
    pane.set_tracks(tracks)
    for part in np.array_split(samples, 7):
        plot(pane)
        tracks.push(part)
        pane.tick()
    tracks.finish()
    assert np.array_equal(plot(pane), fresh(pane))
    assert (plot(pane) != rgb(DARK.background)).any(-1).any(0).mean() > 0.99


@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize(("start", "lost"), [(20_000, 16_000), (33_333, 40_001), (48_000, 3_000)])
def test_lost_audio_is_blank_at_its_true_width(
    pane: Pane, start: int, lost: int, ratio: float
) -> None:
    tracks = Tracks(RATE, 10 * RATE)
    tracks.push(noise(start))
    tracks.skip(lost)
    tracks.push(noise(10 * RATE - start - lost))
    tracks.finish()
    pane.time.show_recording(10.0)
    pane.set_tracks(tracks)
    blank = np.flatnonzero(where(plot(pane, ratio), DARK.gap).mean(0) > 0.8)  # but for the word
    axis = pane.time.pixel_map(pane.plot_width(ratio))
    assert len(blank) == pytest.approx(axis.x(lost / RATE), abs=1.0)
    assert blank[0] == pytest.approx(axis.x(start / RATE), abs=1.0)
    assert np.diff(blank).max() == 1


def test_a_pane_is_not_painted_when_nothing_moved_by_a_pixel(pane: Pane, qtbot: QtBot) -> None:
    pane.time.show_recording(600.0)
    pane.time.show(10.0, 60.0)
    pane.set_tracks(tracks_of(noise(RATE)))
    before = pane.view_key()
    pane.time.scroll(0.01)
    assert pane.view_key() == before
    pane.time.scroll(0.2)
    assert pane.view_key() != before


def test_a_theme_or_another_sound_redraws_everything(pane: Pane) -> None:
    pane.time.show_recording(10.0)
    pane.set_tracks(tracks_of(noise(10 * RATE)))
    dark = plot(pane)
    pane.set_theme(LIGHT)
    light = plot(pane)
    assert (dark != light).any(-1).mean() > 0.9
    pane.set_tracks(tracks_of(np.zeros(10 * RATE, np.float32)))
    assert (plot(pane) != light).any(-1).any(0).all()


def tone(hz: float, seconds: float = 4.0, level: float = 0.5) -> np.ndarray:
    time = np.arange(round(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * hz * time)).astype(np.float32)


@pytest.mark.parametrize("scale", list(Scale))
@pytest.mark.parametrize("hz", [300.0, 1000.0, 5000.0])
@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_a_tone_is_at_its_height(qtbot: QtBot, scale: Scale, hz: float, ratio: float) -> None:
    spectrogram = SpectrogramPane(Viewport())
    qtbot.addWidget(spectrogram)
    spectrogram.resize(WIDTH, 400)
    spectrogram.show()
    spectrogram.set_settings(SpectrogramSettings(scale, palette="grey"))
    spectrogram.time.show_recording(4.0)
    spectrogram.set_tracks(tracks_of(tone(hz)))
    drawn = plot(spectrogram, ratio)[:, 200, 0]
    brightest = float(np.flatnonzero(drawn == drawn.max()).mean()) + 0.5
    fraction = float(spectrogram.settings.axis(RATE).fraction(hz))
    assert brightest == pytest.approx((1 - fraction) * len(drawn), abs=2.0 * ratio)


def test_louder_is_brighter_within_the_range_and_no_further(qtbot: QtBot) -> None:
    colours = level_table("grey", -100.0, -20.0) & 0xFF
    # Codes are half decibels from -127.5 dBFS on.
    assert colours[55] == 0
    assert colours[215] == 255
    assert (np.diff(colours[55:216].astype(int)) >= 1).all()


@pytest.mark.parametrize("name", PALETTES)
def test_palettes_have_256_opaque_colours_of_steady_lightness(name: str) -> None:
    pixels = table(name)
    assert pixels.shape == (256,)
    assert (pixels >> 24 == 0xFF).all()
    channels = np.stack([(pixels >> shift) & 0xFF for shift in (16, 8, 0)], -1) / 255.0
    lightness = channels @ np.array([0.2126, 0.7152, 0.0722])
    direction = -1 if name == "grey reversed" else 1
    assert all(direction * (b - a) > -0.01 for a, b in pairwise(lightness))


def test_a_full_scale_peak_is_marked_and_a_quieter_one_is_not(qtbot: QtBot) -> None:
    waveform = WaveformPane(Viewport())
    qtbot.addWidget(waveform)
    waveform.resize(WIDTH, HEIGHT)
    waveform.show()
    waveform.time.show_recording(4.0)
    samples = tone(200.0, level=0.99)
    samples[2 * RATE] = 1.0
    waveform.set_tracks(tracks_of(samples))
    marked = np.flatnonzero(where(plot(waveform), DARK.clip).any(0))
    assert len(marked) <= 3
    assert marked.mean() == pytest.approx(waveform.pixel_map().x(2.0), abs=1.5)


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_the_waveform_is_as_high_as_the_signal(qtbot: QtBot, ratio: float) -> None:
    waveform = WaveformPane(Viewport())
    qtbot.addWidget(waveform)
    waveform.resize(WIDTH, HEIGHT)
    waveform.show()
    waveform.time.show_recording(4.0)
    waveform.set_tracks(tracks_of(np.abs(tone(200.0, level=0.5))))
    drawn = where(plot(waveform, ratio), DARK.waveform)[:, 300]
    top, bottom = np.flatnonzero(drawn)[[0, -1]]
    height = HEIGHT * ratio
    assert top == pytest.approx(height / 4, abs=1.5 * ratio)
    assert bottom == pytest.approx(height / 2, abs=1.5 * ratio)
    waveform.set_gain(2.0)
    top = np.flatnonzero(where(plot(waveform, ratio), DARK.waveform)[:, 300])[0]
    assert top == pytest.approx(0, abs=1.5 * ratio)
    assert math.isclose(waveform.picture.gain, 2.0)
