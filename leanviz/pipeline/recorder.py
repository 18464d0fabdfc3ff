"""Clips of what is heard: cut from the source's own samples, with what came before and after."""

import queue
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from leanviz.audio.writer import encode
from leanviz.core.clock import Span, seconds, to_sample
from leanviz.core.errors import ExportError
from leanviz.core.events import Event
from leanviz.core.ring import Ring
from leanviz.core.watching import WatchChoices, WatchRule
from leanviz.pipeline.clip_drafting import ClipDrafting, Lasting
from leanviz.pipeline.clip_folder import folder_of, store_of
from leanviz.pipeline.excerpt import Excerpt, excerpt
from leanviz.pipeline.recorded_clip import RecordedClip, clip_of, title_of
from leanviz.pipeline.sinks import SinkStatus, StreamInfo, StreamNote
from leanviz.sessions.clips import clip_name

NAME = "recorder"
MOST_WAITING = 64
TICK_S = 0.25
# A sound is known about a second after it began: until then, another may yet join a clip.
KNOWN_AFTER_S = 1.5
# The oldest part of the ring that is left to the writer while a clip is copied out.
MARGIN_S = 2.0
# A stream may stand still, its device gone: what is there is then written without the rest.
PATIENCE_S = 30.0
CLOSE_S = 10.0
# A clip that cannot be written is tried again as long as its sound is remembered.
RETRY_S = 10.0
MOST_RETRIED = 16


@dataclass(frozen=True, slots=True)
class RecorderState:
    """What the window shows of a recorder; a snapshot.

    Attributes
    ----------
    writing : str
        Title of the sound that is being recorded, "" if none is.
    saved : int
        Clips written.
    latest : Path or None
        The newest of them.
    by_hand : bool
        Whether the newest was asked for by hand.
    remark : str
        What is missing of the newest, as a sentence; "" if nothing is.
    """

    writing: str = ""
    saved: int = 0
    latest: Path | None = None
    by_hand: bool = False
    remark: str = ""


