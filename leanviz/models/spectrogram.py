"""What the spectrogram pane shows: settings, and spectra pooled into pixel columns."""

import math
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from leanviz.core.clock import Gap
from leanviz.core.frontend import YAMNET
from leanviz.core.ring import Ring
from leanviz.core.scales import Scale
from leanviz.core.stft import FLOOR_DB, STEP_DB, Stft, decibels
from leanviz.core.tracks import Tracks
from leanviz.models.frequency import FrequencyAxis, mel_band_axis

UInt8 = npt.NDArray[np.uint8]
Int64 = npt.NDArray[np.int64]

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
    tracks: Tracks, source: Columns, edges: Int64, n_bins: int
) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Return the loudest spectrum of each pixel column.

    A column shows the spectra centred in it; one that has none, being narrower than the hop or at
    the end of the sound, shows the nearest.

    Parameters
    ----------
    source : Columns
        The spectra of the tracks, or what LEAN heard.
    edges : numpy.ndarray [n + 1]
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
    middle = (edges[:-1] + edges[1:]) / 2
    for start, stop in _segments(tracks, int(edges[0]), int(edges[-1])):
        inside = np.flatnonzero((middle >= start) & (middle < stop))
        if len(inside) == 0:
            continue
        part = slice(int(inside[0]), int(inside[-1]) + 1)
        first, last = _spectra_of(source, edges[part.start : part.stop + 1], start, stop)
        found = first < last
        if found.any():
            peaks = _peaks(source.columns, first[found], last[found], n_bins)
            if peaks is not None:
                values[part][found], known[part] = peaks, found
    return values, known


def pooled_closely(
    tracks: Tracks, edges: Int64, n_bins: int
) -> tuple[UInt8, npt.NDArray[np.bool_]]:
    """Return what `pooled` does of the spectra, finer where there is `Tracks.detail` of them."""
    detail = tracks.detail
    values, known = pooled(tracks, tracks.spectra, edges, n_bins)
    if detail is None or detail.spectra.stft.n_fft != tracks.stft.n_fft:
        return values, known
    part = detail.inside(edges)
    if part.stop > part.start and detail.spectra.hop < tracks.spectra.hop:
        columns, span = edges[part.start : part.stop + 1], detail.span
        first, last = _spectra_of(detail.spectra, columns, span.start, span.stop)
        found = first < last
        if found.any():
            peaks = _peaks(detail.spectra.columns, first[found], last[found], n_bins)
            if peaks is not None:
                values[part][found], known[part] = peaks, known[part] | found
    return values, known


def log_mel_codes(log_mel: npt.NDArray[np.float32]) -> UInt8:
    """Return log-mel values as levels that `core.stft.decibels` reads; a full-scale sine is 0."""
    level_db = (log_mel - np.float32(LOG_MEL_FULL_SCALE)) * np.float32(LOG_TO_DB)
    return np.clip((level_db - FLOOR_DB) / STEP_DB + 0.5, 0, 255).astype(np.uint8)


def level_at(tracks: Tracks, time_s: float, hz: float) -> float | None:
    """Return the level in dBFS at a time and frequency; None where there is no sound."""
    spectra = tracks.spectra
    codes, known = pooled_closely(tracks, _moment(tracks, time_s), spectra.stft.n_bins)
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
    stft = tracks.spectra.stft
    lowest, most = int(axis.low * stft.n_fft / stft.sample_rate), shown_bins(stft, axis)
    counts = np.zeros(256, np.int64)
    for moment_s in np.linspace(start_s, stop_s, LOOKED_AT, endpoint=False):
        codes, known = pooled_closely(tracks, _moment(tracks, moment_s), most)
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


def _moment(tracks: Tracks, time_s: float) -> Int64:
    """Return the edges of one sample."""
    sample = round(time_s * tracks.sample_rate)
    return np.array([sample, sample + 1], np.int64)


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


def _spectra_of(source: Columns, edges: Int64, start: int, stop: int) -> tuple[Int64, Int64]:
    """Return the spectra [first, last) that pixel columns in the samples [start, stop) show."""
    hop, ring = source.hop, source.columns
    lowest, highest = (math.ceil((end - source.offset) / hop) for end in (start, stop))
    for gap in ring.gaps:  # the first or the last of a stretch may be missing
        lowest = gap.stop if gap.start <= lowest < gap.stop else lowest
        highest = gap.start if lowest <= gap.start < highest else highest
    place = (edges - source.offset) / hop
    at = _limited(np.ceil(place).astype(np.int64), lowest, max(lowest, highest))
    first, last = at[:-1], at[1:]
    none = first >= last
    nearest = np.round((place[:-1] + place[1:]) / 2).astype(np.int64)
    nearest = _limited(nearest, lowest, max(lowest, highest - 1))
    first, last = np.where(none, nearest, first), np.where(none, nearest + 1, last)
    oldest = max(source.first, ring.oldest + WRITER_AHEAD if ring.oldest else 0)
    return np.maximum(first, oldest), np.minimum(last, min(highest, ring.written))


def _limited(places: Int64, low: int, high: int) -> Int64:
    """Return what numpy.clip does, which takes ten times as long for a few places."""
    return np.minimum(np.maximum(places, low), high)


def _peaks(ring: Ring, first: Int64, last: Int64, n_bins: int) -> npt.NDArray[Any] | None:
    """Return the loudest of the spectra first[i] ... last[i] [n, n_bins]; None if overwritten."""
    low, high = int(first.min()), int(last.max())
    spectra = ring.read(low, high - low)
    if isinstance(spectra, Gap):
        return None
    most, first, end = int((last - first).max()), first - low, last - low - 1
    # one by one: numpy.maximum.reduceat over spectra takes up to a hundred times as long
    peaks = spectra[first, :n_bins]
    for further in range(1, most):
        np.maximum(peaks, spectra[np.minimum(first + further, end), :n_bins], out=peaks)
    return peaks
