"""Labelled extents as a file has them, whoever wrote it; and what of it could not be used."""

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePath, PureWindowsPath

from leanviz.core.events import Provenance, Review
from leanviz.core.visible import visible

# A day in which something begins every second; beyond it a table is no label file any more.
MOST_MARKS = 100_000
# Lines beyond these are not looked at: a file of line ends alone would fill the memory.
MOST_LINES = 500_000
# Problems beyond these are counted and not kept.
MOST_TOLD = 100
# A label of JSON has ten values, and a recording 200 scores. Half the memory of a small computer.
MOST_VALUES = 5_000_000
# Three years: a larger number is no time within a recording.
LATEST_S = 1e8
LONGEST_TEXT = 1000


@dataclass(frozen=True, slots=True)
class Mark:
    """A labelled extent that somebody or something wrote down.

    Attributes
    ----------
    onset_s, offset_s : float
        Within the recording; equal for a point in time.
    label : str
        As it was written, of any vocabulary.
    score : float or None
        In [0, 1], where there is one.
    file : str
        The recording as the row names it, "" where rows name none.
    band_hz : tuple of float or None
        Lowest and highest frequency, where they are given.
    provenance, review : str
        As in `Event`, where the file says so; else "".
    """

    onset_s: float
    offset_s: float
    label: str
    score: float | None = None
    file: str = ""
    band_hz: tuple[float, float] | None = None
    provenance: str = ""
    review: str = ""

    @property
    def is_point(self) -> bool:
        """Whether it marks a moment and has no length."""
        return self.onset_s == self.offset_s


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row, or with a label of it.

    Attributes
    ----------
    line : int
        Line of the table, counted from 1, on which the row ends; in JSON the number of the event.
    what : str
        A sentence.
    """

    line: int
    what: str


@dataclass(frozen=True, slots=True)
class LabelFile:
    """What a label file holds.

    Attributes
    ----------
    marks : tuple of Mark
        By onset.
    problems : tuple of Problem
        The first of what could not be used.
    n_problems : int
        All of it.
    durations_s : dict of str to float
        Length of recordings where the file tells it, also of those in which nothing sounds.
    """

    marks: tuple[Mark, ...] = ()
    problems: tuple[Problem, ...] = ()
    n_problems: int = 0
    durations_s: dict[str, float] = field(default_factory=dict[str, float])

    @property
    def files(self) -> set[str]:
        """The recordings that its rows name."""
        return {mark.file for mark in self.marks} | set(self.durations_s)


class Gathering:
    """Takes what readers find, and no more than there is room for."""

    def __init__(self) -> None:
        self._marks: list[Mark] = []
        self._problems: list[Problem] = []
        self._n_problems = 0
        self.durations_s: dict[str, float] = {}

    @property
    def has_marks(self) -> bool:
        """Whether there is a newest mark."""
        return bool(self._marks)

    @property
    def is_full(self) -> bool:
        """Whether no more marks are taken."""
        return len(self._marks) >= MOST_MARKS

    def add(self, mark: Mark) -> None:
        """Take a mark."""
        self._marks.append(mark)

    def widen(self, band_hz: tuple[float, float]) -> None:
        """Give the newest mark its frequencies."""
        self._marks.append(replace(self._marks.pop(), band_hz=band_hz))

    def refuse(self, line: int, what: str) -> None:
        """Count what could not be used, and keep the first of it."""
        self._n_problems += 1
        if len(self._problems) < MOST_TOLD:
            self._problems.append(Problem(line, what))

    def result(self) -> LabelFile:
        """Return all that was taken."""
        marks = sorted(self._marks, key=lambda mark: (mark.onset_s, mark.offset_s))
        return LabelFile(tuple(marks), tuple(self._problems), self._n_problems, self.durations_s)


def lines_of(text: str, found: Gathering) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not empty, with their numbers from 1 on."""
    for number, line in enumerate(io.StringIO(text, newline=None), 1):
        if number > MOST_LINES:
            found.refuse(number, "the file has too many lines: the rest is not read.")
            return
        if line.strip():
            yield number, line.rstrip("\n")


def time_of(value: object) -> float:
    """Return a time in seconds; ValueError with a sentence if it is none."""
    time_s = _number(value)
    if not 0.0 <= time_s <= LATEST_S:
        raise ValueError(f'"{shortened(string_of(value))}" is no time in seconds.')
    return time_s


def string_of(value: object) -> str:
    """Return a text or a number as text, "" for anything else: a list may be deep or long."""
    return str(value) if isinstance(value, str | int | float) else ""


def extent_of(onset: object, offset: object) -> tuple[float, float]:
    """Return onset and offset in seconds; ValueError with a sentence if they make no extent."""
    onset_s, offset_s = time_of(onset), time_of(offset)
    if offset_s < onset_s:
        raise ValueError(f"the label ends at {offset_s:g} s, before it begins.")
    return onset_s, offset_s


def score_of(value: object) -> float | None:
    """Return a score, None where there is none; ValueError with a sentence if it is no score."""
    if value is None or value == "":
        return None
    score = _number(value)
    if not 0.0 <= score <= 1.0:
        raise ValueError(f'"{shortened(string_of(value))}" is no score from 0 to 1.')
    return score


def band_of(low: object, high: object) -> tuple[float, float] | None:
    """Return two frequencies in hertz, None if either is unknown."""
    band = _number(low), _number(high)
    return band if 0.0 <= band[0] <= band[1] < math.inf else None


def made_of(provenance: object, review: object) -> tuple[str, str]:
    """Return who found a label and what became of it, "" for what leanviz never writes."""
    known = provenance in tuple(Provenance), review in tuple(Review)
    return str(provenance) if known[0] else "", str(review) if known[1] else ""


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.nan
    try:
        return float(value)
    except (OverflowError, ValueError):
        return math.nan


def shortened(text: str) -> str:
    """Return a text as a message can quote it."""
    return text if len(text) <= 40 else f"{text[:40]}\u2026"


def clean(text: str) -> str:
    """Return a label or a name as it can be drawn: one line, of bounded length."""
    return "".join(c if c.isprintable() else " " for c in text[:LONGEST_TEXT]).strip()


def stem(file: str) -> str:
    """Return what a recording is called without folder and suffix, for comparing in any case.

    Tables name recordings with the folders of the machine they were made on, be it Windows; what
    leanviz wrote has control characters as `visible` has them.
    """
    file = visible(file)
    name = PureWindowsPath(file).name if "\\" in file else PurePath(file).name
    return PurePath(name).stem.casefold()
