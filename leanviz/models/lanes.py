"""Events sorted into lanes, one per label, so that a view finds the visible ones at once."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter, sub

from leanviz.core.annotations import IN_ORDER
from leanviz.core.clock import Span
from leanviz.core.events import Event
from leanviz.core.taxonomy import Taxonomy

# faster than functions of our own, where thousands of events are asked
_onset, _offset = attrgetter("onset"), attrgetter("offset")


def family_name(taxonomy: Taxonomy, label: str) -> str:
    """Return the name of a label's most general ancestor; a stranger is its own family."""
    try:
        return taxonomy[taxonomy.family(taxonomy.index(label))].name
    except KeyError:
        return label


@dataclass(slots=True)
class Lane:
    """The events of one label, by onset.

    Attributes
    ----------
    label : str
        Vocabulary name.
    family : str
        Vocabulary name of the most general ancestor, or of the label itself.
    """

    label: str
    family: str
    _events: list[Event] = field(default_factory=list)
    _longest: int = 0

    @classmethod
    def of(cls, label: str, family: str, events: list[Event]) -> "Lane":
        """Return a lane with events, given in their order."""
        return cls(label, family, events, _longest(events))

    def __len__(self) -> int:
        return len(self._events)

    def add(self, event: Event) -> None:
        """Take one more event."""
        last = self._events[-1] if self._events else None
        # later is the usual case, and thousands of them when other rules show others
        if last is None or event.onset > last.onset or not event < last:
            self._events.append(event)
        else:
            insort(self._events, event)
        self._longest = max(self._longest, event.offset - event.onset)

    def remove(self, event: Event) -> None:
        """Drop an event; ValueError if it is not here."""
        if self._events and self._events[-1] is event:  # what sounds now is the last
            self._events.pop()
            return
        at = bisect_left(self._events, event)
        if self._events[at : at + 1] != [event]:
            raise ValueError("the event is not in this lane")
        del self._events[at]

    def replace_touching(self, extent: Span, events: list[Event]) -> None:
        """Take other events in place of those that touch an extent, and touch it as well."""
        self._longest = max(self._longest, _longest(events))
        first = bisect_left(self._events, extent.start - self._longest, key=_onset)
        last = bisect_left(self._events, extent.stop, key=_onset)
        before = [event for event in self._events[first:last] if event.offset <= extent.start]
        self._events[first:last] = sorted((*before, *events), key=IN_ORDER)

    def forget(self, before: int) -> None:
        """Drop the events at the beginning that ended before a source sample."""
        while self._events and self._events[0].offset < before:
            del self._events[0]

    def between(self, start: int, stop: int) -> list[Event]:
        """Return the events that touch the source samples [start, stop), by onset."""
        first = bisect_left(self._events, start - self._longest, key=_onset)
        last = bisect_left(self._events, stop, key=_onset)
        return [event for event in self._events[first:last] if event.offset > start]

    def heard_before(self, sample: int) -> int:
        """Return up to which source sample this was heard before another; -1 for never."""
        at = bisect_left(self._events, sample, key=_onset)
        return min(self._events[at - 1].offset, sample) if at else -1

    def following(self, event: Event) -> Event | None:
        """Return the next event of this lane."""
        at = bisect_right(self._events, event)
        return self._events[at] if at < len(self._events) else None


def _longest(events: list[Event]) -> int:
    return max(map(sub, map(_offset, events), map(_onset, events)), default=0)


def by_label(events: Iterable[Event], family_of: Callable[[str], str]) -> dict[str, Lane]:
    """Return a lane for each label that events have, given in their order."""
    return {label: Lane.of(label, family_of(label), heard) for label, heard in _sorted_out(events)}


def _sorted_out(events: Iterable[Event]) -> Iterable[tuple[str, list[Event]]]:
    found: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        found[event.label].append(event)
    return found.items()


class Lanes:
    """All lanes in an order that never changes: families, and labels in them, as they came.

    Parameters
    ----------
    family_of : callable
        Gives the family of a label, both as vocabulary names.
    """

    def __init__(self, family_of: Callable[[str], str]) -> None:
        self._family_of = family_of
        self._families: dict[str, dict[str, Lane]] = {}
        # those with events, in order; None if they may be others by now
        self._filled: list[Lane] | None = None

    def __iter__(self) -> Iterator[Lane]:
        return iter(self._with_events())

    def __len__(self) -> int:
        return len(self._with_events())

    def _with_events(self) -> list[Lane]:
        # asked for several times whenever there are others
        if self._filled is None:
            families = self._families.values()
            self._filled = [lane for lanes in families for lane in lanes.values() if len(lane)]
        return self._filled

    def heard_between(self, start: int, stop: int) -> list[int]:
        """Return the places of the lanes with events in source samples [start, stop), in order."""
        return [place for place, lane in enumerate(self) if lane.between(start, stop)]

    def heard_last(self, count: int, before: int) -> list[int]:
        """Return the places of the `count` lanes heard last before a source sample, in order."""
        heard = [lane.heard_before(before) for lane in self]
        return sorted(sorted(range(len(heard)), key=heard.__getitem__)[-count:])

    def add(self, event: Event) -> None:
        """Sort an event into the lane of its label, made if need be."""
        self._filled = None
        family = self._family_of(event.label)
        lanes = self._families.setdefault(family, {})
        lanes.setdefault(event.label, Lane(event.label, family)).add(event)

    def remove(self, events: Iterable[Event]) -> None:
        """Drop events; their lanes keep their place."""
        self._filled = None
        for event in events:
            self._families[self._family_of(event.label)][event.label].remove(event)

    def replace(self, lanes: Mapping[str, Lane]) -> None:
        """Take other lanes, by label; every label keeps its place, also while it has no events."""
        self._filled = None
        for family, known in self._families.items():
            for label in known:
                known[label] = lanes.get(label) or Lane(label, family)
        for label, lane in lanes.items():
            self._families.setdefault(lane.family, {})[label] = lane

    def replace_touching(self, extent: Span, events: Iterable[Event]) -> None:
        """Take other events in place of all that touch an extent, and touch it as well."""
        fresh = dict(_sorted_out(events))
        for lane in self:
            lane.replace_touching(extent, fresh.pop(lane.label, []))
        self._filled = None
        for event in chain.from_iterable(fresh.values()):
            self.add(event)

    def clear(self) -> None:
        """Drop everything, and the order of the lanes."""
        self._filled = None
        self._families.clear()
