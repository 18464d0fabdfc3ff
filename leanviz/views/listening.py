"""Listening: a live pipeline, opened and closed off the GUI thread, its news told as signals."""

import math
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from leanviz.views.background import Background
from leanviz.views.tidying import give_back_memory

if TYPE_CHECKING:
    from leanviz.audio.devices import Device
    from leanviz.core.decisions import DecisionRules
    from leanviz.core.tracks import Tracks
    from leanviz.pipeline.level import Level
    from leanviz.pipeline.live import LivePipeline, LiveStats
    from leanviz.pipeline.results import HopUpdate
    from leanviz.pipeline.sinks import EventSink
    from leanviz.views.engine import Engine

# Streams that are still ending: each has threads, and room for ten minutes of pictures. The next
# one waits for them, so that somebody who goes through all channels quickly has not one for each.
MOST_ENDING = 4
# How often it is told how the stream is, without anything recognised: for people who read it.
STATS_S = 0.22


class Listening(QObject):
    """The live input of a window.

    Attributes
    ----------
    sink_makers : list of callable
        Each is called for every stream anew: what they make is told of its events.
    level_takers : list of callable
        Each is told how loud it is, several times a second, while `heard` is not told: a signal
        would take longer than all that is done then.

    Signals
    -------
    began : Tracks
        The device is open; its sound goes into these tracks.
    heard : list of HopUpdate, LiveStats
        What is new; comes a few times a second while listening.
    ended : str
        Listening is over, with the sentence why, "" if it was asked for.
    rest_heard : list of HopUpdate
        What was recognised after that, of sound that had come before.
    trouble : str
        Something is wrong with the sound while listening goes on, "" when it is right again.
    """

    began = Signal(object)
    heard = Signal(object, object)
    ended = Signal(str)
    rest_heard = Signal(object)
    trouble = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pipeline: LivePipeline | None = None
        self._ended: LivePipeline | None = None
        # begins the stream that waits for others to end
        self._next: Callable[[DecisionRules], None] | None = None
        self._rules: DecisionRules | None = None
        self._tracks: Tracks | None = None
        self._trouble, self._told_at = "", -math.inf
        self._paused = self._resting = False
        self.sink_makers: list[Callable[[], EventSink]] = []
        self.level_takers: list[Callable[[Level], None]] = []
        # closing waits for a device, which may hang
        self._closing = Background("stop-listening")

    @property
    def active(self) -> bool:
        """Whether leanviz is listening, or about to."""
        return self._pipeline is not None or self._next is not None

    @property
    def tracks(self) -> "Tracks | None":
        """What was heard; None before the device is open."""
        return self._tracks

    @property
    def busy(self) -> bool:
        """Whether `poll` has something to do."""
        return self.active or self._closing.busy

    @property
    def news(self) -> bool:
        """Whether something was recognised since `poll`."""
        return self._pipeline is not None and self._pipeline.news

    def start(
        self, engine: "Engine", device: "Device | None", channel: int, rules: "DecisionRules"
    ) -> None:
        """Begin; `began` follows when the device is open."""
        self.forget()
        self._tracks, self._trouble, self._paused = None, "", False
        self._told_at = -math.inf
        self._rules, self._next = rules, partial(self._begin, engine, device, channel)
        self._begin_if_there_is_room()

    def _begin_if_there_is_room(self) -> None:
        if self._next is not None and self._closing.waiting < MOST_ENDING:
            begin, self._next = self._next, None
            assert self._rules is not None
            begin(self._rules)

    def _begin(
        self, engine: "Engine", device: "Device | None", channel: int, rules: "DecisionRules"
    ) -> None:
        sinks = [make() for make in self.sink_makers]
        self._pipeline = engine.live_pipeline(device, channel, rules, sinks)
        self._pipeline.rest(self._resting)
        self._pipeline.start()

    def stop(self, reason: str = "") -> None:
        """End; what is on its way from the device is still told. Harmless without listening."""
        waited, self._next = self._next is not None, None
        if self._pipeline is None:
            if waited:
                self.ended.emit(reason)
            return
        pipeline, self._pipeline, self._paused = self._pipeline, None, False
        self._closing.run(partial(_end_of, pipeline), lambda _: self._tell_rest(pipeline))
        self._ended = pipeline
        self._complain("")
        self.ended.emit(reason)

    def forget(self) -> None:
        """End, and tell nothing more: something else is shown now."""
        self.stop()
        self._ended = None

    @property
    def paused(self) -> bool:
        """Whether the user wants nothing heard for a while."""
        return self._paused

    def pause(self, paused: bool) -> None:
        """Hear nothing, or hear again; the stream and its time go on."""
        if self._pipeline is not None and paused != self._paused:
            self._paused = paused
            (self._pipeline.pause if paused else self._pipeline.resume)()

    def rest(self, resting: bool) -> None:
        """Work in larger steps while nobody looks."""
        self._resting = resting
        if self._pipeline is not None:
            self._pipeline.rest(resting)

    def set_rules(self, rules: "DecisionRules") -> None:
        """Use other rules from the next hop on."""
        self._rules = rules
        if self._pipeline is not None:
            self._pipeline.set_rules(rules)

    def poll(self) -> None:
        """Tell what is new. GUI thread; never waits."""
        if self._closing.busy or self._next is not None:
            self._closing.poll()
            self._begin_if_there_is_room()
        pipeline = self._pipeline
        if pipeline is None:
            return
        if self._tracks is None and pipeline.tracks is not None:
            self._tracks = pipeline.tracks
            self.began.emit(self._tracks)
        updates, now = pipeline.drain(), time.perf_counter()
        if updates or now - self._told_at >= STATS_S:
            self._told_at = now
            self._tell(updates, pipeline.stats())
        else:
            level = pipeline.level
            for take in self.level_takers:
                take(level)

    def _tell(self, updates: "list[HopUpdate]", stats: "LiveStats") -> None:
        self.heard.emit(updates, stats)
        if reason := _end(stats):
            self.stop(reason)
        elif self._pipeline is not None:
            self._complain(stats.status.message)

    def close(self) -> None:
        """End and wait, for a bounded time. Twice is harmless."""
        self.stop()
        self._closing.close()

    def _tell_rest(self, pipeline: "LivePipeline") -> None:
        """Tell what was recognised while the pipeline closed."""
        if pipeline is self._ended:
            self.rest_heard.emit(pipeline.drain())

    def _complain(self, sentence: str) -> None:
        if sentence != self._trouble:
            self._trouble = sentence
            self.trouble.emit(sentence)


def _end_of(pipeline: "LivePipeline") -> None:
    """Close a stream; the memory of those before it can go. Worker thread."""
    pipeline.close()
    give_back_memory()


def _end(stats: "LiveStats") -> str:
    """Return why the stream is over, as a sentence; "" if it goes on."""
    if stats.failure:
        return stats.failure
    # by its value: to import its class each time takes longer than all else here
    state = stats.status.state.value
    if state == "failed":
        return stats.status.message
    return f"{stats.status.device} has ended." if state == "stopped" else ""
