"""What LEAN said of every patch of a recording, in memory that does not grow with its length."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from leanviz.core.alignment import WINDOW_PATCHES, first_wave, wave_count, wave_extent
from leanviz.core.attention import AttentionBand
from leanviz.core.clock import Span
from leanviz.core.decisions import PatchClock
from leanviz.inference.stream import PatchResult, sigmoid
from leanviz.pipeline.spool import Spool

Float32 = npt.NDArray[np.float32]
Int64 = npt.NDArray[np.int64]


class PatchStore:
    """The final results of an unbroken recording, from its first patch on.

    Parameters
    ----------
    first : PatchResult
        The first of them.

    Attributes
    ----------
    peak_scores : numpy.ndarray [n_classes]
        The highest score of each class.
    """

    def __init__(self, first: PatchResult) -> None:
        n_classes, n_heads = len(first.logits), len(first.attention)
        self._scores = Spool((n_classes,))
        self.peak_scores = first.scores
        self._attention = Spool((n_heads, wave_count(WINDOW_PATCHES)))
        self._first_keys = Spool((), np.int64)
        # Sums over patches of logits: weighed by how audible each is, and plain.
        self._weighed = np.zeros(n_classes, np.float32)
        self._plain = np.zeros(n_classes, np.float32)
        self._audible = 0.0
        self._width = 0
        self.append(first)

    def __len__(self) -> int:
        return len(self._first_keys)

    def append(self, result: PatchResult) -> None:
        """Take the next result.

        Raises
        ------
        UserError
            If there is no room for it.
        """
        width = result.attention.shape[1]
        weights = np.zeros(self._attention.shape, np.float32)
        weights[:, :width] = result.attention
        self._width = max(self._width, width)
        self._attention.append(weights)
        scores = result.scores
        self._scores.append(scores)
        self.peak_scores = np.maximum(self.peak_scores, scores)
        self._first_keys.append(result.first_key)
        self._weighed += result.logits * np.float32(result.audible)
        self._plain += result.logits
        self._audible += result.audible

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
            query_extents=_extents(len(self), clock.sees),
            key_extents=_extents(n_keys, lambda key: _seen(clock, key)),
            sample_rate=clock.sample_rate,
        )


def _seen(clock: PatchClock, key: int) -> Span:
    """Return the source samples that a wave feature sees."""
    start, stop = wave_extent(key)
    return Span(clock.to_source(start), clock.to_source(stop))


def _extents(count: int, span_of: Callable[[int], Span]) -> Int64:
    """Return the spans of `count` things [count, 2], without a list of as many objects."""
    extents = np.zeros((count, 2), np.int64)
    for at in range(count):
        span = span_of(at)
        extents[at] = span.start, span.stop
    return extents
