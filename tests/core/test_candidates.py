"""Candidates from hand-made score curves, and against a finder that keeps everything."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanviz.core.candidates import (
    MOST_RECENT,
    SHARPNESS,
    CandidateFinder,
    CandidateRules,
    _Open,
)
from leanviz.core.events import Candidate
from leanviz.core.smoothing import Smoothing
from tests.core.material import ANIMAL, BARK, DOG, SIREN, TAXONOMY

Float32 = npt.NDArray[np.float32]

RULES = CandidateRules(Smoothing.OFF)
OFF = Smoothing.OFF
HUNDREDTHS = st.integers(0, 100).map(lambda score: float(np.float32(score / 100)))
CURVES = st.lists(HUNDREDTHS, max_size=40)


def scores(**curves: list[float]) -> Float32:
    """Return scores [n_patches, n_classes] of which the given classes have these curves."""
    length = max(map(len, curves.values()))
    found = np.zeros((length, len(TAXONOMY)), np.float32)
    for name, curve in curves.items():
        found[: len(curve), TAXONOMY.index(name.capitalize())] = curve
    return found


def find(rows: Iterable[Float32], rules: CandidateRules = RULES) -> list[Candidate]:
    finder = CandidateFinder(TAXONOMY, rules)
    found = [done for patch, row in enumerate(rows) for done in finder.push(patch, row)]
    return found + finder.finish()


@given(st.tuples(CURVES, CURVES), st.sampled_from(list(Smoothing)), st.integers(0, 2))
def test_what_is_settled_is_found_with_that_onset_whatever_comes(
    curves: tuple[list[float], list[float]], smoothing: Smoothing, hang_over: int
) -> None:
    """The class that has descendants never is: one of those may still stand for it."""
    finder = CandidateFinder(TAXONOMY, CandidateRules(smoothing, hang_over=hang_over))
    settled: set[tuple[int, int, float]] = set()
    found: list[Candidate] = []
    for patch, row in enumerate(scores(siren=curves[0], dog=curves[1], bark=curves[1])):
        found += finder.push(patch, row)
        settled |= {(c.label, c.first, c.presence) for c in finder.settled()}
    found += finder.finish()
    assert settled <= {(c.label, c.first, c.presence) for c in found}
    assert {label for label, *_ in settled} <= {SIREN, BARK}


def test_an_onset_that_a_higher_peak_would_move_is_not_settled() -> None:
    finder = CandidateFinder(TAXONOMY, RULES)
    known: list[list[int]] = []
    for patch, row in enumerate(scores(siren=[0.4, 0.7, 0.9])):
        finder.push(patch, row)
        known.append([c.first for c in finder.settled()])
    assert known == [[], [], [1]]


def extents(curve: list[float], rules: CandidateRules = RULES) -> list[tuple[int, int]]:
    return [(c.first, c.last) for c in find(scores(siren=curve), rules)]


def test_nothing_below_the_floor_is_a_candidate() -> None:
    assert find(scores(siren=[0.079] * 9)) == []
    assert extents([0, 0, 0.081, 0, 0, 0]) == [(2, 2)]


@pytest.mark.parametrize("floor", [0.08, 0.1, 0.3, 0.7])
def test_a_score_at_the_floor_is_on_one_side_of_it(floor: float) -> None:
    """In single precision 0.08 lies below 0.08, and 0.1 above 0.1."""
    found = extents([floor, 0, 0], CandidateRules(OFF, floor=floor))
    assert found == ([(0, 0)] if float(np.float32(floor)) >= floor else [])


def test_the_extent_is_relative_to_the_peak() -> None:
    """The foot of a loud sound does not belong to it; the same scores alone would."""
    assert extents([0.1, 0.2, 0.5, 0.9, 0.5, 0.44, 0.05, 0]) == [(2, 4)]
    assert extents([0.1, 0.2, 0.1, 0, 0]) == [(0, 2)]


def test_a_candidate_bears_its_peak_and_the_patch_that_completed_it() -> None:
    (found,) = find(scores(siren=[0, 0.3, 0.7, 0.6, 0.1, 0.05, 0.05]))
    assert (found.label, found.score, found.decided) == (SIREN, np.float32(0.7), 5)
    assert (found.first, found.last, found.n_patches) == (2, 3, 2)


def test_hysteresis_keeps_a_wavering_sound_in_one_piece() -> None:
    assert extents([0.8, 0.45, 0.7, 0.41, 0.8, 0, 0]) == [(0, 4)]


def test_the_hang_over_bridges_a_patch_and_no_more() -> None:
    assert extents([0.8, 0, 0.8, 0, 0, 0.8]) == [(0, 2), (5, 5)]
    assert extents([0.8, 0, 0.8], CandidateRules(OFF, hang_over=0)) == [(0, 0), (2, 2)]
    assert extents([0.8, 0, 0, 0.8], CandidateRules(OFF, hang_over=2)) == [(0, 3)]


def test_patches_below_the_floor_do_not_belong_to_a_faint_candidate() -> None:
    assert extents([0.1, 0.06, 0.05, 0.05]) == [(0, 0)]


def test_a_sound_may_begin_in_the_patch_that_ends_another() -> None:
    assert extents([0.9, 0.9, 0.1, 0.1, 0.1, 0.1]) == [(0, 1), (3, 5)]


def kept_whole(curve: list[float], rules: CandidateRules) -> list[tuple[int, int, float, int]]:
    """Return first, last, peak and decided of each candidate, by a finder that forgets nothing."""

    def off(sounding: list[tuple[int, float]]) -> float:
        return max(rules.floor, rules.off_ratio * max(score for _, score in sounding))

    def closed(sounding: list[tuple[int, float]], decided: int) -> tuple[int, int, float, int]:
        inside = [patch for patch, score in sounding if score >= off(sounding)]
        return inside[0], inside[-1], max(score for _, score in sounding), decided

    found: list[tuple[int, int, float, int]] = []
    sounding: list[tuple[int, float]] = []
    below = 0
    for patch, score in enumerate(curve):
        below = below + 1 if sounding and score < off(sounding) else 0
        if below > rules.hang_over:
            found.append(closed(sounding, patch))
            sounding, below = [], 0
        if sounding or score >= rules.floor:
            sounding.append((patch, score))
    if sounding:
        found.append(closed(sounding, len(curve) - 1))
    return found


@given(CURVES, st.sampled_from((0.3, 0.5, 0.9)), st.integers(0, 3))
def test_what_is_forgotten_is_not_missed(
    curve: list[float], off_ratio: float, hang_over: int
) -> None:
    rules = CandidateRules(OFF, off_ratio=off_ratio, hang_over=hang_over)
    found = find(scores(siren=curve), rules) if curve else []
    assert [(c.first, c.last, c.score, c.decided) for c in found] == kept_whole(curve, rules)


@given(st.lists(HUNDREDTHS, min_size=1, max_size=40), HUNDREDTHS)
def test_an_open_candidate_knows_its_extent(curve: list[float], ratio: float) -> None:
    candidate = _Open.at(0, curve[0])
    for patch, score in enumerate(curve[1:], start=1):
        candidate.add(patch, score)
    off = ratio * max(curve)
    inside = [patch for patch, score in enumerate(curve) if score >= off]
    assert candidate.extent(off) == (inside[0], inside[-1])


@pytest.mark.parametrize("smoothing", [Smoothing.MEAN, Smoothing.LOG_MEAN_EXP])
@given(curve=st.lists(HUNDREDTHS, min_size=1, max_size=20), width=st.integers(1, 4))
def test_smoothing_joins_neighbours(smoothing: Smoothing, curve: list[float], width: int) -> None:
    windows = [np.array(curve[max(0, n + 1 - width) : n + 1]) for n in range(len(curve))]
    if smoothing is Smoothing.MEAN:
        smooth = [float(w.mean()) for w in windows]
    else:
        smooth = [float(np.log(np.exp(SHARPNESS * w).mean()) / SHARPNESS) for w in windows]
    rules = CandidateRules(smoothing, width, floor=0.0, off_ratio=0.0)
    (found,) = find(scores(siren=curve), rules)[:1]
    assert found.label == SIREN
    assert found.score == pytest.approx(max(smooth), abs=1e-6)


def test_smoothing_does_not_reach_across_lost_audio() -> None:
    finder = CandidateFinder(TAXONOMY, CandidateRules(Smoothing.MEAN, 4))
    for patch in range(4):
        finder.push(patch, scores(siren=[0.8])[0])
    finder.finish()
    finder.push(4, scores(siren=[0.2])[0])
    (found,) = finder.finish()
    assert found.score == pytest.approx(0.2)


def test_lost_audio_ends_what_was_sounding() -> None:
    finder = CandidateFinder(TAXONOMY, RULES)
    finder.push(0, scores(siren=[0.8])[0])
    (ended,) = finder.push(5, scores(siren=[0.6])[0])
    assert (ended.first, ended.last, ended.decided) == (0, 0, 0)
    (open_,) = finder.open()
    assert (open_.first, open_.last, open_.score) == (5, 5, np.float32(0.6))


ROWS = st.lists(st.tuples(*[HUNDREDTHS] * len(TAXONOMY)), min_size=1, max_size=25)


@given(ROWS, st.sampled_from(Smoothing), st.sets(st.integers(0, 24)))
def test_looking_ahead_changes_nothing_and_sees_what_comes(
    rows: list[tuple[float, ...]], smoothing: Smoothing, missing: set[int]
) -> None:
    rules = CandidateRules(smoothing)
    plain, looking = CandidateFinder(TAXONOMY, rules), CandidateFinder(TAXONOMY, rules)
    for patch, row in enumerate(rows):
        if patch in missing:
            continue
        now = np.array(row, np.float32)
        ahead = looking.preview(patch, now)
        looking.preview(patch, now[::-1].copy())
        ended = plain.push(patch, now)
        assert looking.push(patch, now) == ended
        assert looking.open() == plain.open()
        assert ahead == [*ended, *plain.open()]
    assert looking.finish() == plain.finish()


def test_a_parent_names_the_descendants_that_sounded_meanwhile() -> None:
    """Both those that have ended and those that go on, and how much of it each covers."""
    found = find(
        scores(
            animal=[0.8] * 10,
            dog=[0, 0, 0.6, 0.6, 0.6, 0, 0, 0, 0, 0],
            bark=[0] * 7 + [0.9] * 6,
            siren=[0.9] * 10,
        )
    )
    by_label = {c.label: c for c in found}
    specifics = {s.label: s for s in by_label[ANIMAL].specifics}
    assert specifics.keys() == {DOG, BARK}
    assert specifics[DOG].coverage == pytest.approx(0.3)
    assert (specifics[DOG].score, specifics[DOG].n_patches) == (np.float32(0.6), 3)
    assert specifics[BARK].coverage == pytest.approx(0.3)
    assert specifics[BARK].n_patches == 4  # so far: it goes on
    assert by_label[BARK].specifics == by_label[SIREN].specifics == by_label[DOG].specifics == ()


def test_descendants_from_before_a_parent_are_not_named() -> None:
    found = find(scores(animal=[0] * 5 + [0.8] * 3, bark=[0.9, 0.9, 0, 0, 0, 0, 0, 0]))
    assert [c.specifics for c in found if c.label == ANIMAL] == [()]


@pytest.mark.parametrize("shape", ["steady", "random", "saw"])
def test_a_sound_of_hours_costs_no_more_than_one_of_seconds(shape: str) -> None:
    """The longest descendants of a parent that never ends are remembered, and only so many."""
    finder = CandidateFinder(TAXONOMY, RULES)
    rng = np.random.default_rng(3)
    row = np.zeros(len(TAXONOMY), np.float32)
    most = 0
    for patch in range(20_000):
        level = {"steady": 0.9, "random": rng.uniform(0.6, 1), "saw": 0.6 + patch % 40 / 100}
        row[ANIMAL] = level[shape]
        row[BARK] = 0.8 if patch % 5 == 0 or 100 < patch < 200 else 0
        finder.push(patch, row)
        state = finder._state
        most = max(most, *(len(c.rising) + len(c.falling) for c in state.open.values()))
        assert len(state.recent) <= MOST_RECENT
    assert most < 100
    (parent,) = [c for c in finder.finish() if c.label == ANIMAL]
    assert (parent.first, parent.last) == (0, 19_999)
    assert len(parent.specifics) <= MOST_RECENT + 1
    assert max(s.n_patches for s in parent.specifics) == 101
