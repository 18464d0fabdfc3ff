"""Spectrogram columns: levels, times, and the same whatever the blocks."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leanviz.audio.file import read_mono
from leanviz.core.stft import FLOOR_DB, STEP_DB, SpectrogramStream, Stft, decibels
from tests.core.material import DEMO, blocks, cuts, noise

Codes = npt.NDArray[np.uint8]

NOISE = noise(20_000)
RATES = (8000, 16000, 22050, 44100, 48000, 96000)
# The last two have hops wider than the window, as recordings of hours do.
GRIDS = (
    Stft.for_rate(16000),
    Stft.for_rate(11025),
    Stft.for_rate(8000, hop_s=0.1),
    Stft.for_rate(16000, hop_s=0.3),
)


def columns(stft: Stft, samples: npt.NDArray[np.float32], ahead: int = 0) -> Codes:
    """Return the columns of a whole recording."""
    stream = SpectrogramStream(stft, ahead)
    return np.concatenate((stream.push(samples), stream.finish()))


WHOLE = {grid: columns(grid, NOISE) for grid in GRIDS}


@given(st.sampled_from(GRIDS), cuts(len(NOISE)))
@example(GRIDS[3], list(range(0, len(NOISE), 100)))
def test_any_partition_gives_the_same_columns(grid: Stft, at: list[int]) -> None:
    stream = SpectrogramStream(grid)
    found = [stream.push(block) for block in blocks(NOISE, at)]
    np.testing.assert_array_equal(np.concatenate((*found, stream.finish())), WHOLE[grid])


@given(st.sampled_from(GRIDS), st.integers(0, len(NOISE)))
def test_as_many_columns_come_as_are_counted(grid: Stft, n_samples: int) -> None:
    assert len(columns(grid, NOISE[:n_samples])) == grid.column_count(n_samples)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("level_db", [0.0, -20.0, -100.0])
def test_a_sine_reads_its_level(rate: int, level_db: float) -> None:
    grid = Stft.for_rate(rate)
    bin_ = grid.n_bins // 3
    phase = 2 * np.pi * bin_ / grid.n_fft * np.arange(rate // 2)
    sine = (10 ** (level_db / 20) * np.sin(phase)).astype(np.float32)
    middle = decibels(columns(grid, sine))[10]
    assert int(middle.argmax()) == bin_
    assert middle.max() == pytest.approx(level_db, abs=0.5)


@pytest.mark.parametrize("grid", GRIDS)
def test_a_click_stands_in_the_column_of_its_time(grid: Stft) -> None:
    for column in (1, 2, 3):
        click = np.zeros(len(NOISE), np.float32)
        click[column * grid.hop_length] = 1
        energy = decibels(columns(grid, click)).mean(1)
        assert int(energy.argmax()) == column
        # symmetric about it: the column is centred there, and not half a window off
        assert energy[column - 1] == pytest.approx(energy[column + 1], abs=0.5)


def test_columns_are_librosa_s() -> None:
    import librosa

    samples, _ = read_mono(DEMO, 50_000, 30_000)
    grid = Stft.for_rate(44_100)
    spectra = librosa.stft(
        samples,
        n_fft=grid.n_fft,
        hop_length=grid.hop_length,
        win_length=grid.win_length,
        pad_mode="constant",
    )
    level_db = 20 * np.log10(np.maximum(np.abs(spectra).T * 4 / grid.win_length, 1e-7))
    found = decibels(columns(grid, samples))
    expected = np.clip(level_db[: len(found)], FLOOR_DB, 0)
    assert np.abs(found - expected).max() <= STEP_DB / 2 + 0.01


@given(st.sampled_from(GRIDS[:2]), st.integers(0, 12_000), cuts(4000))
def test_a_signal_that_resumes_keeps_to_the_grid(grid: Stft, start: int, at: list[int]) -> None:
    """As if it had been silent before: `ahead` says how far the next column is."""
    silence = np.zeros(start, np.float32)
    resumed = NOISE[:4000]
    expected = columns(grid, np.concatenate((silence, resumed)))
    first = -(-start // grid.hop_length)
    stream = SpectrogramStream(grid, first * grid.hop_length - start)
    found = [stream.push(block) for block in blocks(resumed, at)]
    np.testing.assert_array_equal(np.concatenate((*found, stream.finish())), expected[first:])


@pytest.mark.parametrize("grid", GRIDS)
def test_a_first_column_may_be_far_ahead(grid: Stft) -> None:
    ahead = grid.hop_length - 1
    expected = columns(grid, np.concatenate((np.zeros(1, np.float32), NOISE)))[1:]
    np.testing.assert_array_equal(columns(grid, NOISE, ahead), expected)


def test_silence_and_overload_stay_in_range() -> None:
    grid = GRIDS[0]
    assert decibels(columns(grid, np.zeros(4000, np.float32))).max() == FLOOR_DB
    loud = columns(grid, 100 * np.sin(np.arange(4000, dtype=np.float32)))
    assert decibels(loud).max() == 0


@pytest.mark.parametrize("rate", [1, 100, *RATES])
def test_a_grid_can_be_made_for_any_rate(rate: int) -> None:
    grid = Stft.for_rate(rate)
    assert grid.n_fft >= grid.win_length >= 16
    assert grid.hop_length >= 1
    assert grid.n_bins == grid.n_fft // 2 + 1
