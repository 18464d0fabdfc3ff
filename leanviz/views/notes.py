"""Words on the time axis: where there is no sound, and where it was not analysed."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from leanviz.core.clock import Cause, PixelMap, Span
from leanviz.core.tracks import Tracks

WORDS = {Cause.LOST: "no sound", Cause.PAUSED: "paused", Cause.ASLEEP: "asleep"}
SKIPPED = "not analysed"
FORGOTTEN = "older: waveform and labels only"

S = TypeVar("S", bound=Span)


@dataclass(frozen=True, slots=True)
class Note:
    """A time range and what is to be said of it.

    Attributes
    ----------
    start_s, stop_s : float
        Seconds of the source.
    word : str
    hatched : bool
        Whether there is sound under it that must stay visible.
    """

    start_s: float
    stop_s: float
    word: str
    hatched: bool = False


def gaps_in_view(tracks: Tracks, axis: PixelMap) -> Iterator[Note]:
    """Yield the gaps that a time axis shows."""
    rate = tracks.sample_rate
    for gap in _in_view(tracks.gaps, axis, rate):
        yield Note(gap.start / rate, gap.stop / rate, WORDS[gap.cause], gap.cause is Cause.PAUSED)


def skipped_in_view(skipped: Sequence[Span], axis: PixelMap, sample_rate: int) -> Iterator[Note]:
    """Yield the spans not analysed that a time axis shows."""
    for span in _in_view(skipped, axis, sample_rate):
        yield Note(span.start / sample_rate, span.stop / sample_rate, SKIPPED, True)


def forgotten_in_view(tracks: Tracks, axis: PixelMap) -> Iterator[Note]:
    """Yield the time of which no spectra are kept any more, if a time axis shows it."""
    kept_from_s = tracks.history.start / tracks.sample_rate
    if kept_from_s > max(0.0, axis.start_s):
        yield Note(max(0.0, axis.start_s), kept_from_s, FORGOTTEN)


def _in_view(spans: Sequence[S], axis: PixelMap, rate: int) -> Iterator[S]:
    """Yield the spans, in order of time, that a time axis shows."""
    first, last = axis.start_s * rate, axis.time(axis.width) * rate
    for at in range(bisect_left(spans, first, key=lambda span: span.stop), len(spans)):
        if spans[at].start > last:
            return
        yield spans[at]
