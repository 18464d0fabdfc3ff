"""What a stream tells those that listen to its events."""

import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from leanviz.audio.file import read_mono
from leanviz.audio.replay import FileSource
from leanviz.core.events import Event
from leanviz.core.ring import Ring
from leanviz.inference.model import LeanModel
from leanviz.pipeline.live import LivePipeline
from leanviz.pipeline.results import ClipAnalysis
from leanviz.pipeline.sinks import (
    Miss,
    Missed,
    RulesChange,
    Sinks,
    SinkStatus,
    StreamInfo,
    StreamNote,
)
from tests.pipeline.sources import GatedModel, HandSource
from tests.support.programs import wait_until

Clip = Callable[[int], Path]
Analysed = Callable[[int], ClipAnalysis]


class Notebook:
    """A sink that writes down what it is told, and by which thread."""

    def __init__(self) -> None:
        self.stream: StreamInfo | None = None
        self.ring: Ring | None = None
        self.events: list[Event] = []
        self.notes: list[StreamNote] = []
        self.heard: list[int] = []
        self.threads: set[str] = set()
        self.closed = 0

    def begin(self, stream: StreamInfo, ring: Ring) -> None:
        self.stream, self.ring = stream, ring

    def take(self, events: Sequence[Event], heard: int) -> None:
        self.threads.add(threading.current_thread().name)
        self.events += events
        self.heard.append(heard)

    def note(self, note: StreamNote) -> None:
        self.notes.append(note)

    def status(self) -> SinkStatus:
        return SinkStatus("notebook", written=len(self.events))

    def close(self) -> None:
        self.closed += 1


class Broken(Notebook):
    """A sink that fails, though none may."""

    def take(self, events: Sequence[Event], heard: int) -> None:
        super().take(events, heard)
        raise RuntimeError("out of paper")


def listened(pipeline: LivePipeline, n_samples: int) -> None:
    def all_heard() -> bool:
        return pipeline.tracks is not None and pipeline.tracks.written >= n_samples

    wait_until(all_heard, f"{n_samples} samples heard")


def test_every_event_of_the_file_is_told_once(
    model: LeanModel, clip: Clip, analysed: Analysed
) -> None:
    """Also when nobody empties the mailbox; what is heard only grows, to the end of the file."""
    analysis, sink = analysed(44_100), Notebook()
    before = datetime.now().astimezone()
    pipeline = LivePipeline(FileSource(clip(44_100), speed=50), model, sinks=[sink])
    with closing(pipeline):
        pipeline.start()
        listened(pipeline, analysis.n_samples)
    assert [(e.onset, e.offset, e.label) for e in sorted(sink.events)] == [
        (e.onset, e.offset, e.label) for e in sorted(analysis.events)
    ]
    assert sink.heard == sorted(sink.heard)
    assert sink.heard[-1] == analysis.n_samples
    assert max(event.offset for event in sink.events) <= sink.heard[-1]
    assert sink.threads == {"leanviz-inference"}
    assert sink.stream is not None
    assert sink.stream == pipeline.stream
    # what is there when the file is open counts as heard in real time, though it came faster
    earliest = before - timedelta(seconds=analysis.duration_s)
    assert earliest <= sink.stream.origin <= datetime.now().astimezone()
    assert (sink.stream.sample_rate, sink.stream.host_api) == (44_100, "file")
    assert sink.stream.model_id == model.identity
    assert sink.ring is not None
    assert sink.ring.written == analysis.n_samples
    assert pipeline.stats().sinks == (SinkStatus("notebook", written=len(analysis.events)),)


