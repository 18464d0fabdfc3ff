"""A live source through the engine: what is heard, what is late, what is lost, and the end."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pytest

from leanviz.audio.capture import AudioSource, FileSource
from leanviz.audio.file import read_mono
from leanviz.audio.source import SourceState
from leanviz.core.clock import Gap, Span
from leanviz.core.decisions import DecisionRules
from leanviz.core.errors import AudioDeviceError
from leanviz.core.events import Event
from leanviz.core.frontend import YAMNET
from leanviz.core.stft import decibels
from leanviz.core.tracks import Tracks
from leanviz.inference.model import LeanModel
from leanviz.pipeline.clip import analyze_file
from leanviz.pipeline.live import MAILBOX, MODEL_RING_S, LivePipeline
from leanviz.pipeline.results import ClipAnalysis, HopUpdate
from tests.core.material import noise
from tests.pipeline.sources import PATIENCE_S, BrokenModel, GatedModel, HandSource
from tests.support.programs import wait_until

Float32 = npt.NDArray[np.float32]
Clip = Callable[[int], Path]
Analysed = Callable[[int], ClipAnalysis]
Write = Callable[[str, Float32, int], Path]


class Listen(Protocol):
    """How tests make a pipeline."""

    def __call__(
        self, source: AudioSource, model: LeanModel, rules: DecisionRules | None = None
    ) -> LivePipeline: ...


@pytest.fixture
def listen() -> Iterator[Listen]:
    """Return a function that makes a pipeline and starts it; all are closed afterwards."""
    opened: list[LivePipeline] = []

    def start(
        source: AudioSource, model: LeanModel, rules: DecisionRules | None = None
    ) -> LivePipeline:
        opened.append(LivePipeline(source, model, rules, history_s=60))
        opened[-1].start()
        return opened[-1]

    yield start
    for pipeline in opened:
        pipeline.close()


def tracks_of(pipeline: LivePipeline) -> Tracks:
    wait_until(lambda: pipeline.tracks is not None, "the source is open")
    assert pipeline.tracks is not None
    return pipeline.tracks


def heard_until(pipeline: LivePipeline, n_samples: int) -> Tracks:
    tracks = tracks_of(pipeline)
    wait_until(lambda: tracks.written >= n_samples, f"{n_samples} samples heard")
    return tracks


def events_of(updates: list[HopUpdate]) -> list[Event]:
    events = [event for update in updates for event in update.events]
    return sorted(events, key=lambda e: (e.onset, -e.score, e.label))


def assert_same_events(
    found: list[Event], expected: tuple[Event, ...], shift: int = 0, within: int = 0
) -> None:
    """Compare events; `shift` is added to what was expected, `within` samples are let pass."""
    assert [e.label for e in found] == [e.label for e in expected]
    for one, other in zip(found, expected, strict=True):
        assert one.onset == pytest.approx(other.onset + shift, abs=within)
        assert one.offset == pytest.approx(other.offset + shift, abs=within)
        assert one.score == pytest.approx(other.score, abs=1e-4)


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_a_file_played_live_gives_the_events_of_the_file(
    model: LeanModel, listen: Listen, clip: Clip, analysed: Analysed, rate: int
) -> None:
    analysis = analysed(rate)
    pipeline = listen(FileSource(clip(rate), speed=50), model)
    tracks = heard_until(pipeline, analysis.n_samples)
    pipeline.close()

    updates = pipeline.drain()
    assert analysis.events
    assert_same_events(events_of(updates), analysis.events)
    finals = [update for update in updates if update.final]
    scores = np.stack([update.scores for update in finals])
    np.testing.assert_allclose(scores, analysis.frame_scores, atol=1e-4)
    extents = [(update.extent.start, update.extent.stop) for update in finals]
    np.testing.assert_array_equal(extents, analysis.patch_extents)

    expected = analysis.tracks.columns.read(0, analysis.tracks.columns.written)
    found = tracks.columns.read(0, tracks.columns.written)
    assert not isinstance(expected, Gap)
    np.testing.assert_array_equal(found, expected)
    stats = pipeline.stats()
    assert stats.status.state is SourceState.STOPPED
    assert stats.heard_s == analysis.duration_s
    assert stats.hops == len(analysis.frame_scores)
    assert (stats.windows_skipped, stats.updates_dropped, stats.lost_samples) == (0, 0, 0)
    assert (stats.skipped, stats.failure) == ((), "")
    assert 0 < stats.latency_p50_s <= stats.latency_p95_s


def test_provisional_events_come_while_the_sound_lasts(
    model: LeanModel, listen: Listen, clip: Clip
) -> None:
    samples, rate = read_mono(clip(16_000))
    source = HandSource(rate)
    pipeline = listen(source, model)
    source.hear(samples[:60_000])
    updates: list[HopUpdate] = []

    def has_provisional() -> bool:
        updates.extend(pipeline.drain())
        return any(update.provisional for update in updates)

    wait_until(has_provisional, "a provisional event")
    assert not any(update.provisional for update in updates if update.final)


def test_inference_that_stalls_costs_labels_and_nothing_else(
    model: LeanModel, listen: Listen, clip: Clip
) -> None:
    """The newest audio wins; what was not analysed is said, to the sample."""
    samples, rate = read_mono(clip(16_000))
    gated = GatedModel(model)
    source = HandSource(rate)
    pipeline = listen(source, gated)
    source.hear(samples[: 2 * rate])
    assert gated.reached.wait(10)
    for _ in range(3):
        source.hear(samples)
        heard_until(pipeline, source.ring.written)
    tracks = heard_until(pipeline, source.ring.written)
    total = tracks.written
    columns = tracks.columns.read(0, tracks.columns.written)
    assert not isinstance(columns, Gap)
    assert tracks.gaps == ()
    assert pipeline._model_ring.capacity == MODEL_RING_S * YAMNET.sample_rate

    gated.gate.set()
    wait_until(lambda: pipeline.stats().windows_skipped > 0, "inference catches up")
    pipeline.close()
    stats, updates = pipeline.stats(), pipeline.drain()
    assert stats.windows_skipped == sum(span.length // 7680 for span in stats.skipped)
    assert stats.lost_samples == 0
    assert tracks.stft.column_count(total) == tracks.columns.written
    # analysed and skipped together are everything, in order, without overlap
    spans = [update.extent for update in updates if update.final] + list(stats.skipped)
    spans.sort()
    assert spans[0].start == 0
    assert spans[-1].stop == total
    assert all(one.stop == other.start for one, other in pairwise(spans))


def hops_until(pipeline: LivePipeline, count: int) -> None:
    wait_until(lambda: pipeline.stats().hops >= count, f"{count} hops analysed")


@pytest.mark.parametrize(
    ("rate", "lost"), [(16_000, 37_777), (44_100, 100_003), (16_000, 320_000), (16_000, 960_000)]
)
def test_lost_audio_keeps_its_width_and_what_follows_its_place(
    model: LeanModel, listen: Listen, clip: Clip, analysed: Analysed, rate: int, lost: int
) -> None:
    """Both sides of the gap are analysed as recordings of their own; nothing counts as skipped."""
    samples, _ = read_mono(clip(rate))
    count, n_patches = len(samples), len(analysed(rate).frame_scores)
    source = HandSource(rate)
    pipeline = listen(source, model)
    source.hear(samples)
    hops_until(pipeline, n_patches - 2)
    source.ring.skip(lost)
    hops_until(pipeline, n_patches)
    source.hear(samples)
    hops_until(pipeline, 2 * n_patches - 2)
    tracks = heard_until(pipeline, 2 * count + lost)
    pipeline.close()

    assert tracks.gaps == (Gap(count, count + lost),)
    stats = pipeline.stats()
    assert (stats.lost_samples, stats.windows_skipped, stats.skipped) == (lost, 0, ())
    assert stats.hops == 2 * n_patches
    events = events_of(pipeline.drain())
    expected = analysed(rate).events
    assert expected
    # one sample at 16 kHz is the grid of what follows
    grid = rate // 16_000 + 1
    before = [event for event in events if event.onset < count]
    after = [event for event in events if event.onset >= count]
    assert_same_events(before, expected, within=grid)
    assert_same_events(after, expected, shift=count + lost, within=grid)


def test_what_was_lost_does_not_count_as_skipped(
    model: LeanModel, listen: Listen, clip: Clip
) -> None:
    """Even where inference falls behind on both sides of a gap."""
    samples, rate = read_mono(clip(16_000))
    gated = GatedModel(model)
    source = HandSource(rate)
    pipeline = listen(source, gated)
    source.hear(samples[: 2 * rate])
    assert gated.reached.wait(10)
    source.hear(samples)
    source.ring.skip(3 * rate)
    source.hear(samples)
    tracks = heard_until(pipeline, source.ring.written)
    gated.gate.set()
    wait_until(lambda: len(pipeline.stats().skipped) > 0, "inference catches up")
    pipeline.close()
    (gap,) = tracks.gaps
    stats = pipeline.stats()
    assert all(span.overlap(gap) == 0 for span in stats.skipped)
    analysed = [update.extent for update in pipeline.drain() if update.final]
    assert all(span.overlap(gap) == 0 for span in analysed)
    everything = sorted([*analysed, *stats.skipped, Span(gap.start, gap.stop)])
    assert everything[0].start == 0
    assert everything[-1].stop == tracks.written
    assert all(one.stop == other.start for one, other in pairwise(everything))


def test_a_source_that_laps_the_pipeline_leaves_a_gap(model: LeanModel, listen: Listen) -> None:
    """As wide as what was overwritten, in one piece."""
    source = HandSource(8000)
    source.hear(noise(8000 * 30))
    source.hear(noise(8000 * 7))
    pipeline = listen(source, model)
    tracks = heard_until(pipeline, 8000 * 37)
    assert tracks.gaps == (Gap(0, 8000 * 7),)
    assert pipeline.stats().lost_samples == 8000 * 7


def test_a_click_after_a_gap_stands_where_it_happened(model: LeanModel, listen: Listen) -> None:
    source = HandSource(48_000, channels=2)
    pipeline = listen(source, model)
    hop = tracks_of(pipeline).stft.hop_length
    source.hear(np.zeros(50_000, np.float32))
    source.ring.skip(33_333)
    after = np.zeros(48_000, np.float32)
    at = 130 * hop
    after[at - 83_333] = 1
    source.hear(after)
    tracks = heard_until(pipeline, source.ring.written)
    columns = tracks.columns.read(110, 40)
    assert not isinstance(columns, Gap)
    assert int(decibels(columns).mean(1).argmax()) == 20


def test_the_mailbox_is_bounded_and_what_falls_out_counted(model: LeanModel) -> None:
    pipeline = LivePipeline(HandSource(16_000), model)
    pipeline._tracks = Tracks(16_000, 16_000)
    scores = np.zeros(200, np.float32)
    for patch in range(MAILBOX + 44):
        pipeline._post([HopUpdate(patch, Span(patch, patch + 1), scores, final=True)], patch)
    assert pipeline.stats().updates_dropped == 44
    assert pipeline.stats().hops == MAILBOX + 44
    assert pipeline.news
    taken = pipeline.drain()
    assert [update.patch for update in taken] == list(range(44, MAILBOX + 44))
    assert not pipeline.news
    assert pipeline.drain() == []


def test_rules_may_change_while_listening(model: LeanModel, listen: Listen, clip: Clip) -> None:
    samples, rate = read_mono(clip(16_000))
    nothing = replace(model.default_rules(), allowed=frozenset())
    source = HandSource(rate)
    pipeline = listen(source, model, nothing)
    source.hear(samples)
    hops_until(pipeline, 15)
    assert events_of(pipeline.drain()) == []
    pipeline.set_rules(model.default_rules())
    source.hear(samples)
    heard_until(pipeline, 2 * len(samples))
    pipeline.close()
    assert events_of(pipeline.drain())


def test_levels_are_those_of_the_newest_audio(model: LeanModel, listen: Listen) -> None:
    source = HandSource(16_000)
    pipeline = listen(source, model)
    assert pipeline.stats().peak_dbfs == pipeline.stats().rms_dbfs == -120
    sine = np.sin(2 * np.pi * 1000 / 16_000 * np.arange(1600)).astype(np.float32)
    source.hear(sine * np.float32(0.5))
    heard_until(pipeline, 1600)
    wait_until(lambda: pipeline.stats().peak_dbfs > -120, "a level")
    stats = pipeline.stats()
    assert stats.peak_dbfs == pytest.approx(-6.02, abs=0.01)
    assert stats.rms_dbfs == pytest.approx(-6.02, abs=0.01)
    assert (pipeline.level.peak_dbfs, pipeline.level.rms_dbfs) == (stats.peak_dbfs, stats.rms_dbfs)


def test_a_device_that_cannot_be_opened_ends_in_a_sentence(
    model: LeanModel, listen: Listen
) -> None:
    def refuse() -> None:
        raise AudioDeviceError("The microphone is in use by another program.")

    source = HandSource(16_000, opening=refuse)
    pipeline = listen(source, model)
    wait_until(lambda: pipeline.stats().failure != "", "a sentence")
    assert pipeline.stats().failure == "The microphone is in use by another program."
    assert pipeline.tracks is None
    assert pipeline.stats().heard_s == 0
    assert np.isnan(pipeline.stats().latency_p50_s)
    assert pipeline.drain() == []
    close_twice(pipeline)


def test_a_missing_file_ends_in_a_sentence(
    model: LeanModel, listen: Listen, tmp_path: Path
) -> None:
    pipeline = listen(FileSource(tmp_path / "missing.wav"), model)
    wait_until(lambda: pipeline.stats().failure != "", "a sentence")
    assert pipeline.stats().failure.endswith("missing.wav does not exist.")
    assert pipeline.stats().status.state is SourceState.FAILED


def test_an_unforeseen_failure_ends_in_a_sentence_too(model: LeanModel, listen: Listen) -> None:
    def explode() -> None:
        raise RuntimeError("out of cheese")

    pipeline = listen(HandSource(16_000, opening=explode), model)
    wait_until(lambda: pipeline.stats().failure != "", "a sentence")
    assert pipeline.stats().failure == "Listening stopped: RuntimeError: out of cheese"


def test_a_model_that_fails_stops_listening_and_says_so(model: LeanModel, listen: Listen) -> None:
    """A device that goes on for nobody would keep the microphone's light on."""
    source = HandSource(16_000)
    pipeline = listen(source, BrokenModel(model))
    source.hear(noise(32_000))
    wait_until(lambda: pipeline.stats().failure != "", "a sentence")
    assert pipeline.stats().failure.startswith("Listening stopped: RuntimeError: no memory")
    wait_until(lambda: not source.is_open, "the source is closed")
    close_twice(pipeline)


