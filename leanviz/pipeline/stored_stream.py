"""LEAN's results for a file, as far as they are stored from before; what is new is stored too."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from leanviz.core.alignment import WAVES_PER_PATCH_HOP
from leanviz.inference.stream import LeanStream, PatchResult
from leanviz.pipeline.analysis_cache import Arrays, Entry

Float32 = npt.NDArray[np.float32]

# Blocks of sound in a part: five minutes, which two seconds of work make anew.
PART_BLOCKS = 52
_STATE = "state."


class DamagedError(Exception):
    """What was kept of a file is of no use, and has been dropped."""


class StoredStream:
    """A `LeanStream` that need not listen to what it knows.

    The blocks pushed must be the same in each run. Results are then the same to the bit, wherever a
    run was broken off: a part ends with the state that the stream had there.

    Parameters
    ----------
    stream : LeanStream
        Has taken nothing yet.
    entry : Entry
        Where results are, and go.

    Attributes
    ----------
    complete : bool
        Whether all results are stored, and samples need not be pushed: nothing will do.
    """

    def __init__(self, stream: LeanStream, entry: Entry) -> None:
        self._stream, self._entry = stream, entry
        self._part, self._stored = 0, self._read(0)
        self.complete = self._all_stored()
        self._at = 0  # block within the part
        self._fresh: list[list[PatchResult]] = []
        self._writes = True

    def push(self, samples: Float32) -> list[PatchResult]:
        """Take the next block, 16 kHz samples [n]; return the results it completes.

        Raises
        ------
        DamagedError
            If what is stored is of no use.
        """
        if self._stored is not None:
            return self._recall(final=False)
        results = self._stream.push(samples)
        self._fresh.append(results)
        if len(self._fresh) == PART_BLOCKS:
            self._write(last=False)
        return results

    def finish(self) -> list[PatchResult]:
        """End the stream; return the rest. Raises as `push`."""
        if self._stored is not None:
            return self._recall(final=True)
        results = self._stream.finish()
        self._fresh.append(results)
        self._write(last=True)
        return results

    def blocks(self) -> Iterator[None]:
        """One item for each block to push, where all of them are stored.

        Raises
        ------
        DamagedError
            If one turns out not to be.
        """
        while not self._at_end():
            if self._stored is None:
                raise DamagedError
            yield

    def _at_end(self) -> bool:
        """Tell whether what comes next is what `finish` gave."""
        stored = self._stored
        return stored is not None and stored.last and self._at == stored.n_blocks - 1

    def _recall(self, final: bool) -> list[PatchResult]:
        assert self._stored is not None
        if self._at_end() != final:  # the sound came in other blocks then
            self._entry.reject(_name(self._part), DamagedError("it has other blocks"))
            raise DamagedError
        results = self._stored.results(self._at)
        self._at += 1
        if self._at == self._stored.n_blocks:
            self._next_part()
        return results

    def _next_part(self) -> None:
        assert self._stored is not None
        before, self._part, self._at = self._stored, self._part + 1, 0
        self._stored = None if before.last else self._read(self._part)
        if self._stored is None and not before.last:
            self._stream.restore(before.state)

    def _all_stored(self) -> bool:
        """Tell whether the parts go on up to a last one; they are read one at a time later."""
        names = sorted(path.stem for path in self._entry.folder.glob("part-*.npz"))
        whole = bool(names) and names == [_name(n) for n in range(len(names))]
        last = self._read(len(names) - 1) if whole else None
        return last is not None and last.last

    def _read(self, part: int) -> "_Part | None":
        stored = self._entry.read(_name(part))
        if stored is None:
            return None
        try:
            return _Part(stored)
        except (KeyError, ValueError, IndexError, TypeError) as error:
            self._entry.reject(_name(part), error)
            return None

    def _write(self, last: bool) -> None:
        if self._writes:
            arrays = _packed(self._fresh, last) | {
                f"{_STATE}{name}": array for name, array in self._stream.state().items()
            }
            self._writes = self._entry.write(_name(self._part), arrays)
        self._part, self._fresh = self._part + 1, []


def _name(part: int) -> str:
    return f"part-{part:05d}"


def _packed(blocks: list[list[PatchResult]], last: bool) -> dict[str, npt.NDArray[Any]]:
    """Return results of blocks as arrays."""
    results = [result for block in blocks for result in block]
    widths = [result.attention.shape[1] for result in results]
    n_heads = len(results[0].attention) if results else 0
    attention = np.zeros((len(results), n_heads, max(widths, default=0)), np.float32)
    for row, result in zip(attention, results, strict=True):
        row[:, : result.attention.shape[1]] = result.attention
    return {
        "counts": np.array([len(block) for block in blocks], np.int64),
        "last": np.array(last),
        "patches": np.array([result.patch for result in results], np.int64),
        "logits": np.array([result.logits for result in results], np.float32),
        "attention": attention,
        "widths": np.array(widths, np.int64),
        "first_keys": np.array([result.first_key for result in results], np.int64),
        "audible": np.array([result.audible for result in results], np.float64),
    }


class _Part:
    """The results of some blocks, read."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self.last = bool(arrays["last"])
        self.n_blocks = len(arrays["counts"])
        self._ends = np.cumsum(arrays["counts"])
        self.state = {
            name.removeprefix(_STATE): array
            for name, array in arrays.items()
            if name.startswith(_STATE)
        }
        if not self.n_blocks or not _fits(arrays, int(self._ends[-1])):
            raise ValueError("its arrays do not fit together")

    def results(self, block: int) -> list[PatchResult]:
        """Return the results of one block."""
        stop = int(self._ends[block])
        return [self._result(at) for at in range(stop - int(self._arrays["counts"][block]), stop)]

    def _result(self, at: int) -> PatchResult:
        arrays = self._arrays
        width = int(arrays["widths"][at])
        return PatchResult(
            patch=int(arrays["patches"][at]),
            logits=arrays["logits"][at].copy(),
            attention=arrays["attention"][at, :, :width].copy(),
            first_key=int(arrays["first_keys"][at]),
            audible=float(arrays["audible"][at]),
            final=True,
        )


# Kind and number of dimensions of each array of a part.
_SHAPES = {
    "counts": ("i", 1), "patches": ("i", 1), "widths": ("i", 1), "first_keys": ("i", 1),
    "logits": ("f", 2), "attention": ("f", 3), "audible": ("f", 1),
}  # fmt: skip


def _fits(arrays: Arrays, count: int) -> bool:
    """Tell whether arrays can be the results of `count` patches; they may have been changed."""
    shapes = {name: (arrays[name].dtype.kind, arrays[name].ndim) for name in _SHAPES}
    results = [arrays[name] for name in _SHAPES if name != "counts"]
    if shapes != _SHAPES or {len(result) for result in results} != {count}:
        return False
    patches, widths, keys = arrays["patches"], arrays["widths"], arrays["first_keys"]
    return bool(
        np.all(arrays["counts"] >= 0)
        and np.all(patches >= 0)
        and np.all(np.diff(patches) == 1)
        and np.all((widths >= 0) & (widths <= arrays["attention"].shape[2]))
        and np.all((keys >= 0) & (keys <= WAVES_PER_PATCH_HOP * patches))
        and all(np.isfinite(arrays[name]).all() for name in ("logits", "attention", "audible"))
    )
