"""The user's rules: each hides for its own reason, none moves an edge."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanviz.core.candidates import CandidateFinder
from leanviz.core.clock import Span, rescale
from leanviz.core.decisions import DecisionRules, PatchClock, decide, event, judge, place
from leanviz.core.events import Candidate, Provenance, Rule, Specific, State
from leanviz.core.frontend import YAMNET, patch_count
from tests.core.material import ANIMAL, BARK, DOG, SIREN, TAXONOMY

RULES = DecisionRules((0.5, 0.5, 0.5, 0.5))
DOG_SOUND = Candidate(DOG, first=3, last=6, score=0.7, decided=8)


def reason(candidate: Candidate, rules: DecisionRules = RULES) -> tuple[Rule, str] | None:
    hidden = judge(candidate, rules, TAXONOMY)
    if hidden is None:
        return None
    assert hidden.candidate is candidate
    return hidden.rule, hidden.reason


def test_what_no_rule_hides_is_shown() -> None:
    assert reason(DOG_SOUND) is None
    assert reason(replace(DOG_SOUND, score=0.5)) is None


def test_each_rule_says_why() -> None:
    assert reason(replace(DOG_SOUND, score=0.49)) == (Rule.THRESHOLD, "threshold 0.50")
    too_short = replace(RULES, min_patches=5)
    assert reason(DOG_SOUND, too_short) == (Rule.DURATION, "shorter than 2.40 s")
    assert reason(DOG_SOUND, replace(RULES, muted=frozenset({DOG}))) == (Rule.MUTED, "muted")
    assert reason(DOG_SOUND, replace(RULES, allowed=frozenset({BARK}))) == (
        Rule.NOT_CHOSEN,
        "not among the chosen classes",
    )
    assert reason(DOG_SOUND, replace(RULES, allowed=frozenset({DOG}))) is None
    barking = replace(DOG_SOUND, specifics=(Specific(BARK, 0.6, 0.5, 2),))
    assert reason(barking) == (Rule.PARENT, "shown as Bark, woof")


def test_rules_apply_in_order() -> None:
    everything = DecisionRules((0.9,) * 4, min_patches=9, muted=frozenset({DOG}))
    found = [reason(DOG_SOUND, everything)]
    found.append(reason(DOG_SOUND, replace(everything, thresholds=RULES.thresholds)))
    found.append(reason(DOG_SOUND, replace(RULES, muted=frozenset({DOG}))))
    assert [kind for kind, _ in filter(None, found)] == [Rule.THRESHOLD, Rule.DURATION, Rule.MUTED]


@pytest.mark.parametrize(
    ("bark", "rules"),
    [
        (Specific(BARK, 0.49, 1.0, 4), RULES),
        (Specific(BARK, 0.6, 0.49, 2), RULES),
        (Specific(BARK, 0.6, 0.5, 2), replace(RULES, parent_coverage=0.6)),
        (Specific(BARK, 0.6, 1.0, 4), replace(RULES, muted=frozenset({BARK}))),
        (Specific(BARK, 0.6, 1.0, 4), replace(RULES, allowed=frozenset({DOG}))),
        (Specific(BARK, 0.6, 0.5, 2), replace(RULES, min_patches=3)),
    ],
    ids=[
        "below threshold",
        "too little",
        "too little for the user",
        "muted",
        "not allowed",
        "short",
    ],
)
def test_a_descendant_that_is_not_shown_hides_no_parent(
    bark: Specific, rules: DecisionRules
) -> None:
    assert reason(replace(DOG_SOUND, specifics=(bark,)), rules) is None


def test_an_ever_present_class_is_quiet_where_the_rules_say_so() -> None:
    humming = replace(DOG_SOUND, presence=0.8)
    quiet = replace(RULES, quiet=frozenset({DOG}))
    assert reason(humming, quiet) == (Rule.EVER_PRESENT, "ever-present: 240 s of the last 5 min")
    assert reason(replace(DOG_SOUND, presence=0.79), quiet) is None
    assert reason(humming) is None
    assert reason(humming, replace(quiet, ever_present=0.9)) is None
    animal = Candidate(ANIMAL, 0, 4, 0.9, 6, (Specific(DOG, 0.9, 1.0, 4, presence=0.9),))
    assert reason(animal, quiet) is None, "a quiet descendant stands for nobody"
    barking = replace(humming, specifics=(Specific(BARK, 0.9, 1.0, 4),))
    assert reason(barking, quiet) == (Rule.PARENT, "shown as Bark, woof")


def test_the_most_specific_descendant_stands_for_a_parent() -> None:
    specifics = (Specific(DOG, 0.9, 1.0, 5), Specific(BARK, 0.6, 0.8, 4))
    hidden = judge(Candidate(ANIMAL, 0, 4, 0.9, 6, specifics), RULES, TAXONOMY)
    assert hidden is not None
    assert hidden.shown_as == BARK


SCORES = st.lists(
    st.lists(st.floats(0, 1, width=32), min_size=len(TAXONOMY), max_size=len(TAXONOMY)),
    min_size=1,
    max_size=40,
)
RULE_SETS = st.builds(
    DecisionRules,
    thresholds=st.tuples(*[st.floats(0, 1)] * len(TAXONOMY)),
    offset=st.floats(-1, 1),
    min_patches=st.integers(1, 5),
    muted=st.frozensets(st.integers(0, 3), max_size=2),
    allowed=st.none() | st.frozensets(st.integers(0, 3)),
    quiet=st.frozensets(st.integers(0, 3)),
)


@given(SCORES, RULE_SETS, RULE_SETS)
def test_rules_choose_among_findings_and_never_move_an_edge(
    rows: list[list[float]], some: DecisionRules, others: DecisionRules
) -> None:
    finder, end = CandidateFinder(TAXONOMY, levels=(0.5,) * len(TAXONOMY)), 48_000 * 60
    closed = [c for n, row in enumerate(rows) for c in finder.push(n, np.array(row, np.float32))]
    closed += finder.finish()
    clock = PatchClock(48_000)
    findings = [place(c, clock, TAXONOMY, len(rows) - 1, end) for c in closed]
    everything = {finding.event for finding in findings}
    for rules in (some, others):
        events, hidden = decide(findings, rules, TAXONOMY)
        assert len(events) + len(hidden) == len(findings)
        assert everything.issuperset(events), "an event is shown as it was found, or not at all"


@given(SCORES, RULE_SETS, st.floats(0, 0.5))
def test_a_lower_threshold_shows_no_less(
    rows: list[list[float]], rules: DecisionRules, by: float
) -> None:
    """Parents apart: a parent gives way to what it is then shown as."""
    finder = CandidateFinder(TAXONOMY)
    closed = [c for n, row in enumerate(rows) for c in finder.push(n, np.array(row, np.float32))]
    closed += finder.finish()
    lower = replace(rules, offset=rules.offset - by)
    for candidate in closed:
        assert rules.hides(candidate) is not None or lower.hides(candidate) is None


def test_any_one_descendant_is_enough() -> None:
    specifics = (Specific(DOG, 0.2, 1.0, 9), Specific(BARK, 0.9, 0.8, 4))
    assert reason(Candidate(ANIMAL, 0, 4, 0.9, 6, specifics)) == (
        Rule.PARENT,
        "shown as Bark, woof",
    )


@given(st.floats(-2, 2), st.floats(0, 1))
def test_the_global_slider_never_shows_everything_or_nothing(offset: float, own: float) -> None:
    threshold = DecisionRules((own,), offset).threshold(0)
    assert 0.01 <= threshold <= 0.99
    if 0.01 <= own + offset <= 0.99:
        assert threshold == own + offset


RATES = st.sampled_from((8000, 11_025, 16_000, 22_050, 44_100, 48_000, 192_000))


@given(RATES, st.integers(0, 10**9), st.integers(100, 2_000_000))
def test_the_extents_of_all_patches_tile_the_segment(rate: int, start: int, length: int) -> None:
    count = patch_count(rescale(length, rate, YAMNET.sample_rate))
    clock, end = PatchClock(rate, start), start + length
    spans = [clock.extent(p, p, end if p + 1 == count else None) for p in range(count)]
    assert spans[0].start == start
    assert spans[-1].stop == end
    assert all(a.stop == b.start for a, b in pairwise(spans))
    assert all(span.length > 0 for span in spans)
    assert clock.extent(0, count - 1, end) == Span(start, end)


@given(RATES, st.integers(0, 10**9), st.integers(1, 10**6))
def test_a_patch_stands_for_the_middle_of_what_it_sees(rate: int, start: int, patch: int) -> None:
    clock = PatchClock(rate, start)
    sees, stands = clock.sees(patch), clock.extent(patch, patch)
    assert sees.length == pytest.approx(0.975 * rate, abs=1)
    assert stands.length == pytest.approx(0.48 * rate, abs=1)
    assert stands.start + stands.stop == pytest.approx(sees.start + sees.stop, abs=2)


def test_an_extent_is_never_empty() -> None:
    assert PatchClock(16_000).extent(0, 0, 0) == Span(0, 1)


def test_an_event_bears_everything_that_is_known() -> None:
    bark = Candidate(BARK, 1, 2, 0.75, 4)
    found = event(bark, TAXONOMY, Span(100, 900), announced=1600, state=State.PROVISIONAL)
    assert (found.onset, found.offset, found.announced) == (100, 900, 1600)
    assert (found.label, found.score, found.parents) == ("Bark", 0.75, ("Animal", "Dog"))
    assert (found.provenance, found.state) == (Provenance.AUTO, State.PROVISIONAL)
    siren = event(Candidate(SIREN, 0, 0, 0.9, 1), TAXONOMY, Span(50, 60), announced=-1)
    assert siren.parents == ()
    assert sorted((found, siren)) == [siren, found]
