"""The session of a recording in one file: what a person said of it, and where its sound is.

JSON with the object that `leanviz.sessions.jsonfile` writes of a recording, so that whatever reads
its events reads these too, and what it takes to go on: ``format`` and ``version``, ``sound``,
``annotations``, ``decisions``, ``view``.
"""

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from leanviz.core.annotations import Annotations, Verdict, own_label
from leanviz.core.clock import seconds
from leanviz.core.errors import SessionError
from leanviz.core.events import Band, Event, Provenance, Review
from leanviz.core.taxonomy import Taxonomy
from leanviz.sessions.fields import name, score, text, whole
from leanviz.sessions.jsonfile import reviewed_record
from leanviz.sessions.labels import MOST_MARKS, MOST_VALUES, band_of
from leanviz.sessions.report import printable
from leanviz.sessions.writing import write_text

SUFFIX = ".leanviz.json"
FORMAT, VERSION = "leanviz-session", 1
MOST_BYTES = 50_000_000
MOST_SAMPLES = 2**53
MOST_RATE = 1_000_000

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SoundFile:
    """The recording, so that it is found again and known for the same.

    Attributes
    ----------
    path : Path
        Where it was.
    n_bytes : int
    sha256 : str
        Of the whole file; "" where it is not known.
    sample_rate : int
        In hertz.
    n_samples : int
        At that rate; what annotations count in.
    """

    path: Path
    n_bytes: int
    sha256: str
    sample_rate: int
    n_samples: int


@dataclass(frozen=True)
class ReviewFile:
    """What a session file holds.

    Attributes
    ----------
    sound : SoundFile
    model : str
        Name, version and digest of the model.
    annotations : Annotations
    decisions : dict
        The user's choices, as the settings have them.
    view_s : tuple of float
        First second in view, and how many are.
    """

    sound: SoundFile
    model: str
    annotations: Annotations
    decisions: Json = field(default_factory=dict[str, Any])
    view_s: tuple[float, float] = (0.0, 0.0)


def write_review(review: ReviewFile, shown: list[Event], taxonomy: Taxonomy, path: Path) -> None:
    """Write a session, wholly or not at all.

    Parameters
    ----------
    shown : list of Event
        What other programs read of it.

    Raises
    ------
    ExportError
        If it cannot be written.
    """
    sound = review.sound
    record = {
        "format": FORMAT,
        "version": VERSION,
        "file": printable(sound.path.name),
        "duration_s": round(seconds(sound.n_samples, sound.sample_rate), 6),
        "model": review.model,
        "sound": asdict(sound) | {"path": str(sound.path), "beside": _beside(sound.path, path)},
        "decisions": review.decisions,
        "view": dict(zip(("start_s", "span_s"), review.view_s, strict=True)),
        "annotations": {
            "verdicts": [
                {"found": _record(one.found), "event": one.event and _record(one.event)}
                for one in review.annotations.verdicts
            ],
            "added": list(map(_record, review.annotations.added)),
        },
        "events": [reviewed_record(event, sound.sample_rate, taxonomy) for event in shown],
    }
    # a name that is no Unicode is escaped, so that it can be read back
    plain = str(sound.path).isprintable()
    written = json.dumps(record, ensure_ascii=not plain, indent=1, allow_nan=False)
    write_text(path, written + "\n")