def close_twice(pipeline: LivePipeline) -> None:
    pipeline.close()
    pipeline.close()
    assert not any(thread.is_alive() for thread in pipeline._threads)


def test_closing_what_never_started(model: LeanModel) -> None:
    source = HandSource(16_000)
    close_twice(LivePipeline(source, model))
    assert not source.is_open


def test_starting_what_was_closed_opens_nothing_for_long(model: LeanModel) -> None:
    source = HandSource(16_000)
    pipeline = LivePipeline(source, model)
    pipeline.close()
    pipeline.start()
    wait_until(lambda: not any(t.is_alive() for t in pipeline._threads), "the threads end")
    assert not source.is_open
    assert pipeline.stats().failure == ""


def test_closing_a_file_source_at_any_time(model: LeanModel, clip: Clip) -> None:
    """A stopped source may never say its rate; that is no failure."""
    for _ in range(5):
        pipeline = LivePipeline(FileSource(clip(16_000)), model)
        pipeline.start()
        close_twice(pipeline)
        assert pipeline.stats().failure == ""


def test_closing_while_the_device_opens(model: LeanModel) -> None:
    """Its driver may take long; the device must not stay open afterwards."""
    opening, let_go = threading.Event(), threading.Event()

    def open_slowly() -> None:
        opening.set()
        assert let_go.wait(PATIENCE_S)

    source = HandSource(16_000, opening=open_slowly)
    pipeline = LivePipeline(source, model)
    pipeline.start()
    assert opening.wait(10)
    closing = threading.Thread(target=pipeline.close)
    closing.start()
    wait_until(pipeline._stop.is_set, "close has begun")
    let_go.set()
    closing.join()
    close_twice(pipeline)
    assert not source.is_open
    assert pipeline.tracks is None


