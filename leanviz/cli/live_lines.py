"""What `leanviz live` prints of a stream: one line an event, for people or for programs."""

import threading
from collections import deque
from collections.abc import Sequence

from leanviz.cli.options import LiveShape
from leanviz.core.clock import seconds
from leanviz.core.events import Event, State
from leanviz.core.ring import Ring
from leanviz.core.taxonomy import Taxonomy
from leanviz.models.time_text import elapsed
from leanviz.pipeline.sinks import (
    DeviceChange,
    Missed,
    RulesChange,
    SinkStatus,
    StreamInfo,
    StreamNote,
)
from leanviz.sessions.jsonfile import event_record
from leanviz.sessions.session import SessionHead
from leanviz.sessions.session_lines import SessionLines, json_line

# About an hour of lively sound: a reader that takes nothing for so long has gone wrong.
MOST_WAITING = 10_000


class LiveLines:
    """An `EventSink` that keeps lines until they are printed.

    As JSON Lines they are those of a session log, so that what is printed is one.

    Parameters
    ----------
    shape : LiveShape
    sounding : bool
        Whether JSON Lines also tell what sounds and may still change.
    """

    def __init__(self, shape: LiveShape, *, sounding: bool = False) -> None:
        self._is_json, self._tells_sounding = shape is LiveShape.JSONL, sounding
        self._stream: StreamInfo | None = None
        self._json: SessionLines | None = None
        self._heard = self._dropped = self._given_up = 0
        self._told: frozenset[str] = frozenset()
        self._settled: frozenset[tuple[str, int]] = frozenset()
        # NB: guards what the inference thread puts and the printing thread takes
        self._lock = threading.Lock()
        self._waiting: deque[str] = deque()
        self._ended = False
        self.events = 0
        """Events told so far."""

    def begin(self, stream: StreamInfo, ring: Ring) -> None:
        """Begin with the line that says what is heard; none of the sound is needed."""
        self._stream = stream
        if self._is_json:
            head = SessionHead(
                stream.origin, stream.sample_rate, stream.device, stream.host_api, stream.model_id
            )
            self._json = SessionLines(head, stream.taxonomy, stream.rules)
            self._put(self._json.head())

    def take(self, events: Sequence[Event], heard: int) -> None:
        """Tell final events."""
        self._heard = max(self._heard, heard)
        for event in events:
            if self._put(self._event(event)):
                self.events += 1
            else:
                self._dropped += 1
                self._given_up += 1

    def note(self, note: StreamNote) -> None:
        """Tell, to programs, what was not analysed, and of other devices and rules."""
        if self._json is None:
            return
        match note:
            case Missed(span, cause):
                self._put(self._json.missed(span, cause.value))
            case DeviceChange(at, device, host_api):
                self._put(self._json.device(at, device, host_api))
            case RulesChange(at, rules):
                self._put(self._json.rules(at, rules))

    def sounding(self, events: Sequence[Event], heard: int) -> None:
        """Tell, to programs that want it, what sounds now, each time that changes.

        And of each label, once, when it was settled.
        """
        self._heard = max(self._heard, heard)
        if self._json is None or not self._tells_sounding:
            return
        labels = frozenset(event.label for event in events)
        if labels != self._told:
            self._told = labels
            records = [self._record(event) for event in events]
            self._put(
                json_line("sounding", self._at(heard) | {"provisional": True, "events": records})
            )
        settled = {(e.label, e.onset): e for e in events if e.state is State.SETTLED}
        for place, event in settled.items():
            if place not in self._settled:
                self._put(json_line("settled", self._at(event.settled) | self._record(event)))
        self._settled = frozenset(settled)

    def status(self) -> SinkStatus:
        """Return how many events were told, wait, and had to be given up."""
        with self._lock:
            waiting = len(self._waiting)
        return SinkStatus("output", "", self.events, waiting, self._dropped)

    def close(self) -> None:
        """End with the line that says how far listening came."""
        if self._json is not None and not self._ended:
            end = _text(self._json.heard(self._heard, "end"))
            with self._lock:  # there is always room for the last line
                self._waiting.append(end)
        self._ended = True

    def taken(self) -> str:
        """Take all lines that wait."""
        with self._lock:
            lines, self._waiting = self._waiting, deque()
            given_up, self._given_up = self._given_up, 0
        if given_up and self._json is not None:
            lines.append(_text(self._json.dropped(self._heard, given_up)))
        return "".join(lines)

    def _record(self, event: Event) -> dict[str, object]:
        assert self._stream is not None
        return event_record(event, self._stream.sample_rate, self._stream.taxonomy)

    def _at(self, sample: int) -> dict[str, object]:
        assert self._stream is not None
        return {"at": sample, "at_s": round(seconds(sample, self._stream.sample_rate), 6)}

    def _put(self, line: bytes | str) -> bool:
        with self._lock:
            fits = len(self._waiting) < MOST_WAITING
            if fits:
                self._waiting.append(_text(line))
        return fits

    def _event(self, event: Event) -> bytes | str:
        if self._json is not None:
            return self._json.event(event)
        assert self._stream is not None
        return table_line(event, self._stream.sample_rate, self._stream.taxonomy)


def table_line(event: Event, sample_rate: int, taxonomy: Taxonomy) -> str:
    """Return one event for people: onset, offset, score, name."""
    onset_s, offset_s = (seconds(at, sample_rate) for at in (event.onset, event.offset))
    title = taxonomy[taxonomy.index(event.label)].title
    return f"{elapsed(onset_s):>9}  {elapsed(offset_s):>9}  {event.score:.2f}  {title}\n"


def _text(line: bytes | str) -> str:
    return line if isinstance(line, str) else line.decode("utf-8")
