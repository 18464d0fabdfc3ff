"""What LEAN said of files before: kept on the disk, so that it need not be asked again.

An entry is a folder of one file's results: `part-N.npz`, each some minutes of them and the state of
the stream behind them, and `pictures.npz` once all is done. Whatever of it is missing or damaged is
made anew from the sound. Nothing in it is executed or unpickled.
"""

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import leanviz
from leanviz.core.bounded import read_arrays
from leanviz.pipeline.spool import cache_folder

log = logging.getLogger(__name__)

Arrays = Mapping[str, npt.NDArray[Any]]

# To be raised whenever the same sound and model give other results or are kept otherwise.
ENGINE = 2
MEGABYTE = 1_000_000
MOST_MB = 2000

# Up to so many bytes all of a file is hashed; of a longer one both ends and what lies between in
# places, with its length and the time of its last change.
_HASHED_WHOLE = 64 * 2**20
_END, _PLACES, _PLACE = 2**20, 62, 2**16


def analyses_folder() -> Path:
    """Return where the results of files are kept."""
    return cache_folder() / "analyses"


def fingerprint(path: Path) -> str:
    """Return what tells a file's content from others, within a tenth of a second.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    digest = hashlib.blake2b(digest_size=20)
    with path.open("rb") as file:
        facts = os.fstat(file.fileno())
        digest.update(facts.st_size.to_bytes(8, "little"))
        if facts.st_size <= _HASHED_WHOLE:
            while block := file.read(2**20):
                digest.update(block)
            return digest.hexdigest()
        digest.update(facts.st_mtime_ns.to_bytes(16, "little", signed=True))
        step = (facts.st_size - _END) // (_PLACES + 1)
        places = [(0, _END), *((step * n, _PLACE) for n in range(1, _PLACES + 1))]
        for at, count in (*places, (facts.st_size - _END, _END)):
            file.seek(at)
            digest.update(file.read(count))
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
    """The folder of one file's results."""

    folder: Path

    def read(self, name: str) -> dict[str, npt.NDArray[Any]] | None:
        """Return the arrays of a part; None if there is none, or none that is whole."""
        path = self.folder / f"{name}.npz"
        try:
            # every array is read, and its checksum compared, before any is used
            return read_arrays(path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            self.reject(name, error)
            return None

    def reject(self, name: str, error: Exception) -> None:
        """Drop a part that is damaged."""
        path = self.folder / f"{name}.npz"
        log.warning("%s is damaged (%s): what it held is analysed again", path, error)
        with suppress(OSError):
            path.unlink(missing_ok=True)

    def write(self, name: str, arrays: Arrays) -> bool:
        """Keep the arrays of a part, whole or not at all; return whether there was room."""
        path, half = self.folder / f"{name}.npz", self.folder / f".{name}-{os.getpid()}.half"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with half.open("wb") as file:
                np.savez(file, allow_pickle=False, **dict(arrays))
            half.replace(path)
        except OSError as error:
            log.warning("%s cannot be written (%s): the analysis is not kept", path, error)
            with suppress(OSError):
                half.unlink(missing_ok=True)
            return False
        return True

    def remove(self) -> None:
        """Remove all of it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def touch(self) -> None:
        """Note that it was used just now."""
        with suppress(OSError):
            os.utime(self.folder)

    @property
    def n_bytes(self) -> int:
        """Bytes of its files."""
        with suppress(OSError):
            return sum(file.stat().st_size for file in self.folder.iterdir())
        return 0


@dataclass(frozen=True, slots=True)
class CacheUse:
    """How much is kept.

    Attributes
    ----------
    files : int
        Sound files of which there are results.
    n_bytes : int
    """

    files: int
    n_bytes: int


class AnalysisCache:
    """The entries of many files; those not used for longest make way.

    Parameters
    ----------
    folder : Path or None
        Where they are; in the cache folder of the platform if None.
    most_mb : int
        Megabytes for all of them together.
    """

    def __init__(self, folder: Path | None = None, most_mb: int = MOST_MB) -> None:
        self.folder, self.most_mb = folder or analyses_folder(), most_mb

    def entry(self, path: Path, model: str) -> Entry | None:
        """Return the entry of a file, filled or not; None if the file cannot be read.

        Parameters
        ----------
        model : str
            Identity of the model.
        """
        try:
            found = fingerprint(path)
        except OSError:
            return None
        told = json.dumps([found, model, leanviz.__version__, ENGINE])
        entry = Entry(self.folder / hashlib.blake2b(told.encode(), digest_size=20).hexdigest())
        entry.touch()
        return entry

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept, and no file need be looked for."""
        with suppress(OSError):
            return next(self.folder.iterdir(), None) is None
        return True

    def use(self) -> CacheUse:
        """Return how much is kept."""
        entries = self._entries()
        return CacheUse(len(entries), sum(entry.n_bytes for entry in entries))

    def make_room(self, keep: Entry | None = None) -> None:
        """Remove what was not used for longest, until the rest has room; never `keep`."""
        sizes = {entry: entry.n_bytes for entry in self._entries()}
        total = sum(sizes.values())
        for entry in sorted(sizes, key=_last_use):
            if total <= self.most_mb * MEGABYTE:
                return
            if keep is None or entry.folder != keep.folder:
                total -= sizes[entry]
                entry.remove()

    def clear(self) -> None:
        """Remove everything."""
        for entry in self._entries():
            entry.remove()

    def _entries(self) -> list[Entry]:
        with suppress(OSError):
            return [Entry(folder) for folder in self.folder.iterdir() if folder.is_dir()]
        return []


def _last_use(entry: Entry) -> float:
    with suppress(OSError):
        return entry.folder.stat().st_mtime
    return 0.0