def test_closing_while_listening(model: LeanModel, clip: Clip) -> None:
    samples, rate = read_mono(clip(16_000))
    source = HandSource(rate)
    pipeline = LivePipeline(source, model, history_s=20)
    pipeline.start()
    source.hear(samples[:40_000])
    tracks = heard_until(pipeline, 40_000)
    close_twice(pipeline)
    assert not source.is_open
    # the last sound is not lost, and the picture is complete
    finals = [update for update in pipeline.drain() if update.final]
    assert finals[-1].extent.stop == 40_000
    assert tracks.columns.written == tracks.stft.column_count(40_000)


def test_closing_while_inference_stalls(model: LeanModel) -> None:
    gated = GatedModel(model)
    source = HandSource(16_000)
    pipeline = LivePipeline(source, gated, history_s=20)
    pipeline.start()
    source.hear(noise(32_000))
    assert gated.reached.wait(10)
    closing = threading.Thread(target=pipeline.close)
    closing.start()
    wait_until(pipeline._stop.is_set, "close has begun")
    gated.gate.set()
    closing.join()
    close_twice(pipeline)


def test_two_pipelines_share_a_model(
    model: LeanModel, listen: Listen, clip: Clip, analysed: Analysed
) -> None:
    """Listening and opening a file at once disturbs neither."""
    pipeline = listen(FileSource(clip(16_000), speed=50), model)
    beside = analyze_file(clip(44_100), model)
    heard_until(pipeline, analysed(16_000).n_samples)
    pipeline.close()
    assert beside.events == analysed(44_100).events
    assert_same_events(events_of(pipeline.drain()), analysed(16_000).events)
