"""What LEAN gets, and the spectra of other windows, on one time axis with the sound."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanviz.core.clock import Cause, Gap
from leanviz.core.frontend import YAMNET, log_mel
from leanviz.core.ring import Ring
from leanviz.core.spectra import MelColumns, Spectra
from leanviz.core.stft import SpectrogramStream, Stft, decibels
from leanviz.core.tracks import Tracks
from tests.core.material import blocks, cuts, noise

RATE = 16_000
HEARD = noise(30_000)


def everything(ring: Ring, first: int = 0) -> npt.NDArray[np.float32]:
    found = ring.read(first, ring.written - first)
    assert not isinstance(found, Gap)
    return found


def read(spectra: Spectra, start: int, count: int) -> npt.NDArray[np.uint8]:
    found = spectra.columns.read(start, count)
    assert not isinstance(found, Gap)
    return found


@given(cuts(len(HEARD)))
def test_mel_columns_are_the_frames_of_the_front_end(at: list[int]) -> None:
    columns = MelColumns(48_000, 3 * len(HEARD))
    for block in blocks(HEARD, at):
        columns.push(block)
    np.testing.assert_allclose(everything(columns.columns), log_mel(HEARD), rtol=0, atol=2e-6)


@pytest.mark.parametrize("rate", [8000, 11_025, 44_100, 48_000])
def test_mel_columns_keep_to_the_time_of_the_source(rate: int) -> None:
    click = np.zeros(10 * RATE, np.float32)
    click[8 * RATE] = 1.0
    columns = MelColumns(rate, 20 * rate)
    columns.push(click)
    loudest = int(everything(columns.columns).mean(1).argmax())
    assert (loudest * columns.hop + columns.offset) / rate == pytest.approx(8.0, abs=0.006)


def test_pooled_mel_columns_have_the_loudest_of_their_frames() -> None:
    columns = MelColumns(RATE, len(HEARD), pool=3)
    columns.push(HEARD)
    frames = log_mel(HEARD)
    count = len(frames) // 3
    expected = frames[: 3 * count].reshape(count, 3, YAMNET.n_mels).max(1)
    np.testing.assert_allclose(everything(columns.columns), expected, atol=2e-6)


def test_mel_columns_begin_anew_behind_a_gap() -> None:
    columns = MelColumns(RATE, 100_000)
    columns.push(HEARD[:10_000])
    columns.skip(50_000)
    columns.push(HEARD[10_000:])
    first = round(50_000 / columns.hop)
    found = everything(columns.columns, first)
    np.testing.assert_allclose(found, log_mel(HEARD[10_000:]), atol=2e-6)
    assert isinstance(columns.columns.read(first - 1, 1), Gap)


@pytest.mark.parametrize("window_s", [0.008, 0.016, 0.032, 0.064, 0.128])
@pytest.mark.parametrize("rate", [8000, 16_000, 44_100, 48_000])
def test_hop_and_window_go_together(rate: int, window_s: float) -> None:
    stft = Stft.with_window(rate, window_s)
    assert stft.win_length == round(window_s * rate)
    assert stft.win_length <= stft.n_fft < 2 * stft.win_length
    assert stft.hop_length <= stft.win_length / 2 + 1, "no sound may fall between two windows"
    bytes_per_s = rate / stft.hop_length * stft.n_bins
    assert bytes_per_s <= 4.3 * rate, "ten minutes of history stay small"


@given(st.sampled_from([0.008, 0.032, 0.128]), cuts(len(HEARD)), st.integers(1, 20_000))
def test_the_history_is_drawn_anew_with_another_window(
    window_s: float, at: list[int], paused: int
) -> None:
    """As if that window had been chosen from the beginning, but for the 16 bits of what is kept."""
    tracks = Tracks(RATE, 100_000, keep_sound=True)
    wished = Spectra(Stft.with_window(RATE, window_s), 100_000)
    tracks.push(HEARD)
    wished.push(HEARD)
    tracks.skip(paused, Cause.PAUSED)
    wished.skip(tracks.written)
    tracks.set_window(window_s)
    for block in [*blocks(HEARD, at), *np.split(HEARD[:80], 5)]:
        tracks.push(block)
        wished.push(block)
    tracks.finish()
    wished.finish()
    found = tracks.spectra
    assert found.stft == wished.stft
    assert found.columns.written == wished.columns.written
    for start in (0, -(-(len(HEARD) + paused) // wished.stft.hop_length)):
        count = len(HEARD) // wished.stft.hop_length - 1
        level, expected = (decibels(read(s, start, count)) for s in (found, wished))
        loud = expected > -70.0
        assert np.abs(level - expected)[loud].max() <= 1.0


def test_a_long_history_is_drawn_anew_in_steps_and_then_shown() -> None:
    tracks = Tracks(RATE, 60 * RATE, keep_sound=True)
    tracks.push(np.tile(HEARD, 20))
    before = tracks.spectra
    tracks.set_window(0.032)
    tracks.push(HEARD[:160])
    assert tracks.spectra is before, "what is half done is not shown"
    for _ in range(10):
        tracks.push(HEARD[:160])
    after = tracks.spectra
    assert after is not before
    assert after.columns.written == pytest.approx(tracks.written / after.stft.hop_length, abs=6)
    tracks.set_window(0.064)
    tracks.set_window(0.032)
    tracks.push(HEARD[:160])
    assert tracks.spectra is after, "a choice taken back costs nothing"


def test_older_sound_than_is_kept_is_left_out() -> None:
    tracks = Tracks(RATE, 2 * RATE, keep_sound=True)
    tracks.push(np.tile(HEARD, 5))
    tracks.set_window(0.016)
    tracks.push(HEARD[:160])
    spectra = tracks.spectra
    assert spectra.first * spectra.stft.hop_length >= tracks.history.start - 160 - 64
    begin = spectra.first * spectra.stft.hop_length
    stream = SpectrogramStream(spectra.stft)
    alike = np.tile(HEARD, 5)[begin:]
    expected = decibels(stream.push(alike))[8:100]
    found = decibels(read(spectra, spectra.first + 8, 92))
    assert np.abs(found - expected)[expected > -70].max() <= 1.0
