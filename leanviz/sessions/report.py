"""What is written about a file: results and failures, in a shape that every exporter reads."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from leanviz.audio.recording_date import NOT_KNOWN, Began
from leanviz.core.clock import seconds
from leanviz.core.decisions import DecisionRules
from leanviz.core.events import Event
from leanviz.core.taxonomy import Taxonomy
from leanviz.core.visible import visible


class Analysed(Protocol):
    """What is known of every analysis; `pipeline.results.ClipAnalysis` has it all."""

    @property
    def sample_rate(self) -> int:
        """Rate of the source in hertz."""
        ...

    @property
    def n_samples(self) -> int:
        """Length of the source in samples."""
        ...

    @property
    def model(self) -> str:
        """Identity of the model."""
        ...


class Analysis(Analysed, Protocol):
    """What a report takes over from an analysis."""

    @property
    def events(self) -> tuple[Event, ...]:
        """What was shown, in order of time."""
        ...

    @property
    def clip_scores(self) -> npt.NDArray[np.float32]:
        """Scores of the whole file [n_classes]."""
        ...

    @property
    def truncated(self) -> bool:
        """Whether the file ended before its header said."""
        ...


@dataclass(frozen=True)
class ClipReport:
    """The result of one file.

    Attributes
    ----------
    file : str
        The file as the user named it, see `printable`.
    sample_rate : int
        Rate of the source in hertz; the events count in its samples.
    n_samples : int
        Length of the source in samples.
    model : str
        Name, version and digest of the model.
    events : tuple of Event
        In order of time.
    clip_scores : numpy.ndarray [n_classes]
        Scores of the whole file in the order of `taxonomy`.
    taxonomy : Taxonomy
    rules : DecisionRules
        What was shown and what was not.
    truncated : bool
        The file ended before its header said.
    started : datetime or None
        Wall-clock time of sample 0, where it is known, with its zone where that is known too.
    dated_by : str
        Who says so of a file: a `Teller`; "" for none.
    """

    file: str
    sample_rate: int
    n_samples: int
    model: str
    events: tuple[Event, ...]
    clip_scores: npt.NDArray[np.float32]
    taxonomy: Taxonomy
    rules: DecisionRules
    truncated: bool = False
    started: datetime | None = None
    dated_by: str = ""

    @classmethod
    def of(
        cls,
        analysis: Analysis,
        file: str,
        taxonomy: Taxonomy,
        rules: DecisionRules,
        *,
        began: Began = NOT_KNOWN,
    ) -> "ClipReport":
        """Return the report of an analysis; `began` says when its file was recorded."""
        return cls(
            file=file,
            sample_rate=analysis.sample_rate,
            n_samples=analysis.n_samples,
            model=analysis.model,
            events=analysis.events,
            clip_scores=analysis.clip_scores,
            taxonomy=taxonomy,
            rules=rules,
            truncated=analysis.truncated,
            started=began.moment,
            dated_by=began.teller or "",
        )

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return seconds(self.n_samples, self.sample_rate)

    def onset_s(self, event: Event) -> float:
        """Return when an event begins, in seconds."""
        return seconds(event.onset, self.sample_rate)

    def offset_s(self, event: Event) -> float:
        """Return when an event ends, in seconds."""
        return seconds(event.offset, self.sample_rate)

    def threshold(self, event: Event) -> float:
        """Return the score from which the event's class is shown."""
        return self.rules.threshold(self.taxonomy.index(event.label))

    def top(self, count: int | None = None) -> list[tuple[str, float]]:
        """Return the best `count` labels, all if None, with their clip scores, best first."""
        order = np.argsort(-self.clip_scores, kind="stable")[:count]
        return [(self.taxonomy[int(at)].name, float(self.clip_scores[at])) for at in order]


@dataclass(frozen=True)
class ClipError:
    """A file that could not be analysed, and the sentence that says why."""

    file: str
    error: str


Report = ClipReport | ClipError


def printable(path: str | Path) -> str:
    """Return a path as text that every format and terminal can hold, see `visible`.

    Bytes that are no UTF-8 are spelt out.
    """
    return visible(str(path).encode("utf-8", "backslashreplace").decode())


def wall_time(started: datetime | None, time_s: float) -> str:
    """Return the moment `time_s` seconds after `started` in ISO 8601, "" if that is unknown."""
    if started is None:
        return ""
    return (started + timedelta(seconds=time_s)).isoformat(timespec="milliseconds")


# Whose frequencies a table has: what the model hears, or those of the label.
HEARD, GIVEN = "model", "label"
# Spreadsheets take the wide forms of East Asian keyboards too. The apostrophe is among them so that
# a name that begins with one is read back as it was.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20", "'")


def harmless(text: str) -> str:
    """Return a text for a field of a table that no spreadsheet takes for a formula.

    One that a spreadsheet would run (``=HYPERLINK(...).wav``) is given a leading apostrophe, which
    spreadsheets take for "this is text".
    """
    return "'" + one_line(text) if text.startswith(_FORMULA_STARTS) else one_line(text)


def without_guard(text: str) -> str:
    """Return a text without the apostrophe that keeps it from being a formula."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA_STARTS) else text


def hz_text(hz: float) -> str:
    """Return a frequency so that it is read back as the very same."""
    return repr(float(hz))


def one_line(text: str) -> str:
    """Return text for a field that must not hold tabs or line ends: each becomes a space."""
    return text.translate(dict.fromkeys(b"\t\n\v\f\r", " "))
