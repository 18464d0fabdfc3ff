"""The session log: every final event on the disk before it is old.

What survives what:

- a killed process (``kill -9``): every line is handed to the kernel as soon as its event is final,
  so everything but the line being written;
- a power cut: lines are taken to the disk (fsync) at most `SYNC_S` after they were written, and
  at the end;
- a disk that is full or cannot be written: events wait in memory, `MOST_WAITING` at most, and are
  written in order, each once, when it can be written again, also after listening has ended;
  those beyond are given up, counted, and the log says how many.
"""

import errno
import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from leanviz.core.clock import Span
from leanviz.core.events import Event
from leanviz.core.ring import Ring
from leanviz.pipeline.sinks import (
    DeviceChange,
    Missed,
    RulesChange,
    SinkStatus,
    StreamInfo,
    StreamNote,
)
from leanviz.sessions.log_file import LogFile, new_log
from leanviz.sessions.log_folder import STEM, make_room
from leanviz.sessions.session import SessionHead
from leanviz.sessions.session_lines import SessionLines

log = logging.getLogger(__name__)

SYNC_S = 1.0
HEARD_S = 10.0
MOST_WAITING = 20_000
CLOSE_S = 2.0
ROOM_EVERY_S = 60.0
NAME = "session log"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Sign(StrEnum):
    """A line that only says how far listening has come."""

    HEARD = "heard"
    END = "end"


Entry = Event | StreamNote | Sign | int
"""What waits to be written; a number stands for so many events that were given up here."""


