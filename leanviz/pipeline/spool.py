"""Rows that may be too many for the memory: kept in a file of the cache folder instead."""

import os
import tempfile
import weakref
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import platformdirs

from leanviz.core.errors import UserError

# What one spool keeps in memory: an hour of scores, ten minutes of attention.
IN_MEMORY = 3 * 2**20
# And one whose rows are a few bytes: the extents of two hours.
FEW_IN_MEMORY = 2**18
# Blocks that are made one.
_JOINED = 1024


def cache_folder() -> Path:
    """Return where leanviz keeps what it can make again."""
    return platformdirs.user_cache_path("leanviz", appauthor=False)


class Spool:
    """Rows of one shape in the order in which they come.

    They are in memory while they are few, then in a temporary file. The file has no name, so that
    nothing is left of it when the last array that shows it goes, however the process ends.

    Parameters
    ----------
    shape : tuple of int
    dtype : numpy dtype
    in_memory : int
        Bytes up to which there is no file.

    Attributes
    ----------
    shape : tuple of int
        Shape of a row.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        dtype: npt.DTypeLike = np.float32,
        in_memory: int = IN_MEMORY,
    ) -> None:
        self.shape, self._dtype = shape, np.dtype(dtype)
        self._in_memory = in_memory
        self._blocks: list[npt.NDArray[Any]] = []
        self._count = self._held = 0
        self._joined = 0  # blocks that are many rows each
        self._file: IO[bytes] | None = None

    def __len__(self) -> int:
        return self._count

    def append(self, rows: npt.ArrayLike) -> None:
        """Add a row [*shape], or several [n, *shape].

        Raises
        ------
        UserError
            If they cannot be written to the cache folder.
        """
        block = np.array(rows, self._dtype).reshape(-1, *self.shape)
        self._count += len(block)
        self._held += block.nbytes
        self._blocks.append(block)
        if self._file is not None or self._held > self._in_memory:
            self._write()
        elif len(self._blocks) - self._joined >= _JOINED:
            # an array of a few bytes takes two hundred
            fresh = self._blocks[self._joined :]
            self._blocks[self._joined :] = [np.concatenate(fresh)]
            self._joined += 1

    def array(self) -> npt.NDArray[Any]:
        """Return all rows [n, *shape]; read from the disk as they are looked at, if they are there.

        Raises
        ------
        UserError
            If they cannot be written to the cache folder.
        """
        if self._file is None:
            return np.concatenate([np.zeros((0, *self.shape), self._dtype), *self._blocks])
        try:
            self._file.flush()
        except OSError as error:
            raise _no_room(error) from error
        stored = np.memmap(self._file, self._dtype, "r", shape=(self._count, *self.shape))
        return stored.view(np.ndarray)

    def _write(self) -> None:
        try:
            self._file = self._file or self._nameless()
            for block in self._blocks:
                self._file.write(block.data)
        except OSError as error:
            raise _no_room(error) from error
        self._blocks.clear()
        self._joined = 0

    def _nameless(self) -> IO[bytes]:
        folder = cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
        file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  (it is open as long as the rows)
        weakref.finalize(self, file.close)  # arrays of it stay valid
        return file


def on_disk(rows: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return rows as they are read from the disk when they are looked at. Raises as `Spool`."""
    spool = Spool(rows.shape[1:], rows.dtype, in_memory=0)
    spool.append(rows)
    return spool.array()


def _no_room(error: OSError) -> UserError:
    cause = (error.strerror or os.strerror(error.errno or 0)).lower()
    return UserError(f"An analysis as long as this one is kept in {cache_folder()}: {cause}.")
