"""A folder of sound clips: their names, their index, and the room they may take."""

import json
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from leanviz.core.bounded import MEGABYTE, read_bounded
from leanviz.core.errors import ExportError
from leanviz.core.watching import ClipFormat
from leanviz.sessions.writing import replacing, write_text

INDEX = "leanviz-clips.jsonl"
NAME_LENGTH = 40
# A name may have 255 bytes almost everywhere, and two texts.
_MOST_BYTES = 100
# A line has some 300, and there are 100,000 clips at most.
_MOST_INDEX_BYTES = 100 * MEGABYTE

Json = dict[str, Any]


def clip_name(started: datetime, label: str, form: ClipFormat) -> str:
    """Return a file name that sorts by time, whatever the label's text is.

    Letters and digits of the label are kept, everything else becomes a hyphen: no name leaves its
    folder, hides, or needs quotes.
    """
    when = started.strftime("%Y-%m-%d_%H-%M-%S") + f".{started.microsecond // 1000:03d}"
    return f"{when}_{_plain(label)}.{form}"


def event_clip_name(recording: str, onset_s: float, label: str, form: ClipFormat) -> str:
    """Return a file name for a sound in a recording that sorts by recording and time."""
    return f"{_plain(recording)}_{onset_s:010.3f}_{_plain(label)}.{form}"


def _plain(text: str) -> str:
    words = "".join(char if char.isalnum() else " " for char in text).split()
    plain = "-".join(words)[:NAME_LENGTH].encode()[:_MOST_BYTES].decode(errors="ignore")
    return plain.strip("-") or "sound"


def free_place(folder: Path, name: str) -> Path:
    """Return a path of this name, or of a similar one, at which there is nothing."""
    place, number = folder / name, 1
    while place.exists() or place.is_symlink():
        number += 1
        place = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
    return place


@dataclass(frozen=True, slots=True)
class Room:
    """How much the clips of a folder may take.

    Attributes
    ----------
    most_bytes, most_clips : int
    """

    most_bytes: int
    most_clips: int

    def holds(self, clips: list[Json], size: int) -> bool:
        """Tell whether there is room for one more clip of `size` bytes."""
        used = sum(clip["bytes"] for clip in clips)
        return len(clips) < self.most_clips and used + size <= self.most_bytes


class ClipStore:
    """Clips in a folder, with an index that has one JSON object a line for each.

    The index is read anew every time, so that a window and a command may share a folder, and a clip
    that the user moves away is theirs. Only files that the index names, and that still have the
    size they were written with, are ever removed.

    Parameters
    ----------
    folder : Path
        Made when the first clip is kept.
    room : Room
    """

    def __init__(self, folder: Path, room: Room) -> None:
        self._folder = folder
        self._room = room
        self._index = folder / INDEX

    def clips(self) -> list[Json]:
        """Return what the index says of each clip that is still there, the oldest first."""
        try:
            index = read_bounded(self._index, _MOST_INDEX_BYTES).decode("utf-8", "replace")
        except OSError:
            return []
        clips = map(_parsed, index.splitlines())
        return [clip for clip in clips if clip and self._is_ours(clip)]

    def keep(self, name: str, content: bytes, facts: Json) -> Path:
        """Write a clip and its line of the index; the oldest clips make room. Returns where it is.

        Raises
        ------
        ExportError
            If it cannot be written, with the place and the cause, or is larger than all the room.
        """
        with self._place(name, len(content)) as place, replacing(place) as beside:
            _write(beside, content)
            # Before the clip has its name: one that is in no index would never make room.
            self._append(place, len(content), facts)
        return place

    def adopt(self, path: Path, name: str, facts: Json) -> Path:
        """Take in a sound file of the folder under a name, as `keep` does. Returns where it is.

        Raises
        ------
        ExportError
            As `keep` does; the file is then left as it is.
        """
        size = path.stat().st_size
        with self._place(name, size) as place:
            self._append(place, size, facts)
            path.replace(place)
        return place

    @contextmanager
    def _place(self, name: str, size: int) -> Generator[Path]:
        """Give a free place in the folder, and room for a clip; OSError becomes a sentence."""
        if not self._room.holds([], size):
            raise ExportError(
                f"A clip of {size / 1e6:.1f} MB does not fit into the room for clips."
            )
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._make_room(size)
            yield free_place(self._folder, name)
        except OSError as error:
            raise ExportError(
                f"{self._folder} cannot be written: {error.strerror or error}."
            ) from error

    def _make_room(self, size: int) -> None:
        clips = self.clips()
        if self._room.holds(clips, size):
            return
        while clips and not self._room.holds(clips, size):
            self._path(clips.pop(0)).unlink(missing_ok=True)
        text = "".join(json.dumps(clip) + "\n" for clip in clips)
        # On a full disk the old index stays: lines about files that are gone are passed over.
        with suppress(ExportError):
            write_text(self._index, text)

    def _append(self, place: Path, size: int, facts: Json) -> None:
        """Add a line, on a line of its own even where the last one was cut short."""
        line = json.dumps({"file": place.name, "bytes": size, **facts})
        with self._index.open("ab") as file:
            torn = file.tell() > 0 and not _ends_a_line(self._index)
            file.write(("\n" if torn else "").encode() + line.encode() + b"\n")

    def _path(self, clip: Json) -> Path:
        return self._folder / clip["file"]

    def _is_ours(self, clip: Json) -> bool:
        path = self._path(clip)
        try:
            return not path.is_symlink() and path.stat().st_size == clip["bytes"]
        except OSError:
            return False


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _parsed(line: str) -> Json | None:
    """Return a line of the index; None if it is damaged or names anything but a clip beside it."""
    try:
        clip = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(clip, dict):
        return None
    made = cast("Json", clip)
    name, size = made.get("file"), made.get("bytes")
    plain = isinstance(name, str) and Path(name).name == name and "\0" not in name
    if not plain or Path(str(name)).suffix not in {f".{form}" for form in ClipFormat}:
        return None
    return made if isinstance(size, int) and size >= 0 else None
