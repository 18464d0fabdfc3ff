"""A live source through the engine: two threads, bounded rings, a mailbox the GUI empties.

feature thread
    device ring -> mono -> tracks (what panes draw) and 16 kHz ring
inference thread
    16 kHz ring -> LeanStream -> decisions -> mailbox, sinks

Whatever falls behind is counted and keeps its true width on the time axis; nothing waits for the
GUI, and nothing here knows that there is one.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from leanviz.audio.capture import AudioSource
from leanviz.audio.file import mono
from leanviz.core.clock import Cause, Gap, Span, rescale, seconds
from leanviz.core.decisions import DecisionRules
from leanviz.core.errors import UserError
from leanviz.core.frontend import YAMNET
from leanviz.core.ring import Ring
from leanviz.core.tracks import Tracks
from leanviz.inference.model import LeanModel
from leanviz.pipeline.level import Level, LevelWindow
from leanviz.pipeline.live_counts import LiveCounts
from leanviz.pipeline.live_stats import LiveStats
from leanviz.pipeline.results import HopUpdate
from leanviz.pipeline.sinks import (
    DeviceChange,
    EventSink,
    Miss,
    Missed,
    RulesChange,
    Sinks,
    StreamInfo,
)
from leanviz.pipeline.stages import FeatureStage, InferenceStage

# The 16 kHz ring rides out an inference stall; beyond MAX_LAG_S the newest audio wins.
MODEL_RING_S = 30.0
MAX_LAG_S = 10.0
MAILBOX = 256
# At most so much at a time, so that what waits is seen to go on.
MOST_S = 1
# Sound is passed on once two blocks of it have come, which takes 80 to 86 ms: it is looked for a
# little later, since what has just missed a look is late by a whole step on the screen. A step for
# each block would take 40 ms off that, at the price of a fifth more of all that listening costs.
STEP_S, AGAIN_S = 0.088, 0.005
# Nothing comes, or nobody sees what does.
IDLE_S, RESTING_S = 0.1, 0.5
# The block that completes a patch may come so much later than its last sample.
LATE_S = 0.05
# Inference looks this often whether there is a patch to analyse or not: rules may have changed.
LONGEST_WAIT_S = 1.0


class LivePipeline:
    """The engine on a live source.

    `start`, `drain`, `stats`, `set_rules` and `close` are for the owner's thread and return at
    once (`close` within seconds, whatever the sound server does).

    Parameters
    ----------
    source : AudioSource
        Opened by `start` on the feature thread, because opening a device can take long.
    model : LeanModel
    rules : DecisionRules or None
        What is shown; the model's own thresholds if None.
    history_s : float
        Seconds of picture to keep.
    sinks : sequence of EventSink
        Told of every event once it is final, whatever becomes of the mailbox; closed by `close`.
    """

    def __init__(
        self,
        source: AudioSource,
        model: LeanModel,
        rules: DecisionRules | None = None,
        history_s: float = 600.0,
        sinks: Sequence[EventSink] = (),
    ) -> None:
        self._source = source
        self._model = model
        self._rules = rules or model.default_rules()
        self._history_s = history_s
        self._mailbox: deque[HopUpdate] = deque(maxlen=MAILBOX)
        self._stop = threading.Event()
        self._resting = False
        # NB: the feature thread sets the event once the 16 kHz ring has what inference waits for.
        self._ripe, self._ripe_at = threading.Event(), 0
        self._opened = threading.Event()
        # NB: each of these is written by one thread and loaded by others, one reference a time.
        self._tracks: Tracks | None = None
        self._stream: StreamInfo | None = None
        self._sinks = Sinks(sinks)
        self._device = ("", "")
        self._level, self._levels = Level(), LevelWindow()
        self._counts = LiveCounts()
        self._lost = 0
        self._failure = ""
        self._model_ring = Ring(int(MODEL_RING_S * YAMNET.sample_rate))
        self._threads = [
            threading.Thread(target=self._guard, args=(loop,), name=f"leanviz-{name}", daemon=True)
            for name, loop in (("feature", self._feature_loop), ("inference", self._inference_loop))
        ]

    @property
    def tracks(self) -> Tracks | None:
        """What the panes draw; None until the device is open."""
        return self._tracks

    @property
    def stream(self) -> StreamInfo | None:
        """What is heard, since when; None until the device is open."""
        return self._stream

    def start(self) -> None:
        """Begin listening; returns at once."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop both threads and the source. Twice, or before `start`, is harmless."""
        self._stop.set()
        self._opened.set()
        self._ripe.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout=5.0)
        # The feature thread has done this, unless it never ran or hangs.
        self._source.stop()
        self._sinks.close()

    def pause(self) -> None:
        """Hear nothing until `resume`: the device is given back, the time passes as a gap."""
        self._source.pause()

    def resume(self) -> None:
        """Hear again."""
        self._source.resume()

    def rest(self, resting: bool) -> None:
        """Work in larger steps, at a lower cost, while nobody looks at the result."""
        self._resting = resting
        self._source.rest(resting)

    def set_rules(self, rules: DecisionRules) -> None:
        """Use other rules from the next hop on."""
        self._rules = rules

    @property
    def level(self) -> Level:
        """The level of the newest tenth of a second, as `stats` tells it, too."""
        return self._level

    @property
    def news(self) -> bool:
        """Whether `drain` has something to give."""
        return bool(self._mailbox)

    def drain(self) -> list[HopUpdate]:
        """Take all updates since the last call, in order."""
        taken: list[HopUpdate] = []
        while self._mailbox:
            taken.append(self._mailbox.popleft())
        return taken

    def stats(self) -> LiveStats:
        """Return how the stream is doing."""
        counts, level, tracks = self._counts, self._level, self._tracks
        latency_p50_s, latency_p95_s = counts.latencies_s(0.50, 0.95)
        return LiveStats(
            status=self._source.status(),
            heard_s=seconds(tracks.written, tracks.sample_rate) if tracks else 0.0,
            latency_p50_s=latency_p50_s,
            latency_p95_s=latency_p95_s,
            hops=counts.hops,
            windows_skipped=counts.windows_skipped,
            updates_dropped=counts.updates_dropped,
            lost_samples=self._lost,
            peak_dbfs=level.peak_dbfs,
            rms_dbfs=level.rms_dbfs,
            skipped=counts.skipped,
            failure=self._failure,
            sinks=self._sinks.status(),
        )

    def _guard(self, loop: Callable[[], None]) -> None:
        """Run a thread's loop; a failure ends the stream with a sentence, never silently."""
        try:
            loop()
        except UserError as error:
            self._failure = str(error)
        except Exception as error:  # noqa: BLE001  (a thread must not die without a word)
            self._failure = f"Listening stopped: {type(error).__name__}: {error}"
        finally:
            self._stop.set()
            self._opened.set()
            self._ripe.set()

    def _feature_loop(self) -> None:
        try:
            self._listen()
        finally:
            # Also when the source opened after `close`, or something else failed.
            self._source.stop()

    def _listen(self) -> None:
        self._source.start()
        if self._stop.is_set():  # closed before the source was open, which may now never be
            return
        rate = self._source.sample_rate
        self._stream = self._describe()
        tracks = Tracks(rate, int(self._history_s * rate), keep_sound=True)
        stage = FeatureStage(tracks)
        self._tracks = tracks
        self._opened.set()
        position = 0
        while not self._stop.is_set():
            position, idle = self.feature_step(stage, position)
            if idle or position == self._source.ring.written:
                self._stop.wait(self._until_more())
        # What has been heard by now is analysed to the end.
        self._source.stop()
        idle = False
        while not idle:
            position, idle = self.feature_step(stage, position)
        self._model_ring.write(stage.finish())

    def _until_more(self) -> float:
        """Return in how many seconds to look for sound again."""
        if self._resting:
            # in time for the next patch; where inference is at one, that is the one after it
            missing = self._ripe_at - self._model_ring.written
            missing += YAMNET.patch_hop if missing <= 0 else 0
            return min(max(IDLE_S, missing / YAMNET.sample_rate + LATE_S), RESTING_S)
        heard_at = self._source.heard_at
        age_s = 0.0 if heard_at is None else time.monotonic() - heard_at
        return max(AGAIN_S, STEP_S - age_s) if age_s < 2 * STEP_S else IDLE_S

    def _describe(self) -> StreamInfo:
        source, status = self._source, self._source.status()
        heard = timedelta(seconds=seconds(source.ring.written, source.sample_rate))
        return StreamInfo(
            origin=datetime.now().astimezone() - heard,
            sample_rate=source.sample_rate,
            device=status.device,
            host_api=status.host_api,
            model_id=self._model.identity,
            taxonomy=self._model.taxonomy,
            rules=self._rules,
        )

    def feature_step(self, stage: FeatureStage, position: int) -> tuple[int, bool]:
        """Pass on what the source's ring holds beyond `position`; tell whether it was nothing."""
        tracks = self._tracks
        assert tracks is not None
        rate = tracks.sample_rate
        block = self._source.ring.advance(position, rate * MOST_S)
        if isinstance(block, Gap):
            self._model_ring.write(stage.skip(block.length, block.cause))
            behind = rescale(block.stop, rate, YAMNET.sample_rate) - self._model_ring.written
            self._model_ring.skip(behind)
            self._lost += block.length if block.cause is Cause.LOST else 0
            self._ripe.set()
            return block.stop, False
        if len(block) == 0:
            return position, True
        sound = mono(block) if block.size > len(block) else block.reshape(-1)
        position += len(block)
        # not before a patch is complete: inference has no use for it
        due = self._resting or rescale(position, rate, YAMNET.sample_rate) >= self._ripe_at
        heard = stage.push(sound, due=due)
        if len(heard):
            self._model_ring.write(heard)
            if self._model_ring.written >= self._ripe_at:
                self._ripe.set()
        self._level = self._levels.push(sound, rate)
        return position, False

    def _inference_loop(self) -> None:
        self._opened.wait()
        stream = self._stream
        if self._tracks is None or stream is None:
            return
        self._device = (stream.device, stream.host_api)
        self._sinks.begin(stream, self._source.ring)
        stage = InferenceStage(self._model, stream.sample_rate, stream.rules, live=True)
        position = 0
        while not self._stop.is_set():
            self._ripe.clear()
            position, idle = self.inference_step(stage, position)
            if idle or self._too_early(stage, position):
                self._ripe_at = position + stage.missing
                self._ripe.wait(LONGEST_WAIT_S)
        self._drain_rest(stage, position)

    def _drain_rest(self, stage: InferenceStage, position: int) -> None:
        """Analyse what is left after a stop, so that the last sound is not lost."""
        self._threads[0].join(timeout=5.0)
        idle = False
        while not idle:
            position, idle = self.inference_step(stage, position)
        tracks = self._tracks
        assert tracks is not None
        self._post(stage.finish(tracks.written)[1], tracks.written)

    def inference_step(self, stage: InferenceStage, position: int) -> tuple[int, bool]:
        """Analyse what the 16 kHz ring holds beyond `position`; tell whether it was nothing."""
        self._note_changes(stage, position)
        target = self._due(position)
        if target > position:
            self._skip(stage, position, target)
            return target, False
        if self._too_early(stage, position):
            return position, True
        block = self._model_ring.advance(position, YAMNET.sample_rate)
        if isinstance(block, Gap):
            self._pass_over(stage, position, block.stop, self._cause(position, block.stop))
            return block.stop, False
        if len(block) == 0:
            return position, True
        position += len(block)
        self._post(stage.push(block)[1], self._source_sample(position))
        return position, False

    def _too_early(self, stage: InferenceStage, position: int) -> bool:
        """Tell whether nothing would come of analysing now: many small steps cost more than one."""
        ring = self._model_ring
        enough = ring.written - position >= stage.missing
        return not (enough or self._stop.is_set() or any(g.stop > position for g in ring.gaps))

    def _note_changes(self, stage: InferenceStage, position: int) -> None:
        """Take over new rules, and tell of them and of another device."""
        rules, status = self._rules, self._source.status()
        if rules is not stage.rules:
            stage.rules = rules
            self._sinks.note(RulesChange(self._source_sample(position), rules))
        device = (status.device, status.host_api)
        if device != self._device and status.device:
            self._device = device
            self._sinks.note(DeviceChange(self._source_sample(position), *device))

    def _due(self, position: int) -> int:
        """Return where to go on from `position`: further on if too much audio is waiting."""
        waiting = Span(position, self._model_ring.written)
        gaps = [gap for gap in self._model_ring.gaps if gap.overlap(waiting)]
        lag = waiting.length - sum(gap.overlap(waiting) for gap in gaps)
        if lag <= MAX_LAG_S * YAMNET.sample_rate or any(gap.start <= position for gap in gaps):
            return position
        newest = waiting.stop - 2 * YAMNET.patch_length
        # What was lost was not skipped: stop there, and see again behind it.
        return min([newest, *(gap.start for gap in gaps)])

    def _skip(self, stage: InferenceStage, position: int, target: int) -> None:
        """Give up the audio between two positions because inference is too slow for it."""
        span = self._pass_over(stage, position, target, Miss.SKIPPED)
        self._counts.skip(span)
        self._counts.windows_skipped += (target - position) // YAMNET.patch_hop

    def _pass_over(self, stage: InferenceStage, start: int, stop: int, cause: Miss) -> Span:
        """End the segment at 16 kHz sample `start`, begin the next at `stop`; say what between."""
        span = Span(self._source_sample(start), self._source_sample(stop))
        self._post(stage.finish(span.start)[1], span.start)
        self._sinks.note(Missed(span, cause))
        stage.restart(span.stop)
        return span

    def _cause(self, start: int, stop: int) -> Miss:
        """Return why there is no sound between two positions of the 16 kHz ring."""
        tracks = self._tracks
        assert tracks is not None
        span = Span(self._source_sample(start), self._source_sample(stop))
        causes = [gap.cause for gap in tracks.gaps if gap.overlap(span)]
        return Miss(causes[-1]) if causes else Miss.LOST

    def _source_sample(self, model_sample: int) -> int:
        assert self._tracks is not None
        return rescale(model_sample, YAMNET.sample_rate, self._tracks.sample_rate)

    def _post(self, updates: list[HopUpdate], heard: int) -> None:
        """Tell what is new, now that all before source sample `heard` is analysed."""
        counts = self._counts
        self._sinks.take([event for update in updates for event in update.events], heard)
        for update in updates:
            if not update.final:
                self._sinks.sounding(update.provisional, heard)
            counts.hops += update.final
            counts.updates_dropped += len(self._mailbox) == MAILBOX
            self._mailbox.append(update)
        tracks = self._tracks
        assert tracks is not None
        for update in updates:
            if not update.final:
                counts.time_labels(update, tracks.written, tracks.sample_rate)