class Recorder:
    """Keeps clips of the sounds that rules ask for, and of the last seconds by hand (a sink).

    Clips overlapping in time that come of the same rule are one file. By default no rule asks for
    any, and nothing is kept.

    Parameters
    ----------
    choices : WatchChoices
    folder : Path
        Where clips go unless the choices say otherwise.
    """

    def __init__(self, choices: WatchChoices, folder: Path) -> None:
        self._choices = choices
        self._folder = folder
        self._queue: queue.Queue[list[RecordedClip]] = queue.Queue(MOST_WAITING)
        self._stream: StreamInfo | None = None
        self._ring: Ring | None = None
        # NB: stored by the inference thread, loaded by the recorder's.
        self._heard = 0
        self._moved = time.monotonic()
        self._sounding: tuple[Event, ...] = ()
        # NB: stored by the recorder's thread alone, as wholes; loaded by anyone.
        self._open: dict[WatchRule, RecordedClip] = {}
        self._kept: dict[WatchRule, int] = {}
        self._drafting = ClipDrafting()
        self._unwritten: deque[RecordedClip] = deque()
        self._retry_at = 0.0
        self._state = RecorderState()
        self._trouble = ""
        self._failed = self._missed = 0
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leanviz-recorder", daemon=True)

    # -- told by the stream -----------------------------------------------------------------------

    def begin(self, stream: StreamInfo, ring: Ring) -> None:
        """Take the stream and start the thread."""
        if self._closing.is_set():
            return
        self._stream, self._ring = stream, ring
        self._thread.start()

    def take(self, events: Sequence[Event], heard: int) -> None:
        """Note the events that are to be kept."""
        choices, stream = self._choices, self._stream
        self._heard, self._moved = heard, time.monotonic()
        if stream is None or not choices.recording:
            return
        chosen = [(event, rule) for event in events if (rule := choices.recorded(event))]
        if chosen:
            self._put([clip_of(event, rule, choices, stream) for event, rule in chosen])

    def sounding(self, events: Sequence[Event], heard: int) -> None:
        """Note what sounds now: a clip stays open while its sound does."""
        self._sounding = tuple(events)

    def note(self, note: StreamNote) -> None:
        """Nothing else matters to a recorder."""

    def status(self) -> SinkStatus:
        """Return how many clips were written, wait, and were given up."""
        return SinkStatus(
            NAME,
            trouble=self._trouble,
            written=self._state.saved,
            waiting=len(self._open) + len(self._unwritten) + self._queue.qsize(),
            dropped=self._failed + self._missed,
            active=bool(self._state.writing),
        )

    def close(self) -> None:
        """Write what is open as far as it goes, and end. Twice is harmless."""
        self._closing.set()
        self._wake()
        if self._thread.is_alive():
            self._thread.join(CLOSE_S)

    # -- told by the user -------------------------------------------------------------------------

    def set_choices(self, choices: WatchChoices) -> None:
        """Use other rules, formats and places from the next event on."""
        self._choices = choices
        self._wake()

    def save_last(self, last_s: float) -> bool:
        """Keep what was heard in the last seconds; tell whether there is anything to keep.

        Any thread; returns at once. `state` tells what became of it.
        """
        stream, ring = self._stream, self._ring
        if stream is None or ring is None or not ring.written:
            return False
        stop = ring.written
        start = max(0, stop - to_sample(last_s, stream.sample_rate))
        return self._put([RecordedClip(None, f"last {last_s:g} s", Span(start, stop))])

    def state(self) -> RecorderState:
        """Return what is going on. Any thread."""
        return self._state

    def _put(self, clips: list[RecordedClip]) -> bool:
        try:
            self._queue.put_nowait(clips)
        except queue.Full:
            self._missed += len(clips)
            return False
        return True

    def _wake(self) -> None:
        """Have the thread look what has changed, should it be resting."""
        with suppress(queue.Full):  # then it is not
            self._queue.put_nowait([])

    # -- the recorder's own thread ----------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._closing.is_set():
                self._step(TICK_S if self._is_busy() else None)
            while not self._queue.empty():
                self._step(0.0)
            self._sounding = ()
            for rule in list(self._open):
                self._finish(rule)
            self._retry()
            self._drafting.close()
            self._show()
        except Exception as error:  # noqa: BLE001  (a thread must not die without a word)
            self._trouble = f"Recording stopped: {type(error).__name__}: {error}"

    def _is_busy(self) -> bool:
        """Tell whether there may be something to do before anybody asks for it."""
        return bool(self._choices.recording or self._open or self._unwritten)

    def _step(self, patience_s: float | None) -> None:
        """Take what came at once, then write the clips that are complete."""
        with suppress(queue.Empty):
            for clip in self._queue.get(timeout=patience_s):
                self._take_in(clip)
        for rule in [rule for rule, open_ in self._open.items() if self._is_due(rule, open_)]:
            self._finish(rule)
        self._keep_long()
        if time.monotonic() >= self._retry_at:
            self._retry()
        self._draft()
        self._show()

    def _take_in(self, clip: RecordedClip) -> None:
        """Join a clip to the open one of its rule, or open it; write what was asked for by hand."""
        rule = clip.rule
        if rule is None:
            self._write(clip)
            return
        # Of a long sound, a part may be kept already.
        clip.span = Span(max(clip.span.start, self._kept.get(rule, 0)), clip.span.stop)
        if clip.span.length <= 0:
            return
        before = self._open.get(rule)
        if before is not None and before.joins(clip):
            before.join(clip)
            return
        if before is not None:
            self._finish(rule)
        self._open = {**self._open, rule: clip}

    def _is_due(self, rule: WatchRule, clip: RecordedClip) -> bool:
        """Tell whether nothing more can join a clip, or waiting would cost its beginning."""
        stream = self._stream
        assert stream is not None
        if self._is_nearly_lost(clip.span.start):
            return True
        if time.monotonic() - self._moved >= PATIENCE_S:
            return True
        reach = clip.span.stop + clip.before
        if self._heard < reach + to_sample(KNOWN_AFTER_S, stream.sample_rate):
            return False
        return not any(rule.matches(e) and e.onset <= reach for e in self._sounding)

    def _is_nearly_lost(self, start: int) -> bool:
        stream, ring = self._stream, self._ring
        assert stream is not None
        assert ring is not None
        return ring.written - start >= ring.capacity - to_sample(MARGIN_S, stream.sample_rate)

    def _keep_long(self) -> None:
        """Write what has sounded for so long that its beginning would soon be lost.

        A sound is judged when it is over. What lasts for minutes becomes several clips instead, one
        after the other.
        """
        ring, choices, stream = self._ring, self._choices, self._stream
        assert ring is not None
        assert stream is not None
        for event in self._sounding:
            rule = choices.recorded(event)
            if rule is None:
                continue
            clip = clip_of(event, rule, choices, stream)
            start = max(clip.span.start, self._kept.get(rule, 0))
            if self._is_nearly_lost(start):
                self._kept[rule] = ring.written
                clip.span = Span(start, ring.written)
                self._write(clip)

    def _finish(self, rule: WatchRule) -> None:
        self._write(self._open[rule])
        self._open = {other: clip for other, clip in self._open.items() if other != rule}

    def _draft(self) -> None:
        """Have the disk know what is being recorded: clips not complete, and sounds that last."""
        stream, ring, choices = self._stream, self._ring, self._choices
        assert stream is not None
        assert ring is not None
        lasting = {rule: Lasting(clip.name, clip.span.start) for rule, clip in self._open.items()}
        for event in self._sounding:
            rule = choices.recorded(event)
            if rule is not None and rule not in lasting:
                clip = clip_of(event, rule, choices, stream)
                start = max(clip.span.start, self._kept.get(rule, 0))
                lasting[rule] = Lasting(clip.name, start)
        self._drafting.follow(lasting, stream, ring, folder_of(choices.clips, self._folder))

    def _show(self) -> None:
        """Name what is being recorded: clips that are not complete, and sounds that last."""
        stream = self._stream
        assert stream is not None
        names = {clip.name for clip in self._open.values()}
        for event in self._sounding:
            rule = self._choices.recorded(event)
            if rule is not None:
                names.add(title_of(rule, event, stream))
        self._state = replace(self._state, writing=", ".join(sorted(names)))

    def _retry(self) -> None:
        """Write what could not be written before; leave it at the first that still cannot be."""
        for _ in range(len(self._unwritten)):
            if not self._write(self._unwritten.popleft()) and not self._closing.is_set():
                return

    def _put_off(self, clip: RecordedClip, error: ExportError) -> None:
        """Note a clip that cannot be written, to try it again while its sound is remembered."""
        full = len(self._unwritten) >= MOST_RETRIED
        if full or self._closing.is_set() or self._is_nearly_lost(clip.span.start):
            self._failed += 1
        else:
            self._unwritten.append(clip)
        self._retry_at = time.monotonic() + RETRY_S
        waiting = len(self._unwritten)
        self._trouble = f"{error} Clips that wait: {waiting}; not kept: {self._failed}."

    def _write(self, clip: RecordedClip) -> bool:
        """Write a clip and return True; a failure becomes a sentence, and recording goes on."""
        ring, stream = self._ring, self._stream
        assert ring is not None
        assert stream is not None
        found = excerpt(ring, Span(clip.span.start, min(clip.span.stop, ring.written)))
        if found is None:
            self._failed += 1
            self._trouble = f"The sound of {clip.name} was no longer in memory: no clip was kept."
            return False
        try:
            latest = self._store(clip, found)
        except ExportError as error:
            self._put_off(clip, error)
            return False
        self._trouble = ""
        self._state = replace(
            self._state,
            saved=self._state.saved + 1,
            latest=latest,
            by_hand=clip.rule is None,
            remark=clip.missing(stream, found),
        )
        return True

    def _store(self, clip: RecordedClip, found: Excerpt) -> Path:
        stream, clips = self._stream, self._choices.clips
        assert stream is not None
        start_s = seconds(found.span.start, stream.sample_rate)
        name = clip_name(stream.origin + timedelta(seconds=start_s), clip.name, clips.form)
        content = encode(found.samples, stream.sample_rate, clips.form)
        return store_of(clips, self._folder).keep(name, content, clip.facts(stream, found))
