"""When a recording began, and who says so: its header, a tag, or its name.

- GUANO (https://guano-md.org): the chunk ``guan``, its ``Timestamp``
- AudioMoth: the comment ``Recorded at 19:17:30 10/04/2021 (UTC) by AudioMoth ...``
- Broadcast Wave (EBU Tech 3285): the chunk ``bext``, date and time of its origination
- the tag ``date``, where it has a time as well
- the name, as `core.recorder_names` reads it

The first that says anything counts; the name comes last, but for its zone where both agree. What is
damaged is passed over, and told.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from pathlib import Path
from typing import cast

from leanviz.audio.riff import chunks_of
from leanviz.core.recorder_names import MOST_ZONE, YEARS, moment_in

GUANO, BEXT = b"guan", b"bext"
# Bytes before the date of a bext chunk, up to the end of the date, and of the time.
_DATE_AT, _TIME_AT, _TIME_END = 320, 330, 338
# Clocks differ by less than this from what they write.
SAME_S = 2.0
LONGEST_TEXT = 2000
# AudioMoth leaves out what was quiet, and its times would be too early from then on.
_LEAVES_OUT = re.compile(r"(.*_)?\d{8}_\d{6}T", re.ASCII | re.DOTALL)
# libsndfile reads all of an MP3 file whose header has no length; recorders write none.
_UNTAGGED = (".mp3", ".mpga")

_MOTH = re.compile(
    r"Recorded at (\d\d:\d\d:\d\d(?:\.\d{1,6})?) (\d\d)/(\d\d)/(\d{4}) "
    r"\(UTC(?:([+-])(\d{1,2})(?::(\d\d))?)?\)",
    re.ASCII,
)
_BEXT_DAY = re.compile(r"(\d{4})[-_:. /](\d\d)[-_:. /](\d\d)", re.ASCII)
_BEXT_TIME = re.compile(r"(\d\d)[-_:. ](\d\d)[-_:. ](\d\d)", re.ASCII)
_STAMP = re.compile(r"^Timestamp[ \t]*:[ \t]*(.+?)[ \t\r]*$", re.MULTILINE)
_WITH_TIME = re.compile(r"\d{4}-?\d\d-?\d\d[T ]\d\d:?\d\d.*", re.ASCII)


class Teller(StrEnum):
    """Who says when a recording began."""

    GUANO = "GUANO"
    MOTH = "AudioMoth"
    BEXT = "bext"
    TAG = "date tag"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Began:
    """When a recording began.

    Attributes
    ----------
    moment : datetime or None
        Of the first sample, without a zone where none is told: as the recorder's clock showed.
    teller : Teller or None
        Who says so; None where `moment` is.
    remark : str
        A sentence about what is damaged or contradicts; "" for none.
    """

    moment: datetime | None = None
    teller: Teller | None = None
    remark: str = ""

    @property
    def words(self) -> str:
        """The moment and who tells it, for people; "" where it is not known."""
        if self.moment is None or self.teller is None:
            return ""
        shown = f"{self.moment:%Y-%m-%d %H:%M:%S}"
        where = "the file's name" if self.teller is Teller.NAME else f"the header ({self.teller})"
        return f"Began {shown}, {zone_words(self.moment)}, says {where}."


NOT_KNOWN = Began()


def by_name(path: Path) -> Began:
    """Return when a recording began as its name tells; the file is not touched."""
    moment = moment_in(path)
    return NOT_KNOWN if moment is None else Began(moment, Teller.NAME)


def began(path: Path) -> Began:
    """Return when a recording began; reads a little of the file, and never fails."""
    named = by_name(path)
    if _LEAVES_OUT.fullmatch(path.stem) or not _is_file(path):
        return named
    wrong: list[str] = []
    for teller, read in _said(path):
        try:
            moment = read()
        except (ValueError, OverflowError):
            wrong.append(f"its date ({teller}) is damaged or was never set")
            continue
        if moment is not None:
            return _joined(Began(moment, teller), named, wrong)
    return Began(named.moment, named.teller, _sentence(wrong))


def zone_words(moment: datetime) -> str:
    """Return the zone of a moment, or that it is not known."""
    away = moment.utcoffset()
    if away is None:
        return "by the recorder's clock"
    minutes = round(away.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "\N{MINUS SIGN}" if minutes < 0 else "+"
    return f"UTC{sign}{hours:02d}:{rest:02d}" if minutes else "UTC"


def _is_file(path: Path) -> bool:
    """Tell whether there is a file; to read from a pipe would take what it holds away."""
    try:
        return path.is_file()
    except OSError:
        return False


def _joined(header: Began, named: Began, wrong: list[str]) -> Began:
    """Return what the header says, with the zone of the name if they agree and it has one."""
    if header.moment is None or named.moment is None:
        return Began(header.moment, header.teller, _sentence(wrong))
    if _agree(header.moment, named.moment):
        zone = header.moment.tzinfo or named.moment.tzinfo
        return Began(header.moment.replace(tzinfo=zone), header.teller, _sentence(wrong))
    same_day = header.moment.date() == named.moment.date()
    name = f"{named.moment:%H:%M:%S}" if same_day else f"{named.moment:%Y-%m-%d %H:%M:%S}"
    # short, for the line at the bottom of the window
    told = f"header ({header.teller}) {header.moment:%Y-%m-%d %H:%M:%S}, "
    told += f"{zone_words(header.moment)}; name {name}: the header counts"
    return Began(header.moment, header.teller, _sentence([*wrong, told]))


def _agree(one: datetime, other: datetime) -> bool:
    if one.tzinfo is None or other.tzinfo is None:
        one, other = one.replace(tzinfo=None), other.replace(tzinfo=None)
    return abs((one - other).total_seconds()) <= SAME_S


def _sentence(parts: list[str]) -> str:
    joined = "; ".join(parts)
    return f"{joined[:1].upper()}{joined[1:]}." if joined else ""


def _said(path: Path) -> Iterator[tuple[Teller, Callable[[], datetime | None]]]:
    """Yield who may say something, and what reads it."""
    try:
        chunks = chunks_of(path, frozenset((GUANO, BEXT)))
    except OSError:
        return
    tags = _tags(path)
    yield Teller.GUANO, lambda: _guano(chunks.get(GUANO))
    yield Teller.MOTH, lambda: _audiomoth(tags.get("comment", ""))
    yield Teller.BEXT, lambda: _bext(chunks.get(BEXT))
    yield Teller.TAG, lambda: _dated(tags.get("date", ""))


def _tags(path: Path) -> dict[str, str]:
    """Return the texts that libsndfile finds beside the sound; none where it cannot read it."""
    # the first picture of the window comes before it
    import soundfile

    if path.suffix.lower() in _UNTAGGED:
        return {}
    try:
        with soundfile.SoundFile(cast("str", os.fsencode(path))) as file:
            tags: dict[str, str] = file.copy_metadata()
    except (soundfile.SoundFileError, OSError, TypeError, ValueError):
        return {}
    return {name: text[:LONGEST_TEXT] for name, text in tags.items()}


def _guano(chunk: bytes | None) -> datetime | None:
    """Return the timestamp; ValueError if there is one that is no time."""
    match = None if chunk is None else _STAMP.search(chunk.decode("utf-8", "replace"))
    if match is None:
        return None
    text = match[1].strip("\0 ")
    if _WITH_TIME.fullmatch(text) is None:
        raise ValueError(text)
    return _possible(datetime.fromisoformat(text))


def _audiomoth(comment: str) -> datetime | None:
    match = _MOTH.search(comment)
    if match is None:
        if comment.startswith("Recorded at ") and "AudioMoth" in comment:
            raise ValueError(comment)
        return None
    time, day, month, year, sign, hours, minutes = match.groups()
    away = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    if away > MOST_ZONE:
        raise ValueError(comment)
    moment = datetime.fromisoformat(f"{year}-{month}-{day}T{time}")
    return _possible(moment.replace(tzinfo=timezone(-away if sign == "-" else away)))


def _bext(chunk: bytes | None) -> datetime | None:
    """Return date and time of the origination; None where either is blank."""
    if chunk is None:
        return None
    if len(chunk) < _TIME_END:
        raise ValueError(len(chunk))
    day, time = (
        chunk[start:stop].decode("ascii", "replace").strip("\0 ")
        for start, stop in ((_DATE_AT, _TIME_AT), (_TIME_AT, _TIME_END))
    )
    if not (day and time):
        return None
    date, clock = _BEXT_DAY.fullmatch(day), _BEXT_TIME.fullmatch(time)
    if date is None or clock is None:
        raise ValueError(day, time)
    # the chunk has no zone
    text = "T".join(("-".join(date.groups()), ":".join(clock.groups())))
    return _possible(datetime.fromisoformat(text))


def _dated(tag: str) -> datetime | None:
    """Return the moment of a tag; most have a day or a year, which is no moment."""
    text = tag.strip()
    return _possible(datetime.fromisoformat(text)) if _WITH_TIME.fullmatch(text) else None


def _possible(moment: datetime) -> datetime:
    """Return a moment; ValueError if no recorder was there to be set to it."""
    if moment.year not in YEARS:
        raise ValueError(moment)
    return moment
