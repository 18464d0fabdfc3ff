"""Reading a session log, which may be cut off, damaged, or no log at all."""

import json
from collections.abc import Callable, Generator
from datetime import datetime
from pathlib import Path
from typing import Any

from leanviz.core.clock import Span
from leanviz.core.errors import SessionError
from leanviz.core.events import Event, Provenance
from leanviz.core.taxonomy import Label
from leanviz.sessions.fields import name, score, text, whole
from leanviz.sessions.session import FORMAT, Session, SessionHead, Unheard

# A log of a lively day has 100,000 lines of 400 bytes; its first line is the longest by far.
MAX_LINES = 500_000
MAX_LINE_BYTES = 256 * 1024
MAX_DAYS = 366
MAX_RATE = 1_000_000

Json = dict[str, Any]


def read_session(path: str | Path) -> Session:
    """Read a log; lines that cannot be understood are counted and passed over.

    Raises
    ------
    SessionError
        With a sentence, if it cannot be read, or is no session of this format.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            lines = _lines(file.readline)
            work = _Reading(path, next(lines, b""))
            for line in lines:
                work.take(line)
    except OSError as error:
        raise SessionError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    return work.session()


def _lines(readline: Callable[[int], bytes]) -> Generator[bytes]:
    """Give the lines of a file; of one that is too long, only its first part."""
    for _ in range(MAX_LINES + 2):
        line = readline(MAX_LINE_BYTES)
        if not line:
            return
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = readline(MAX_LINE_BYTES)
        yield line


class _Reading:
    """What is known so far of a log that is being read."""

    def __init__(self, path: Path, first: bytes) -> None:
        self._path = path
        self._head = _head(path, first)
        self._furthest = self._head.sample_rate * 86_400 * MAX_DAYS
        self._events: list[Event] = []
        self._labels: dict[str, Label] = {}
        self._thresholds: dict[Event, float] = {}
        self._unheard: list[Unheard] = []
        self._heard = self._damaged = self._dropped = self._count = 0
        self._stopped = False
        self._takers: dict[object, Callable[[Json], None]] = {
            "event": self._take_event,
            "missed": self._take_missed,
            "dropped": self._take_dropped,
            "end": self._take_end,
            "heard": self._take_heard,
            "device": self._take_heard,
            "rules": self._take_heard,
        }

    def take(self, line: bytes) -> None:
        """Take the next line."""
        self._count += 1
        if self._count > MAX_LINES:
            return
        try:
            record = _record(line)
            # a later version may say more than this one understands
            taker = self._takers.get(record.get("type"))
            if taker is not None:
                taker(record)
        except (ValueError, TypeError, KeyError, RecursionError):
            self._damaged += 1

    def session(self) -> Session:
        """Return what the log says."""
        ends = [event.offset for event in self._events] + [one.span.stop for one in self._unheard]
        return Session(
            path=self._path,
            head=self._head,
            events=tuple(sorted(self._events)),
            labels=self._labels,
            thresholds=self._thresholds,
            unheard=_joined(self._unheard),
            n_samples=max([self._heard, *ends]),
            stopped=self._stopped,
            damaged=self._damaged,
            dropped=self._dropped,
            cut=self._count > MAX_LINES,
        )

    def _take_event(self, record: Json) -> None:
        span = self._span(record, "onset", "offset")
        label, parents = name(record["label"]), tuple(map(name, record["parents"]))
        event = Event(
            onset=span.start,
            offset=span.stop,
            label=label,
            score=score(record["score"]),
            announced=whole(record["announced"], -1, self._furthest),
            shown=whole(record["shown"], -1, self._furthest),
            parents=parents,
            provenance=Provenance(record["provenance"]),
        )
        self._thresholds[event] = score(record["threshold"])
        mid = record["mid"]
        self._labels[label] = Label(label, name(mid) if mid else "", _title(label), parents)
        self._events.append(event)

    def _take_missed(self, record: Json) -> None:
        self._unheard.append(Unheard(self._span(record, "start", "stop"), name(record["cause"])))

    def _take_dropped(self, record: Json) -> None:
        self._dropped += whole(record["events"], 0, self._furthest)
        self._take_heard(record)

    def _take_heard(self, record: Json) -> None:
        self._heard = max(self._heard, whole(record["at"], 0, self._furthest))

    def _take_end(self, record: Json) -> None:
        self._take_heard(record)
        self._stopped = True

    def _span(self, record: Json, start: str, stop: str) -> Span:
        first = whole(record[start], 0, self._furthest)
        return Span(first, whole(record[stop], first + 1, self._furthest))


def _joined(unheard: list[Unheard]) -> tuple[Unheard, ...]:
    """Return stretches in order of time; those that follow each other for one cause are one."""
    joined: list[Unheard] = []
    for one in sorted(unheard, key=lambda one: one.span):
        last = joined[-1] if joined else None
        if last is not None and last.cause == one.cause and last.span.stop == one.span.start:
            joined[-1] = Unheard(Span(last.span.start, one.span.stop), one.cause)
        else:
            joined.append(one)
    return tuple(joined)


def _head(path: Path, line: bytes) -> SessionHead:
    try:
        record = _record(line)
        if record.get("type") != "session":
            raise ValueError(record.get("type"))  # noqa: TRY301
        version = whole(record["format"], 1, 1_000_000)
        if version <= FORMAT:
            return _described(record)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise SessionError(f"{path.name} is no session of leanviz, or is damaged.") from error
    raise SessionError(f"{path.name} was written by a newer version of leanviz.")


def _described(record: Json) -> SessionHead:
    started = datetime.fromisoformat(record["started"])
    if not 1970 <= started.year <= 9000:
        raise ValueError(started)
    return SessionHead(
        started=started if started.tzinfo else started.astimezone(),
        sample_rate=whole(record["sample_rate"], 1000, MAX_RATE),
        device=text(record["device"]),
        host_api=text(record["host_api"]),
        model=text(record["model"]),
    )


def _record(line: bytes) -> Json:
    if not line.endswith(b"\n"):
        raise ValueError("half a line")
    record = json.loads(line)
    if not isinstance(record, dict):
        raise TypeError(record)
    return record


def _title(label: str) -> str:
    return label.replace("_", " ")
