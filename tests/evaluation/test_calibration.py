"""Reliability of scores."""

import math
from pathlib import Path

import numpy as np
import pytest

from leanviz.evaluation.calibration import calibration, calibration_by_source
from leanviz.evaluation.manifest import ClipRow


def test_scores_that_are_probabilities_have_no_error() -> None:
    rng = np.random.default_rng(0)
    scores = rng.uniform(size=(2_000, 50))
    found = calibration((rng.uniform(size=scores.shape) < scores).astype(float), scores)
    assert len(found.bins) == 10
    assert found.error < 0.01


def test_bins() -> None:
    scores = np.array([0.0, 0.05, 0.1, 0.95, 1.0])
    found = calibration(np.array([0.0, 0.0, 1.0, 1.0, 0.0]), scores)
    bounds = [(each.low, each.high, each.count, each.observed) for each in found.bins]
    assert bounds == [(0.0, 0.1, 2, 0.0), (0.1, 0.2, 1, 1.0), (0.9, 1.0, 2, 0.5)]
    assert found.error == pytest.approx((2 * 0.025 + 0.9 + 2 * 0.475) / 5)
    assert found.upper_error == pytest.approx((0.9 + 2 * 0.475) / 3)


def test_only_low_scores() -> None:
    assert math.isnan(calibration(np.zeros(3), np.zeros(3)).upper_error)


def test_a_source_is_judged_by_the_classes_it_speaks_about() -> None:
    rows = [
        ClipRow(Path("a"), "val", "one", "x", (0,)),
        ClipRow(Path("b"), "val", "one", "y", (1,)),
        ClipRow(Path("c"), "val", "two", "z", (2,)),
    ]
    scores = np.array([[1.0, 0.0, 0.7], [0.0, 1.0, 0.7], [0.7, 0.7, 0.4]])
    found = calibration_by_source(rows, scores)
    assert found["one"].error == 0.0
    assert found["two"].error == pytest.approx(0.6)
