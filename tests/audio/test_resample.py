"""Resampling in blocks against soxr over the whole signal at once."""

import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from leanviz.audio.resample import Resampler

RATES = [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000]


def in_blocks(signal: np.ndarray, cuts: list[int], resampler: Resampler) -> np.ndarray:
    blocks = np.split(signal, sorted(cut % (len(signal) + 1) for cut in cuts))
    return np.concatenate([*(resampler.push(block) for block in blocks), resampler.finish()])


def noise(n: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(n).uniform(-1, 1, (n, *shape)).astype(np.float32)


@settings(deadline=None)
@given(
    from_rate=st.sampled_from(RATES),
    to_rate=st.sampled_from([16_000, 48_000]),
    n=st.integers(1, 20_000),
    cuts=st.lists(st.integers(0, 20_000), max_size=30),
)
def test_any_partition_equals_the_whole(from_rate, to_rate, n, cuts) -> None:
    signal = noise(n)
    result = in_blocks(signal, cuts, Resampler(from_rate, to_rate))
    whole = soxr.resample(signal, from_rate, to_rate, quality="HQ")
    assert result.dtype == np.float32
    assert len(result) == len(whole)
    assert abs(len(result) - n * to_rate / from_rate) <= 1
    np.testing.assert_allclose(result, whole, rtol=0, atol=1e-6)


@pytest.mark.parametrize("size", [1, 160, 4_096])
def test_a_real_clip_in_blocks_equals_the_whole(shared_data, size) -> None:
    path = min((shared_data / "audio/esc50").glob("*.ogg"))
    clip, rate = soundfile.read(path, frames=20_000, dtype="float32")
    result = in_blocks(clip, list(range(0, len(clip), size)), Resampler(rate, 44_100))
    np.testing.assert_allclose(result, soxr.resample(clip, rate, 44_100), rtol=0, atol=1e-6)


def test_a_finished_one_starts_afresh() -> None:
    resampler = Resampler(44_100)
    for n in (5_000, 7_000):
        result = in_blocks(noise(n), [100, 3_000], resampler)
        np.testing.assert_allclose(result, soxr.resample(noise(n), 44_100, 16_000), atol=1e-6)


def test_channels_do_not_mix() -> None:
    stereo = noise(9_000, 2)
    result = in_blocks(stereo, [1_000, 1_001], Resampler(44_100, 48_000, channels=2))
    assert result.shape[1] == 2
    for channel in range(2):
        alone = soxr.resample(stereo[:, channel], 44_100, 48_000)
        np.testing.assert_allclose(result[:, channel], alone, rtol=0, atol=1e-6)


def test_equal_rates_pass_samples_through() -> None:
    signal = noise(1_000)
    np.testing.assert_array_equal(in_blocks(signal, [3, 500], Resampler(16_000)), signal)


def test_nothing_gives_nothing() -> None:
    assert Resampler(48_000).finish().shape == (0,)
    assert Resampler(48_000, 16_000, channels=2).finish().shape == (0, 2)
