"""A live session as its log tells it: what was heard, when, and where listening had holes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from leanviz.core.annotations import Annotations
from leanviz.core.clock import Span, seconds
from leanviz.core.decisions import DecisionRules
from leanviz.core.events import Event
from leanviz.core.taxonomy import Label, Taxonomy
from leanviz.sessions.report import ClipReport, printable

SUFFIX = ".jsonl"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Unheard:
    """A stretch, in source samples, that was not analysed: lost, paused, asleep or skipped."""

    span: Span
    cause: str


@dataclass(frozen=True, slots=True)
class SessionHead:
    """What the first line of a log says.

    Attributes
    ----------
    started : datetime
        Wall-clock time of source sample 0, with its zone.
    sample_rate : int
        In hertz; everything else counts in its samples.
    device, host_api : str
        What was heard, as listening began.
    model : str
        Name, version and digest of the model.
    """

    started: datetime
    sample_rate: int
    device: str
    host_api: str
    model: str


@dataclass(frozen=True)
class Session:
    """A log, read.

    Attributes
    ----------
    path : Path
    head : SessionHead
    events : tuple of Event
        By onset.
    labels : mapping of str to Label
        The labels of the events, as far as the log knows them, by name.
    thresholds : mapping of Event to float
        Score from which the class of an event was shown, at its time.
    unheard : tuple of Unheard
        In order of time.
    n_samples : int
        How far listening is known to have gone, in source samples.
    stopped : bool
        Whether it ended as it should; False after a crash or a power cut.
    damaged : int
        Lines that could not be understood: half a line after a power cut, or somebody's edit.
    dropped : int
        Events that leanviz had to give up because the disk stayed full for too long.
    cut : bool
        Whether the log is longer than leanviz reads.
    """

    path: Path
    head: SessionHead
    events: tuple[Event, ...]
    labels: Mapping[str, Label] = field(default_factory=dict)
    thresholds: Mapping[Event, float] = field(default_factory=dict)
    unheard: tuple[Unheard, ...] = ()
    n_samples: int = 0
    stopped: bool = False
    damaged: int = 0
    dropped: int = 0
    cut: bool = False

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return seconds(self.n_samples, self.head.sample_rate)

    @cached_property
    def extents(self) -> npt.NDArray[np.int64]:
        """Onsets and offsets of the events, in source samples [n_events, 2]."""
        pairs = [(event.onset, event.offset) for event in self.events]
        return np.array(pairs, np.int64).reshape(-1, 2)

    @cached_property
    def best(self) -> Mapping[str, float]:
        """The best score of each label."""
        found: dict[str, float] = {}
        for event in self.events:
            found[event.label] = max(event.score, found.get(event.label, 0.0))
        return found


@dataclass(frozen=True)
class SessionReport(ClipReport):
    """What exporters read of a session; each event has the threshold of its time."""

    thresholds: Mapping[Event, float] = field(default_factory=dict)

    def threshold(self, event: Event) -> float:
        """Return the score from which the event's class was shown."""
        known = self.thresholds.get(event)
        return super().threshold(event) if known is None else known


def reviewed(session: Session, said: Annotations) -> Session:
    """Return a session with what a person said of its events; each keeps its threshold."""
    known = session.thresholds
    kept = {
        one.event: known[one.found]
        for one in said.verdicts
        if one.event is not None and one.found in known
    }
    events = tuple(said.applied(session.events))
    return replace(session, events=events, thresholds={**known, **kept})


def session_report(session: Session, taxonomy: Taxonomy, rules: DecisionRules) -> SessionReport:
    """Return a session as a report; it has no scores of the whole, since no sound was kept.

    Parameters
    ----------
    taxonomy, rules : Taxonomy, DecisionRules
        Of the model at hand; labels that only the log knows are added to them.
    """
    known = set(taxonomy.names)
    strangers = sorted({e.label for e in session.events} - known)
    added = [session.labels.get(name, Label(name, "", name)) for name in strangers]
    # ancestors that neither vocabulary nor log has as labels of their own cannot be indexed
    names = known | set(strangers)
    added = [replace(one, parents=tuple(p for p in one.parents if p in names)) for one in added]
    return SessionReport(
        file=printable(session.path),
        sample_rate=session.head.sample_rate,
        n_samples=session.n_samples,
        model=session.head.model,
        events=session.events,
        clip_scores=np.zeros(0, np.float32),
        taxonomy=Taxonomy((*taxonomy.labels, *added)),
        rules=replace(rules, thresholds=(*rules.thresholds, *(0.0 for _ in added))),
        started=session.head.started,
        thresholds=session.thresholds,
    )