def read_review(path: Path) -> ReviewFile:
    """Read a session.

    Raises
    ------
    SessionError
        With a sentence, if it cannot be read, or is no session of this format.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise SessionError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    try:
        if len(content) > MOST_BYTES or content.count(b",") > MOST_VALUES:
            raise ValueError("too large")  # noqa: TRY301
        record = json.loads(content)
        if record["format"] != FORMAT:
            raise ValueError(record["format"])  # noqa: TRY301
        if whole(record["version"], 1, 1_000_000) <= VERSION:
            return _read(record, path)
    except (ValueError, TypeError, KeyError, RecursionError, AttributeError) as error:
        raise SessionError(f"{path.name} is no session of leanviz, or is damaged.") from error
    raise SessionError(f"{path.name} was written by a newer version of leanviz.")


def find_sound(sound: SoundFile, session: Path) -> Path | None:
    """Return where a recording is now: where it was, or beside its session; None if nowhere.

    Of several places the first with a file of the right size is taken, else the first with one.
    """
    places = list(dict.fromkeys((sound.path, session.absolute().parent / sound.path.name)))
    found: list[Path] = []
    for place in places:
        with suppress(OSError):
            if place.is_file():
                found.append(place)
    right = (place for place in found if place.stat().st_size == sound.n_bytes)
    return next(right, found[0] if found else None)


def content_hash(path: Path) -> str:
    """Return the SHA-256 of a file; "" if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _beside(sound: Path, session: Path) -> str:
    """Return where a recording is, seen from its session; "" where there is no such way."""
    with suppress(ValueError):  # another drive
        return Path(os.path.relpath(sound.absolute(), session.absolute().parent)).as_posix()
    return ""


def _record(event: Event) -> Json:
    return asdict(event) | {"provenance": event.provenance.value, "review": event.review.value}


def _read(record: Json, path: Path) -> ReviewFile:
    sound = _sound(record["sound"], path)
    view = record["view"]
    notes = record["annotations"]
    if max(len(notes["verdicts"]), len(notes["added"])) > MOST_MARKS:
        raise ValueError("too many labels")
    verdicts = (_verdict(one, sound) for one in notes["verdicts"])
    added = (_event(one, sound) for one in notes["added"])
    if not isinstance(record["decisions"], dict):
        raise TypeError(record["decisions"])
    return ReviewFile(
        sound,
        text(record["model"]),
        Annotations(tuple(sorted(verdicts, key=lambda one: one.found)), tuple(sorted(set(added)))),
        record["decisions"],
        (_time(view["start_s"]), _time(view["span_s"])),
    )


def _sound(record: Json, session: Path) -> SoundFile:
    """Return the recording; its place as seen from the session, if there is a file."""
    path, beside = record["path"], record["beside"]
    if not (isinstance(path, str) and isinstance(beside, str)) or "\0" in path + beside:
        raise ValueError(path)
    near = Path(os.path.normpath(session.absolute().parent / beside)) if beside else None
    return SoundFile(
        path=near if near is not None and near.is_file() else Path(path),
        n_bytes=whole(record["n_bytes"], 0, MOST_SAMPLES),
        sha256=text(record["sha256"]),
        sample_rate=whole(record["sample_rate"], 1, MOST_RATE),
        n_samples=whole(record["n_samples"], 0, MOST_SAMPLES),
    )


def _verdict(record: Json, sound: SoundFile) -> Verdict:
    found, event = _event(record["found"], sound), record["event"]
    return Verdict(found, None if event is None else _event(event, sound))


def _event(record: Json, sound: SoundFile) -> Event:
    onset, label = whole(record["onset"], 0, sound.n_samples), record["label"]
    if not isinstance(label, str) or not label or own_label(label) != label:
        raise ValueError(label)
    return Event(
        onset=onset,
        offset=whole(record["offset"], onset + 1, MOST_SAMPLES),
        label=label,
        score=score(record["score"]),
        announced=whole(record["announced"], -1, MOST_SAMPLES),
        parents=tuple(map(name, record["parents"])),
        provenance=Provenance(record["provenance"]),
        review=Review(record["review"]),
        shown=whole(record["shown"], -1, MOST_SAMPLES),
        band_hz=_band(record.get("band_hz") or ()),
    )


def _band(value: Any) -> Band:
    """Return frequencies; sessions from before have none."""
    if not value:
        return ()
    band = band_of(*value)
    if band is None:
        raise ValueError(value)
    return band


def _time(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e9 < value < 1e9:
        raise ValueError(value)
    return float(value)
