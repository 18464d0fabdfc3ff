"""Who is told of a live stream's events: the session log, the recorder, alerts."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from leanviz.core.clock import Span
from leanviz.core.decisions import DecisionRules
from leanviz.core.events import Event
from leanviz.core.ring import Ring
from leanviz.core.taxonomy import Taxonomy

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """What stays the same while a stream lasts, as it was at its beginning.

    Attributes
    ----------
    origin : datetime
        Wall-clock time of source sample 0, with its zone.
    sample_rate : int
        Rate of the source in hertz.
    device, host_api : str
        What is heard.
    model_id : str
        Name, version and digest of the model.
    taxonomy : Taxonomy
        Its labels.
    rules : DecisionRules
        What is shown and what is not.
    """

    origin: datetime
    sample_rate: int
    device: str
    host_api: str
    model_id: str
    taxonomy: Taxonomy = field(repr=False)
    rules: DecisionRules = field(repr=False)


class Miss(StrEnum):
    """Why a stretch of a stream was not analysed."""

    LOST = "lost"
    """Its samples never arrived."""
    PAUSED = "paused"
    """The user wanted nothing heard."""
    SKIPPED = "skipped"
    """Inference was too slow for it."""


@dataclass(frozen=True, slots=True)
class Missed:
    """A stretch of the stream, in source samples, that was not analysed."""

    span: Span
    cause: Miss


@dataclass(frozen=True, slots=True)
class DeviceChange:
    """From about source sample `at` on, another device is heard."""

    at: int
    device: str
    host_api: str


@dataclass(frozen=True, slots=True)
class RulesChange:
    """From source sample `at` on, other rules decide what is shown."""

    at: int
    rules: DecisionRules


StreamNote = Missed | DeviceChange | RulesChange


@dataclass(frozen=True, slots=True)
class SinkStatus:
    """How a sink is doing; a snapshot.

    Attributes
    ----------
    name : str
        What the sink is, in a word or two.
    trouble : str
        A sentence for the user while something is wrong, else "".
    written : int
        What it has done: events written, clips saved, alerts given.
    waiting : int
        What it holds and could not write yet.
    dropped : int
        What it had to give up.
    active : bool
        Whether it is at work at this moment: a clip is being recorded.
    """

    name: str
    trouble: str = ""
    written: int = 0
    waiting: int = 0
    dropped: int = 0
    active: bool = False


class EventSink(Protocol):
    """Told of a stream on the inference thread: returns at once, never raises.

    Whatever takes time belongs on a thread of the sink's own, behind a bounded queue. A sink
    serves one stream. `take` and `note` after `close` are harmless.
    """

    def begin(self, stream: StreamInfo, ring: Ring) -> None:
        """Take the stream; `ring` has its latest samples, float32 [channels] per item."""
        ...

    def take(self, events: Sequence[Event], heard: int) -> None:
        """Take shown events that became final; all before source sample `heard` is analysed."""
        ...

    def note(self, note: StreamNote) -> None:
        """Take what else happened; in order with the events."""
        ...

    def status(self) -> SinkStatus:
        """Return how it is. Any thread."""
        ...

    def close(self) -> None:
        """Finish what is begun and end, within seconds. Twice, or without a stream, is harmless."""
        ...


@runtime_checkable
class SoundingSink(EventSink, Protocol):
    """A sink that is also told what sounds now: an alert cannot wait for a sound to end."""

    def sounding(self, events: Sequence[Event], heard: int) -> None:
        """Take what sounds at source sample `heard`; replaces what sounded before."""
        ...


class Sinks:
    """Several sinks as one; one that fails is told nothing more, and its status says why."""

    def __init__(self, sinks: Sequence[EventSink] = ()) -> None:
        self._sinks = tuple(sinks)
        # found out once: it takes longer than to tell them
        self._sounding = [sink for sink in sinks if isinstance(sink, SoundingSink)]
        self._failures: dict[int, str] = {}

    def begin(self, stream: StreamInfo, ring: Ring) -> None:
        """Tell all of the stream."""
        for sink in self._working():
            try:
                sink.begin(stream, ring)
            except Exception as error:  # noqa: BLE001  (listening goes on without it)
                self._give_up(sink, error)

    def take(self, events: Sequence[Event], heard: int) -> None:
        """Hand events to all."""
        for sink in self._working():
            try:
                sink.take(events, heard)
            except Exception as error:  # noqa: BLE001  (listening goes on without it)
                self._give_up(sink, error)

    def sounding(self, events: Sequence[Event], heard: int) -> None:
        """Tell those that want to know what sounds now."""
        for sink in self._sounding:
            if id(sink) in self._failures:
                continue
            try:
                sink.sounding(events, heard)
            except Exception as error:  # noqa: BLE001  (listening goes on without it)
                self._give_up(sink, error)

    def note(self, note: StreamNote) -> None:
        """Tell all what else happened."""
        for sink in self._working():
            try:
                sink.note(note)
            except Exception as error:  # noqa: BLE001  (listening goes on without it)
                self._give_up(sink, error)

    def status(self) -> tuple[SinkStatus, ...]:
        """Return how each is, in the order they were given."""
        found = tuple([sink.status() for sink in self._sinks])
        if not self._failures:  # asked for several times a second
            return found
        whys = (self._failures.get(id(sink), "") for sink in self._sinks)
        return tuple(
            replace(status, trouble=why) if why else status
            for why, status in zip(whys, found, strict=True)
        )

    def close(self) -> None:
        """End all, also those that failed."""
        for sink in self._sinks:
            try:
                sink.close()
            except Exception as error:  # noqa: BLE001  (the others are still to be closed)
                self._give_up(sink, error)

    def _working(self) -> list[EventSink]:
        return [sink for sink in self._sinks if id(sink) not in self._failures]

    def _give_up(self, sink: EventSink, error: Exception) -> None:
        name = sink.status().name
        log.error("%s failed", name, exc_info=error)
        self._failures[id(sink)] = f"The {name} stopped: {type(error).__name__}: {error}"
