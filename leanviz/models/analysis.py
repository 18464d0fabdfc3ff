"""What the analysis pane shows: parts of a file as they are analysed, pooled into pixel columns."""

import math
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from leanviz.core.analysis_kinds import Kind
from leanviz.core.stft import decibels
from leanviz.models.frequency import hertz
from leanviz.pipeline.analyses import C1_HZ, NOTES_PER_OCTAVE, PITCH_CLASSES, Analysis, Grid

Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]
Known = npt.NDArray[np.bool_]

# Longer views are not analysed.
LONGEST_S = 60.0
# Memory for all results, of several files and kinds; those looked at last stay.
MOST_BYTES = 64_000_000
TITLES = {
    Kind.CQT: "constant-Q",
    Kind.CHROMA: "chroma",
    Kind.ONSETS: "onset strength",
    Kind.PITCH: "pitch",
    Kind.HARMONIC: "harmonic part",
    Kind.PERCUSSIVE: "percussive part",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was when it was opened.

    Attributes
    ----------
    changed_ns : int
        When it was written last: a file written anew is another one.
    n_samples : int
        Its length, as far as is known.
    """

    path: Path
    changed_ns: int
    sample_rate: int
    n_samples: int


_Key = tuple[Path, int, Kind, int]


def too_long(span_s: float) -> bool:
    """Tell whether a view is too long to be analysed; sixty seconds may be a little more."""
    return span_s > LONGEST_S + 0.1


def note_name(hz: float) -> tuple[str, int]:
    """Return the note nearest to a frequency, A4 being 440 Hz, and how many cents it is above."""
    semitones = NOTES_PER_OCTAVE * math.log2(hz / C1_HZ)
    nearest = round(semitones)
    octave, step = divmod(nearest, NOTES_PER_OCTAVE)
    return f"{PITCH_CLASSES[step]}{octave + 1}", round(100 * (semitones - nearest))


class AnalysisModel(QObject):
    """The results of one file in view, of one kind; and those of late."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts: OrderedDict[_Key, Analysis] = OrderedDict()
        self._kind = Kind.CQT
        self._source: Source | None = None
        self._failure = ""

    @property
    def kind(self) -> Kind:
        """What is shown."""
        return self._kind

    @property
    def source(self) -> Source | None:
        """The file; None where there is none."""
        return self._source

    @property
    def grid(self) -> Grid | None:
        """The grid of the kind that is shown."""
        return None if self._source is None else Grid.of(self._kind, self._source.sample_rate)

    @property
    def failure(self) -> str:
        """Why there is no result, as a sentence; "" if nothing went wrong."""
        return self._failure

    def set_kind(self, kind: Kind) -> None:
        """Show another kind."""
        self._kind, self._failure = kind, ""
        self.changed.emit()

    def set_source(self, source: Source | None) -> None:
        """Show another file, or none."""
        self._source, self._failure = source, ""
        self.changed.emit()

    def fail(self, sentence: str) -> None:
        """Say why there is no result, until another kind or file is chosen."""
        self._failure = sentence
        self.changed.emit()

    def take(self, source: Source, part: int, found: Analysis) -> None:
        """Keep a result, and let go of the oldest if there are too many."""
        self._parts[_key(source, found.kind, part)] = found
        while sum(kept.n_bytes for kept in self._parts.values()) > MOST_BYTES:
            if len(self._parts) == 1:
                break
            self._parts.popitem(last=False)
        self.changed.emit()

    def parts_of(self, start_s: float, stop_s: float) -> range:
        """Return the parts that a time range touches."""
        source, grid = self._source, self.grid
        if source is None or grid is None:
            return range(0)
        length = grid.part * grid.hop
        first = max(0, math.floor(start_s * source.sample_rate)) // length
        last = min(math.ceil(stop_s * source.sample_rate), source.n_samples)
        return range(first, max(first, -(-last // length)))

    def part(self, number: int) -> Analysis | None:
        """Return a part of what is shown; None if it is not analysed."""
        if self._source is None:
            return None
        key = _key(self._source, self._kind, number)
        if key in self._parts:
            self._parts.move_to_end(key)
        return self._parts.get(key)

    def missing(self, start_s: float, stop_s: float) -> list[int]:
        """Return the parts of a time range that are still to be analysed, in order."""
        return [part for part in self.parts_of(start_s, stop_s) if self.part(part) is None]

    def found(self, start_s: float, stop_s: float) -> list[Analysis]:
        """Return what is known of a time range, in order, cut to its frames."""
        source, grid = self._source, self.grid
        if source is None or grid is None:
            return []
        step = grid.hop / source.sample_rate
        first, stop = math.ceil(start_s / step - 1e-9), math.ceil(stop_s / step - 1e-9)
        parts = (self.part(number) for number in self.parts_of(start_s, stop_s))
        return [part.cut(max(0, first), max(0, stop)) for part in parts if part is not None]

    def frames(self, first: int, stop: int) -> tuple[npt.NDArray[Any], Known]:
        """Return values [stop - first, n_rows] of frames, and which of them are known."""
        grid, known = self.grid, np.zeros(stop - first, bool)
        values: npt.NDArray[Any] = np.zeros((stop - first, 0), np.float32)
        if grid is None:
            return values, known
        for number in range(max(first, 0) // grid.part, -(-stop // grid.part)):
            part = self.part(number)
            inside = None if part is None else part.cut(first, stop)
            if inside is None or len(inside.values) == 0:
                continue
            if values.shape[1] == 0:
                values = np.zeros((stop - first, inside.values.shape[1]), inside.values.dtype)
            at = slice(inside.first - first, inside.first - first + len(inside.values))
            values[at], known[at] = inside.values, True
        return values, known

    def pooled(self, edges: Int64) -> tuple[npt.NDArray[Any], Known]:
        """Return the highest values of each pixel column.

        A column shows the frames centred in it; one that has none shows the nearest.

        Parameters
        ----------
        edges : numpy.ndarray [n + 1]
            Edges of the pixel columns as source samples, ascending.

        Returns
        -------
        values : numpy.ndarray [n, n_rows]
        known : numpy.ndarray [n]
            Whether all that a column shows is analysed.
        """
        source, grid = self._source, self.grid
        assert source is not None
        assert grid is not None
        first, last = frames_of(edges, grid.hop, -(-source.n_samples // grid.hop))
        low = int(first.min())
        values, known = self.frames(low, int(last.max()))
        peaks, all_known = values[first - low], known[first - low]
        # few frames are in a column: three times as fast as numpy's reduceat
        for step in range(1, int((last - first).max())):
            at = np.minimum(first + step, last - 1) - low
            np.maximum(peaks, values[at], out=peaks)
            all_known &= known[at]
        return peaks, all_known

    def trace(self, edges: Int64) -> tuple[Float64, Float64]:
        """Return the lowest and the highest value [n] of a curve in each pixel column.

        Between frames it is a straight line; NaN where nothing is known, or there is no pitch.
        """
        grid = self.grid
        assert grid is not None
        first, stop = max(0, int(edges[0]) // grid.hop), int(edges[-1]) // grid.hop + 2
        values, known = self.frames(first, max(stop, first + 1))
        heights = np.full(len(known), np.nan)
        if values.shape[1]:
            heights[known] = values[known, 0]
        return traced(np.arange(first, first + len(known)) * grid.hop, heights, edges)

    def voiced(self, edges: Int64) -> Float64:
        """Return the highest probability of a pitch [n] in each pixel column; NaN if not known."""
        source, grid = self._source, self.grid
        assert source is not None
        assert grid is not None
        rate = source.sample_rate
        parts = self.found(edges[0] / rate - grid.hop / rate, edges[-1] / rate + grid.hop / rate)
        if not parts:
            return np.full(len(edges) - 1, np.nan)
        samples = np.concatenate([part.samples for part in parts])
        voiced = np.concatenate([part.voiced for part in parts]).astype(np.float64)
        return traced(samples, voiced, edges)[1]

    def highest(self) -> float:
        """Return the highest value that is known of the file."""
        source, kind = self._source, self._kind
        if source is None:
            return 0.0
        key = _key(source, kind, 0)[:3]
        kept = [part.values for held, part in self._parts.items() if held[:3] == key]
        return max((float(values.max(initial=0.0)) for values in kept), default=0.0)

    def onsets(self, start_s: float, stop_s: float) -> Int64:
        """Return the onsets, as source samples, that are known of a time range."""
        parts = self.found(start_s, stop_s)
        return np.concatenate([np.zeros(0, np.int64), *(part.onsets for part in parts)])

    def remark(self, start_s: float, stop_s: float) -> str:
        """Return a sentence if all of a time range is analysed and there is nothing to see."""
        parts = self.found(start_s, stop_s)
        if not parts or self.missing(start_s, stop_s):
            return ""
        if all(part.silent for part in parts):
            return "There is nothing but silence here."
        heard = any(bool(np.isfinite(part.values).any()) for part in parts)
        return "" if heard else "No pitch is found here."

    def value_at(self, time_s: float, hz: float) -> str:
        """Return what is under the pointer, with units; "" where nothing is known.

        Parameters
        ----------
        hz : float
            Frequency under the pointer; of chroma, the number of the pitch class.
        """
        source, grid = self._source, self.grid
        if source is None or grid is None or time_s < 0.0:
            return ""
        frame = round(time_s * source.sample_rate / grid.hop)
        part = self.part(frame // grid.part)
        inside = None if part is None else part.cut(frame, frame + 1)
        if inside is None or len(inside.values) == 0:
            return ""
        return described(inside, hz)


def described(frame: Analysis, hz: float) -> str:
    """Return the value of a single frame at a frequency, in words."""
    if frame.kind is Kind.ONSETS:
        return f"onset strength {frame.values[0, 0]:.1f} dB"
    if frame.kind is Kind.PITCH:
        pitch, voiced = float(frame.values[0, 0]), float(frame.voiced[0])
        if not math.isfinite(pitch):
            return f"no pitch  p {voiced:.2f}"
        note, cents = note_name(pitch)
        return f"{pitch:.1f} Hz  {note} {signed(cents)} ct  p {voiced:.2f}"
    if frame.kind is Kind.CHROMA:
        row = min(max(int(hz), 0), NOTES_PER_OCTAVE - 1)
        name = PITCH_CLASSES[row]
    else:
        row = int(np.abs(frame.hz - hz).argmin())
        name = hertz(float(frame.hz[row]))
        if frame.kind is Kind.CQT:
            name = f"{note_name(float(frame.hz[row]))[0]}  {name}"
    level = float(decibels(frame.values[0, row : row + 1])[0])
    return f"{name}  {level:.1f} dBFS".replace("-", "\N{MINUS SIGN}")


def signed(number: int) -> str:
    """Return a number with its sign."""
    return f"{number:+d}".replace("-", "\N{MINUS SIGN}")


def traced(samples: Int64, heights: Float64, edges: Int64) -> tuple[Float64, Float64]:
    """Return lowest and highest value [n] of a curve through points, between edges [n + 1]."""
    ends = np.interp(edges, samples, heights, np.nan, np.nan)
    low, high = np.fmin(ends[:-1], ends[1:]), np.fmax(ends[:-1], ends[1:])
    column = np.searchsorted(edges, samples, "right") - 1
    inside = (column >= 0) & (column < len(low))
    np.fmin.at(low, column[inside], heights[inside])
    np.fmax.at(high, column[inside], heights[inside])
    return low, high


def frames_of(edges: Int64, hop: int, count: int) -> tuple[Int64, Int64]:
    """Return the frames [first, last), of `count`, in each pixel column, or the nearest."""
    at = np.clip(-(-edges // hop), 0, count)
    first, last = at[:-1], at[1:]
    none = first >= last
    nearest = np.round((edges[:-1] + edges[1:]) / (2 * hop)).astype(np.int64)
    nearest = np.clip(nearest, 0, max(0, count - 1))
    return np.where(none, nearest, first), np.where(none, nearest + 1, last)


def _key(source: Source, kind: Kind, part: int) -> _Key:
    return source.path, source.changed_ns, kind, part
