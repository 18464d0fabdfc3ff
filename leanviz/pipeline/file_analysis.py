"""One file on its way through the engine."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from leanviz.audio.file import AudioReader
from leanviz.core.decisions import DecisionRules
from leanviz.core.events import Event, Finding
from leanviz.core.finding_store import FindingStore
from leanviz.core.tracks import Tracks
from leanviz.inference.model import LeanModel
from leanviz.inference.stream import LeanStream, PatchResult
from leanviz.pipeline.analysis_cache import Entry
from leanviz.pipeline.patch_store import PatchStore
from leanviz.pipeline.results import ClipAnalysis, HiddenFindings, HopUpdate
from leanviz.pipeline.spool import FEW_IN_MEMORY, Spool, on_disk
from leanviz.pipeline.stages import FeatureStage, InferenceStage
from leanviz.pipeline.stored_stream import StoredStream

Float32 = npt.NDArray[np.float32]

# Seconds of audio between two looks at progress and cancellation, 40 ms of work: twelve patches.
# LEAN hears fewer at a time more slowly, and more of them no faster, in more memory.
BLOCK_S = 5.76
# Header lengths of compressed files are estimates.
LENGTH_SLACK = 1.02
# Blocks recalled between two looks, of a file that is known: as much work.
_RECALLED = 17
_PICTURES = "pictures"
_NO_SAMPLES = np.zeros(0, np.float32)


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
        All candidates so far. The worker's own: it grows at its end and nowhere else.
    """

    request: int
    path: Path
    fraction: float
    n_samples: int
    tracks: Tracks
    findings: Sequence[Finding]


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """Return the events of a file as its analysis lists them."""
    return tuple(sorted(events, key=lambda e: (e.onset, -e.score, e.label)))


class Unpictured(Tracks):
    """Tracks for those who only read the results: they count samples, and stay empty."""

    def __init__(self, sample_rate: int) -> None:
        super().__init__(sample_rate, sample_rate)

    def push(self, samples: Float32) -> None:
        """Count samples [n]."""
        self._written += len(samples)

    def restore(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Take the number of samples alone."""
        self._written = int(arrays["written"])

    def finish(self) -> None:
        """Do nothing."""


class FileAnalysis:
    """One file: go through `steps`, then `finish`.

    Parameters
    ----------
    reader : AudioReader
        The file, open.
    model : LeanModel
    rules : DecisionRules
    pictures : bool
        Whether the tracks are wanted.
    entry : Entry or None
        Results from before, and where they are kept. If all is there, no sound is read. Without
        pictures it is of use only then: nothing is kept of a file whose pictures are not.
    """

    def __init__(
        self,
        reader: AudioReader,
        model: LeanModel,
        rules: DecisionRules,
        pictures: bool = True,
        entry: Entry | None = None,
    ) -> None:
        self._reader, self._model, self._entry = reader, model, entry
        rate = reader.sample_rate
        self.tracks = self._empty_tracks() if pictures else Unpictured(rate)
        self._stored = None if entry is None else StoredStream(LeanStream(model), entry)
        # whether the file ended early, if all of it is known
        self._known = self._recall_pictures()
        if self._known is None and not pictures:
            self._entry = self._stored = None
        self._features = FeatureStage(self.tracks)
        self._inference = InferenceStage(model, rate, rules, stream=self._stored)
        self._events: list[Event] = []
        self._findings = FindingStore(model.taxonomy, store=on_disk)
        self._patches: PatchStore | None = None
        self._extents = Spool((2,), np.int64, FEW_IN_MEMORY)
        self._analysed = 0

    def steps(self) -> Iterator[None]:
        """Do the work, a little for each item.

        Raises
        ------
        UserError
            If the file cannot be read.
        DamagedError
            If what was kept of it is of no use; that is gone then.
        """
        if self._stored is not None and self._known is not None:
            for n, _ in enumerate(self._stored.blocks()):
                self._collect(self._inference.push(_NO_SAMPLES))
                if n % _RECALLED == 0:
                    yield
            return
        for block in self._reader.blocks(int(BLOCK_S * self._reader.sample_rate)):
            self._collect(self._inference.push(self._features.push(block)))
            self._analysed = self.tracks.written
            yield

    def progress(self) -> ClipProgress:
        """Return how far the file is."""
        fraction = min(1.0, self._analysed / self._reader.n_samples)
        length = max(self._reader.n_samples, self.tracks.written)
        return ClipProgress(0, self._reader.path, fraction, length, self.tracks, self._findings)

    def finish(self) -> ClipAnalysis:
        """End the file; return all about it."""
        if self._known is None:
            self._collect(self._inference.push(self._features.finish()))
        self._collect(self._inference.finish(self.tracks.written))
        if self._patches is None:
            # One sample at 48 kHz is none at 16 kHz: a moment of silence stands for it.
            self._collect(self._inference.push(np.zeros(1, np.float32)))
            self._collect(self._inference.finish(self.tracks.written))
        assert self._patches is not None
        truncated = self._reader.truncated if self._known is None else self._known
        self._keep_pictures(truncated)
        rules = self._inference.rules
        return ClipAnalysis(
            path=self._reader.path,
            sample_rate=self._reader.sample_rate,
            n_samples=self.tracks.written,
            tracks=self.tracks,
            events=in_order(self._events),
            hidden=HiddenFindings(self._findings, rules, self._model.taxonomy),
            patch_extents=self._extents.array(),
            frame_scores=self._patches.frame_scores(),
            peak_scores=self._patches.peak_scores,
            clip_scores=self._patches.clip_scores(),
            attention=self._patches.attention(self._inference.clock),
            model=self._model.identity,
            truncated=truncated,
            findings=self._findings,
            rules=rules,
        )

    def _collect(self, news: tuple[list[PatchResult], list[HopUpdate]]) -> None:
        results, updates = news
        if not results:
            return
        if self._patches is None:
            self._patches = PatchStore(results[0])
        self._patches.extend(results, [update.scores for update in updates])
        self._extents.append([[update.extent.start, update.extent.stop] for update in updates])
        self._analysed = updates[-1].extent.stop
        for update in updates:
            self._events += update.events
            self._findings.extend(update.findings)

    def _empty_tracks(self) -> Tracks:
        rate = self._reader.sample_rate
        return Tracks.for_file(rate, int(self._reader.n_samples * LENGTH_SLACK) + rate)

    def _recall_pictures(self) -> bool | None:
        """Fill the tracks from before; return whether the file ended early, None if not known."""
        if self._entry is None or self._stored is None or not self._stored.complete:
            return None
        kept = self._entry.read(_PICTURES)
        if kept is None:
            return None
        try:
            self.tracks.restore(kept)
            return bool(kept["truncated"])
        except (KeyError, ValueError, TypeError) as error:
            self._entry.reject(_PICTURES, error)
            self.tracks = self._empty_tracks()
            return None

    def _keep_pictures(self, truncated: bool) -> None:
        if self._entry is None or self._known is not None:
            return
        pictures = self.tracks.everything()
        if pictures is not None:
            self._entry.write(_PICTURES, {**pictures, "truncated": np.array(truncated)})
