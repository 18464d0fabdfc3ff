"""Slower and faster: as long as it should be, at the pitch it had, without a seam."""

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from leanviz.audio.stretch import Stretcher
from leanviz.core.resources import resource_path

RATE = 48_000
SPEEDS = (0.5, 0.75, 1.5, 2.0)


def stretched(samples: np.ndarray, speed: float, *borders: int, rate: int = RATE) -> np.ndarray:
    """Return what comes out if the samples go in in blocks that end at the borders."""
    stretcher = Stretcher(rate, speed, samples.shape[1])
    blocks = np.split(samples, sorted(borders))
    return np.concatenate([*map(stretcher.push, blocks), stretcher.finish()])


def tone(hertz: float, seconds: float, rate: int = RATE) -> np.ndarray:
    t = np.arange(round(seconds * rate)) / rate
    return (0.5 * np.sin(2 * np.pi * hertz * t)).astype(np.float32)[:, None]


@pytest.fixture(scope="module")
def clip() -> np.ndarray:
    """Return knocks and a voice: what repeats and what does not."""
    samples, rate = soundfile.read(resource_path("demo", "demo.flac"), dtype="float32")
    return np.stack([samples[25 * rate : 28 * rate]] * 2, axis=1)


def dominant(samples: np.ndarray, rate: int) -> float:
    """Return the frequency at which there is most, in hertz."""
    n = 8 * len(samples)
    spectrum = np.abs(np.fft.rfft(samples[:, 0] * np.hanning(len(samples)), n))
    return float(np.argmax(spectrum)) / n * rate


@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000])
@pytest.mark.parametrize("hertz", [60.0, 1_000.0, 3_100.0])
def test_a_tone_keeps_its_pitch_and_its_level(speed: float, rate: int, hertz: float) -> None:
    heard = stretched(tone(hertz, 2.0, rate), speed, rate=rate)
    assert len(heard) == round(2 * rate / speed)
    assert dominant(heard, rate) == pytest.approx(hertz, rel=0.01)
    middle = heard[rate // 8 : -rate // 8]
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.02)
    steepest = np.abs(np.diff(tone(hertz, 2.0, rate), axis=0)).max()
    assert np.abs(np.diff(middle, axis=0)).max() < 1.1 * steepest, "a click would be steeper"


def test_once_as_fast_is_untouched(clip: np.ndarray) -> None:
    assert np.array_equal(stretched(clip, 1.0, 100, 5_000), clip)


@pytest.mark.parametrize("speed", SPEEDS)
def test_a_real_clip_has_no_clicks_that_it_had_not(clip: np.ndarray, speed: float) -> None:
    heard = stretched(clip, speed, 8_192, 16_384)
    assert len(heard) == round(len(clip) / speed)
    assert np.abs(np.diff(heard, axis=0)).max() < 1.1 * np.abs(np.diff(clip, axis=0)).max()
    assert np.array_equal(heard[:, 0], heard[:, 1]), "the channels stay together"


@settings(max_examples=10, deadline=None)
@given(borders=st.lists(st.integers(0, 120_000), max_size=6), speed=st.sampled_from(SPEEDS))
def test_blocks_do_not_matter(clip: np.ndarray, borders: list[int], speed: float) -> None:
    assert np.array_equal(stretched(clip, speed, *borders), stretched(clip, speed))


@pytest.mark.parametrize("speed", SPEEDS)
def test_a_moment_comes_when_the_position_says(speed: float) -> None:
    """Sample i that comes out is sample i * speed that went in, to within the reach."""
    samples = 1e-4 * np.random.default_rng(0).standard_normal((3 * RATE, 1)).astype(np.float32)
    for at in (RATE, 2 * RATE):
        samples[at : at + 480] += tone(2_000.0, 0.01)
    heard = np.abs(stretched(samples, speed)[:, 0])
    for at in (RATE, 2 * RATE):
        around = heard[round((at - RATE / 2) / speed) : round((at + RATE / 2) / speed)]
        onset = (at - RATE / 2) + np.argmax(around > 0.1) * speed
        assert onset == pytest.approx(at + 10, abs=0.025 * RATE)


@pytest.mark.parametrize("n", [0, 1, 100, 3_000])
@pytest.mark.parametrize("speed", SPEEDS)
def test_the_shortest_and_silence_have_their_length(n: int, speed: float) -> None:
    assert len(stretched(np.zeros((n, 1), np.float32), speed)) == round(n / speed)
    assert not stretched(np.zeros((n, 1), np.float32), speed).any()
