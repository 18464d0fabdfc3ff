"""What one patch alone shows: out of quiet, by the rules of the user's, and no parents."""

from dataclasses import replace

import numpy as np
import pytest

from leanviz.core.candidates import CandidateRules
from leanviz.core.decisions import DecisionRules
from leanviz.core.early import early
from leanviz.core.events import Candidate
from leanviz.core.smoothing import Smoothing
from tests.core.material import ANIMAL, BARK, DOG, SIREN, TAXONOMY

RULES = DecisionRules((0.5, 0.5, 0.5, 0.5))
PATCH = 20


def labels(
    scores: dict[int, float],
    rules: DecisionRules = RULES,
    shown: tuple[Candidate, ...] = (),
    presence: float = 0.0,
) -> list[int]:
    """Return what is early in a patch, whose other classes are silent."""
    row = np.zeros(len(TAXONOMY), np.float32)
    row[list(scores)] = list(scores.values())
    found = early(PATCH, row, shown, rules, TAXONOMY, lambda _label: presence)
    assert all(each.first == each.last == each.decided == PATCH for each in found)
    assert [each.score for each in found] == pytest.approx([scores[each.label] for each in found])
    return [each.label for each in found]


def sounding(label: int, first: int) -> Candidate:
    return Candidate(label, first, PATCH, 0.9, PATCH)


def test_a_patch_that_is_sure_shows_its_label() -> None:
    assert labels({SIREN: 0.86}) == [SIREN]
    assert labels({SIREN: 0.84}) == [], "though the threshold is lower"
    assert labels({SIREN: 0.97}, replace(RULES, offset=0.49)) == [], "the threshold is higher"


def test_only_out_of_quiet() -> None:
    """What began with this patch or the one before is the same sound, or as new."""
    for first in (PATCH, PATCH - 1):
        assert labels({SIREN: 0.9}, shown=(sounding(DOG, first),)) == [SIREN]
    assert labels({SIREN: 0.9}, shown=(sounding(DOG, PATCH - 2),)) == []


def test_what_is_shown_already_is_not_early_nor_is_what_stands_above_it() -> None:
    assert labels({DOG: 0.9}, shown=(sounding(DOG, PATCH),)) == []
    assert labels({DOG: 0.9, ANIMAL: 0.9}, shown=(sounding(BARK, PATCH),)) == []
    assert labels({ANIMAL: 0.99, DOG: 0.98, BARK: 0.9}) == [BARK]


@pytest.mark.parametrize(
    "rules",
    [
        replace(RULES, muted=frozenset({SIREN})),
        replace(RULES, allowed=frozenset({DOG})),
        replace(RULES, min_patches=2),
        replace(RULES, quiet=frozenset({SIREN})),
        replace(RULES, candidates=CandidateRules(Smoothing.OFF)),
    ],
)
def test_what_the_rules_hide_stays_hidden(rules: DecisionRules) -> None:
    """And without smoothing the newest patch decides alone anyway."""
    assert labels({SIREN: 0.99}, presence=0.9) == [SIREN]
    assert labels({SIREN: 0.99}, rules, presence=0.9) == []
