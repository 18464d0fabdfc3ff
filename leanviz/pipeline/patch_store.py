"""What LEAN said of every patch of a recording, in memory that does not grow with its length."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from leanviz.core.alignment import WAVE_FIELD, WAVE_HOP, WINDOW_PATCHES, first_wave, wave_count
from leanviz.core.attention import AttentionBand
from leanviz.core.decisions import PatchClock
from leanviz.inference.stream import PatchResult, sigmoid
from leanviz.pipeline.spool import FEW_IN_MEMORY, Spool

Float32 = npt.NDArray[np.float32]
Int64 = npt.NDArray[np.int64]

# Extents computed in one go.
_AT_ONCE = 8192


class PatchStore:
    """The final results of an unbroken recording, from its first patch on.

    Parameters
    ----------
    first : PatchResult
        One of them, for its sizes.

    Attributes
    ----------
    peak_scores : numpy.ndarray [n_classes]
        The highest score of each class.
    """

    def __init__(self, first: PatchResult) -> None:
        n_classes, n_heads = len(first.logits), len(first.attention)
        self._scores = Spool((n_classes,))
        self.peak_scores = np.zeros(n_classes, np.float32)
        self._attention = Spool((n_heads, wave_count(WINDOW_PATCHES)))
        self._first_keys = Spool((), np.int64, FEW_IN_MEMORY)
        # Sums over patches of logits: weighed by how audible each is, and plain.
        self._weighed = np.zeros(n_classes, np.float32)
        self._plain = np.zeros(n_classes, np.float32)
        self._audible = 0.0
        self._width = 0

    def __len__(self) -> int:
        return len(self._first_keys)

    def extend(self, results: Sequence[PatchResult], scores: Sequence[Float32]) -> None:
        """Take the next results, one at least, and the scores [n_classes] of each.

        Raises
        ------
        UserError
            If there is no room for them.
        """
        weights = np.zeros((len(results), *self._attention.shape), np.float32)
        for row, result in zip(weights, results, strict=True):
            width = result.attention.shape[1]
            row[:, :width] = result.attention
            self._width = max(self._width, width)
            self._weighed += result.logits * np.float32(result.audible)
            self._plain += result.logits
            self._audible += result.audible
        rows = np.array(scores)
        self._attention.append(weights)
        self._scores.append(rows)
        self.peak_scores = np.maximum(self.peak_scores, rows.max(0))
        self._first_keys.append([result.first_key for result in results])

    def frame_scores(self) -> Float32:
        """Return the scores of all patches [n_patches, n_classes]."""
        return self._scores.array()

    def clip_scores(self) -> Float32:
        """Return the scores of the whole [n_classes], as `inference.stream.clip_logits` has it."""
        if self._audible > 0:
            return sigmoid(self._weighed / np.float32(self._audible))
        return sigmoid(self._plain / np.float32(len(self)))

    def attention(self, clock: PatchClock) -> AttentionBand:
        """Return the attention of all patches as one band."""
        n_keys = first_wave(len(self) - 1) + wave_count(1)
        return AttentionBand(
            weights=self._attention.array()[:, :, : self._width],
            first_key=self._first_keys.array(),
            query_extents=_extents(
                clock, len(self), clock.front.patch_hop, clock.front.patch_length
            ),
            key_extents=_extents(clock, n_keys, WAVE_HOP, WAVE_FIELD),
            sample_rate=clock.sample_rate,
        )


def _extents(clock: PatchClock, count: int, hop: int, length: int) -> Int64:
    """Return the source samples [count, 2] of extents of equal length, `hop` 16 kHz samples apart.

    Where they are many they lie on the disk.
    """
    extents = Spool((2,), np.int64, FEW_IN_MEMORY)
    for first in range(0, count, _AT_ONCE):
        starts = hop * np.arange(first, min(count, first + _AT_ONCE), dtype=np.int64)
        extents.append(clock.to_sources(np.stack((starts, starts + length), 1)))
    return extents.array()
