"""The events of a recording or a live session, in order of time and as lanes.

What the rules hide is kept as well, so that other rules show and hide at once; what a person says
of the events comes on top.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable
from functools import cache, partial

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Signal

from leanviz.core.annotations import Annotations
from leanviz.core.clock import Span
from leanviz.core.decisions import DecisionRules
from leanviz.core.events import Event, Finding
from leanviz.core.taxonomy import Taxonomy
from leanviz.models.findings import NearMiss
from leanviz.models.lanes import Lane, Lanes, by_label, family_name
from leanviz.models.redeciding import Decided, Kept, Question
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
    lanes_ahead :
        The lanes have other events in view, all else is to follow.
    format_changed :
        Times are written otherwise.
    """

    lanes_changed, lanes_ahead, format_changed = Signal(), Signal(), Signal()

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
        # of the taxonomy alone: other threads ask it, and must not keep this model
        self._family_of = cache(partial(family_name, taxonomy))
        self._lanes = Lanes(self._family_of)
        self._kept = Kept(taxonomy, limit, self._family_of)
        self._sounding: tuple[Finding, ...] = ()
        self._early: tuple[Finding, ...] = ()
        # those of them that are shown
        self._ahead: list[Event] = []
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
        return self._family_of(label)

    def parents_of(self, label: str) -> Lane | None:
        """Return what more general classes were heard where events of a label stand for them."""
        return self._kept.parents.get(label)

    def misses(self, count: int, since: int = -1) -> list[NearMiss]:
        """Return the nearest of what the rules hid after source sample `since`."""
        return self._kept.findings.misses(self._kept.rules, count, since)

    def set_rules(self, rules: DecisionRules) -> None:
        """Show what other rules show of all that is kept; lanes keep their places."""
        self._kept.rules = rules
        self._decide()

    def ask(self, rules: DecisionRules, in_view: Span) -> Question | None:
        """Show what other rules show, without keeping the GUI thread for long.

        Few candidates are all decided at once. Of many, those in view (source samples) are, in the
        lanes alone; the rest is a question that any thread may answer, for `show`.
        """
        self._kept.rules = rules
        if self._kept.few():
            self._decide()
            return None
        # what sounds now is in the lanes as well, and the oldest of too many labels is not
        other = self._provisional or self._ahead or len(self._heard) >= self._limit
        events = None if other else self._kept.touching(in_view, self._annotations)
        if events is not None:
            self._lanes.replace_touching(in_view, events)
            self.lanes_ahead.emit()
        return self._kept.ask(self._annotations)

    def show(self, decided: Decided) -> Question | None:
        """Show what was decided; return what is asked instead by now, if that is not it."""
        if decided.question is self._kept.asked:
            if not self._kept.accept(decided, self._annotations):
                return self._kept.ask(self._annotations)
            self._show_decided(decided)
        return self._kept.asked

    def settle(self) -> None:
        """Have all events as the rules of now show them. May take a moment."""
        if self._kept.asked is not None:
            self._decide()

    def set_annotations(self, annotations: Annotations) -> None:
        """Show what a person says of the events; lanes keep their places."""
        if annotations != self._annotations:
            self._annotations = annotations
            final = annotations.applied(self._heard)
            self._show_final(final, by_label(final, self._family_of))

    def set_findings(self, findings: Iterable[Finding]) -> None:
        """Take other candidates in place of all that are kept, for rules to be set or asked."""
        self._kept.findings.clear()
        self._kept.findings.add(findings)

    def take(self, findings: Iterable[Finding]) -> None:
        """Take candidates that are complete, and show those that the rules show."""
        start = len(self._kept.findings)
        self._kept.findings.add(findings)
        self._add_from(start)

    def keep_since(self, sample: int) -> None:
        """Let go of candidates that ended before a source sample; events shown of them stay."""
        self._kept.forget(sample, self._heard)

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
        self._kept.clear()
        self._kept.findings.add(findings)
        self._kept.undecided = list(events)
        self._rate, self._annotations = sample_rate, Annotations()
        self._sounding, self._early = (), ()
        final = sorted((*self._kept.undecided, *self._kept.judge_from(0)))
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
        self._kept.undecided += final
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
        self.show(self._kept.ask(self._annotations)())

    def _show_decided(self, decided: Decided) -> None:
        """Show what was decided, and what has come since it was asked."""
        self._heard = decided.heard
        self._show_final(decided.final, decided.lanes)
        self._add_from(len(decided.question.findings))

    def _show_final(self, final: list[Event], lanes: dict[str, Lane]) -> None:
        self.beginResetModel()
        self._provisional, self._ahead = [], []
        self._final = final
        self._lanes.replace(lanes)
        self.endResetModel()
        self._show_sounding()
        self.lanes_changed.emit()

    def _add_from(self, start: int) -> None:
        """Show what the rules show of the candidates from a position on."""
        if not self._kept.few(start):  # a recording of hours, analysed before
            self._decide()
        elif start < len(self._kept.findings):
            self._add(self._kept.judge_from(start))

    def _show_sounding(self) -> None:
        shown, early = map(self._kept.sounding, (self._sounding, self._early))
        known = {event.label for event in shown}
        self.set_provisional(shown, [event for event in early if event.label not in known])

    def _forget(self, count: int) -> None:
        """Drop the oldest final events."""
        if count <= 0:
            return
        self.beginRemoveRows(QModelIndex(), 0, count - 1)
        self._lanes.remove(self._final[:count])
        del self._final[:count]
        del self._heard[: max(0, len(self._heard) - self._limit)]
        self._kept.trim()
        self.forgotten += count
        self.endRemoveRows()
