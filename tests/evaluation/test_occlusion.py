"""Scenes of one short sound in noise: the sound is found in its clip and put where it is said."""

import numpy as np
import numpy.typing as npt
import pytest

from leanviz.core.clock import Span
from leanviz.evaluation.occlusion import (
    NOISE,
    RATE,
    SNR_DB,
    Pointing,
    PointingFigures,
    loudest,
    scene,
)


def burst(start: int, length: int, total: int = 3 * RATE) -> npt.NDArray[np.float32]:
    generator = np.random.default_rng(1)
    sound = 1e-3 * generator.normal(size=total)
    sound[start : start + length] += 0.3 * generator.normal(size=length)
    return sound.astype(np.float32)


def test_the_loudest_stretch_is_what_stands_out() -> None:
    found = loudest(burst(16_000, 8_000))
    assert found.start == pytest.approx(16_000, abs=480)
    assert found.stop == pytest.approx(24_000, abs=480)
    assert loudest(np.zeros(100, np.float32)).length == 0
    whole = loudest(burst(0, 48_000))
    assert (whole.start, whole.stop) == (0, 48_000)


def test_a_scene_has_the_sound_where_it_says() -> None:
    sound = burst(0, 8_000, 8_000)
    samples, span = scene(sound, np.random.default_rng(5))
    assert span.length == 8_000
    assert len(samples) == 19 * 7680 + 15_600
    inside = samples[span.start : span.stop]
    outside = np.concatenate((samples[: span.start], samples[span.stop :]))
    assert np.sqrt((outside**2).mean()) == pytest.approx(NOISE, rel=0.1)
    louder = 20 * np.log10(np.sqrt((inside**2).mean() / (outside**2).mean()))
    assert louder == pytest.approx(SNR_DB, abs=1.0)
    again, same = scene(sound, np.random.default_rng(5))
    assert np.array_equal(again, samples)
    assert same == span == Span(span.start, span.start + 8_000)


def test_figures_are_shares_and_means() -> None:
    one = Pointing(True, True, True, False, False, 0.1, 0.5, 1.0)
    other = Pointing(False, True, False, False, True, 0.1, float("nan"), 0.0)
    figures = PointingFigures.of([one, other])
    assert (figures.clips, figures.occlusion, figures.muting) == (2, 1.0, 0.5)
    assert (figures.attention, figures.best_attention, figures.agreement) == (0.0, 0.5, 0.5)
