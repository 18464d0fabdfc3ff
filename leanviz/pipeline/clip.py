"""A file through the engine, as fast as it goes, in the caller's thread or in a worker."""

import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from leanviz.audio.file import AudioReader, open_audio
from leanviz.core.decisions import DecisionRules
from leanviz.core.errors import UserError
from leanviz.core.events import Event, Finding, Hidden
from leanviz.core.tracks import Tracks
from leanviz.inference.model import LeanModel
from leanviz.inference.stream import PatchResult
from leanviz.pipeline.patch_store import PatchStore
from leanviz.pipeline.results import ClipAnalysis, HopUpdate
from leanviz.pipeline.spool import Spool
from leanviz.pipeline.stages import FeatureStage, InferenceStage

# Seconds of audio between two looks at progress and cancellation: 3 ms of work each.
BLOCK_S = 2.0
# Header lengths of compressed files are estimates.
LENGTH_SLACK = 1.02


class Cancelled(Exception):
    """The user stopped an analysis."""


class Unpictured(Tracks):
    """Tracks for those who only read the results: they count samples, and stay empty."""

    def __init__(self, sample_rate: int) -> None:
        super().__init__(sample_rate, sample_rate)

    def push(self, samples: npt.NDArray[np.float32]) -> None:
        """Count samples [n]."""
        self._written += len(samples)

    def finish(self) -> None:
        """Do nothing."""


class _Analysis:
    """One file on its way through the engine."""

    def __init__(
        self, reader: AudioReader, model: LeanModel, rules: DecisionRules, pictures: bool
    ) -> None:
        self._reader = reader
        self._model = model
        rate = reader.sample_rate
        length = int(reader.n_samples * LENGTH_SLACK) + rate
        self.tracks = Tracks.for_file(rate, length) if pictures else Unpictured(rate)
        self.events: list[Event] = []
        self._features = FeatureStage(self.tracks)
        self._inference = InferenceStage(model, rate, rules)
        self._patches: PatchStore | None = None
        self._extents = Spool((2,), np.int64)
        self._hidden: list[Hidden] = []
        self.findings: list[Finding] = []

    def progress(self) -> "ClipProgress":
        """Return how far the file is."""
        fraction = min(1.0, self.tracks.written / self._reader.n_samples)
        length = max(self._reader.n_samples, self.tracks.written)
        return ClipProgress(0, self._reader.path, fraction, length, self.tracks, self.findings)

    def push(self, samples: npt.NDArray[np.float32]) -> None:
        self._collect(self._inference.push(self._features.push(samples)))

    def finish(self) -> ClipAnalysis:
        self._collect(self._inference.push(self._features.finish()))
        self._collect(self._inference.finish(self.tracks.written))
        if self._patches is None:
            # One sample at 48 kHz is none at 16 kHz: a moment of silence stands for it.
            self._collect(self._inference.push(np.zeros(1, np.float32)))
            self._collect(self._inference.finish(self.tracks.written))
        assert self._patches is not None
        return ClipAnalysis(
            path=self._reader.path,
            sample_rate=self._reader.sample_rate,
            n_samples=self.tracks.written,
            tracks=self.tracks,
            events=in_order(self.events),
            hidden=tuple(self._hidden),
            patch_extents=self._extents.array(),
            frame_scores=self._patches.frame_scores(),
            peak_scores=self._patches.peak_scores,
            clip_scores=self._patches.clip_scores(),
            attention=self._patches.attention(self._inference.clock),
            model=self._model.identity,
            truncated=self._reader.truncated,
            findings=tuple(self.findings),
            rules=self._inference.rules,
        )

    def _collect(self, news: tuple[list[PatchResult], list[HopUpdate]]) -> None:
        results, updates = news
        for result in results:
            if self._patches is None:
                self._patches = PatchStore(result)
            else:
                self._patches.append(result)
        for update in updates:
            self._extents.append([update.extent.start, update.extent.stop])
            self.events += update.events
            self._hidden += update.hidden
            self.findings += update.findings


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """Return the events of a file as its analysis lists them."""
    return tuple(sorted(events, key=lambda e: (e.onset, -e.score, e.label)))


