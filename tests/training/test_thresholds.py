"""Thresholds separate where clips say how, and are cautious where they do not."""

import numpy as np
import numpy.typing as npt
import pytest

from leanviz.training.thresholds import (
    ENOUGH_POSITIVES,
    HIGHEST,
    LOWEST,
    PRECISION_FLOOR,
    choose_thresholds,
)

Float32 = npt.NDArray[np.float32]
Floats = npt.NDArray[np.floating]


def _column(positives: Floats, others: Floats) -> tuple[Float32, Float32]:
    """Return labels and peaks of one class [n, 1]."""
    labels = np.repeat([1.0, 0.0], [len(positives), len(others)]).astype(np.float32)
    return labels[:, None], np.concatenate((positives, others)).astype(np.float32)[:, None]


def test_a_gap_between_sounds_and_others_is_found() -> None:
    rng = np.random.default_rng(3)
    labels, peaks = _column(rng.uniform(0.6, 0.9, 40), rng.uniform(0, 0.5, 160))
    [threshold] = choose_thresholds(labels, peaks)
    assert 0.5 < threshold <= peaks[:40].min()


@pytest.mark.parametrize("positives", [0, ENOUGH_POSITIVES - 1])
def test_a_class_without_clips_is_cautious(positives: int) -> None:
    """A threshold free to fall would show it with every other sound."""
    rng = np.random.default_rng(4)
    others = rng.uniform(0, 0.8, 1000)
    labels, peaks = _column(np.full(positives, 0.1), others)
    [threshold] = choose_thresholds(labels, peaks)
    assert np.mean(others > threshold) <= 0.006
    assert threshold < 0.81


def test_half_of_what_is_shown_is_right() -> None:
    """The best F1 of a class that many others resemble lies where most of it is wrong."""
    rng = np.random.default_rng(5)
    labels, peaks = _column(
        np.concatenate((rng.uniform(0.4, 0.5, 40), rng.uniform(0.7, 0.8, 10))),
        np.concatenate((rng.uniform(0.4, 0.5, 100), np.zeros(50))),
    )
    [threshold] = choose_thresholds(labels, peaks)
    shown = peaks[:, 0] >= threshold
    assert labels[shown, 0].mean() >= PRECISION_FLOOR


def test_the_slider_keeps_room_on_both_sides() -> None:
    low, high = _column(np.full(9, 0.05), np.zeros(90)), _column(np.full(9, 0.99), np.zeros(90))
    assert choose_thresholds(*low)[0] == pytest.approx(LOWEST)
    assert choose_thresholds(*high)[0] == pytest.approx(HIGHEST)


@pytest.mark.parametrize("clips", [1, ENOUGH_POSITIVES])
def test_a_class_of_all_clips_has_a_threshold(clips: int) -> None:
    """A small validation split may hold no other sound to compare with."""
    labels, peaks = _column(np.full(clips, 0.6), np.zeros(0))
    assert LOWEST <= choose_thresholds(labels, peaks)[0] <= HIGHEST
