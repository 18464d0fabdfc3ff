"""When a recording began, as far as its recorder has put that into the file's name.

Only names that a known recorder gives are read: a wrong date is worse than none.

- AudioMoth: ``20250131_053000.WAV``, or its serial number before that; none of those that end in
  T, which leave out what was quiet
- Song Meter: ``SMA00001_20250131_053000.wav``, with a prefix of capitals and digits, the channels
  between (``_0+1_``), and a dollar sign for the low line where GPS told the time
- Frontier Labs: ``20250131T053000+1000_REC.flac``, with the zone
- leanviz's own clips: ``2025-01-31_05-30-00.250_Dog.flac``
"""

import re
from datetime import datetime, timedelta, timezone
from pathlib import PurePath

# A recorder whose clock was never set begins with 1970 or 2000.
YEARS = range(2006, 2100)
_UNITS = frozenset(("year", "month", "day", "hour", "minute", "second"))
# Hours that the zones of the world are from UTC.
MOST_ZONE = timedelta(hours=14)

_DAYS = r"(?P<year>\d{4})", r"(?P<month>\d\d)", r"(?P<day>\d\d)"
_TIMES = r"(?P<hour>\d\d)", r"(?P<minute>\d\d)", r"(?P<second>\d\d)"
_DAY, _TIME = "".join(_DAYS), "".join(_TIMES)
_NAMES = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"(?:[0-9A-Z-]{{1,24}}_)?(?:(?:0|1|0\+1)_)?{_DAY}[_$]{_TIME}",
        rf"{_DAY}T{_TIME}(?P<zone>[+-]\d{{4}})_REC.*",
        rf"{'-'.join(_DAYS)}_{'-'.join(_TIMES)}\.(?P<milli>\d{{3}})_.+",
    )
)


def moment_in(path: PurePath | str) -> datetime | None:
    """Return the moment of a recording's first sample, as its file's name says.

    Parameters
    ----------
    path : PurePath or str
        The file; only its name is looked at, and not its content.

    Returns
    -------
    datetime or None
        Without a zone where the name has none: the time that the recorder's clock showed. None if
        this is no name that a recorder gives, or no time that there was.
    """
    stem = PurePath(path).stem
    match = next(filter(None, (pattern.fullmatch(stem) for pattern in _NAMES)), None)
    if match is None:
        return None
    zone = match.groupdict().get("zone")
    numbers = {name: int(text) for name, text in match.groupdict().items() if name in _UNITS}
    milli = int(match.groupdict().get("milli", 0))
    try:
        moment = datetime(**numbers, microsecond=1000 * milli, tzinfo=_zone(zone))
    except ValueError:  # the 31st of April
        return None
    return moment if moment.year in YEARS else None


def _zone(text: str | None) -> timezone | None:
    """Return the zone of ``+1000``; ValueError if there is none such."""
    if text is None:
        return None
    away = timedelta(hours=int(text[1:3]), minutes=int(text[3:]))
    if away > MOST_ZONE or int(text[3:]) > 59:
        raise ValueError(text)
    return timezone(-away if text[0] == "-" else away)
