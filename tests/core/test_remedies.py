"""One change takes back what hid a near-miss, and undoing nothing else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanviz.core.choices import ClassChoices, DecisionChoices
from leanviz.core.decisions import DecisionRules, judge
from leanviz.core.events import Candidate, Hidden, Rule, Specific
from leanviz.core.remedies import Remedy, remedy
from tests.core.material import BARK, DOG, TAXONOMY

RECOMMENDED = DecisionRules((0.5,) * 4, quiet=TAXONOMY.general)
SOUND = Candidate(DOG, 3, 4, 0.417, 6)


def remedied(candidate: Candidate, choices: DecisionChoices) -> tuple[Hidden, Remedy | None]:
    rules = choices.rules(RECOMMENDED, TAXONOMY)
    hidden = judge(candidate, rules, TAXONOMY)
    assert hidden is not None
    return hidden, remedy(hidden, choices, rules, TAXONOMY)


LOUD = replace(SOUND, score=0.9)


@pytest.mark.parametrize(
    ("candidate", "choices", "rule", "offer"),
    [
        (SOUND, DecisionChoices(), Rule.THRESHOLD, "Show from 0.41"),
        (LOUD, DecisionChoices(min_patches=9), Rule.DURATION, "Show from 0.96 s"),
        (LOUD, DecisionChoices(classes=ClassChoices(muted=("Dog",))), Rule.MUTED, "Unmute"),
        (
            LOUD,
            DecisionChoices(classes=ClassChoices(only=("Siren",))),
            Rule.NOT_CHOSEN,
            "Choose too",
        ),
        (replace(LOUD, presence=0.9), DecisionChoices(), Rule.EVER_PRESENT, "Always show"),
    ],
)
def test_each_rule_has_a_remedy_that_shows_the_sound(
    candidate: Candidate, choices: DecisionChoices, rule: Rule, offer: str
) -> None:
    hidden, found = remedied(candidate, choices)
    assert found is not None
    assert (hidden.rule, found.offer) == (rule, offer)
    assert judge(candidate, found.choices.rules(RECOMMENDED, TAXONOMY), TAXONOMY) is None
    assert found.told.endswith(".")


def test_a_parent_of_a_shown_class_needs_none() -> None:
    barking = replace(LOUD, specifics=(Specific(BARK, 0.9, 1.0, 2),))
    hidden, found = remedied(barking, DecisionChoices())
    assert (hidden.rule, found) == (Rule.PARENT, None)


@given(st.floats(0.02, 0.98), st.integers(-100, 100))
def test_the_new_threshold_lies_just_below_the_score(score: float, hundredths: int) -> None:
    choices = DecisionChoices(offset=hundredths / 100)
    rules = choices.rules(RECOMMENDED, TAXONOMY)
    candidate = replace(SOUND, score=score)
    if rules.hides(candidate) is not Rule.THRESHOLD:
        return
    _, found = remedied(candidate, choices)
    assert found is not None
    after = found.choices.rules(RECOMMENDED, TAXONOMY)
    assert score - 0.021 <= after.threshold(DOG) <= score
    assert after.hides(candidate) is not Rule.THRESHOLD
    assert after.threshold(BARK) == rules.threshold(BARK), "no other class is touched"
