"""Moments that LEAN hears alike: the embedding of a stretch against those of sounds."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from leanviz.audio.file import open_audio
from leanviz.core.alignment import EMBEDDING_WIDTH
from leanviz.core.clock import Span, rescale, seconds
from leanviz.core.decisions import PatchClock
from leanviz.core.errors import UserError
from leanviz.core.frontend import YAMNET, PatchStream
from leanviz.core.inquiry import ALIKE_FROM
from leanviz.inference.model import LeanModel
from leanviz.pipeline.heard_again import heard_blocks
from leanviz.pipeline.kept_sound import Sound
from leanviz.pipeline.spool import Spool

Float32 = npt.NDArray[np.float32]

# How many moments are listed.
MOST = 50
# Files whose embeddings are kept for the next search: at most 3 MiB of memory each.
KEPT = 64


@dataclass(frozen=True, slots=True)
class Embeddings:
    """What YAMNet made of a sound.

    Attributes
    ----------
    path : Path or None
        A file; None is what is kept of a stream.
    sample_rate : int
        Rate of the sound in hertz.
    vectors : numpy.ndarray [n_patches, 1024]
        In half precision; of a long file they lie on the disk.
    start : int
        Source sample at which it begins: 0, or somewhere in a stream.
    """

    path: Path | None
    sample_rate: int
    vectors: npt.NDArray[np.float16]
    start: int = 0


@dataclass(frozen=True, slots=True)
class Alike:
    """A moment that is like the one asked about.

    Attributes
    ----------
    path : Path or None
        A file; None is what is kept of a stream.
    sample_rate : int
        In hertz.
    span : Span
        Source samples of the file or the stream.
    cosine : float
        Of the mean embeddings, in [0, 1]: YAMNet's are never negative.
    """

    path: Path | None
    sample_rate: int
    span: Span
    cosine: float

    @property
    def onset_s(self) -> float:
        """When it begins, in seconds."""
        return seconds(self.span.start, self.sample_rate)


def embeddings_of_file(
    path: Path, model: LeanModel, stale: Callable[[], bool] = lambda: False
) -> Embeddings | None:
    """Return the embeddings of a file, read block by block; None if `stale` said so.

    Raises
    ------
    UserError
        If the file cannot be read.
    """
    with open_audio(path) as reader:
        rate = reader.sample_rate
    vectors = vectors_of(path, model, stale)
    return None if vectors is None else Embeddings(path, rate, vectors)


def vectors_of(
    sound: Sound, model: LeanModel, stale: Callable[[], bool] = lambda: False
) -> npt.NDArray[np.float16] | None:
    """Return what YAMNet makes of a sound [n_patches, 1024]; as `embeddings_of_file` otherwise."""
    stream, vectors = PatchStream(), Spool((EMBEDDING_WIDTH,), np.float16)
    for block in heard_blocks(sound, stale=stale):
        _embed(model, stream.push(block), vectors)
    if stale():
        return None
    _embed(model, stream.finish(), vectors)
    return vectors.array()


@dataclass(frozen=True, slots=True)
class Search:
    """Where to look for moments like one of a file.

    Attributes
    ----------
    path : Path
    span : Span
        The moment, in source samples of the file.
    among : tuple of Path
        Sound files to look in.
    threshold : float
        Least cosine.
    """

    path: Path
    span: Span
    among: tuple[Path, ...]
    threshold: float = ALIKE_FROM


@dataclass(frozen=True, slots=True)
class Findings:
    """What a search found.

    Attributes
    ----------
    alike : list of Alike
        The likest first.
    files : int
        How many were looked in.
    problems : tuple of str
        A sentence for each file that could not be read.
    """

    alike: list[Alike]
    files: int
    problems: tuple[str, ...]


class Searcher:
    """Searches files, and keeps the embeddings of the latest for the next search. One thread."""

    def __init__(self, model: LeanModel) -> None:
        self._model = model
        self._kept: OrderedDict[tuple[Path, int], Embeddings] = OrderedDict()

    def search(
        self,
        search: Search,
        stale: Callable[[], bool] = lambda: False,
        progress: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> Findings | None:
        """Return what is found; None if `stale` said so.

        Parameters
        ----------
        progress : callable
            Told before each file how many are done, and of how many.

        Raises
        ------
        UserError
            If the file with the moment cannot be read.
        """
        asked = self._embeddings(search.path, stale)
        if asked is None:
            return None
        alike: list[Alike] = []
        problems: list[str] = []
        for done, path in enumerate(search.among):
            progress(done, len(search.among))
            try:
                file = self._embeddings(path, stale)
            except UserError as error:
                problems.append(str(error))
                continue
            if file is None:
                return None
            alike += find_similar(asked, search.span, [file], search.threshold)
        alike.sort(key=lambda moment: -moment.cosine)
        return Findings(alike[:MOST], len(search.among) - len(problems), tuple(problems))

    def _embeddings(self, path: Path, stale: Callable[[], bool]) -> Embeddings | None:
        try:
            key = path.resolve(), path.stat().st_mtime_ns
        except OSError:  # the reader will say what is wrong
            return embeddings_of_file(path, self._model, stale)
        found = self._kept.pop(key, None) or embeddings_of_file(path, self._model, stale)
        if found is not None:
            self._kept[key] = found
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found


def patches_of(span: Span, sample_rate: int, n_patches: int) -> range:
    """Return the patches whose hops lie mostly in a stretch of source samples, at least one."""
    start, stop = (rescale(at, sample_rate, YAMNET.sample_rate) for at in (span.start, span.stop))
    lead = (YAMNET.patch_length - YAMNET.patch_hop) // 2
    first = min(max(0, round((start - lead) / YAMNET.patch_hop)), n_patches - 1)
    last = min(max(first + 1, round((stop - lead) / YAMNET.patch_hop)), n_patches)
    return range(first, last)


def find_similar(
    asked: Embeddings, span: Span, among: Iterable[Embeddings], threshold: float = ALIKE_FROM
) -> list[Alike]:
    """Return moments as long as a stretch that are like it, the likest first, at most `MOST`.

    Parameters
    ----------
    asked : Embeddings
        Of the sound with the stretch.
    span : Span
        The stretch, in source samples.
    among : iterable of Embeddings
        Where to look. Moments do not overlap each other, nor the stretch itself.
    threshold : float
        Least cosine.
    """
    within = Span(span.start - asked.start, span.stop - asked.start)
    own = patches_of(within, asked.sample_rate, len(asked.vectors))
    query = _unit(asked.vectors[own.start : own.stop].astype(np.float32).mean(0)[None])[0]
    found: list[Alike] = []
    for file in among:
        cosine = _moving_cosine(file.vectors, query, len(own))
        if (file.path, file.start) == (asked.path, asked.start):
            cosine[max(0, own.start - len(own) + 1) : own.stop] = -1.0
        clock = PatchClock(file.sample_rate, file.start)
        for first in _peaks(cosine, len(own), threshold):
            moment = clock.extent(first, first + len(own) - 1)
            found.append(Alike(file.path, file.sample_rate, moment, float(cosine[first])))
    return sorted(found, key=lambda moment: -moment.cosine)[:MOST]


def _embed(model: LeanModel, patches: Float32, vectors: Spool) -> None:
    if len(patches):
        # Behind the embedding come logits that the readout adds: no part of what sounds alike.
        vectors.append(model.embed(patches)[:, :EMBEDDING_WIDTH])


def _unit(vectors: Float32) -> Float32:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def _moving_cosine(vectors: npt.NDArray[np.float16], query: Float32, length: int) -> Float32:
    """Return the cosine of the mean of each `length` patches in a row and a unit vector."""
    count = len(vectors) - length + 1
    if count < 1:
        return np.zeros(0, np.float32)
    cosine = np.zeros(count, np.float32)
    part = 4_096
    for at in range(0, count, part):
        block = vectors[at : at + part + length - 1].astype(np.float32)
        sums = np.cumsum(
            np.concatenate((np.zeros_like(block[:1]), block)), axis=0, dtype=np.float64
        )
        means = (sums[length:] - sums[:-length]).astype(np.float32)
        cosine[at : at + len(means)] = _unit(means) @ query
    return cosine


def _peaks(cosine: Float32, length: int, threshold: float) -> list[int]:
    """Return the first patches of the best moments that do not overlap."""
    left, chosen = cosine.copy(), []
    while len(chosen) < MOST and len(left) and left.max() >= threshold:
        best = int(left.argmax())
        chosen.append(best)
        left[max(0, best - length + 1) : best + length] = -1.0
    return chosen
