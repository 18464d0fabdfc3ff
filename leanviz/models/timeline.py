"""The events of a recording or a live session, in order of time and as lanes.

What the rules hide is kept as well, so that other rules show and hide at once; what a person says
of the events comes on top.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable
from functools import cache

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Signal

from leanviz.core.annotations import IN_ORDER, Annotations
from leanviz.core.decisions import DecisionRules, judge
from leanviz.core.events import Event, Finding
from leanviz.core.taxonomy import Taxonomy
from leanviz.models.findings import Findings, Judged, NearMiss
from leanviz.models.lanes import Lane, Lanes
from leanviz.models.time_text import TimeFormat

Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()

# Far more than an hour of lively sound; beyond it the oldest are forgotten, and counted.
LIMIT = 20_000


class TimelineModel(QAbstractListModel):
    """Final events by onset, then those that are still sounding; for tables see `EventRows`.

    Parameters
    ----------
    taxonomy : Taxonomy
        Gives the titles of labels.
    limit : int
        Number of final events kept.

    Signals
    -------
    lanes_changed :
        There are other events.
    format_changed :
        Times are written otherwise.
    """

    lanes_changed = Signal()
    format_changed = Signal()

    def __init__(
        self, taxonomy: Taxonomy, limit: int = LIMIT, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._taxonomy = taxonomy
        self._limit = limit
        self._rate = 16000
        # as the rules show them, and as they are shown
        self._heard: list[Event] = []
        self._final: list[Event] = []
        self._annotations = Annotations()
        self._provisional: list[Event] = []
        self._family_of = cache(self.family)
        self._lanes = Lanes(self._family_of)
        self._findings = Findings(taxonomy)
        self._sounding: tuple[Finding, ...] = ()
        self._early: tuple[Finding, ...] = ()
        # those of them that are shown
        self._ahead: list[Event] = []
        self._rules = DecisionRules((0.5,) * len(taxonomy))
        # what is heard whatever the rules: no finding that is kept is behind it
        self._undecided: list[Event] = []
        self._parents: dict[str, Lane] = {}
        self._format = TimeFormat()
        self.forgotten = 0

    @property
    def taxonomy(self) -> Taxonomy:
        """The vocabulary of the labels."""
        return self._taxonomy

    @property
    def time_format(self) -> TimeFormat:
        """How times are written."""
        return self._format

    @property
    def sample_rate(self) -> int:
        """Rate of the source in hertz: what onsets and offsets count in."""
        return self._rate

    @property
    def lanes(self) -> Lanes:
        """All events by label, and what one patch alone shows (see `set_sounding`); read only."""
        return self._lanes

    @property
    def events(self) -> list[Event]:
        """All events in the order of the rows."""
        return [*self._final, *self._provisional]

    @property
    def sounding(self) -> tuple[Event, ...]:
        """The events that sound now."""
        return tuple(self._provisional)

    @property
    def heard(self) -> list[Event]:
        """All events as they were before anybody said anything of them."""
        return [*self._heard, *self._provisional]

    @property
    def annotations(self) -> Annotations:
        """What a person says of the events."""
        return self._annotations

    def title(self, label: str) -> str:
        """Return the title of a label for the screen, or its name if the vocabulary lacks it."""
        try:
            return self._taxonomy[self._taxonomy.index(label)].title
        except KeyError:
            return label.replace("_", " ")

    def family(self, label: str) -> str:
        """Return the name of a label's most general ancestor; a stranger is its own family."""
        try:
            position = self._taxonomy.index(label)
        except KeyError:
            return label
        return self._taxonomy[self._taxonomy.family(position)].name

    def parents_of(self, label: str) -> Lane | None:
        """Return what more general classes were heard where events of a label stand for them."""
        return self._parents.get(label)

    def misses(self, count: int, since: int = -1) -> list[NearMiss]:
        """Return the nearest of what the rules hid after source sample `since`."""
        return self._findings.misses(self._rules, count, since)

    def set_rules(self, rules: DecisionRules) -> None:
        """Show what other rules show of all that is kept; lanes keep their places."""
        self._rules = rules
        self._decide()

    def set_annotations(self, annotations: Annotations) -> None:
        """Show what a person says of the events; lanes keep their places."""
        if annotations != self._annotations:
            self._annotations = annotations
            self._show_heard()

    def set_findings(self, findings: Iterable[Finding]) -> None:
        """Take other candidates in place of all that are kept; lanes keep their places."""
        self._findings.clear()
        self._findings.add(findings)
        self._decide()

    def take(self, findings: Iterable[Finding]) -> None:
        """Take candidates that are complete, and show those that the rules show."""
        start = len(self._findings)
        self._findings.add(findings)
        if len(self._findings) == start:
            return
        judged = self._findings.judge(self._rules, start)
        self._note(judged)
        self._add(judged.events)

    def keep_since(self, sample: int) -> None:
        """Let go of candidates that ended before a source sample; events shown of them stay."""
        for finding in self._findings.forget(sample):
            at = bisect_left(self._heard, finding.event)
            if self._heard[at : at + 1] == [finding.event]:
                self._undecided.append(finding.event)
        for lane in self._parents.values():
            lane.forget(sample)

    def set_sounding(self, findings: Iterable[Finding], early: Iterable[Finding] = ()) -> None:
        """Take the candidates that sound now, in place of those of the previous call.

        Parameters
        ----------
        early : iterable of Finding
            What the newest patch alone would show (see `leanviz.core.early`): in the lanes, and no
            event of this model's.
        """
        self._sounding, self._early = tuple(findings), tuple(early)
        self._show_sounding()

    def restart(
        self, sample_rate: int, events: Iterable[Event] = (), findings: Iterable[Finding] = ()
    ) -> None:
        """Begin with another source, and the events and candidates known of it."""
        self.beginResetModel()
        self._forget_findings()
        self._findings.add(findings)
        judged = self._findings.judge(self._rules)
        self._note(judged)
        self._rate, self._annotations = sample_rate, Annotations()
        self._undecided = list(events)
        final = sorted((*self._undecided, *judged.events))
        self._provisional, self._ahead = [], []
        self.forgotten = max(0, len(final) - self._limit)
        self._heard = final[self.forgotten :]
        self._final = self._heard.copy()
        self._lanes.clear()
        for event in self._final:
            self._lanes.add(event)
        self.endResetModel()
        self.lanes_changed.emit()

    def add_final(self, events: Iterable[Event]) -> None:
        """Take events that will not change any more."""
        final = list(events)
        self._undecided += final
        self._add(final)

    def _add(self, heard: list[Event]) -> None:
        """Show more events that have ended."""
        for event in heard:
            insort(self._heard, event)
        added = self._annotations.remaining(heard)
        for event in added:
            row = bisect_left(self._final, event)
            self.beginInsertRows(QModelIndex(), row, row)
            insort(self._final, event)
            self.endInsertRows()
            self._lanes.add(event)
        self._forget(len(self._final) - self._limit)
        if added:
            self.lanes_changed.emit()

    def set_provisional(self, events: Iterable[Event], ahead: Iterable[Event] = ()) -> None:
        """Take the events that are sounding now, in place of those of the previous call.

        Parameters
        ----------
        ahead : iterable of Event
            For the lanes alone.
        """
        now, ahead = sorted(events), sorted(ahead)
        if (now, ahead) == (self._provisional, self._ahead):
            return
        first = len(self._final)
        self._lanes.remove(self._ahead)
        self._ahead = ahead
        if self._provisional:
            self.beginRemoveRows(QModelIndex(), first, first + len(self._provisional) - 1)
            self._lanes.remove(self._provisional)
            self._provisional = []
            self.endRemoveRows()
        if now:
            self.beginInsertRows(QModelIndex(), first, first + len(now) - 1)
            self._provisional = now
            self.endInsertRows()
        for event in (*now, *ahead):
            self._lanes.add(event)
        self.lanes_changed.emit()

    def set_time_format(self, time_format: TimeFormat) -> None:
        """Write times as elapsed or by the clock."""
        self._format = time_format
        self.format_changed.emit()

    def event_at(self, row: int) -> Event:
        """Return the event of a row; IndexError if there is none."""
        beyond = row - len(self._final)
        return self._provisional[beyond] if beyond >= 0 else self._final[row]

    def row_of(self, event: Event) -> int:
        """Return the row of an event, or -1."""
        row = bisect_left(self._final, event)
        if self._final[row : row + 1] == [event]:
            return row
        return (
            len(self._final) + self._provisional.index(event) if event in self._provisional else -1
        )

    def neighbour(self, sample: int, step: int) -> Event | None:
        """Return the nearest event that begins after (step > 0) or before a source sample."""
        events = sorted(self.events, key=lambda event: event.onset)
        if step > 0:
            return next((event for event in events if event.onset > sample), None)
        return next((event for event in reversed(events) if event.onset < sample), None)

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        """Return the number of events."""
        return 0 if parent.isValid() else len(self._final) + len(self._provisional)

    def data(self, index: Index, role: int = 0) -> None:
        """Return nothing: how an event is written is up to `EventRows`."""

    def _decide(self) -> None:
        """Judge all that is kept by the rules of now."""
        judged = self._findings.judge(self._rules, most=self._limit)
        self._parents = {}
        self._note(judged)
        heard = judged.events
        if self._undecided:
            heard = sorted((*self._undecided, *heard), key=IN_ORDER)
        self._heard = heard[max(0, len(heard) - self._limit) :]
        self._show_heard()

    def _show_heard(self) -> None:
        """Show what the rules show, with what a person says of it."""
        self.beginResetModel()
        self._provisional, self._ahead = [], []
        self._final = self._annotations.applied(self._heard)
        self._lanes.replace(self._final)
        self.endResetModel()
        self._show_sounding()
        self.lanes_changed.emit()

    def _note(self, judged: Judged) -> None:
        """Remember which parents stand behind what is shown."""
        for event, label in judged.parents:
            name = self._taxonomy[label].name
            lane = self._parents.setdefault(name, Lane(name, self._family_of(name)))
            lane.add(event)

    def _show_sounding(self) -> None:
        shown, early = (
            [f.event for f in found if judge(f.candidate, self._rules, self._taxonomy) is None]
            for found in (self._sounding, self._early)
        )
        known = {event.label for event in shown}
        self.set_provisional(shown, [event for event in early if event.label not in known])

    def _forget_findings(self) -> None:
        self._findings.clear()
        self._sounding, self._early = (), ()
        self._undecided, self._parents = [], {}

    def _forget(self, count: int) -> None:
        """Drop the oldest final events."""
        if count <= 0:
            return
        self.beginRemoveRows(QModelIndex(), 0, count - 1)
        self._lanes.remove(self._final[:count])
        del self._final[:count]
        del self._heard[: max(0, len(self._heard) - self._limit)]
        if len(self._undecided) > self._limit:
            self._undecided = sorted(self._undecided, key=IN_ORDER)[-self._limit :]
        self.forgotten += count
        self.endRemoveRows()
