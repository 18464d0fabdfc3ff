"""What a person says of the events of a recording: kept apart from what leanviz found."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from operator import attrgetter

from leanviz.core.clock import Span
from leanviz.core.events import Band, Event, Provenance, Review
from leanviz.core.taxonomy import Taxonomy

# The order of events, by far cheaper for thousands of them than their own comparison.
IN_ORDER = attrgetter("onset", "offset", "label", "score")
# The score of a label that a person gave.
SURE = 1.0
LONGEST_LABEL = 100


@dataclass(frozen=True, slots=True, order=True)
class Verdict:
    """What is said of one event that leanviz found.

    Attributes
    ----------
    found : Event
        As leanviz has it.
    event : Event or None
        What is shown instead; None if it is deleted.
    """

    found: Event
    event: Event | None


@dataclass(frozen=True, slots=True)
class Annotations:
    """Everything a person said of one recording; each change is another `Annotations`.

    What is said of an event is tied to its label and its extent, which no threshold moves. Where
    smoothing has found it anew with other edges, it is the same sound if more than half of each
    of both is common to them.

    Attributes
    ----------
    verdicts : tuple of Verdict
        In order of what was found.
    added : tuple of Event
        What leanviz did not find, in order.
    """

    verdicts: tuple[Verdict, ...] = ()
    added: tuple[Event, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.verdicts or self.added)

    @property
    def shown(self) -> list[Event]:
        """The events that are shown whatever the rules say."""
        instead = [one.event for one in self.verdicts if one.event is not None]
        return [*instead, *self.added]

    @property
    def n_deleted(self) -> int:
        """How many events of leanviz's are deleted."""
        return sum(one.event is None for one in self.verdicts)

    def applied(self, events: Iterable[Event]) -> list[Event]:
        """Return the events to show, where leanviz found `events`."""
        if not self:
            return list(events)
        return sorted((*self.remaining(events), *self.shown), key=IN_ORDER)

    def remaining(self, events: Iterable[Event]) -> list[Event]:
        """Return those of leanviz's events of which nothing is said."""
        judged: defaultdict[str, list[Event]] = defaultdict(list)
        for one in self.verdicts:
            judged[one.found.label].append(one.found)
        return [e for e in events if not any(_same_sound(e, f) for f in judged.get(e.label, ()))]

    def found(self, event: Event) -> Event:
        """Return an event that is shown as leanviz found it; itself if a person added it."""
        return next((one.found for one in self.verdicts if one.event == event), event)

    # -- changes --------------------------------------------------------------------------------

    def confirm(self, event: Event) -> "Annotations":
        """Say that an event is right; a second time takes that back."""
        if not confirmable(event):
            return self
        if event.review is Review.CONFIRMED:
            return self.put(event, replace(self.found(event), band_hz=event.band_hz))
        return self.put(event, replace(event, review=Review.CONFIRMED))

    def edit(
        self,
        event: Event,
        label: str,
        extent: Span,
        taxonomy: Taxonomy,
        band_hz: Band | None = None,
    ) -> "Annotations":
        """Give an event another label, another extent, other frequencies, or all of them."""
        found = self.found(event)
        edited = _labelled(event, label, extent, taxonomy)
        if band_hz is not None:
            edited = replace(edited, band_hz=band_hz)
        if event.provenance is Provenance.AUTO:
            same = edited.label == found.label
            as_found = same and (edited.onset, edited.offset) == (found.onset, found.offset)
            review = Review.RETIMED if same else Review.RELABELLED
            kept = event.review if event.review is Review.CONFIRMED else Review.NONE
            score = found.score if same else SURE
            edited = replace(edited, review=kept if as_found else review, score=score)
        return self.put(event, edited)

    def add(
        self, label: str, extent: Span, taxonomy: Taxonomy, band_hz: Band = ()
    ) -> "Annotations":
        """Add an event that leanviz did not find."""
        return self.with_added([manual_event(label, extent, taxonomy, band_hz)])

    def with_added(self, events: Iterable[Event]) -> "Annotations":
        """Add events that leanviz did not find; those that are there already stay as they are."""
        return replace(self, added=tuple(sorted({*self.added, *events})))

    def delete(self, event: Event) -> "Annotations":
        """Say that there is no such sound."""
        return self.put(event, None)

    def restore(self) -> "Annotations":
        """Take back all deletions of what leanviz found."""
        return replace(self, verdicts=tuple(v for v in self.verdicts if v.event is not None))

    def put(self, event: Event, instead: Event | None) -> "Annotations":
        """Show another event, or none, in place of one that is shown."""
        if event in self.added:
            others = {one for one in self.added if one != event}
            added = others if instead is None else {*others, instead}
            return replace(self, added=tuple(sorted(added)))
        found = self.found(event)
        verdicts = [one for one in self.verdicts if one.found != found]
        if instead != found:
            verdicts.append(Verdict(found, instead))
        return replace(self, verdicts=tuple(sorted(verdicts, key=_by_found)))


def manual_event(label: str, extent: Span, taxonomy: Taxonomy, band_hz: Band = ()) -> Event:
    """Return an event that a person gives."""
    manual = Provenance.MANUAL
    blank = Event(extent.start, extent.stop, "", SURE, provenance=manual, band_hz=band_hz)
    return _labelled(blank, label, extent, taxonomy)


def confirmable(event: Event) -> bool:
    """Tell whether an event is as leanviz found it: a person's own needs no confirmation."""
    unchanged = event.review in {Review.NONE, Review.CONFIRMED}
    return unchanged and event.provenance is Provenance.AUTO


def own_label(text: str) -> str:
    """Return a label that a person wrote, as it can be shown anywhere: one line, no markup."""
    plain = "".join(c if c.isprintable() and c not in "<>" else " " for c in text)
    return " ".join(plain.split())[:LONGEST_LABEL].strip()


def _by_found(verdict: Verdict) -> Event:
    return verdict.found


def _labelled(event: Event, label: str, extent: Span, taxonomy: Taxonomy) -> Event:
    """Return an event with a label, of the vocabulary if it is there, and an extent."""
    position = taxonomy.find(label)
    name = own_label(label) if position is None else taxonomy[position].name
    parents = () if position is None else taxonomy.names_above(position)
    return replace(event, onset=extent.start, offset=extent.stop, label=name, parents=parents)


def _same_sound(one: Event, other: Event) -> bool:
    """Tell whether two events of a label have more than half of each in common."""
    common = min(one.offset, other.offset) - max(one.onset, other.onset)
    return 2 * common > max(one.offset - one.onset, other.offset - other.onset)
