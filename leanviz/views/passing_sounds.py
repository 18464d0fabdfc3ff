"""Files of sound that are made to be played and do not last."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

# A folder in memory, where the system has one: what a microphone heard is not to get on a disk.
IN_MEMORY = "/dev/shm"  # noqa: S108  (a folder of its own is made there)


class PassingSounds:
    """A folder of one's own, made when it is needed, gone with the window."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._made = 0

    def place(self) -> Path:
        """Return where the next sound goes: not where the one goes that may still be read."""
        self._folder = self._folder or _private_folder()
        self._made += 1
        return Path(self._folder.name) / f"{self._made % 2}.wav"

    def clear(self) -> None:
        """Remove what is there."""
        if self._folder is not None:
            for place in Path(self._folder.name).iterdir():
                # where a file that is open cannot be removed it goes with the window
                with suppress(OSError):
                    place.unlink()

    def close(self) -> None:
        """Remove the folder. Twice is harmless."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def _private_folder() -> "tempfile.TemporaryDirectory[str]":
    place = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None
    return tempfile.TemporaryDirectory(prefix="leanviz-", dir=place)
