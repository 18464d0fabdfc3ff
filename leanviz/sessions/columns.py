"""Tables of labels with a column for each thing: Raven, CSV, DCASE, with or without a header."""

from collections.abc import Sequence

from leanviz.sessions.audacity import FREQUENCIES, text_and_score
from leanviz.sessions.labels import (
    Gathering,
    Mark,
    band_of,
    clean,
    extent_of,
    made_of,
    score_of,
    time_of,
)
from leanviz.sessions.report import HEARD, without_guard
from leanviz.sessions.table import split_row

# What a column holds, by the names it has in leanviz, Raven, DCASE, BirdNET and plain tables.
NAMES = {
    "onset": ("start_s", "onset_s", "onset", "begin time (s)", "start (s)", "start", "start_time"),
    "offset": ("end_s", "offset_s", "offset", "end time (s)", "end (s)", "end", "end_time"),
    "label": (
        "label", "event_label", "annotation", "common name", "species", "class", "event", "name",
        "text",
    ),
    "score": ("score", "confidence"),
    "file": ("file", "filename", "begin path", "begin file", "file_name"),
    "low": ("low freq (hz)", "low_hz", "low_freq", "freq_low"),
    "high": ("high freq (hz)", "high_hz", "high_freq", "freq_high"),
    "frequencies": ("frequencies",),
    "within": ("file offset (s)", "file offset"),
    "selection": ("selection",),
    "provenance": ("source", "provenance"),
    "review": ("review",),
}  # fmt: skip
RAVENS_OWN = {"selection", "view", "channel", *(n for kind in ("low", "high") for n in NAMES[kind])}
DELIMITERS = "\t,;"

Columns = dict[str, int]


class TableReader:
    """Reads the rows of one table.

    Parameters
    ----------
    columns : dict of str to int
        Position of each thing in a row, by the keys of `NAMES`.
    delimiter : str
    """

    def __init__(self, columns: Columns, delimiter: str) -> None:
        self._columns, self._delimiter = columns, delimiter
        # labels without a column of their own for the score may have it in their text
        self._score_in_text = set(columns) == {"onset", "offset", "label"}
        self._seen: set[tuple[str, float, float]] = set()

    def read(self, line: str, number: int, found: Gathering) -> None:
        """Take one line."""
        fields = split_row(line, self._delimiter)
        if fields and fields[0] == FREQUENCIES:
            _take_frequencies(fields, number, found)
            return
        try:
            mark = self._mark(fields)
        except ValueError as error:
            found.refuse(number, str(error))
            return
        if not self._repeats(fields, mark):
            found.add(mark)

    def _mark(self, fields: list[str]) -> Mark:
        if len(fields) <= max(self._columns["onset"], self._columns["offset"]):
            raise ValueError("the row has too few fields.")
        onset_s, offset_s = extent_of(self._figure(fields, "onset"), self._figure(fields, "offset"))
        within = self._figure(fields, "within")
        if within:
            # Raven's own times run on over a list of files
            length_s, onset_s = offset_s - onset_s, time_of(within)
            offset_s = onset_s + length_s
        label, score = clean(self._text(fields, "label")), score_of(self._figure(fields, "score"))
        if self._score_in_text:
            label, score = text_and_score(label)
        band = band_of(self._figure(fields, "low"), self._figure(fields, "high"))
        if self._text(fields, "frequencies") == HEARD:
            band = None
        made = made_of(self._text(fields, "provenance"), self._text(fields, "review"))
        file = clean(self._text(fields, "file"))
        return Mark(onset_s, offset_s, label, score, file, band, *made)

    def _repeats(self, fields: list[str], mark: Mark) -> bool:
        """Tell whether Raven lists a selection again, for another of its views."""
        if "selection" not in self._columns:
            return False
        key = (self._text(fields, "selection") + mark.file, mark.onset_s, mark.offset_s)
        seen = key in self._seen
        self._seen.add(key)
        return seen

    def _figure(self, fields: list[str], kind: str) -> str:
        text = self._text(fields, kind).strip()
        # where a comma parts no fields it is the decimal point of half of Europe
        return text if self._delimiter == "," else text.replace(",", ".")

    def _text(self, fields: list[str], kind: str) -> str:
        at = self._columns.get(kind, -1)
        return without_guard(fields[at]) if 0 <= at < len(fields) else ""


def _take_frequencies(fields: list[str], number: int, found: Gathering) -> None:
    band = band_of(*fields[1:3]) if len(fields) >= 3 else None
    if len(fields) < 3 or not found.has_marks:
        found.refuse(number, "frequencies stand below a label, and there are two.")
    elif band is not None:
        found.widen(band)


def columns_named(fields: Sequence[str]) -> Columns | None:
    """Return the columns of a header; None if the row is no header of labels."""
    names = [field.strip().casefold() for field in fields]
    found = {
        kind: next(names.index(name) for name in known if name in names)
        for kind, known in NAMES.items()
        if not set(known).isdisjoint(names)
    }
    if "onset" not in found or "offset" not in found:
        return None
    if "label" not in found and "selection" in found:
        # in Raven people call the column of their labels what they like
        taken = {*found.values()}
        own = [at for at, name in enumerate(names) if at not in taken and name not in RAVENS_OWN]
        found.update({"label": own[0]} if own else {})
    return found


def columns_guessed(fields: Sequence[str]) -> Columns | None:
    """Return the columns of a row without a header: times first, or after the recording's name."""
    times = [_is_figure(field) for field in fields]
    if times[:2] == [True, True]:
        kinds = ("onset", "offset", "label", "score")
    elif times[:3] == [False, True, True] and len(fields) >= 4:
        kinds = ("file", "onset", "offset", "label")
    else:
        return None
    return {kind: at for at, kind in enumerate(kinds) if at < len(fields)}


def _is_figure(text: str) -> bool:
    try:
        time_of(text.strip().replace(",", "."))
    except ValueError:
        return False
    return True
