"""What is kept is judged anew as if it had been judged so from the start."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.modeltest import ModelTester

from leanviz.core.decisions import DecisionRules, PatchClock, decide, event, place
from leanviz.core.events import Candidate, Finding, Rule, Specific, State
from leanviz.models.findings import Findings
from leanviz.models.timeline import TimelineModel
from tests.core.material import ANIMAL, BARK, DOG, SIREN, TAXONOMY

RATE = 16_000
CLOCK = PatchClock(RATE)
RULES = DecisionRules((0.5,) * len(TAXONOMY))


def found(label: int, first: int, score: float, length: int = 2, **more: object) -> Finding:
    """Return a finding that begins with a patch."""
    last = first + length - 1
    made = Candidate(label, first, last, score, last + 2)
    return place(replace(made, **more), CLOCK, TAXONOMY)


def sounding(label: int, first: int, score: float) -> Finding:
    candidate = Candidate(label, first, first + 1, score, first + 1)
    extent = CLOCK.extent(first, first + 1)
    return Finding(candidate, event(candidate, TAXONOMY, extent, -1, state=State.PROVISIONAL))


def labels(model: TimelineModel) -> list[str]:
    return [event.label for event in model.events]


@pytest.fixture
def timeline() -> TimelineModel:
    model = TimelineModel(TAXONOMY)
    model.set_rules(RULES)
    model.restart(RATE)
    return model


FOUND = st.lists(
    st.builds(
        found,
        st.sampled_from((SIREN, ANIMAL, DOG, BARK)),
        st.integers(0, 400),
        st.floats(0.08, 1),
        st.integers(1, 5),
    ),
    max_size=30,
)
OFFSETS = st.floats(-0.5, 0.5)


@given(FOUND, st.lists(OFFSETS, max_size=4))
def test_re_deciding_shows_what_deciding_so_at_once_had_shown(
    findings: list[Finding], offsets: list[float]
) -> None:
    model = TimelineModel(TAXONOMY)
    model.restart(RATE)
    model.take(findings)
    for offset in (*offsets, 0.1):
        model.set_rules(replace(RULES, offset=offset))
    expected, _ = decide(findings, replace(RULES, offset=0.1), TAXONOMY)
    assert model.events == sorted(expected)
    assert sum(len(lane) for lane in model.lanes) == len(expected)


@given(FOUND, OFFSETS)
def test_no_threshold_moves_an_edge(findings: list[Finding], offset: float) -> None:
    model = TimelineModel(TAXONOMY)
    model.restart(RATE)
    model.take(findings)
    model.set_rules(replace(RULES, offset=offset))
    assert {finding.event for finding in findings}.issuperset(model.events)


def test_qt_finds_no_fault_with_re_deciding(
    timeline: TimelineModel, qtmodeltester: ModelTester
) -> None:
    qtmodeltester.check(timeline)
    timeline.take([found(DOG, 1, 0.6), found(SIREN, 5, 0.9), found(BARK, 9, 0.4)])
    timeline.set_sounding([sounding(DOG, 20, 0.7)])
    for offset in (0.2, -0.2, 0.0):
        timeline.set_rules(replace(RULES, offset=offset))
    qtmodeltester.check(timeline)


def test_lanes_keep_their_places_through_thresholds(timeline: TimelineModel) -> None:
    timeline.take([found(SIREN, 1, 0.6), found(BARK, 3, 0.9), found(DOG, 40, 0.55)])
    before = [lane.label for lane in timeline.lanes]
    assert before == ["Siren", "Bark", "Dog"]
    timeline.set_rules(replace(RULES, offset=0.3))
    assert [lane.label for lane in timeline.lanes] == ["Bark"]
    timeline.set_rules(RULES)
    assert [lane.label for lane in timeline.lanes] == before


def test_what_sounds_now_is_re_decided_too(timeline: TimelineModel) -> None:
    timeline.set_sounding([sounding(DOG, 20, 0.6), sounding(SIREN, 20, 0.4)])
    assert labels(timeline) == ["Dog"]
    timeline.set_rules(replace(RULES, offset=-0.2))
    assert sorted(labels(timeline)) == ["Dog", "Siren"]
    timeline.set_rules(replace(RULES, offset=0.2))
    assert labels(timeline) == []


def test_labels_by_hand_and_those_from_before_the_history_stay(timeline: TimelineModel) -> None:
    timeline.take([found(DOG, 1, 0.6), found(SIREN, 500, 0.6)])
    by_hand = replace(timeline.event_at(0), label="My_own", score=0.1)
    timeline.add_final([by_hand])
    timeline.keep_since(found(SIREN, 400, 0.6).event.announced)
    timeline.set_rules(replace(RULES, offset=0.4))
    assert labels(timeline) == ["Dog", "My_own"], "what is no longer kept is settled"


def test_of_more_labels_than_are_kept_the_latest_are_shown() -> None:
    kept = [found(label, patch, 0.6) for patch in range(0, 400, 4) for label in (SIREN, DOG)]
    model = TimelineModel(TAXONOMY, limit=51)
    model.set_rules(RULES)
    model.restart(RATE, findings=reversed(kept))
    first = model.events
    model.set_rules(replace(RULES, offset=0.4))
    assert model.events == []
    model.set_rules(RULES)
    assert model.events == first == sorted(one.event for one in kept)[-51:]


def test_findings_before_the_history_are_forgotten() -> None:
    findings = Findings(TAXONOMY)
    findings.add(found(DOG, patch, 0.6) for patch in range(1, 2000, 4))
    findings.forget(round(600 * RATE))
    assert len(findings) < 250
    findings.clear()
    assert len(findings) == 0
    assert findings.judge(RULES).events == []


def test_parents_of_what_is_shown_are_kept_for_its_lane(timeline: TimelineModel) -> None:
    dog = found(DOG, 1, 0.8, 6, specifics=(Specific(BARK, 0.9, 0.6, 4),))
    timeline.take([dog, found(BARK, 2, 0.9, 4)])
    assert labels(timeline) == ["Bark"]
    parents = timeline.parents_of("Bark")
    assert parents is not None
    assert parents.between(0, 100 * RATE) == [dog.event]
    timeline.set_rules(replace(RULES, muted=frozenset({BARK})))
    assert labels(timeline) == ["Dog"]
    assert timeline.parents_of("Bark") is None


def test_near_misses_are_the_best_of_each_class_the_nearest_first(timeline: TimelineModel) -> None:
    rules = replace(RULES, muted=frozenset({ANIMAL}))
    timeline.set_rules(rules)
    timeline.take([
        found(BARK, 1, 0.3), found(SIREN, 2, 0.49), found(DOG, 3, 0.9), found(ANIMAL, 4, 0.95),
        found(BARK, 9, 0.42),
    ])  # fmt: skip
    misses = timeline.misses(5)
    assert [(m.hidden.candidate.label, m.hidden.rule) for m in misses] == [
        (SIREN, Rule.THRESHOLD), (BARK, Rule.THRESHOLD), (ANIMAL, Rule.MUTED),
    ]  # fmt: skip
    assert [m.hidden.candidate.score for m in misses] == [0.49, 0.42, 0.95]
    assert {m.threshold for m in misses} == {0.5}
    assert timeline.misses(1) == misses[:1]
    since = found(ANIMAL, 4, 0.1).event.announced
    assert [m.hidden.candidate.label for m in timeline.misses(5, since)] == [BARK]


def test_what_is_hidden_on_purpose_and_faint_is_not_near(timeline: TimelineModel) -> None:
    timeline.set_rules(replace(RULES, allowed=frozenset({DOG})))
    timeline.take([found(SIREN, 1, 0.45), found(BARK, 2, 0.6), found(DOG, 3, 0.3)])
    assert [m.hidden.candidate.label for m in timeline.misses(5)] == [DOG, BARK]


def test_a_parent_of_a_shown_class_is_no_near_miss(timeline: TimelineModel) -> None:
    dog = found(DOG, 1, 0.8, 6, specifics=(Specific(BARK, 0.9, 0.6, 4),))
    timeline.take([dog, found(BARK, 2, 0.9, 4)])
    assert timeline.misses(5) == []


def test_near_misses_and_parents_follow_what_is_taken_and_forgotten(
    timeline: TimelineModel,
) -> None:
    timeline.take([found(SIREN, 1, 0.45)])
    timeline.set_rules(RULES)
    assert [m.hidden.candidate.label for m in timeline.misses(5)] == [SIREN]
    timeline.take([found(BARK, 900, 0.4)])
    assert [m.hidden.candidate.label for m in timeline.misses(5)] == [SIREN, BARK]
    timeline.keep_since(500 * RATE // 2)
    assert [m.hidden.candidate.label for m in timeline.misses(5)] == [BARK]


def test_more_general_classes_go_with_the_labels_that_stand_for_them() -> None:
    model = TimelineModel(TAXONOMY, limit=2)
    model.set_rules(RULES)
    for patch in (1, 100, 200):
        barking = (Specific(BARK, 0.9, 0.6, 4),)
        model.take([found(DOG, patch, 0.8, 6, specifics=barking), found(BARK, patch, 0.9, 4)])
    model.set_rules(replace(RULES, offset=0.1))
    parents = model.parents_of("Bark")
    assert parents is not None
    assert len(model.events) == len(parents) == 2


SPECIFICS = st.lists(
    st.builds(
        Specific,
        st.sampled_from((DOG, BARK)),
        st.sampled_from((0.3, 0.5, 0.9)),
        st.sampled_from((0.2, 0.5, 0.9)),
        st.integers(1, 4),
        st.sampled_from((0.0, 0.9)),
    ),
    max_size=2,
).map(tuple)
LIVELY = st.lists(
    st.builds(
        found,
        st.sampled_from((SIREN, ANIMAL, DOG, BARK)),
        st.integers(0, 40),
        st.sampled_from((0.1, 0.3, 0.5, 0.7, 0.9)),
        st.integers(1, 4),
        specifics=SPECIFICS,
        presence=st.sampled_from((0.0, 0.9)),
    ),
    max_size=12,
).map(lambda findings: sorted(findings, key=lambda finding: finding.event.announced))
CLASSES = st.frozensets(st.sampled_from((SIREN, ANIMAL, DOG, BARK)), max_size=2)


@given(LIVELY, CLASSES, CLASSES, st.integers(1, 3), st.integers(0, 12), st.integers(-1, 400_000))
def test_few_are_judged_one_by_one_as_many_are_together(
    findings: list[Finding],
    muted: frozenset[int],
    quiet: frozenset[int],
    shortest: int,
    before: int,
    since: int,
) -> None:
    rules = replace(RULES, muted=muted, quiet=quiet, min_patches=shortest)
    kept = Findings(TAXONOMY)
    kept.add(findings[:before])
    kept.add(findings[before:])
    # a snapshot judges all of them together
    assert kept.misses(rules, 9, since) == kept.snapshot().misses(rules, 9, since)
    start = min(before, len(findings))
    assert kept.judge(rules, start) == kept.snapshot().judge(rules, start)
    kept.forget(since)
    assert kept.misses(rules, 9) == kept.snapshot().misses(rules, 9)
