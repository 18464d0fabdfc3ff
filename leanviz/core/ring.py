"""The one structure that threads share: a ring with one writer and many readers."""

from typing import Any

import numpy as np
import numpy.typing as npt

from leanviz.core.clock import Cause, Gap, Span


def joined(gaps: tuple[Gap, ...], gap: Gap, oldest: int) -> tuple[Gap, ...]:
    """Return the gaps that reach beyond `oldest`, and one more, which may go on from the last."""
    kept = tuple(other for other in gaps if other.stop > oldest)
    if kept and kept[-1].stop == gap.start and kept[-1].cause is gap.cause:
        return (*kept[:-1], Gap(kept[-1].start, gap.stop, gap.cause))
    return (*kept, gap)


class Ring:
    """A bounded history of items addressed by absolute index; never blocks, never grows.

    The scheme:

    1. One thread writes. It copies a block in, *then* publishes `written` (a single store).
    2. Any number of threads read. A reader keeps its own position and copies out.
    3. After copying, the reader checks that the writer has not come round meanwhile; if it has,
       the copy is thrown away and a `Gap` is returned.
    4. `skip` advances the index over items that never arrived; reads that touch them are a `Gap`.

    Relies on attribute loads and stores being atomic and in order, which CPython's interpreter
    lock gives.

    Parameters
    ----------
    capacity : int
        Number of items kept.
    item_shape : tuple of int
        Shape of one item: ``()`` for mono samples, ``(n_bins,)`` for spectrogram columns.
    dtype : numpy dtype
        Type of the stored numbers.
    """

    def __init__(
        self, capacity: int, item_shape: tuple[int, ...] = (), dtype: npt.DTypeLike = np.float32
    ) -> None:
        if capacity < 1:
            raise ValueError("capacity must be at least 1")
        self._data = np.zeros((capacity, *item_shape), dtype)
        self._capacity = capacity
        # NB: only the writer stores these two; readers load each once per call.
        self._written = 0
        self._claimed = 0
        # NB: the writer replaces this tuple as a whole, so readers always see a complete one.
        self._gaps: tuple[Gap, ...] = ()

    @property
    def capacity(self) -> int:
        """Number of items kept."""
        return self._capacity

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the stored numbers."""
        return self._data.dtype

    @property
    def written(self) -> int:
        """Absolute index one past the newest item. Any thread."""
        return self._written

    @property
    def oldest(self) -> int:
        """Absolute index of the oldest item still kept. Any thread."""
        return max(0, self._claimed - self._capacity)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Spans within the kept history that `skip` left empty, oldest first. Any thread."""
        return self._gaps

    def write(self, block: npt.NDArray[Any]) -> None:
        """Append `block` [n, *item_shape]. Writer thread only; older items are overwritten."""
        count = len(block)
        kept = block[-self._capacity :]
        first = self._written + count - len(kept)
        # Readers must see that these slots are about to change before they change.
        self._claimed = self._written + count
        at = first % self._capacity
        head = min(len(kept), self._capacity - at)
        self._data[at : at + head] = kept[:head]
        if head < len(kept):
            self._data[: len(kept) - head] = kept[head:]
        self._written = self._claimed

    def skip(self, count: int, cause: Cause = Cause.LOST) -> None:
        """Advance over `count` items that never came. Writer thread only.

        A gap that follows another of the same cause makes that one longer.
        """
        if count <= 0:
            return
        gap = Gap(self._written, self._written + count, cause)
        self._claimed = gap.stop
        self._gaps = joined(self._gaps, gap, gap.stop - self._capacity)
        self._written = gap.stop

    def everything(self) -> npt.NDArray[Any] | None:
        """Return a copy of all items that were ever written; None if some are not kept any more."""
        whole = self.read(0, self._written)
        return None if isinstance(whole, Gap) else whole

    def advance(self, start: int, limit: int) -> npt.NDArray[Any] | Gap:
        """Copy what comes next for a reader at `start`: at most `limit` items, up to a gap.

        Any thread. Returns an empty array when nothing is new, and a `Gap`, as wide as the loss,
        only when it begins at `start`.
        """
        # NB: loaded before the gaps, so that no gap can appear in front of it meanwhile.
        written = self._written
        lapped = min(self.oldest, written)
        first = max(start, lapped)
        gaps = (gap for gap in self._gaps if first < gap.stop and gap.start < written)
        gap = next(gaps, Gap(written, written))
        if gap.start <= first < gap.stop:
            return Gap(start, gap.stop, gap.cause)
        if start < lapped:
            return Gap(start, lapped)
        count = min(limit, gap.start - start)
        return self.read(start, count) if count > 0 else self._data[:0].copy()

    def read(self, start: int, count: int) -> npt.NDArray[Any] | Gap:
        """Copy `count` items from absolute index `start`. Any thread.

        Returns
        -------
        numpy.ndarray [count, *item_shape] or Gap
            The items, or the part of the wish that cannot be had any more.

        Raises
        ------
        ValueError
            If items beyond `written` are asked for: they do not exist yet.
        """
        stop = start + count
        if count < 0 or start < 0 or stop > self._written:
            raise ValueError(f"cannot read [{start}, {stop}) of {self._written} written")
        wanted = Span(start, stop)
        for gap in self._gaps:
            if gap.overlap(wanted):
                return Gap(max(start, gap.start), min(stop, gap.stop), gap.cause)
        if start < self.oldest:
            return Gap(start, min(stop, self.oldest))
        at = start % self._capacity
        head = min(count, self._capacity - at)
        copy = self._data[at : at + head].copy()
        if head < count:
            copy = np.concatenate((copy, self._data[: count - head]))
        if start < self.oldest:
            return Gap(start, min(stop, self.oldest))
        return copy
