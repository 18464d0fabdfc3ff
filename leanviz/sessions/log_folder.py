"""The folder of all session logs: how much room they take, and which ended without a stop."""

import json
import os
import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import platformdirs

from leanviz.sessions.log_file import in_use
from leanviz.sessions.session import SUFFIX
from leanviz.sessions.session_lines import json_line

STEM = "%Y-%m-%d_%H-%M-%S"
# Only what is named like this is ever deleted.
NAME = re.compile(rf"\d{{4}}-\d\d-\d\d_\d\d-\d\d-\d\d(-\d+)?{re.escape(SUFFIX)}")
TAIL_BYTES = 4096


def log_folder() -> Path:
    """Return where the session logs of this user lie."""
    return platformdirs.user_data_path("leanviz", appauthor=False) / "sessions"


def logs(folder: Path) -> list[Path]:
    """Return the logs in a folder, the oldest first; none if it cannot be read."""
    try:
        return sorted(path for path in folder.iterdir() if NAME.fullmatch(path.name))
    except OSError:
        return []


def newest_log(folder: Path) -> Path | None:
    """Return the newest session that no leanviz writes to; None if there is none."""
    for path in reversed(logs(folder)):
        with suppress(OSError):
            if not in_use(path):
                return path
    return None


def make_room(folder: Path, most_bytes: int, keep: Path | None = None) -> list[Path]:
    """Delete the oldest logs until all take no more than `most_bytes`; return which.

    Neither `keep` nor a log that some other leanviz writes to is ever deleted.
    """
    sizes: dict[Path, int] = {}
    for path in logs(folder):
        with suppress(OSError):
            sizes[path] = path.stat().st_size
    excess, deleted = sum(sizes.values()) - most_bytes, list[Path]()
    for path, size in sizes.items():
        if excess <= 0:
            break
        with suppress(OSError):
            if path != keep and not in_use(path):
                path.unlink()
                excess -= size
                deleted.append(path)
    return deleted


def take_interrupted(folder: Path) -> Path | None:
    """Return the newest session if it ended without a stop, and mark it; so each is told once.

    Slow disks take their time: not for the GUI thread.
    """
    path = newest_log(folder)
    with suppress(OSError):
        if path is not None and _is_interrupted(path):
            _mark(path)
            return path
    return None


def _is_interrupted(path: Path) -> bool:
    """Tell whether a log has an event or a sign of life, but neither an end nor a mark."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - TAIL_BYTES))
        lines = file.read().split(b"\n")
    whole = lines[:-1]
    return bool(whole) and _type(whole[-1]) not in {"end", "interrupted", "session"}


def _type(line: bytes) -> object:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record.get("type") if isinstance(record, dict) else None


def _mark(path: Path) -> None:
    """Note in a log that it was found without an end, on a line of its own."""
    now = datetime.now().astimezone().isoformat(timespec="milliseconds")
    with path.open("rb+") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(size - 1)
        half = b"" if file.read(1) == b"\n" else b"\n"
        file.write(half + json_line("interrupted", {"wall_time": now}))
