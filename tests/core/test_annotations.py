"""Verdicts on events: whatever is said can be taken back, and no other rules lose it."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from leanviz.core.annotations import IN_ORDER, Annotations, confirmable, own_label
from leanviz.core.clock import Span
from leanviz.core.events import Event, Provenance, Review
from tests.core.material import TAXONOMY

BARK = Event(1000, 3000, "Bark", 0.8, 3200, ("Animal", "Dog"))
SIREN = Event(2000, 9000, "Siren", 0.6)
FOUND = [BARK, SIREN]
NOTHING = Annotations()


def test_without_a_word_everything_is_as_it_was_found() -> None:
    assert not NOTHING
    assert NOTHING.applied(FOUND) == FOUND


def test_confirming_twice_takes_it_back() -> None:
    said = NOTHING.confirm(BARK)
    [shown, other] = said.applied(FOUND)
    assert (shown, other) == (replace(BARK, review=Review.CONFIRMED), SIREN)
    assert shown.scored
    assert said.confirm(shown) == NOTHING


def test_what_is_confirmed_stays_where_rules_hide_it() -> None:
    assert [e.label for e in NOTHING.confirm(BARK).applied([SIREN])] == ["Bark", "Siren"]


def test_what_is_deleted_stays_away_until_it_is_restored() -> None:
    said = NOTHING.delete(BARK).confirm(SIREN)
    assert [e.label for e in said.applied(FOUND)] == ["Siren"]
    assert said.n_deleted == 1
    assert said.restore() == NOTHING.confirm(SIREN)


def test_another_label_is_a_persons_and_has_no_score() -> None:
    said = NOTHING.edit(BARK, "dog", Span(1000, 3000), TAXONOMY)
    [shown, _] = said.applied(FOUND)
    assert (shown.label, shown.parents) == ("Dog", ("Animal",))
    assert (shown.provenance, shown.review) == (Provenance.AUTO, Review.RELABELLED)
    assert not shown.scored
    assert not confirmable(shown)
    assert said.confirm(shown) == said
    again = said.edit(shown, "Bark, woof", Span(1000, 3000), TAXONOMY)
    assert again == NOTHING, "as it was found, score and all"


def test_other_times_keep_the_score() -> None:
    said = NOTHING.edit(BARK, "Bark", Span(500, 3000), TAXONOMY)
    [shown, _] = said.applied(FOUND)
    assert (shown.onset, shown.score, shown.review) == (500, 0.8, Review.RETIMED)
    assert shown.scored
    assert said.found(shown) == BARK


def test_what_a_person_adds_can_be_edited_and_deleted() -> None:
    said = NOTHING.add("a frog", Span(10, 20), TAXONOMY)
    [frog] = said.added
    assert (frog.provenance, frog.parents, frog.scored) == (Provenance.MANUAL, (), False)
    assert said.add("a frog", Span(10, 20), TAXONOMY) == said
    moved = said.edit(frog, "Siren", Span(15, 25), TAXONOMY)
    assert [(e.label, e.onset, e.review) for e in moved.added] == [("Siren", 15, Review.NONE)]
    assert moved.delete(moved.added[0]) == NOTHING


def test_frequencies_are_given_kept_and_taken_away() -> None:
    extent, band = Span(1000, 3000), (300.0, 1200.5)
    said = NOTHING.edit(BARK, "Bark", extent, TAXONOMY, band)
    [shown, _] = said.applied(FOUND)
    assert shown == replace(BARK, band_hz=band), "it is scored and found as it was"
    twice = said.confirm(shown).confirm(replace(shown, review=Review.CONFIRMED))
    assert twice == said
    [moved] = said.edit(shown, "Bark", Span(1000, 4000), TAXONOMY).shown
    assert (moved.band_hz, moved.review) == (band, Review.RETIMED)
    assert said.edit(shown, "Bark", extent, TAXONOMY, ()) == NOTHING
    [frog] = NOTHING.add("a frog", extent, TAXONOMY, band).add("a frog", extent, TAXONOMY).added[1:]
    assert frog.band_hz == band


def test_the_same_sound_with_other_edges_is_known() -> None:
    """Other smoothing finds the candidates anew."""
    said = NOTHING.delete(BARK)
    assert said.remaining([replace(BARK, onset=1400, offset=3300)]) == []
    others = [replace(BARK, onset=2500, offset=5000), replace(BARK, label="Dog"), SIREN]
    assert said.remaining(others) == others


def test_labels_of_ones_own_are_one_line_without_markup() -> None:
    assert own_label("  <b>my\tfrog</b>\n\0 ") == "b my frog /b"
    assert len(own_label("frog " * 100)) <= 100


# -- any sequence -------------------------------------------------------------------------------

LABELS = st.sampled_from([*TAXONOMY.names, "a frog"])
CHANGES = st.lists(
    st.tuples(st.sampled_from(["confirm", "edit", "delete", "add", "restore"]), st.integers(0, 50),
              LABELS, st.integers(0, 5000), st.integers(1, 5000)),
    max_size=12,
)  # fmt: skip
SOUNDS = st.builds(
    lambda at, label, score: Event(3000 * at, 3000 * at + 1000, label, score),
    st.integers(0, 9),
    st.sampled_from(TAXONOMY.names),
    st.floats(0.1, 0.9),
)


def changed(
    said: Annotations, found: list[Event], change: tuple[str, int, str, int, int]
) -> Annotations:
    kind, at, label, onset, length = change
    shown = said.applied(found)
    extent = Span(onset, onset + length)
    if kind == "add":
        return said.add(label, extent, TAXONOMY)
    if kind == "restore" or not shown:
        return said.restore()
    event = shown[at % len(shown)]
    if kind == "edit":
        return said.edit(event, label, extent, TAXONOMY)
    return said.confirm(event) if kind == "confirm" else said.delete(event)


@given(st.lists(SOUNDS, unique_by=lambda e: (e.onset, e.label), max_size=8), CHANGES)
def test_no_threshold_loses_or_doubles_what_was_said(
    found: list[Event], changes: list[tuple[str, int, str, int, int]]
) -> None:
    said = NOTHING
    for change in changes:
        said = changed(said, found, change)
    shown = said.applied(found)
    for hidden in (found[:0], found[::2]):
        kept = said.applied(hidden)
        assert set(said.shown) <= set(kept), "whatever the rules hide"
        assert set(kept) <= set(shown)
    assert said.applied(found) == shown
    spoken_of = {one.found for one in said.verdicts}
    assert spoken_of <= set(found)
    assert set(found) - spoken_of == set(said.remaining(found))
    assert not said or shown == sorted(shown, key=IN_ORDER)