class SessionLog:
    """An `EventSink` that writes one session to a file of its own.

    Parameters
    ----------
    folder : Path
        Where; the file is named by the time at which the session began.
    most_bytes : int
        Room for all logs in the folder: the oldest make way, never one that is being written.
    """

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder, self._most_bytes = folder, most_bytes
        self._lines: SessionLines | None = None
        self._stem = ""
        self._thread: threading.Thread | None = None
        # NB: guards what the inference thread and the writer share, and is never held while writing
        self._changed = threading.Condition()
        self._waiting: deque[Entry] = deque()
        self._missed: Missed | None = None
        self._heard = self._events = self._dropped = self._written = 0
        self._closing = self._abandoned = False
        # what follows belongs to the writer; others load it, one reference a time
        self._file: LogFile | None = None
        self._path: Path | None = None
        self._error: OSError | None = None
        self._head_due = self._end_due = True
        self._ended = self._unsynced = False
        self._synced_at = self._heard_at = self._roomy_at = 0.0

    @property
    def path(self) -> Path | None:
        """The file; None until there is one."""
        return self._path

    @property
    def finished(self) -> bool:
        """Whether it is closed, and nothing is left to write. Any thread."""
        thread = self._thread
        return self._closing and (thread is None or not thread.is_alive())

    def begin(self, stream: StreamInfo, ring: Ring) -> None:
        """Begin the session; the log needs none of its sound."""
        origin = stream.origin
        head = SessionHead(
            origin, stream.sample_rate, stream.device, stream.host_api, stream.model_id
        )
        self._lines = SessionLines(head, stream.taxonomy, stream.rules)
        self._stem = origin.strftime(STEM)
        self._heard_at = self._synced_at = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="leanviz-session-log", daemon=True)
        self._thread.start()

    def take(self, events: Sequence[Event], heard: int) -> None:
        """Have events written."""
        with self._changed:
            if events or (self._missed is not None and heard > self._missed.span.stop):
                self._put_missed()
            self._heard = max(self._heard, heard)
            for event in events:
                self._put(event)

    def note(self, note: StreamNote) -> None:
        """Have written what else happened; of rules that follow each other, the last.

        A stretch that was missed may still grow: it waits for what comes after it.
        """
        with self._changed:
            if isinstance(note, Missed):
                whole = _joined(self._missed, note)
                if whole is None:
                    self._put_missed()
                self._missed = whole or note
                return
            self._put_missed()
            last = self._waiting[-1] if self._waiting else None
            # the first may be in the writer's hands
            replaceable = isinstance(last, RulesChange) and len(self._waiting) > 1
            if isinstance(note, RulesChange) and replaceable:
                self._waiting.pop()
            self._put(note)

    def status(self) -> SinkStatus:
        """Return how many events are written and wait, and what is wrong."""
        with self._changed:
            waiting, written, dropped = self._events, self._written, self._dropped
        return SinkStatus(NAME, self._trouble(waiting, dropped), written, waiting, dropped)

    def close(self) -> None:
        """End the session; where the disk is full, its writer goes on trying until `abandon`."""
        with self._changed:
            self._put_missed()
            self._closing = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(CLOSE_S)

    def abandon(self) -> None:
        """End, and give up what cannot be written by now. Twice is harmless."""
        self.close()
        with self._changed:
            self._abandoned = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(CLOSE_S)

    def _put_missed(self) -> None:
        """Append the stretch that was missed, if there is one: it has ended."""
        missed, self._missed = self._missed, None
        if missed is not None:
            self._put(missed)

    def _put(self, entry: Entry) -> None:
        """Append an entry, or count it as given up where too many wait."""
        if self._closing:
            return
        is_event = isinstance(entry, Event)
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append(entry)
            self._events += is_event
        else:
            given_up = self._waiting.pop() if isinstance(self._waiting[-1], int) else 0
            assert isinstance(given_up, int)
            self._waiting.append(given_up + is_event)
            self._dropped += is_event
        self._changed.notify()

    def _trouble(self, waiting: int, dropped: int) -> str:
        error = self._error
        if error is None:
            return ""
        why = "The disk is full" if error.errno in FULL else f"{error.strerror or error}"
        given_up = f", given up: {dropped}" if dropped else ""
        return f"Session log: {why}. Events waiting to be saved: {waiting}{given_up}."

    def _run(self) -> None:
        try:
            while not (self._ended or self._abandoned):
                self._rest()
                self._attempt()
        except Exception as error:
            log.exception("the session log stopped")
            self._error = OSError(errno.EIO, f"{type(error).__name__}: {error}")
        finally:
            if self._file is not None:
                self._file.close()
            if self._events:
                log.error("%d events were not saved in the session log", self._events)

    def _rest(self) -> None:
        """Wait for something to do; what has just failed is not tried again at once."""
        with self._changed:
            idle = not self._waiting and not self._closing
            if (idle or self._error is not None) and not self._abandoned:
                done = self._file is not None and not self._unsynced and self._error is None
                next_s = self._heard_at + HEARD_S - time.monotonic()
                self._changed.wait(max(SYNC_S, next_s) if done else SYNC_S)

    def _attempt(self) -> None:
        """Write what waits; a failure is kept for `status`, and tried again."""
        try:
            file = self._open()
            self._write_out(file)
            self._sync(file)
            if self._closing:
                self._end(file)
            self._error = None
        except OSError as error:
            self._error = error
        else:
            self._keep_room()

    def _open(self) -> LogFile:
        """Return the file, with its first line; a new one if somebody has deleted it."""
        assert self._lines is not None
        if self._file is not None and not self._file.exists:
            self._file.close()
            self._file, self._head_due = None, True
        if self._file is None:
            self._file = new_log(self._folder, self._stem)
            self._path = self._file.path
        if self._head_due:
            self._file.write(self._lines.head())
            self._head_due, self._unsynced = False, True
        return self._file

    def _write_out(self, file: LogFile) -> None:
        """Write all that waits, in order."""
        now = time.monotonic()
        if not self._waiting and now - self._heard_at >= HEARD_S:
            self._heard_at = now
            with self._changed:
                # of one that goes on for hours, a crash may not take all
                self._put_missed()
            self._sign(Sign.HEARD)
        while self._waiting:
            entry = self._waiting[0]
            # it stays the first until all of it is written: that is how the file goes on with it
            file.write(self._line(entry))
            self._unsynced = True
            with self._changed:
                self._waiting.popleft()
                self._events -= isinstance(entry, Event)
                self._written += isinstance(entry, Event)

    def _sign(self, sign: Sign) -> None:
        with self._changed:
            self._waiting.append(sign)

    def _line(self, entry: Entry) -> bytes:
        lines = self._lines
        assert lines is not None
        match entry:
            case Event():
                return lines.event(entry)
            case Missed(span, cause):
                return lines.missed(span, cause.value)
            case DeviceChange(at, device, host_api):
                return lines.device(at, device, host_api)
            case RulesChange(at, rules):
                return lines.rules(at, rules)
            case Sign():
                return lines.heard(self._heard, entry.value)
            case int():
                return lines.dropped(self._heard, entry)

    def _sync(self, file: LogFile) -> None:
        now = time.monotonic()
        if self._unsynced and (self._closing or now - self._synced_at >= SYNC_S):
            file.sync()
            self._unsynced, self._synced_at = False, now

    def _end(self, file: LogFile) -> None:
        """Write the last line, and close the file."""
        if self._end_due:
            self._end_due = False
            self._sign(Sign.END)
        self._write_out(file)
        self._sync(file)
        file.close()
        self._file, self._ended = None, True

    def _keep_room(self) -> None:
        now = time.monotonic()
        if self._roomy_at == 0.0 or now - self._roomy_at >= ROOM_EVERY_S:
            self._roomy_at = now
            for path in make_room(self._folder, self._most_bytes, self._path):
                log.info("%s made room for newer sessions", path)


def _joined(one: Missed | None, other: Missed) -> Missed | None:
    """Return both as one if the other goes on where the first ended, None if it does not."""
    if one is None or one.cause is not other.cause or one.span.stop != other.span.start:
        return None
    return Missed(Span(one.span.start, other.span.stop), one.cause)