def analyze_file(
    path: str | Path,
    model: LeanModel,
    rules: DecisionRules | None = None,
    *,
    progress: Callable[["ClipProgress"], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    pictures: bool = True,
) -> ClipAnalysis:
    """Analyse one file; the only file path of leanviz.

    Parameters
    ----------
    path : str or Path
    model : LeanModel
    rules : DecisionRules or None
        What is shown; the model's own thresholds if None.
    progress : callable or None
        Called about every `BLOCK_S` seconds of audio.
    cancelled : callable or None
        Asked as often; True stops.
    pictures : bool
        Whether the spectrogram and the waveform are wanted too, a quarter of the work.

    Raises
    ------
    UserError
        With a sentence naming the file and the cause.
    Cancelled
        If `cancelled` said so.
    """
    with open_audio(path) as reader:
        work = _Analysis(reader, model, rules or model.default_rules(), pictures)
        for block in reader.blocks(int(BLOCK_S * reader.sample_rate)):
            if cancelled is not None and cancelled():
                raise Cancelled(str(path))
            work.push(block)
            if progress is not None:
                progress(work.progress())
        return work.finish()


@dataclass(frozen=True, slots=True)
class ClipRequest:
    """What a worker needs to know to analyse a file; never changed once made."""

    request: int
    path: Path
    rules: DecisionRules


@dataclass(frozen=True, slots=True)
class ClipProgress:
    """How far a file is.

    Attributes
    ----------
    n_samples : int
        Its length as far as is known before its end.
    tracks : Tracks
        Can be shown while they fill.
    findings : sequence of Finding
        All candidates so far. The worker's own list: it grows at its end and nowhere else.
    """

    request: int
    path: Path
    fraction: float
    n_samples: int
    tracks: Tracks
    findings: Sequence[Finding]


@dataclass(frozen=True, slots=True)
class ClipDone:
    """A file is analysed."""

    request: int
    analysis: ClipAnalysis


@dataclass(frozen=True, slots=True)
class ClipFailure:
    """A file could not be analysed; `message` is for the user, "" if the user cancelled."""

    request: int
    path: Path
    message: str


ClipNews = ClipProgress | ClipDone | ClipFailure


class ClipJob:
    """One worker thread that analyses the newest request; an older one is dropped.

    Every request ends in one `ClipDone` or `ClipFailure`.

    `open`, `cancel`, `poll` and `close` are for the thread that owns the job and never block for
    longer than one block of audio takes.
    """

    def __init__(self, model: LeanModel) -> None:
        self._model = model
        self._requests: queue.Queue[ClipRequest | None] = queue.Queue()
        # Bounded: a slow reader loses progress reports, never results (see _report).
        self._news: queue.Queue[ClipNews] = queue.Queue(maxsize=256)
        # NB: written by the owner, loaded by the worker; one reference store each.
        self._current = 0
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="leanviz-clip", daemon=True)
        self._thread.start()

    def open(self, path: str | Path, rules: DecisionRules | None = None) -> int:
        """Ask for a file; return the request's number. Whatever was running is dropped."""
        self._current += 1
        chosen = rules or self._model.default_rules()
        self._requests.put(ClipRequest(self._current, Path(path), chosen))
        return self._current

    def cancel(self) -> None:
        """Drop what runs or waits, if anything; it ends with a `ClipFailure` without message."""
        self._current += 1

    def poll(self) -> list[ClipNews]:
        """Return all news since the last call, in order."""
        news: list[ClipNews] = []
        while True:
            try:
                news.append(self._news.get_nowait())
            except queue.Empty:
                return news

    def close(self) -> None:
        """Stop and wait for the worker. Twice is harmless."""
        if self._closed:
            return
        self._closed = True
        self.cancel()
        self._requests.put(None)
        self._thread.join(timeout=5.0)

    def _run(self) -> None:
        while (request := self._requests.get()) is not None:
            self._report(self._analyze(request))

    def _analyze(self, request: ClipRequest) -> ClipDone | ClipFailure:
        def tell(progress: ClipProgress) -> None:
            if not self._news.full():
                self._news.put_nowait(replace(progress, request=request.request))

        def stale() -> bool:
            return request.request != self._current

        if stale():
            return ClipFailure(request.request, request.path, "")
        try:
            analysis = analyze_file(
                request.path, self._model, request.rules, progress=tell, cancelled=stale
            )
        except Cancelled:
            return ClipFailure(request.request, request.path, "")
        except UserError as error:
            return ClipFailure(request.request, request.path, str(error))
        except Exception as error:  # noqa: BLE001  (a worker must not die without a word)
            sentence = f"{request.path.name} could not be analysed: {type(error).__name__}: {error}"
            return ClipFailure(request.request, request.path, sentence)
        return ClipDone(request.request, analysis)

    def _report(self, news: ClipDone | ClipFailure) -> None:
        """Hand over a result; an owner that never polls loses the oldest news instead."""
        while True:
            try:
                self._news.put_nowait(news)
            except queue.Full:
                with suppress(queue.Empty):  # the owner may have polled just now
                    self._news.get_nowait()
            else:
                return