def test_what_was_lost_and_skipped_is_told_with_its_place(model: LeanModel, clip: Clip) -> None:
    samples, rate = read_mono(clip(16_000))
    gated, sink, source = GatedModel(model), Notebook(), HandSource(16_000)
    with closing(LivePipeline(source, gated, history_s=60, sinks=[sink])) as pipeline:
        pipeline.start()
        source.hear(samples[:rate])
        source.ring.skip(20_000)
        source.hear(samples[:rate])
        listened(pipeline, source.ring.written)
        assert gated.reached.wait(10)
        for _ in range(2):
            source.hear(samples)
            listened(pipeline, source.ring.written)
        gated.gate.set()
        wait_until(lambda: pipeline.stats().windows_skipped > 0, "inference catches up")
    missed = [note for note in sink.notes if isinstance(note, Missed)]
    lost = [note.span for note in missed if note.cause is Miss.LOST]
    skipped = [note.span for note in missed if note.cause is Miss.SKIPPED]
    assert [(span.start, span.stop) for span in lost] == [(rate, rate + 20_000)]
    assert tuple(skipped) == pipeline.stats().skipped
    assert missed == sorted(missed, key=lambda note: note.span)


def test_new_rules_are_told_where_they_begin(model: LeanModel, clip: Clip) -> None:
    samples, _ = read_mono(clip(16_000))
    nothing = replace(model.default_rules(), allowed=frozenset())
    sink, source = Notebook(), HandSource(16_000)
    with closing(LivePipeline(source, model, history_s=60, sinks=[sink])) as pipeline:
        pipeline.start()
        source.hear(samples)
        wait_until(lambda: pipeline.stats().hops >= 15, "some hops")
        pipeline.set_rules(nothing)
        wait_until(lambda: len(sink.notes) > 0, "the change is told")
    assert sink.notes == [RulesChange(len(samples), nothing)]


def test_a_sink_that_fails_stops_neither_listening_nor_the_others(
    model: LeanModel, clip: Clip, analysed: Analysed
) -> None:
    broken, sink = Broken(), Notebook()
    pipeline = LivePipeline(FileSource(clip(16_000), speed=50), model, sinks=[broken, sink])
    with closing(pipeline):
        pipeline.start()
        listened(pipeline, analysed(16_000).n_samples)
    assert len(broken.heard) == 1
    assert len(sink.events) == len(analysed(16_000).events)
    stats = pipeline.stats()
    assert stats.failure == ""
    assert stats.sinks[0].trouble == "The notebook stopped: RuntimeError: out of paper"
    assert stats.sinks[1].trouble == ""


def test_all_sinks_are_closed_even_without_a_stream(model: LeanModel) -> None:
    sinks = [Notebook(), Notebook()]
    pipeline = LivePipeline(HandSource(16_000), model, sinks=sinks)
    pipeline.close()
    pipeline.close()
    assert all(sink.closed for sink in sinks)
    assert all(sink.stream is None for sink in sinks)


@pytest.mark.parametrize("failing", [0, 1])
def test_a_sink_that_cannot_be_closed_keeps_no_other_open(failing: int) -> None:
    class Stuck(Notebook):
        def close(self) -> None:
            raise OSError("stuck")

    sinks = [Notebook(), Notebook()]
    sinks[failing] = Stuck()
    together = Sinks(sinks)
    together.close()
    assert sinks[1 - failing].closed == 1
    assert together.status()[failing].trouble == "The notebook stopped: OSError: stuck"


class Watcher(Notebook):
    """A sink that wants to know what sounds now."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, ...]] = []

    def sounding(self, events: Sequence[Event], heard: int) -> None:
        assert heard > 0
        assert all(event.sounding for event in events)
        self.seen.append(tuple(event.label for event in events))


def test_what_sounds_now_is_told_to_those_who_ask_before_it_is_over(
    model: LeanModel, clip: Clip
) -> None:
    samples, _ = read_mono(clip(16_000))
    watcher, notebook, source = Watcher(), Notebook(), HandSource(16_000)
    with closing(LivePipeline(source, model, sinks=[watcher, notebook])) as pipeline:
        pipeline.start()
        source.hear(samples)
        wait_until(lambda: any(watcher.seen), "something sounds")
    # a segment that ends leaves nothing sounding
    assert watcher.seen[-1] == ()
    assert notebook.events == watcher.events
