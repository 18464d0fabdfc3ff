"""A file through the engine, as fast as it goes, in the caller's thread or in a worker."""

import logging
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from leanviz.audio.file import AudioReader, open_audio
from leanviz.core.decisions import DecisionRules
from leanviz.core.errors import UserError
from leanviz.inference.model import LeanModel
from leanviz.pipeline.analysis_cache import AnalysisCache, Entry
from leanviz.pipeline.file_analysis import BLOCK_S, ClipProgress, FileAnalysis, in_order
from leanviz.pipeline.results import ClipAnalysis
from leanviz.pipeline.stored_stream import DamagedError

__all__ = [
    "BLOCK_S", "Cancelled", "ClipDone", "ClipFailure", "ClipJob", "ClipNews", "ClipProgress",
    "ClipRequest", "analyze_file", "in_order",
]  # fmt: skip

log = logging.getLogger(__name__)

# Shorter files are analysed sooner than they are found again.
LEAST_KEPT_S = 20.0


class Cancelled(Exception):
    """The user stopped an analysis."""


def analyze_file(  # noqa: PLR0913  (each is a choice of its own)
    path: str | Path,
    model: LeanModel,
    rules: DecisionRules | None = None,
    *,
    progress: Callable[[ClipProgress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    pictures: bool = True,
    cache: AnalysisCache | None = None,
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
    cache : AnalysisCache or None
        Where results are kept from one time to the next; without pictures they are only looked up.

    Raises
    ------
    UserError
        With a sentence naming the file and the cause.
    Cancelled
        If `cancelled` said so.
    """
    rules = rules or model.default_rules()

    def run(reader: AudioReader, entry: Entry | None) -> ClipAnalysis:
        work = FileAnalysis(reader, model, rules, pictures, entry)
        for _ in work.steps():
            if progress is not None:
                progress(work.progress())
            if cancelled is not None and cancelled():
                raise Cancelled(str(path))
        return work.finish()

    with open_audio(path) as reader:
        entry = None if cache is None else _entry(cache, reader, model)
        analysis = _with_kept(run, reader, entry)
    if cache is not None and entry is not None and pictures:
        cache.make_room(entry)
    return analysis


def _with_kept(
    run: Callable[[AudioReader, Entry | None], ClipAnalysis],
    reader: AudioReader,
    entry: Entry | None,
) -> ClipAnalysis:
    """Analyse a file with what is kept of it, as far as that is of use."""
    for _ in range(2):
        try:
            return run(reader, entry)
        except DamagedError:  # and it is gone by now
            continue
        except (Cancelled, UserError):
            raise
        except Exception as error:
            if entry is None:
                raise
            # whole, and yet nothing that leanviz wrote
            log.warning("what is kept of %s is of no use (%r): it is removed", reader.path, error)
            entry.remove()
            break
    return run(reader, None)


def _entry(cache: AnalysisCache, reader: AudioReader, model: LeanModel) -> Entry | None:
    """Return where the results of a file are kept, None if they are not."""
    if reader.n_samples < LEAST_KEPT_S * reader.sample_rate:
        return None
    return cache.entry(reader.path, model.identity)


@dataclass(frozen=True, slots=True)
class ClipRequest:
    """What a worker needs to know to analyse a file; never changed once made."""

    request: int
    path: Path
    rules: DecisionRules


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

    Attributes
    ----------
    cache : AnalysisCache or None
        Where the results of files are kept; nowhere if None.

    `open`, `cancel`, `poll` and `close` are for the thread that owns the job and never block for
    longer than one block of audio takes.
    """

    def __init__(self, model: LeanModel) -> None:
        self._model = model
        # NB: written by the owner, loaded by the worker once per request.
        self.cache: AnalysisCache | None = None
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
                request.path,
                self._model,
                request.rules,
                progress=tell,
                cancelled=stale,
                cache=self.cache,
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
