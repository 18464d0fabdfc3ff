"""The events of a recording as a table and as lanes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.modeltest import ModelTester

from leanviz.core.annotations import Annotations
from leanviz.core.clock import Span
from leanviz.core.decisions import DecisionRules
from leanviz.core.events import Candidate, Event, Finding, Review, State
from leanviz.models.lanes import Lane
from leanviz.models.timeline import TimelineModel
from tests.core.material import TAXONOMY

RATE = 16_000


def sound(onset_s: float, offset_s: float, label: str = "Dog", score: float = 0.8) -> Event:
    """Return an event of the little taxonomy, its parents as the pipeline gives them."""
    position = TAXONOMY.index(label)
    parents = tuple(TAXONOMY[p].name for p in TAXONOMY.breadcrumb(position))
    return Event(round(onset_s * RATE), round(offset_s * RATE), label, score, parents=parents)


@pytest.fixture
def timeline() -> TimelineModel:
    model = TimelineModel(TAXONOMY)
    model.restart(RATE)
    return model


def lanes(model: TimelineModel) -> list[str]:
    return [lane.label for lane in model.lanes]


def test_qt_finds_no_fault_through_all_changes(
    timeline: TimelineModel, qtmodeltester: ModelTester
) -> None:
    qtmodeltester.check(timeline)
    timeline.add_final([sound(5, 6), sound(1, 2, "Siren")])
    timeline.set_provisional([replace(sound(7, 8, "Bark"), state=State.PROVISIONAL)])
    timeline.add_final([sound(3, 4)])
    timeline.set_provisional([])
    timeline.restart(RATE, [sound(1, 2)])
    qtmodeltester.check(timeline)


def test_rows_are_by_onset_and_what_still_sounds_is_last(timeline: TimelineModel) -> None:
    ringing = replace(sound(2, 9, "Siren"), state=State.PROVISIONAL)
    timeline.set_provisional([ringing])
    timeline.add_final([sound(5, 6), sound(1, 2)])
    assert timeline.events == [sound(1, 2), sound(5, 6), ringing]
    assert [timeline.row_of(event) for event in timeline.events] == [0, 1, 2]
    assert timeline.row_of(sound(8, 9)) == -1


def test_a_label_the_vocabulary_lacks_is_still_shown(timeline: TimelineModel) -> None:
    timeline.add_final([Event(0, 100, "My_own_label", 1.0)])
    assert timeline.title("My_own_label") == "My own label"
    assert lanes(timeline) == ["My_own_label"]


def test_lanes_keep_their_order_and_families_stay_together(timeline: TimelineModel) -> None:
    timeline.add_final([sound(1, 2, "Bark"), sound(2, 3, "Siren")])
    timeline.add_final([sound(0, 1, "Dog"), sound(5, 6, "Siren")])
    assert lanes(timeline) == ["Bark", "Dog", "Siren"]


def test_what_one_patch_alone_shows_is_told_to_nobody_and_leaves_nothing(
    timeline: TimelineModel,
) -> None:
    """It is in its lane, and no event: tables, counts and large letters would take it back."""
    timeline.set_rules(DecisionRules((0.5,) * len(TAXONOMY)))
    siren, bark, again = (
        Finding(Candidate(TAXONOMY.index(label), 2, 2, score, 2), sound(1, 2, label, score))
        for label, score in (("Siren", 0.6), ("Bark", 0.9), ("Siren", 0.9))
    )
    timeline.set_sounding([siren], early=[bark, again])
    assert timeline.events == [siren.event]
    assert timeline.row_of(bark.event) == -1
    shown = {lane.label: lane.between(0, 99 * RATE) for lane in timeline.lanes}
    assert shown == {"Bark": [bark.event], "Siren": [siren.event]}
    timeline.set_sounding([])
    assert (timeline.events, lanes(timeline)) == ([], [])
    timeline.set_sounding([], early=[bark])
    timeline.restart(RATE)
    assert lanes(timeline) == []


def test_provisional_events_replace_each_other(timeline: TimelineModel) -> None:
    growing = [replace(sound(1, stop), state=State.PROVISIONAL) for stop in (2, 3, 4)]
    for event in growing:
        timeline.set_provisional([event])
    assert timeline.events == growing[-1:]
    timeline.add_final([sound(1, 4)])
    timeline.set_provisional([])
    assert timeline.events == [sound(1, 4)]
    assert [len(lane) for lane in timeline.lanes] == [1]


def test_the_oldest_are_forgotten_and_counted() -> None:
    model = TimelineModel(TAXONOMY, limit=5)
    model.restart(RATE, [sound(i, i + 1) for i in range(7)])
    model.add_final([sound(9, 10)])
    assert [event.onset // RATE for event in model.events] == [3, 4, 5, 6, 9]
    assert model.forgotten == 3
    assert sum(len(lane) for lane in model.lanes) == 5


def test_neighbours_are_by_onset(timeline: TimelineModel) -> None:
    timeline.add_final([sound(1, 2), sound(3, 4, "Siren"), sound(5, 6)])
    following = timeline.neighbour(1 * RATE, +1)
    assert following is not None
    assert following.label == "Siren"
    previous = timeline.neighbour(3 * RATE, -1)
    assert previous is not None
    assert previous.onset == RATE
    assert timeline.neighbour(5 * RATE, +1) is None
    assert timeline.neighbour(RATE, -1) is None


SPANS = st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 400)), max_size=30)


@given(SPANS, st.integers(0, 1200), st.integers(1, 300))
def test_a_lane_finds_exactly_what_touches_the_view(
    spans: list[tuple[int, int]], start: int, length: int
) -> None:
    lane = Lane("Dog", "Animal")
    events = [Event(onset, onset + long, "Dog", 0.5) for onset, long in spans]
    for event in events:
        lane.add(event)
    stop = start + length
    expected = sorted(e for e in events if e.onset < stop and e.offset > start)
    assert lane.between(start, stop) == expected


def test_removing_what_is_not_there_is_an_error() -> None:
    with pytest.raises(ValueError, match="not in this lane"):
        Lane("Dog", "Animal").remove(sound(1, 2))


# -- what a person says -------------------------------------------------------------------------


def found(onset_s: float, score: float, label: str = "Dog") -> Finding:
    event = sound(onset_s, onset_s + 1, label, score)
    return Finding(Candidate(TAXONOMY.index(label), 0, 1, score, 3), event)


def test_verdicts_outlive_thresholds_and_later_findings(timeline: TimelineModel) -> None:
    kept, gone, late = found(1, 0.6), found(3, 0.9), found(5, 0.8)
    timeline.take([kept, gone])
    said = Annotations().confirm(kept.event).delete(gone.event).delete(late.event)
    timeline.set_annotations(said)
    confirmed = replace(kept.event, review=Review.CONFIRMED)
    assert timeline.events == [confirmed]
    assert timeline.heard == [kept.event, gone.event]
    timeline.take([late, found(7, 0.9)])
    assert timeline.events == [confirmed, found(7, 0.9).event]
    timeline.set_rules(DecisionRules((0.95,) * len(TAXONOMY)))
    assert timeline.events == [confirmed]
    assert [len(lane) for lane in timeline.lanes] == [1]
    timeline.set_annotations(Annotations())
    assert timeline.events == []
    timeline.set_rules(DecisionRules((0.5,) * len(TAXONOMY)))
    assert timeline.events == timeline.heard
    assert len(timeline.events) == 4


def test_what_is_known_beforehand_is_reviewed_too(timeline: TimelineModel) -> None:
    timeline.restart(RATE, [sound(1, 2), sound(3, 4)])
    timeline.set_annotations(Annotations().delete(sound(1, 2)).add("frog", Span(8, 9), TAXONOMY))
    assert [event.label for event in timeline.events] == ["frog", "Dog"]
    timeline.restart(RATE, [sound(1, 2)])
    assert timeline.events == [sound(1, 2)], "another recording, of which nothing is said"
