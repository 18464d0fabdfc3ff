"""Reading files that may be anybody's: no more than there is room for, and never a pickle."""

import errno
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

MEGABYTE = 1_000_000
MOST_TABLE_BYTES = 100 * MEGABYTE
# What an archive may unpack to, whatever its size; a larger one, to some times its own.
MOST_UNPACKED_BYTES = 500 * MEGABYTE
MOST_TIMES = 20


def read_bounded(path: Path, most_bytes: int) -> bytes:
    """Return what a file holds; OSError if it cannot be read, or holds more than `most_bytes`."""
    with path.open("rb") as file:
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise OSError(errno.EFBIG, f"it is larger than {most_bytes / MEGABYTE:g} MB", str(path))
    return content


def read_table(path: Path) -> str:
    """Return the text of a table; a byte that is no UTF-8 spoils a name. OSError as above."""
    return read_bounded(path, MOST_TABLE_BYTES).decode("utf-8-sig", "surrogateescape")


def read_arrays(path: Path) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of a NumPy archive, each of which was read whole.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        If it is no archive, is damaged, holds anything but plain arrays, or unpacks to far more
        than it is.
    """
    with path.open("rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                n_bytes = sum(member.file_size for member in archive.infolist())
            file.seek(0)
            if n_bytes <= max(MOST_UNPACKED_BYTES, MOST_TIMES * path.stat().st_size):
                with np.load(file, allow_pickle=False) as stored:
                    return {name: _array(content) for name, content in stored.items()}
        except OSError as error:
            if error.errno != errno.EINVAL:  # a place before the beginning: the archive lies
                raise
            raise ValueError("no archive of arrays: it points out of itself") from error
        # zipfile, zlib and numpy have many words for damage, running out of memory among them
        except Exception as error:
            raise ValueError(f"no archive of arrays: {error}") from error
    raise ValueError(f"it unpacks to {n_bytes / MEGABYTE:.0f} MB")


def _array(content: Any) -> npt.NDArray[Any]:
    """Return a member of an archive; TypeError for the bytes that numpy gives of a strange one."""
    if not isinstance(content, np.ndarray):
        raise TypeError("a member is no array")
    return content
