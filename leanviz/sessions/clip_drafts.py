"""Clips that are still being recorded, on the disk: what a crash leaves of them is a sound file."""

import fcntl
import logging
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from leanviz.audio.file import open_audio
from leanviz.audio.writer import append
from leanviz.core.errors import UserError
from leanviz.core.watching import ClipFormat
from leanviz.sessions.clips import ClipStore, clip_name, free_place

log = logging.getLogger(__name__)

Float32 = npt.NDArray[np.float32]

MARK = ".unfinished"


class ClipDraft:
    """A WAV file that grows with a sound, and is whole after each part of it.

    Locked while it is open, so that another leanviz does not take it for a crashed one's.

    Parameters
    ----------
    folder : Path
        Where the clip will be; made if need be.
    started : datetime
        The moment of its first sample.
    title : str
        What sounds.
    sample_rate : int
        In hertz.

    Raises
    ------
    OSError
        If it cannot be made there.
    """

    def __init__(self, folder: Path, started: datetime, title: str, sample_rate: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        name = Path(clip_name(started, title, ClipFormat.WAV))
        self.path = free_place(folder, f"{name.stem}{MARK}{name.suffix}")
        self._sample_rate = sample_rate
        self._lock = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
        _lock(self._lock)

    def add(self, samples: Float32) -> None:
        """Append samples [n, channels]; ExportError or OSError if that fails."""
        append(self.path, samples, self._sample_rate)

    def discard(self) -> None:
        """Remove it: the clip is kept, or the sound was none after all. Twice is harmless."""
        lock, self._lock = self._lock, -1
        if lock >= 0:
            with suppress(OSError):
                self.path.unlink(missing_ok=True)
            os.close(lock)


def finish_drafts(folder: Path, store: ClipStore) -> list[Path]:
    """Make clips of what a leanviz that ended without a stop was recording; return where they are.

    Empty ones are removed; those of a leanviz that runs are left alone.

    Raises
    ------
    ExportError
        If one cannot be kept, as `ClipStore.adopt` says.
    """
    kept: list[Path] = []
    for path in sorted(folder.glob(f"*{MARK}.wav")):
        # a draft that is in use is locked, and one that another leanviz finishes just now
        with suppress(OSError), path.open("rb") as file:
            if not path.is_symlink() and _lock(file.fileno()):
                kept += _finished(path, store)
    return kept


def _lock(file: int) -> bool:
    """Lock a draft; tell whether no other leanviz has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # some network drives know no locks
        return True
    return True


def _finished(path: Path, store: ClipStore) -> list[Path]:
    """Return where the clip of a draft is now; nothing if there was nothing to keep."""
    if not path.stat().st_size:
        path.unlink()
        return []
    try:
        with open_audio(path) as sound:
            facts = {
                "duration_s": round(sound.n_samples / sound.sample_rate, 6),
                "wall_time": _moment(path),
                "sample_rate": sound.sample_rate,
                "channels": sound.channels,
                "events": [],
                "unfinished": True,
            }
    except UserError as error:
        log.warning("%s is no sound and is left as it is: %s", path, error)
        return []
    return [store.adopt(path, path.name.replace(MARK, ""), facts)]


def _moment(path: Path) -> str:
    """Return the time of day of the first sample, which the name of a clip begins with."""
    day, _, rest = path.name.partition("_")
    with suppress(ValueError):
        text = f"{day}_{rest.partition('_')[0]}"
        moment = datetime.strptime(text, "%Y-%m-%d_%H-%M-%S.%f").astimezone()
        return moment.isoformat(timespec="milliseconds")
    return ""
