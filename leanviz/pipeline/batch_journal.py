"""The journal of a batch: a line for each file, written when its result is there.

The first line says what the batch is done with; a later line of that kind makes all before it
void. Only ever appended to. A line that a kill or a full disk cut short counts as not written.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from pathlib import Path, PurePath
from typing import Any

from leanviz.audio.recording_date import NOT_KNOWN, Began, Teller
from leanviz.core.errors import ExportError
from leanviz.core.events import Event
from leanviz.core.visible import visible
from leanviz.pipeline.batch_work import BatchWork, FileResult
from leanviz.sessions.fields import score, whole
from leanviz.sessions.report import printable

NAME = "leanviz-batch.jsonl"
FORMAT = 1
# A day of lively sound, thrice over.
MOST_LINE_BYTES = 50_000_000
MOST = 2**63

Json = dict[str, Any]

# What a batch is bound to, and how people call it.
_BOUND_TO = {
    "model": "another model",
    "rules": "other decision options",
    "format": "another format",
    "clips": "other clips",
    "frame_scores": "another folder of frame scores",
    "file_dates": "other times of day",
    "leanviz": "another version of leanviz",
}


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What tells that a file has changed."""

    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: str) -> "Fingerprint | None":
        """Return the fingerprint of a file; None if there is none to see."""
        try:
            facts = Path(path).stat()
        except (OSError, ValueError):  # ValueError: a null byte in the name
            return None
        return cls(facts.st_size, facts.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the journal says of a file.

    Attributes
    ----------
    file : str
        What the user called it.
    fingerprint : Fingerprint or None
        As it was when its analysis began.
    place : PurePath or None
        Of the result, within the folder; None if the file could not be analysed.
    n_bytes : int
        Length of the result.
    result : FileResult
        Without its text.
    """

    file: str
    fingerprint: Fingerprint | None
    place: PurePath | None
    n_bytes: int
    result: FileResult


class Journal:
    """The journal in a folder, locked while it is open; a context manager.

    Only where the lines are is held in memory: `find` and `entries` read them again.

    Parameters
    ----------
    folder : Path
        Where results go; it is there.
    work : BatchWork
        What the batch is done with.
    restart : bool
        Whether to void what is there.

    Raises
    ------
    ExportError
        If the journal cannot be read or written, belongs to work with other settings, or is in use.
    """

    def __init__(self, folder: Path, work: BatchWork, *, restart: bool = False) -> None:
        self.path = folder / NAME
        self._lines: dict[str, tuple[int, int]] = {}  # offset and length, by key
        self._places: dict[str, PurePath] = {}
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as error:
            raise ExportError(f"{self.path} cannot be written: {error.strerror}.") from error
        try:
            self._lock()
            self._begin(_header(work), restart=restart)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def places(self) -> dict[str, PurePath]:
        """Where the results of files are, by key."""
        return self._places

    def find(self, key: str) -> Entry | None:
        """Return what is known of a file."""
        return self._entry(key) if key in self._lines else None

    def entries(self) -> Iterator[Entry]:
        """Yield all files, in order of their keys."""
        return map(self._entry, sorted(self._lines))

    def add(self, key: str, entry: Entry) -> None:
        """Note a file whose result is written; ExportError if the disk does not take it."""
        line = self._append({"type": "file", "key": key, **_record(entry)})
        self._note(key, entry.place, line)

    def close(self) -> None:
        """Let go of the file and its lock; twice is harmless."""
        file, self._file = self._file, -1
        if file >= 0:
            with suppress(OSError):
                os.close(file)

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ExportError(f"Another leanviz is writing to {self.path.parent}.") from error
        except OSError:  # some network drives know no locks
            return

    def _begin(self, header: Json, *, restart: bool) -> None:
        """Read what is there; write a header where there is none, or where it is void."""
        before = self._read()
        if before is not None and not restart:
            self._compare(before, header)
            return
        self._forget()
        self._append(header)

    def _read(self) -> Json | None:
        """Return the last header, and note the files after it."""
        header, whole, offset = None, False, 0
        with self.path.open("rb") as file:
            for line in iter(lambda: file.readline(MOST_LINE_BYTES), b""):
                record = _parsed(line)
                if record.get("type") == "batch":
                    header = record
                    self._forget()
                elif record.get("type") == "file" and isinstance(record.get("key"), str):
                    with suppress(ValueError, TypeError, KeyError):  # what is damaged is done again
                        self._note(record["key"], _entry(record).place, (offset, len(line)))
                whole = whole or line.endswith(b"\n")
                offset += len(line)
        if header is None and whole:
            raise ExportError(f"{printable(self.path)} is no journal of leanviz.")
        return header

    def _forget(self) -> None:
        self._lines.clear()
        self._places.clear()

    def _note(self, key: str, place: PurePath | None, line: tuple[int, int]) -> None:
        self._lines[key] = line
        self._places.pop(key, None)
        if place is not None:
            self._places[key] = place

    def _entry(self, key: str) -> Entry:
        offset, length = self._lines[key]
        return _entry(json.loads(os.pread(self._file, length, offset)))

    def _compare(self, before: Json, now: Json) -> None:
        other = [words for key, words in _BOUND_TO.items() if before.get(key) != now[key]]
        if before.get("version") != FORMAT:
            other = ["another version of leanviz"]
        if other:
            raise ExportError(
                f"{printable(self.path.parent)} holds results of {' and '.join(other)}: "
                "name another folder, or add --restart to replace them."
            )

    def _append(self, record: Json) -> tuple[int, int]:
        """Write a line; return where it begins and how long it is."""
        # ASCII throughout: a name that is no Unicode survives as an escape
        line = json.dumps(record, separators=(",", ":")).encode() + b"\n"
        try:
            end = os.fstat(self._file).st_size
            cut_short = end > 0 and os.pread(self._file, 1, end - 1) != b"\n"
            rest = b"\n" + line if cut_short else line
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            raise ExportError(f"{self.path} cannot be written: {error.strerror}.") from error
        return end + cut_short, len(line)


def _parsed(line: bytes) -> Json:
    """Return what a line says; nothing if it is broken."""
    try:
        record = json.loads(line) if line.endswith(b"\n") else {}
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def _header(work: BatchWork) -> Json:
    rules = {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in asdict(work.rules).items()
    }
    header = {
        "type": "batch",
        "version": FORMAT,
        "leanviz": work.version,
        "model": work.identity,
        "format": work.shape,
        "rules": rules,
        "frame_scores": work.frame_scores and str(work.frame_scores),
        "file_dates": None if work.file_dates else False,  # None as in journals from before
        "clips": work.clips and [str(work.clips_folder.absolute()), *astuple(work.clips)],
    }
    # as it will be read again: lists for tuples
    return json.loads(json.dumps(header))


def _record(entry: Entry) -> Json:
    if entry.result.error:
        return {"file": entry.file, "error": entry.result.error}
    seen, result = entry.fingerprint, entry.result
    return {
        "file": entry.file,
        "size": seen.size if seen else None,
        "mtime_ns": seen.mtime_ns if seen else None,
        "result": str(entry.place),
        "bytes": entry.n_bytes,
        "sample_rate": result.sample_rate,
        "n_samples": result.n_samples,
        "truncated": result.truncated,
        "left_out": result.left_out,
        **_beginning(result.began),
        "events": [[e.onset, e.offset, e.label, float(e.score)] for e in result.events],
    }


def _entry(record: Json) -> Entry:
    """Return what a line says of a file; KeyError, TypeError or ValueError if it cannot be true.

    The folder may be anybody's: a place that leads out of it is none.
    """
    file = visible(_text(record["file"]))
    if "error" in record:
        return Entry(file, None, None, 0, FileResult(visible(_text(record["error"]))))
    seen = None
    if record["size"] is not None:
        mtime_ns = whole(record["mtime_ns"], -MOST, MOST)
        seen = Fingerprint(whole(record["size"], 0, MOST), mtime_ns)
    place = PurePath(_text(record["result"]))
    if place.is_absolute() or ".." in place.parts or not place.name or "\0" in str(place):
        raise ValueError(place)
    result = FileResult(
        sample_rate=whole(record["sample_rate"], 1, MOST),
        n_samples=whole(record["n_samples"], 0, MOST),
        truncated=bool(record["truncated"]),
        left_out=whole(record["left_out"], 0, MOST),
        events=tuple(_event(*fields) for fields in record["events"]),
        began=_began(record["began"]) if "began" in record else NOT_KNOWN,
    )
    return Entry(file, seen, place, whole(record["bytes"], 0, MOST), result)


def _beginning(told: Began) -> Json:
    if told.moment is None or told.teller is None:
        return {}
    return {"began": [told.moment.isoformat(), told.teller.value]}


def _began(value: Any) -> Began:
    text, teller = value
    return Began(datetime.fromisoformat(_text(text)), Teller(teller))


def _event(onset: object, offset: object, label: object, found: object) -> Event:
    first = whole(onset, 0, MOST)
    return Event(first, whole(offset, first + 1, MOST), visible(_text(label)), score(found))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
