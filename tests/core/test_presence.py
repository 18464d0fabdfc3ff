"""What was heard of late, against a plain count; and that it is known before the onset."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leanviz.core.candidates import CandidateFinder, CandidateRules
from leanviz.core.presence import PRESENCE_PATCHES, Presence
from leanviz.core.smoothing import Smoothing
from tests.core.material import SIREN, TAXONOMY

LEVELS = (0.5,) * len(TAXONOMY)


def test_five_minutes_are_625_patches() -> None:
    assert PRESENCE_PATCHES == 625


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.integers(1, 1500))
def test_presence_is_the_part_of_the_last_five_minutes(seed: int, length: int) -> None:
    scores = np.random.default_rng(seed).random((length, 2), np.float32)
    presence = Presence((0.3, 0.8))
    for row in scores:
        presence.push(row)
    heard = (scores[-PRESENCE_PATCHES:] >= (0.3, 0.8)).sum(0) / PRESENCE_PATCHES
    assert [presence.of(0), presence.of(1)] == pytest.approx(heard)


def test_what_is_only_looked_at_was_not_heard() -> None:
    finder = CandidateFinder(TAXONOMY, CandidateRules(Smoothing.OFF), LEVELS)
    loud = np.ones(len(TAXONOMY), np.float32)
    assert finder.preview(0, loud)
    assert finder.presence(SIREN) == 0
    finder.push(0, loud)
    assert finder.presence(SIREN) == 1 / PRESENCE_PATCHES


def test_a_candidate_bears_what_was_heard_before_its_own_onset() -> None:
    """A faint foot, which opens a candidate early, does not count."""
    curve = [1.0] * 400 + [0.0] * 5 + [0.1] * 50 + [0.9] * 3 + [0.0] * 3
    finder = CandidateFinder(TAXONOMY, CandidateRules(Smoothing.OFF), LEVELS)
    found = []
    for patch, score in enumerate(curve):
        row = np.zeros(len(TAXONOMY), np.float32)
        row[SIREN] = score
        found += finder.push(patch, row)
    assert [round(c.presence * PRESENCE_PATCHES) for c in found] == [0, 400]
    assert [(c.first, c.last) for c in found] == [(0, 399), (455, 457)]


def test_nothing_is_ever_present_without_levels() -> None:
    finder = CandidateFinder(TAXONOMY, CandidateRules(Smoothing.OFF))
    loud = np.ones(len(TAXONOMY), np.float32)
    for patch in range(700):
        finder.push(patch, loud)
    finder.push(700, 0 * loud)
    finder.push(701, 0 * loud)
    finder.push(702, loud)
    assert {c.presence for c in finder.finish()} == {0.0}
