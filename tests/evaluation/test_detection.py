"""F1 and PSDS: cases by hand, and the figures of the field's own packages on made-up sounds."""

import math
from dataclasses import replace

import numpy as np
import pytest

from leanviz.evaluation.detection import (
    Annotation,
    annotation,
    event_hits,
    joined,
    segment_hits,
)
from leanviz.evaluation.psds import LOCATED, RECOGNISED, Scenario, psds

N_FILES, N_CLASSES, LENGTH_S = 8, 5, 10.0


def made_up(seed: int) -> tuple[list[Annotation], list[list[Annotation]]]:
    """Return true sounds, and what a so-so detector finds at 50 thresholds."""
    rng = np.random.default_rng(seed)
    truth: list[Annotation] = []
    for _ in range(N_FILES):
        extents = [(a, min(LENGTH_S, a + rng.uniform(0.5, 4))) for a in rng.uniform(0, 9, 4)]
        labels = rng.integers(N_CLASSES, size=(4, 1)).tolist()
        truth.append(annotation(zip(extents, labels, strict=True)))
    for k in range(N_CLASSES):
        truth[0].setdefault(k, [(1.0 + k, 2.5 + k)])
    detected = [_detected(there, rng) for there in truth]
    points = [
        [
            annotation((extent, [k]) for extent, k, score in each if score >= limit)
            for each in detected
        ]
        for limit in np.linspace(0, 1, 50)
    ]
    return truth, points


def _detected(there: Annotation, rng: np.random.Generator) -> list:
    found = []
    for k, extents in there.items():
        for a, b in extents:
            if rng.uniform() < 0.8:
                extent = (max(0.0, a + rng.normal(0, 0.3)), b + abs(rng.normal(0, 0.3)) + 0.3)
                found.append((extent, k, rng.uniform(0.3, 1)))
    for onset in rng.uniform(0, 9, 3):
        extent = (float(onset), onset + rng.uniform(0.3, 2))
        found.append((extent, int(rng.integers(N_CLASSES)), rng.uniform(0, 0.7)))
    return found


# What psds_eval 0.5.3 (PSDS at 100 per hour, then without the cost of deviation at 1000) and
# sed_eval 0.2.1 (onset within 0.5 s; segments of 1 s; at the 21st threshold) give.
@pytest.mark.parametrize(
    ("seed", "located", "recognised", "f1"),
    [
        (0, (0.099779, 0.565525), (0.690779, 0.903892), (0.666667, 0.780952)),
        (1, (0.128168, 0.669044), (0.151567, 0.842119), (0.701754, 0.736842)),
        (2, (0.105877, 0.552244), (0.248806, 0.847821), (0.676923, 0.741463)),
    ],
)
def test_figures_are_those_of_the_fields_own_packages(
    seed: int,
    located: tuple[float, float],
    recognised: tuple[float, float],
    f1: tuple[float, float],
) -> None:
    truth, points = made_up(seed)
    duration_s = N_FILES * LENGTH_S
    for scenario, expected in ((LOCATED, located), (RECOGNISED, recognised)):
        lenient = replace(scenario, alpha_st=0.0, most_false=1000.0)
        found = [psds(truth, points, duration_s, each) for each in (scenario, lenient)]
        assert found == pytest.approx(expected, abs=1e-6)
    segments = segment_hits(truth, points[20], [LENGTH_S] * N_FILES)
    assert [event_hits(truth, points[20]).f1, segments.f1] == pytest.approx(f1, abs=1e-6)


def test_extents_that_touch_are_one() -> None:
    assert joined([(2.0, 3.0), (0.0, 1.0), (1.0, 1.5), (2.5, 2.6)]) == [(0.0, 1.5), (2.0, 3.0)]
    assert annotation([((0.0, 1.0), (1, 2)), ((0.5, 2.0), (2,))]) == {
        1: [(0.0, 1.0)],
        2: [(0.0, 2.0)],
    }


def test_an_onset_is_used_once_and_only_within_the_collar() -> None:
    truth: list[Annotation] = [{0: [(1.0, 2.0), (5.0, 6.0)], 1: [(0.0, 9.0)]}]
    found: list[Annotation] = [{0: [(0.6, 0.8), (1.4, 2.0), (5.6, 6.0)], 2: [(0.0, 9.0)]}]
    hits = event_hits(truth, found)
    assert (hits.hits, hits.found, hits.there) == (1, 4, 3)
    assert (hits.precision, hits.recall, hits.f1) == (1 / 4, 1 / 3, 2 / 7)


def test_segments() -> None:
    hits = segment_hits([{0: [(0.0, 1.1)]}], [{0: [(1.5, 2.0)], 1: [(2.2, 2.4)]}], [2.5])
    assert (hits.hits, hits.found, hits.there) == (1, 2, 2)


def test_nothing_found() -> None:
    hits = event_hits([{0: [(0.0, 1.0)]}], [{}])
    assert math.isnan(hits.precision)
    assert (hits.recall, hits.f1) == (0.0, 0.0)
    assert event_hits([{}], [{}]).f1 == 1.0


def test_perfect_and_useless_detectors() -> None:
    truth: list[Annotation] = [{0: [(0.0, 1.0)], 1: [(3.0, 4.0)]}, {1: [(0.0, 2.0)]}]
    assert psds(truth, [truth], 20.0, LOCATED) == 1.0
    assert psds(truth, [[{}, {}]], 20.0, LOCATED) == 0.0
    assert math.isnan(psds([{}], [[{0: [(0.0, 1.0)]}]], 20.0, LOCATED))
    assert psds(truth, [[{0: [(5.0, 6.0)]}, {}]], 20.0, RECOGNISED) == 0.0


def test_what_another_class_sets_off_costs_more() -> None:
    truth: list[Annotation] = [{0: [(0.0, 10.0)], 1: [(20.0, 30.0)]}]
    beside: list[Annotation] = [{0: [(0.0, 10.0), (40.0, 41.0)], 1: [(20.0, 30.0)]}]
    upon: list[Annotation] = [{0: [(0.0, 10.0), (21.0, 22.0)], 1: [(20.0, 30.0)]}]
    scenario = Scenario(dtc=0.5, gtc=0.5, cttc=0.3, alpha_ct=0.5, most_false=1000.0)
    assert psds(truth, [upon], 60.0, scenario) < psds(truth, [beside], 60.0, scenario) < 1.0
