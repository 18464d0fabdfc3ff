"""Many candidates are decided on another thread, and in the end as if they had been at once."""

from dataclasses import replace
from weakref import ref

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leanviz.core.annotations import Annotations
from leanviz.core.clock import Span
from leanviz.core.decisions import DecisionRules, PatchClock, place
from leanviz.core.events import Candidate, Event, Finding, Specific
from leanviz.models import redeciding
from leanviz.models.redeciding import Question
from leanviz.models.timeline import TimelineModel
from tests.core.material import ANIMAL, BARK, DOG, SIREN, TAXONOMY

RATE = 16_000
CLOCK = PatchClock(RATE)
RULES = DecisionRules((0.5,) * len(TAXONOMY))
ALL = Span(0, 10**9)
BARKING = (Specific(BARK, 0.9, 0.6, 4),)


def found(label: int, first: int, score: float, length: int = 2) -> Finding:
    """Return a finding that begins with a patch; barks are within what is long and more general."""
    last, within = first + length - 1, BARKING if label in {ANIMAL, DOG} and length > 3 else ()
    return place(Candidate(label, first, last, score, last + 2, within), CLOCK, TAXONOMY)


def offset(by: float) -> DecisionRules:
    return replace(RULES, offset=by)


def made(findings: list[Finding]) -> TimelineModel:
    model = TimelineModel(TAXONOMY)
    model.set_rules(RULES)
    model.restart(RATE)
    model.take(findings)
    return model


def in_lanes(model: TimelineModel) -> dict[str, list[Event]]:
    return {lane.label: lane.between(ALL.start, ALL.stop) for lane in model.lanes}


def behind(model: TimelineModel) -> dict[str, list[Event]]:
    lanes = {name: model.parents_of(name) for name in ("Animal", "Dog", "Bark", "Siren")}
    return {n: lane.between(ALL.start, ALL.stop) for n, lane in lanes.items() if lane is not None}


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redeciding, "AT_ONCE", 3)


FOUND = st.lists(
    st.builds(
        found,
        st.sampled_from((SIREN, ANIMAL, DOG, BARK)),
        st.integers(0, 400),
        st.floats(0.08, 1),
        st.integers(1, 5),
    ),
    max_size=20,
)
WHERE = st.builds(lambda start, length: Span(start, start + length), *[st.integers(0, 10**6)] * 2)
ASK = st.tuples(st.just("ask"), st.floats(-0.5, 0.5), WHERE)
STEPS = st.lists(
    st.one_of(
        ASK,
        st.tuples(st.just("answer")),
        st.tuples(st.just("take"), FOUND),
        st.tuples(st.just("delete")),
    ),
    max_size=8,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FOUND, STEPS, ASK, STEPS)
def test_whatever_comes_in_between_all_is_decided_as_if_at_once(
    findings: list[Finding], steps: list[tuple], last: tuple, after: list[tuple]
) -> None:
    model, kept, said = made(findings), list(findings), Annotations()
    at_work: Question | None = None
    rules = RULES
    for what, *given_ in [*steps, last, *after]:
        if what == "ask":
            rules = offset(given_[0])
            asked = model.ask(rules, given_[1])
            at_work = at_work or asked  # a worker that is busy is not asked again
        elif what == "answer" and at_work is not None:
            at_work = model.show(at_work())
        elif what == "take":
            model.take(given_[0])
            kept += given_[0]
        elif what == "delete" and model.events:
            said = said.delete(model.event_at(0))
            model.set_annotations(said)
    for _ in range(3):
        at_work = None if at_work is None else model.show(at_work())
    assert at_work is None
    whole = made(kept)
    whole.set_annotations(said)
    whole.set_rules(rules)
    assert (model.events, model.heard) == (whole.events, whole.heard)
    assert in_lanes(model) == in_lanes(whole)
    assert behind(model) == behind(whole)
    assert model.misses(9) == whole.misses(9)


def test_what_is_in_view_is_decided_before_all_else() -> None:
    model = made([found(SIREN, patch, 0.6) for patch in range(0, 60, 10)])
    loud, faint = found(DOG, 21, 0.9), found(BARK, 45, 0.4)
    model.take([loud, faint])
    before = model.events
    in_view = loud.event
    question = model.ask(offset(0.2), Span(in_view.onset, in_view.offset))
    starts = [event.onset for event in in_lanes(model)["Siren"]]
    assert starts == [found(SIREN, p, 0.6).event.onset for p in (0, 10, 30, 40, 50)]
    assert in_lanes(model)["Dog"] == [in_view]
    assert model.events == before, "the table waits for the rest"
    assert question is not None
    assert model.show(question()) is None
    assert model.events == [in_view]


def test_what_is_forgotten_of_too_many_labels_does_not_come_back_for_a_moment() -> None:
    findings = [found(SIREN, patch, 0.6) for patch in range(0, 60, 10)]
    model = TimelineModel(TAXONOMY, limit=4)
    model.restart(RATE)
    model.take(findings)
    first = findings[0].event
    question = model.ask(offset(-0.1), Span(first.onset, first.offset))
    assert len(in_lanes(model)["Siren"]) == 4
    assert question is not None
    model.show(question())
    assert model.events == [finding.event for finding in findings[2:]]


def test_only_the_newest_rules_are_shown() -> None:
    model = made([found(SIREN, patch, 0.6) for patch in range(0, 60, 10)])
    old = model.ask(offset(0.2), Span(0, 1))
    new = model.ask(offset(-0.2), Span(0, 1))
    assert old is not None
    assert model.show(old()) is new
    assert len(model.events) == 6
    assert new is not None
    assert model.show(new()) is None
    assert len(model.events) == 6


def test_a_question_keeps_nothing_of_qt_alive() -> None:
    """A worker that is the last to have the model would end it on its thread."""
    model = made([found(SIREN, patch, 0.6) for patch in range(0, 60, 10)])
    question = model.ask(offset(-0.2), Span(0, 1))
    ended = ref(model)
    del model
    assert ended() is None
    assert question is not None
    assert len(question().heard) == 6


def test_another_recording_makes_an_answer_void() -> None:
    model = made([found(SIREN, patch, 0.6) for patch in range(0, 60, 10)])
    question = model.ask(offset(-0.2), Span(0, 1))
    model.restart(RATE)
    assert question is not None
    assert model.show(question()) is None
    assert model.events == []


def test_what_is_saved_is_decided() -> None:
    model = made([found(SIREN, patch, 0.6) for patch in range(0, 60, 10)])
    question = model.ask(offset(0.2), Span(0, 1))
    model.settle()
    assert model.events == []
    assert question is not None
    assert model.show(question()) is None
    assert model.events == []
