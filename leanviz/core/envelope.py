"""Minimum and maximum of a signal at several zooms, in bins fixed to the sample index."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from leanviz.core.clock import Gap
from leanviz.core.ring import Ring

Float32 = npt.NDArray[np.float32]
# Ascending sample indices; span ``i`` is ``[edges[i], edges[i + 1])``. Of a few, lists are quicker.
Edges = Sequence[int] | npt.NDArray[np.int64]

BASE = 64
FACTOR = 8
LEVELS = 4
# Bins of the finest level, at most, of a recording of any length: 4 MB, 11 minutes at 48 kHz.
MOST_BINS = 524_288
# Bins of the coarsest level, kept beyond the history: 2 MB for 50 hours at 48 kHz.
OUTLINE = 262_144
_SKIP_BLOCK = 65_536
_NO_BINS = np.zeros((0, 2), np.float32)


def base_for(n_samples: int) -> int:
    """Return the width of the narrowest bins for a recording of `n_samples`, however long."""
    base = BASE
    while n_samples > base * MOST_BINS:
        base *= FACTOR
    return base


class EnvelopePyramid:
    """A min/max pyramid filled by one thread and read by many.

    Level ``k`` has bins of ``base * FACTOR**k`` samples; bin ``b`` always covers the same samples,
    so a scrolling waveform does not shimmer.

    Parameters
    ----------
    capacity : int
        Samples of history to keep; the coarsest level is kept for longer.
    base : int
        Samples of the narrowest bin.
    """

    def __init__(self, capacity: int, base: int = BASE) -> None:
        self.base = base
        sizes = [capacity // (base * FACTOR**level) + 2 for level in range(LEVELS)]
        sizes[-1] = max(sizes[-1], OUTLINE)
        self._levels = [Ring(size, (2,)) for size in sizes]
        # What is too little for a bin so far: samples, and for each level above bins from below it.
        self._rest = np.zeros(0, np.float32)
        self._pending = [np.zeros((0, 2), np.float32) for _ in range(LEVELS - 1)]

    def push(self, samples: Float32) -> None:
        """Append mono samples [n]. Writer thread only."""
        samples = np.concatenate((self._rest, samples))
        whole = len(samples) - len(samples) % self.base
        self._rest = samples[whole:]
        blocks = samples[:whole].reshape(-1, self.base)
        self._append(0, _extremes(blocks, blocks))

    def skip(self, count: int) -> None:
        """Advance over `count` samples that were lost. Writer thread only.

        A bin counts as lost where nothing of it was heard.
        """
        for start in range(0, count, _SKIP_BLOCK):
            self.push(np.full(min(_SKIP_BLOCK, count - start), np.nan, np.float32))

    def everything(self) -> list[Float32] | None:
        """Return the bins of all levels; None if some are not kept any more, or were lost."""
        levels = [level.everything() for level in self._levels]
        return None if any(level is None for level in levels) else levels  # pyright: ignore[reportReturnType]

    def restore(self, levels: list[Float32]) -> None:
        """Take the bins that `everything` gave; for a pyramid that is empty, and complete then."""
        for ring, bins in zip(self._levels, levels, strict=True):
            ring.write(bins)

    def _append(self, level: int, bins: Float32) -> None:
        """Add bins [n, 2] to a level and pass what they complete to the next."""
        self._levels[level].write(bins)
        if level + 1 == LEVELS:
            return
        bins = np.concatenate((self._pending[level], bins))
        if len(bins) < FACTOR:  # nothing to add to the levels above
            self._pending[level] = bins
            return
        whole = len(bins) - len(bins) % FACTOR
        self._pending[level] = bins[whole:]
        groups = bins[:whole].reshape(-1, FACTOR, 2)
        self._append(level + 1, _extremes(groups[..., 0], groups[..., 1]))

    def query(self, edges: Edges) -> Float32:
        """Return the envelope of consecutive spans.

        Parameters
        ----------
        edges : sequence of int [n + 1]
            Ascending sample indices; span ``i`` is ``[edges[i], edges[i + 1])``.

        Returns
        -------
        numpy.ndarray [n, 2]
            Minimum and maximum of each span; NaN where there are no samples (not yet, not any
            more, or lost).
        """
        return self._query(self._level(edges), edges)

    def outline(self, edges: Edges) -> Float32:
        """Return what `query` does, and for spans older than its history the coarsest level."""
        level = self._level(edges)
        found = self._query(level, edges)
        oldest = self._levels[level].oldest * self.base * FACTOR**level
        old = min(len(found), bisect_left(edges, oldest)) if oldest else 0
        if old:
            found[:old] = self._query(LEVELS - 1, edges[: old + 1])
        return found

    def _level(self, edges: Edges) -> int:
        """Return the coarsest level whose bins are no wider than the spans."""
        width = max(1, int(edges[-1] - edges[0]) // max(1, len(edges) - 1))
        level = 0
        while level + 1 < LEVELS and self.base * FACTOR ** (level + 1) <= width:
            level += 1
        return level

    def _query(self, level: int, edges: Edges) -> Float32:
        """Return the envelope of consecutive spans from one level."""
        ring, size = self._levels[level], self.base * FACTOR**level
        low, high = max(int(edges[0]) // size, ring.oldest), ring.written
        high = min(high, max(int(edges[-2]) // size + 1, -(-int(edges[-1]) // size)))
        part = ring.read(low, high - low) if low < high else _NO_BINS
        if isinstance(part, Gap):  # the writer has come round just now
            low = part.stop
            part = ring.read(low, high - low)
        if isinstance(part, Gap):
            part = _NO_BINS
        count = len(part)
        bins = np.empty((count + 1, 2), np.float32)
        bins[:count], bins[count] = part, np.nan
        # pairs of bins, from and to; spans without any take the last one, which is no number
        spans: list[int] = []
        for start, stop in pairwise(edges):
            first = start // size
            last = min(max(first + 1, -(-stop // size)) - low, count)
            first = max(first - low, 0)
            spans += (first, last) if first < last else (count, count)
        pairs = np.array(spans)
        found = np.empty((len(spans) // 2, 2), np.float32)
        found[:, 0] = np.fmin.reduceat(bins[:, 0], pairs)[::2]
        found[:, 1] = np.fmax.reduceat(bins[:, 1], pairs)[::2]
        return found


def _extremes(lows: Float32, highs: Float32) -> Float32:
    """Return the minimum and maximum of each row, [n, 2], passing over NaN."""
    found = np.empty((len(lows), 2), np.float32)
    np.fmin.reduce(lows, axis=1, out=found[:, 0])
    np.fmax.reduce(highs, axis=1, out=found[:, 1])
    return found
