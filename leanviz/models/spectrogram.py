"""What the spectrogram pane shows: settings, and spectra pooled into pixel columns."""

import math
from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from operator import sub
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from leanviz.core.clock import Gap
from leanviz.core.envelope import Edges
from leanviz.core.frontend import YAMNET
from leanviz.core.ring import Ring
from leanviz.core.scales import Scale
from leanviz.core.spectra import Spectra
from leanviz.core.stft import FLOOR_DB, STEP_DB, Stft, decibels
from leanviz.core.tracks import Tracks
from leanviz.models.frequency import FrequencyAxis, mel_band_axis

UInt8 = npt.NDArray[np.uint8]

# Spectra left alone at the old end of a full history: the writer takes them while we read.
WRITER_AHEAD = 16
# Moments of a view that are looked at for its levels.
LOOKED_AT = 100
# A full-scale sine peaks at half the sum of the model's window, 200 of 400 samples.
LOG_MEL_FULL_SCALE = math.log(YAMNET.win_length / 4)
LOG_TO_DB = 20.0 / math.log(10.0)


class Columns(Protocol):
    """Columns on a grid of source samples: `core.spectra.Spectra` or `MelColumns`."""

    columns: Ring
    hop: float
    offset: float
    first: int


@dataclass(frozen=True, slots=True)
class SpectrogramSettings:
    """How the spectrogram is drawn.

    Attributes
    ----------
    scale : Scale
        Frequency scale.
    floor_db, ceiling_db : float
        Levels in dBFS of the first and the last colour; a full-scale sine is 0 dBFS.
    palette : str or None
        Colour map; None takes the theme's.
    fmin, fmax : float
        Band in hertz, cut to what the sample rate has.
    model_eye : bool
        Show what LEAN gets, band by band, instead of the spectra; scale and band are then LEAN's.
    """

    scale: Scale = Scale.MEL
    floor_db: float = -100.0
    ceiling_db: float = -20.0
    palette: str | None = None
    fmin: float = 0.0
    fmax: float = 8000.0
    model_eye: bool = False

    def axis(self, sample_rate: int) -> FrequencyAxis:
        """Return the frequency axis at a sample rate."""
        if self.model_eye:
            return mel_band_axis()
        low = max(self.fmin, 40.0) if self.scale is Scale.LOG else self.fmin
        high = min(self.fmax, sample_rate / 2)
        return FrequencyAxis(self.scale, min(low, high / 2), high)


@dataclass(frozen=True, slots=True)
class Readout:
    """What is under the pointer.

    Attributes
    ----------
    time_s, hz : float
    level_db : float or None
        In dBFS; None without sound.
    log_mel : float or None
        The number LEAN gets, where that is shown.
    """

    time_s: float
    hz: float
    level_db: float | None
    log_mel: float | None = None


