"""All time arithmetic of leanviz: samples, seconds, spans and pixels.

Time is an integer index of source samples. Seconds exist at the edges (files, axes), pixels only
inside a pane; both derive from samples here and nowhere else.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of sample indices, ``start <= index < stop``."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        """Number of samples."""
        return self.stop - self.start

    def overlap(self, other: "Span") -> int:
        """Return the number of samples that lie in both spans."""
        return max(0, min(self.stop, other.stop) - max(self.start, other.start))


class Cause(StrEnum):
    """Why there is no sound in a gap."""

    LOST = "lost"
    PAUSED = "paused"
    ASLEEP = "asleep"


@dataclass(frozen=True, slots=True, order=True)
class Gap(Span):
    """A span without samples. It keeps its true width; time is never compressed."""

    cause: Cause = Cause.LOST


def rescale(sample: int, from_rate: int, to_rate: int) -> int:
    """Return the index at `to_rate` nearest in time to `sample` at `from_rate` (halves go up)."""
    return (2 * sample * to_rate + from_rate) // (2 * from_rate)


def seconds(sample: int, sample_rate: int) -> float:
    """Return the time of a sample index in seconds."""
    return sample / sample_rate


def to_sample(time_s: float, sample_rate: int) -> int:
    """Return the sample index nearest to a time in seconds."""
    return round(time_s * sample_rate)


@dataclass(frozen=True, slots=True)
class PixelMap:
    """The map between seconds and the pixels of a pane, shared by every pane of a window.

    Parameters
    ----------
    start_s : float
        Time at the left edge.
    span_s : float
        Seconds from the left to the right edge, > 0.
    width : int
        Device pixels from the left to the right edge, >= 1.
    """

    start_s: float
    span_s: float
    width: int

    @property
    def seconds_per_pixel(self) -> float:
        """Width of one pixel column in seconds."""
        return self.span_s / self.width

    def x(self, time_s: float) -> float:
        """Return the position of a time, in device pixels from the left edge."""
        return (time_s - self.start_s) / self.span_s * self.width

    def xs(self, times_s: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the positions of many times."""
        return (times_s - self.start_s) / self.span_s * self.width

    def time(self, x: float) -> float:
        """Return the time at a position in device pixels."""
        return self.start_s + x / self.width * self.span_s

    @property
    def first_column(self) -> int:
        """Absolute index of the pixel column at the left edge.

        Columns are counted from time zero at this zoom, so that scrolling reuses what is drawn.
        """
        return round(self.start_s * self.width / self.span_s)

    def column_edges(self, first: int, count: int) -> npt.NDArray[np.float64]:
        """Return the `count` + 1 edges, in seconds, of absolute pixel columns from `first` on."""
        return np.arange(first, first + count + 1, dtype=np.float64) * self.seconds_per_pixel
