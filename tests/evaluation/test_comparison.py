"""Differences between two models, and how far they would vary with other clips."""

from pathlib import Path

import numpy as np

from leanviz.evaluation.comparison import compare, paired_differences
from leanviz.evaluation.manifest import ClipRow, targets


def rows(n: int) -> list[ClipRow]:
    kinds = [("dog", 0), ("cat", 1), ("rain", 2), ("wind", 3), ("bell", 4)]
    return [
        ClipRow(
            Path(f"{at}.wav"), "val", "one", *kinds[at % 5][:1], (kinds[at % 5][1],), f"g{at // 2}"
        )
        for at in range(n)
    ]


def test_a_better_model_is_better_beyond_chance() -> None:
    clips = rows(60)
    labels = targets(clips, 6)
    rng = np.random.default_rng(0)
    good = labels + rng.normal(0, 0.3, labels.shape)
    poor = labels + rng.normal(0, 2.0, labels.shape)
    steps: list[None] = []
    found = compare(clips, good, poor, lambda: steps.append(None), repeats=40)
    assert len(steps) == 41
    for difference in (found.macro_map, found.lwlrap, found.top1["one"], *found.ap.values()):
        assert 0 < difference.low < difference.value < difference.high <= 1
    assert set(found.ap) == {0, 1, 2, 3, 4}


def test_no_difference() -> None:
    clips = rows(30)
    scores = np.random.default_rng(0).uniform(size=(30, 6))
    found = compare(clips, scores, scores, repeats=5)
    assert (found.macro_map.value, found.macro_map.low, found.macro_map.high) == (0.0, 0.0, 0.0)


def test_whole_recordings_are_drawn() -> None:
    """Clips of one recording that agree must not count as so many witnesses."""
    values = np.repeat(np.random.default_rng(3).normal(size=10), 20)

    def mean(at: np.ndarray) -> np.ndarray:
        return np.array([values[at].mean()])

    alone = paired_differences(mean, [""] * 200)[0]
    together = paired_differences(mean, [f"g{at // 20}" for at in range(200)])[0]
    assert together.value == alone.value
    assert together.high - together.low > 2 * (alone.high - alone.low)


def test_what_is_nowhere_in_a_draw_does_not_spoil_the_others() -> None:
    [found] = paired_differences(
        lambda at: np.array([1.0 if 0 in at else np.nan]), ["a", "b", "c"], repeats=50
    )
    assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)
