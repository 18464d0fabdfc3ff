"""The one structure that threads share: a ring with one writer and many readers."""

import math
import mmap
import sys
from contextlib import suppress
from typing import Any

import numpy as np
import numpy.typing as npt

from leanviz.core.clock import Cause, Gap

# From this size on numpy asks the system for huge pages.
_HUGE = 1 << 22


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
        self._data = _storage((capacity, *item_shape), np.dtype(dtype))
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
        at = self._written % self._capacity
        # Readers must see that these slots are about to change before they change.
        self._claimed = self._written + count
        if at + count <= self._capacity:
            self._data[at : at + count] = block
            self._written = self._claimed
            return
        kept = block[-self._capacity :]
        at = (self._claimed - len(kept)) % self._capacity
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
        first, stop = max(start, lapped), written
        for gap in self._gaps:
            if first < gap.stop and gap.start < written:
                if gap.start <= first:
                    return Gap(start, gap.stop, gap.cause)
                stop = gap.start
                break
        if start < lapped:
            return Gap(start, lapped)
        count = min(limit, stop - start)
        return self.read(start, count) if count > 0 else self._data[:0].copy()

    def read(self, start: int, count: int, width: int | None = None) -> npt.NDArray[Any] | Gap:
        """Copy `count` items from absolute index `start`. Any thread.

        Parameters
        ----------
        width : int or None
            How many numbers of each item, from its first on; None for all.

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
        for gap in self._gaps:
            if max(start, gap.start) < min(stop, gap.stop):
                return Gap(max(start, gap.start), min(stop, gap.stop), gap.cause)
        if start < self.oldest:
            return Gap(start, min(stop, self.oldest))
        data = self._data if width is None else self._data[:, :width]
        at = start % self._capacity
        head = min(count, self._capacity - at)
        copy = data[at : at + head].copy()
        if head < count:
            copy = np.concatenate((copy, data[: count - head]))
        if start < self.oldest:
            return Gap(start, min(stop, self.oldest))
        return copy


def _storage(shape: tuple[int, ...], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """Return zeros of a shape; memory is taken a small page at a time, when it is first written to.

    With huge pages, which `numpy.zeros` asks for, every so many seconds a block of 40 ms would wait
    until two megabytes are cleared (4 ms, measured), and four times as much time go into that.
    """
    size = math.prod(shape) * dtype.itemsize
    if sys.platform != "linux" or size < _HUGE:
        return np.zeros(shape, dtype)
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    with suppress(OSError):  # a kernel without huge pages
        memory.madvise(mmap.MADV_NOHUGEPAGE)
    return np.frombuffer(memory, dtype).reshape(shape)
