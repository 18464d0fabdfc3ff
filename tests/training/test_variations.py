"""Sounds for the readout to hear: never the same, always in range, the same from the same seed."""

import numpy as np
import pytest

from leanviz.training.variations import RATE, SECONDS, again, changed, made, variation


def _chirp() -> np.ndarray:
    return np.sin(np.linspace(0, 60, RATE) ** 2).astype(np.float32)


@pytest.mark.parametrize("seed", range(6))
def test_a_variation_follows_from_its_seed(seed: int) -> None:
    first, again = (variation(_chirp, np.random.default_rng(seed)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert first.shape == (RATE * SECONDS,)
    assert first.dtype == np.float32
    assert np.isfinite(first).all()
    assert 0.01 < np.abs(first).max() <= 1


@pytest.mark.parametrize("seed", range(6))
def test_a_clip_heard_again_is_still_itself(seed: int) -> None:
    clip = _chirp()
    first, second = (again(clip, np.random.default_rng(seed)) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(clip, _chirp())
    assert first.dtype == np.float32
    assert 0.5 * len(clip) < len(first) < 1.3 * len(clip)
    assert 0 < np.abs(first).max() <= 1


def test_made_sounds_are_of_every_kind() -> None:
    """Tones have few frequencies, noise has all; nothing is not a sound."""
    rng = np.random.default_rng(1)
    sounds = [made(RATE, rng) for _ in range(12)]
    spectra = [np.abs(np.fft.rfft(sound)) for sound in sounds]
    flatness = [np.exp(np.log(s + 1e-9).mean()) / (s + 1e-9).mean() for s in spectra]
    assert min(flatness) < 0.25
    assert max(flatness) > 0.5


@pytest.mark.parametrize("n", [1, RATE // 100, 30 * RATE])
def test_clips_of_any_length_fill_the_window(n: int) -> None:
    rng = np.random.default_rng(n)
    for _ in range(4):
        sound = changed(np.ones(n, np.float32), RATE, rng)
        assert sound.shape == (RATE,)
        assert np.isfinite(sound).all()
        assert np.isfinite(again(np.ones(n, np.float32), rng)).all()