def pooled(
    tracks: Tracks, source: Columns, edges: Edges, n_bins: int
) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Return the loudest spectrum of each pixel column.

    A column shows the spectra centred in it; one that has none, being narrower than the hop or at
    the end of the sound, shows the nearest.

    Parameters
    ----------
    source : Columns
        The spectra of the tracks, or what LEAN heard.
    edges : sequence of int [n + 1]
        Edges of the pixel columns as sample indices, ascending.
    n_bins : int
        Bins to return, from the lowest on.

    Returns
    -------
    values : numpy.ndarray [n, n_bins]
        As `source` has them.
    known : numpy.ndarray [n]
        Whether there is sound: not lost, not yet to come, still kept.
    """
    values = np.zeros((len(edges) - 1, n_bins), source.columns.dtype)
    known = np.zeros(len(edges) - 1, bool)
    middle = [(start + stop) / 2 for start, stop in pairwise(edges)]
    for start, stop in _segments(tracks, edges[0], edges[-1]):
        part = slice(bisect_left(middle, start), bisect_left(middle, stop))
        if part.start < part.stop:
            _take(
                source, edges[part.start : part.stop + 1], (start, stop), values[part], known[part]
            )
    return values, known


def pooled_closely(
    tracks: Tracks, spectra: Spectra, edges: Edges, n_bins: int
) -> tuple[UInt8, npt.NDArray[np.bool_]]:
    """Return what `pooled` does of the spectra, finer where there is `Tracks.detail` of them."""
    detail = tracks.detail
    values, known = pooled(tracks, spectra, edges, n_bins)
    if detail is None or detail.spectra.stft.n_fft != spectra.stft.n_fft:
        return values, known
    part = detail.inside(edges)
    if part.stop > part.start and detail.spectra.hop < spectra.hop:
        columns, span = edges[part.start : part.stop + 1], (detail.span.start, detail.span.stop)
        _take(detail.spectra, columns, span, values[part], known[part])
    return values, known


def log_mel_codes(log_mel: npt.NDArray[np.float32]) -> UInt8:
    """Return log-mel values as levels that `core.stft.decibels` reads; a full-scale sine is 0."""
    level_db = (log_mel - np.float32(LOG_MEL_FULL_SCALE)) * np.float32(LOG_TO_DB)
    return np.clip((level_db - FLOOR_DB) / STEP_DB + 0.5, 0, 255).astype(np.uint8)


def level_at(tracks: Tracks, time_s: float, hz: float) -> float | None:
    """Return the level in dBFS at a time and frequency; None where there is no sound."""
    spectra = tracks.spectra
    codes, known = pooled_closely(tracks, spectra, _moment(tracks, time_s), spectra.stft.n_bins)
    at = min(round(hz * spectra.stft.n_fft / tracks.sample_rate), spectra.stft.n_bins - 1)
    return float(decibels(codes[:, at])[0]) if known[0] else None


def levels_between(
    tracks: Tracks, start_s: float, stop_s: float, axis: FrequencyAxis
) -> tuple[float, float] | None:
    """Return the range of levels that a part of a sound has, dBFS, but for its extremes.

    Returns
    -------
    tuple of float or None
        Below the first are 5 % of what is shown of these times and frequencies, above the second
        0.5 %; digital silence does not count. None where there is nothing else.
    """
    spectra = tracks.spectra
    stft = spectra.stft
    lowest, most = int(axis.low * stft.n_fft / stft.sample_rate), shown_bins(stft, axis)
    counts = np.zeros(256, np.int64)
    for moment_s in np.linspace(start_s, stop_s, LOOKED_AT, endpoint=False):
        codes, known = pooled_closely(tracks, spectra, _moment(tracks, moment_s), most)
        if known[0]:
            counts += np.bincount(codes[0, lowest:], minlength=256)
    counts[0] = 0
    up_to = np.cumsum(counts)
    if not up_to[-1]:
        return None
    ends = np.searchsorted(up_to, up_to[-1] * np.array([0.05, 0.995]))
    floor_db, ceiling_db = decibels(ends.astype(np.uint8))
    return float(floor_db), float(ceiling_db)


def log_mel_at(tracks: Tracks, time_s: float, band: int) -> float | None:
    """Return the number LEAN gets at a time in a mel band; None where there is no sound."""
    values, known = pooled(tracks, tracks.heard, _moment(tracks, time_s), YAMNET.n_mels)
    return float(values[0, band]) if known[0] else None


def _moment(tracks: Tracks, time_s: float) -> list[int]:
    """Return the edges of one sample."""
    sample = round(time_s * tracks.sample_rate)
    return [sample, sample + 1]


def shown_bins(stft: Stft, axis: FrequencyAxis) -> int:
    """Return how many bins, from 0 Hz on, a frequency axis needs."""
    return min(stft.n_bins, int(axis.high * stft.n_fft / stft.sample_rate) + 2)


def _segments(tracks: Tracks, first: int, last: int) -> list[tuple[int, int]]:
    """Return the stretches of samples [start, stop) between gaps that touch [first, last)."""
    segments: list[tuple[int, int]] = []
    at = 0
    for gap in tracks.gaps:
        segments.append((at, gap.start))
        at = gap.stop
    segments.append((at, max(at, tracks.written)))
    return [(start, stop) for start, stop in segments if start < last and stop > first]


def _take(
    source: Columns,
    edges: Edges,
    span: tuple[int, int],
    values: npt.NDArray[Any],
    known: npt.NDArray[np.bool_],
) -> None:
    """Fill in what is known of pixel columns in the samples [start, stop) of a span."""
    first, last = _spectra_of(source, edges, *span)
    # what is too old comes first, what is still to come last
    found = [at for at, low in enumerate(first) if low <= last[at]]
    if found:
        part = slice(found[0], found[-1] + 1)
        peaks = _peaks(source.columns, first[part], last[part], values.shape[1])
        if peaks is not None:
            values[part], known[part] = peaks, True


def _spectra_of(
    source: Columns, edges: Edges, start: int, stop: int
) -> tuple[list[int], list[int]]:
    """Return the spectra, from first to last, that pixel columns in the samples [start, stop) show.

    There are none where first > last.
    """
    hop, offset, ring = source.hop, source.offset, source.columns
    lowest, highest = math.ceil((start - offset) / hop), math.ceil((stop - offset) / hop)
    for gap in ring.gaps:  # the first or the last of a stretch may be missing
        lowest = gap.stop if gap.start <= lowest < gap.stop else lowest
        highest = gap.start if lowest <= gap.start < highest else highest
    most, kept = max(lowest, highest), ring.oldest
    oldest = max(source.first, kept + WRITER_AHEAD if kept else 0)
    newest = min(highest, ring.written) - 1
    place = [(edge - offset) / hop for edge in edges]
    # of the few columns that have come, plain numbers are quicker than arrays
    at = [min(max(math.ceil(edge), lowest), most) for edge in place]
    first, last = at[:-1], at[1:]
    for column, low in enumerate(first):
        if low >= last[column]:
            nearest = round((place[column] + place[column + 1]) / 2)
            first[column] = min(max(nearest, lowest), max(lowest, highest - 1))
            last[column] = first[column] + 1
    return [max(low, oldest) for low in first], [min(end - 1, newest) for end in last]


def _peaks(ring: Ring, first: list[int], last: list[int], n_bins: int) -> npt.NDArray[Any] | None:
    """Return the loudest of the spectra first[i] ... last[i] [n, n_bins]; None if overwritten.

    Neither `first` nor `last` ever goes back.
    """
    low = first[0]
    spectra = ring.read(low, last[-1] + 1 - low, n_bins)
    if isinstance(spectra, Gap):
        return None
    start, end = np.array((first, last)) - low
    peaks = spectra.take(start, 0)
    # one by one: numpy.maximum.reduceat over spectra takes up to a hundred times as long
    for further in range(1, max(map(sub, last, first)) + 1):
        np.maximum(peaks, spectra.take(np.minimum(start + further, end), 0), out=peaks)
    return peaks
