"""The cross-attention of a recording: who looked where, in source samples."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from leanviz.core.alignment import WAVE_FIELD, WAVE_HOP
from leanviz.core.decisions import PatchClock

Float32 = npt.NDArray[np.float32]
Int64 = npt.NDArray[np.int64]

ALL = slice(None)

# One head by its index, the mean over all heads, or the highest of all heads at each key.
Head = int | Literal["max"] | None


@dataclass(frozen=True, slots=True)
class AttentionBand:
    """Attention of every patch over the wave features in its window.

    A window is at most ten seconds, so the map of a long recording is a band; only the band is
    kept.

    Attributes
    ----------
    weights : numpy.ndarray [n_patches, n_heads, width]
        Row ``p`` covers keys ``first_key[p] ... first_key[p] + width``; 0 where its window had
        fewer. Each row sums to 1.
    first_key : numpy.ndarray [n_patches]
        Index of the first wave feature of each row.
    query_extents : numpy.ndarray [n_patches, 2]
        Source samples [start, stop) that each patch sees.
    key_extents : numpy.ndarray [n_keys, 2]
        Source samples [start, stop) that each wave feature sees.
    sample_rate : int
        Rate of the source in hertz.
    whole : bool
        It is one window: every row could look at every key.
    """

    weights: Float32
    first_key: Int64
    query_extents: Int64
    key_extents: Int64
    sample_rate: int
    whole: bool = False

    @property
    def n_patches(self) -> int:
        """Number of queries."""
        return self.weights.shape[0]

    @property
    def n_heads(self) -> int:
        """Number of attention heads."""
        return self.weights.shape[1]

    @property
    def n_keys(self) -> int:
        """Number of wave features."""
        return len(self.key_extents)

    def query_s(self) -> npt.NDArray[np.float64]:
        """Return the centre of each patch in seconds [n_patches]."""
        return self.query_extents.mean(1) / self.sample_rate

    def key_s(self) -> npt.NDArray[np.float64]:
        """Return the centre of each wave feature in seconds [n_keys]."""
        return self.key_extents.mean(1) / self.sample_rate

    def rows(self, head: Head, patches: slice = ALL) -> Float32:
        """Return the band [n, width] of one head, the mean over heads for None, or their highest.

        Rows of the highest do not sum to 1. The weights of a long recording may lie on the disk:
        ask for the patches that are looked at.
        """
        weights = self.weights[patches]
        if head is None:
            return weights.mean(1)
        return weights.max(1) if head == "max" else weights[:, head]

    def dense(self, head: Head, first: int = 0, stop: int | None = None) -> Float32:
        """Return patches `first` to `stop` as a matrix [stop - first, n_keys]."""
        rows = self.rows(head, slice(first, stop))
        matrix = np.zeros((len(rows), self.n_keys), np.float32)
        for row, start, values in zip(matrix, self.first_key[first:stop], rows, strict=True):
            kept = row[start : start + len(values)]
            kept[:] = values[: len(kept)]
        return matrix

    def keys_of(self, patches: slice = ALL) -> tuple[Int64, npt.NDArray[np.bool_]]:
        """Return which key each cell of some rows is [n, width], and whether there is one.

        A row reaches as far as the patch after its own, which its window ends with; cells beyond
        are padding.
        """
        at = self.first_key[patches, None] + np.arange(self.weights.shape[2])
        rows = np.arange(*patches.indices(self.n_patches))
        last = self.query_extents[np.minimum(rows + 1, self.n_patches - 1), 1]
        clipped = np.minimum(at, self.n_keys - 1)
        reached = self.key_extents[clipped, 1] <= last[:, None]
        seen = (at < self.n_keys) & (reached | self.whole)
        return clipped, seen

    def ridge_s(self, head: Head, patches: slice = ALL) -> npt.NDArray[np.float64]:
        """Return where each patch looks on average: the centroid of key time [n], s."""
        return self._moment(head, self.key_s(), patches)

    def spread_s(self, head: Head) -> npt.NDArray[np.float64]:
        """Return how far each patch's attention spreads: its standard deviation [n_patches], s."""
        key_s = self.key_s()
        variance = self._moment(head, key_s**2) - self._moment(head, key_s) ** 2
        return np.sqrt(np.maximum(variance, 0.0))

    def _moment(
        self, head: Head, values: npt.NDArray[np.float64], patches: slice = ALL
    ) -> npt.NDArray[np.float64]:
        rows = self.rows(head, patches).astype(np.float64)
        padded = np.concatenate((values, np.zeros(rows.shape[1])))
        at = self.first_key[patches, None] + np.arange(rows.shape[1])
        return (rows * padded[at]).sum(1) / np.maximum(rows.sum(1), 1e-12)


@dataclass(frozen=True, slots=True)
class AttentionRow:
    """What one patch of a stream looked at, before it is part of a band.

    Attributes
    ----------
    patch : int
        Index within its segment.
    weights : numpy.ndarray [n_heads, width]
        Over wave features `first_key` and following, of the same segment; each sums to 1.
    first_key : int
    clock : PatchClock
        Where the segment lies in source samples.
    """

    patch: int
    weights: Float32
    first_key: int
    clock: PatchClock

    @property
    def stop_key(self) -> int:
        """Index behind its last wave feature."""
        return self.first_key + self.weights.shape[1]


def band_of(rows: Sequence[AttentionRow], whole: bool = False) -> AttentionBand:
    """Return rows that follow one another in a segment, at least one, as a band.

    Parameters
    ----------
    whole : bool
        They are of one window.
    """
    clock, base = rows[0].clock, rows[0].first_key
    width = max(row.weights.shape[1] for row in rows)
    weights = np.zeros((len(rows), len(rows[0].weights), width), np.float32)
    for place, row in zip(weights, rows, strict=True):
        place[:, : row.weights.shape[1]] = row.weights
    hop, length = clock.front.patch_hop, clock.front.patch_length
    queries = hop * np.array([row.patch for row in rows], np.int64)
    keys = WAVE_HOP * np.arange(base, rows[-1].stop_key, dtype=np.int64)
    return AttentionBand(
        weights=weights,
        first_key=np.array([row.first_key - base for row in rows], np.int64),
        query_extents=_in_source(clock, queries, length),
        key_extents=_in_source(clock, keys, WAVE_FIELD),
        sample_rate=clock.sample_rate,
        whole=whole,
    )


def _in_source(clock: PatchClock, starts: Int64, length: int) -> Int64:
    """Return source samples [n, 2] of extents of equal length, given in 16 kHz samples [n]."""
    return clock.to_sources(np.stack((starts, starts + length), 1))
