"""Spectra pooled into pixel columns."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leanviz.core.clock import Gap, PixelMap
from leanviz.core.tracks import Tracks
from leanviz.models.columns import column_samples, lost_columns
from leanviz.models.spectrogram import SpectrogramSettings, level_at, pooled
from tests.core.material import noise

RATE = 16_000
HOP = 256


def tracks_of(samples: np.ndarray) -> Tracks:
    tracks = Tracks.for_file(RATE, len(samples))
    tracks.push(samples)
    tracks.finish()
    return tracks


@given(
    st.floats(0.2, 60), st.integers(50, 2000), st.integers(0, 5000), st.sampled_from([8000, 44100])
)
def test_every_sample_is_in_the_column_its_time_is_in(
    span_s: float, width: int, first: int, rate: int
) -> None:
    axis = PixelMap(0.0, span_s, width)
    edges = column_samples(axis, range(first, first + 20), rate)
    assert (np.diff(edges) >= 0).all()
    for sample in range(int(edges[0]), min(int(edges[-1]), int(edges[0]) + 50)):
        column = first + int(np.searchsorted(edges, sample, "right")) - 1
        at = sample / rate / axis.seconds_per_pixel
        assert column - 1e-6 <= at <= column + 1 + 1e-6


def test_wide_pixels_show_the_loudest_of_their_spectra() -> None:
    tracks = tracks_of(noise(10 * RATE))
    edges = np.arange(0, 10 * RATE + 1, 10 * HOP)
    codes, known = pooled(tracks, tracks.spectra, edges, tracks.stft.n_bins)
    columns = tracks.columns.read(0, tracks.columns.written)
    assert not isinstance(columns, Gap)
    assert known.all()
    for pixel in (0, 7, 61):
        loudest = columns[10 * pixel : 10 * pixel + 10].max(0)
        np.testing.assert_array_equal(codes[pixel], loudest)


def test_narrow_pixels_show_the_nearest_spectrum() -> None:
    tracks = tracks_of(noise(RATE))
    edges = np.arange(0, RATE + 1, 40)
    codes, known = pooled(tracks, tracks.spectra, edges, 100)
    columns = tracks.columns.read(0, tracks.columns.written)
    assert not isinstance(columns, Gap)
    nearest = np.round((edges[:-1] + edges[1:]) / (2 * HOP)).astype(int)
    nearest = np.minimum(nearest, len(columns) - 1)
    assert known.all()
    np.testing.assert_array_equal(codes, columns[nearest, :100])


@settings(deadline=None)
@given(st.integers(1, 9000), st.integers(1, 9000), st.integers(1, 3000))
def test_what_was_lost_or_is_still_to_come_is_not_known(before: int, lost: int, width: int) -> None:
    tracks = Tracks(RATE, 4 * RATE)
    tracks.push(noise(before))
    tracks.skip(lost)
    tracks.push(noise(9000))
    edges = np.arange(0, before + lost + 12_000, width)
    if len(edges) < 2:
        return
    _, known = pooled(tracks, tracks.spectra, edges, 8)
    middle = (edges[:-1] + edges[1:]) / 2
    in_gap = (middle >= before) & (middle < before + lost)
    np.testing.assert_array_equal(lost_columns(edges, tracks.gaps), in_gap)
    assert not known[in_gap].any()
    # Between its ends, everything that was heard is shown; the newest take half a window.
    heard = (middle < tracks.written - 4 * HOP - width) & ~in_gap
    segment = np.where(middle < before, before, tracks.written - before - lost)
    assert known[heard & (segment > 4 * HOP)].all()
    assert not known[middle > tracks.written].any()


def test_what_the_history_no_longer_holds_is_not_known() -> None:
    tracks = Tracks(RATE, 2 * RATE)
    tracks.push(noise(6 * RATE))
    _, known = pooled(tracks, tracks.spectra, np.arange(0, 6 * RATE, 1000), 8)
    middle = np.arange(500, 6 * RATE - 1000, 1000)
    assert not known[middle < 3.9 * RATE].any()
    assert known[(middle > 4.3 * RATE) & (middle < 5.9 * RATE)].all()


def test_the_level_under_the_pointer_is_that_of_the_sound() -> None:
    time = np.arange(2 * RATE) / RATE
    tone = (0.1 * np.sin(2 * np.pi * 1000 * time)).astype(np.float32)
    tracks = tracks_of(np.concatenate((tone, np.zeros(RATE, np.float32))))
    assert level_at(tracks, 1.0, 1000.0) == pytest.approx(-20.0, abs=0.5)
    assert (level_at(tracks, 1.0, 3000.0) or 0.0) < -70.0
    assert (level_at(tracks, 2.5, 1000.0) or 0.0) < -120.0
    assert level_at(tracks, 3.5, 1000.0) is None


def test_the_band_ends_where_the_sample_rate_does() -> None:
    assert SpectrogramSettings().axis(8000).high == 4000.0
    assert SpectrogramSettings().axis(48000).high == 8000.0
