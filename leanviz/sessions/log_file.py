"""One session log on the disk: bytes appended in order, each exactly once, whatever fails."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from leanviz.sessions.session import SUFFIX

# Of how many sessions may begin within the same second.
MOST_ALIKE = 100


class LogFile:
    """A new file that is only ever appended to, locked while it is open.

    Written without a buffer of its own: what `write` has taken is the kernel's, and a killed
    process loses none of it. `sync` takes it to the disk, for the day of a power cut.

    Parameters
    ----------
    path : Path
        Where; the folder is there.

    Raises
    ------
    OSError
        If that is not possible; `FileExistsError` if there is something already.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        self._file = os.open(path, flags, 0o644)
        self._rest = b""
        with suppress(OSError):  # some network drives know no locks
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    @property
    def exists(self) -> bool:
        """Whether the file is still in a folder; somebody may have deleted it."""
        return os.fstat(self._file).st_nlink > 0

    def write(self, line: bytes) -> None:
        """Append a line; after an OSError, the next call with the same line goes on where it broke.

        A disk that fills up may have taken half of it.
        """
        self._rest = self._rest or line
        while self._rest:
            self._rest = self._rest[os.write(self._file, self._rest) :]

    def sync(self) -> None:
        """Wait until all is on the disk; OSError if that fails."""
        os.fsync(self._file)

    def close(self) -> None:
        """Close. Twice is harmless."""
        file, self._file = self._file, -1
        if file >= 0:
            with suppress(OSError):
                os.close(file)


def new_log(folder: Path, stem: str) -> LogFile:
    """Return a new log in `folder`, made if need be; OSError if that is not possible.

    Its name is `stem`, or begins with it where that is taken.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, MOST_ALIKE):
        name = stem if number == 1 else f"{stem}-{number}"
        with suppress(FileExistsError):
            return LogFile(folder / f"{name}{SUFFIX}")
    raise FileExistsError(f"{MOST_ALIKE} logs of {stem}")


def in_use(path: Path) -> bool:
    """Tell whether a running leanviz writes to a log; OSError if it cannot be opened."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:  # some network drives know no locks
            return False
    return False
