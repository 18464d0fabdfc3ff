"""The frequency axis of the spectrogram: scales, marks, and which bins each pixel row shows."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leanviz.core.frontend import YAMNET, FrontEnd
from leanviz.core.scales import Scale

UInt8 = npt.NDArray[np.uint8]
Float64 = npt.NDArray[np.float64]


# A logarithmic axis cannot begin at 0 Hz.
LOWEST_LOG_HZ = 40.0
LEAST_BAND_HZ = 200.0
# Marks worth having on a curved scale, the most wanted first; the model hears 125 to 7500 Hz.
CURVED_MARKS = (7500, 125, 1000, 500, 4000, 2000, 250, 3000, 16000, 12000, 20000, 60)
FEW_MARKS = 5
# Spectra that are mapped to rows at a time: as many as stay in the processor's cache.
AT_ONCE = 32


def hz_to_scale(hz: Float64, scale: Scale) -> Float64:
    """Return positions on a scale; the mel scale is the model's, 1127 ln(1 + f / 700)."""
    if scale is Scale.MEL:
        return 1127.0 * np.log1p(hz / 700.0)
    return np.log(np.maximum(hz, LOWEST_LOG_HZ)) if scale is Scale.LOG else hz


def scale_to_hz(position: Float64, scale: Scale) -> Float64:
    """Return the frequencies at positions on a scale."""
    if scale is Scale.MEL:
        return 700.0 * np.expm1(position / 1127.0)
    return np.exp(position) if scale is Scale.LOG else position


@dataclass(frozen=True, slots=True)
class FrequencyAxis:
    """A band of frequencies over the height of a pane; 0 is its bottom, 1 its top.

    Attributes
    ----------
    scale : Scale
        How frequency is spread.
    low, high : float
        The band in hertz, ``low < high``.
    """

    scale: Scale
    low: float
    high: float

    def hz(self, fraction: npt.ArrayLike) -> Float64:
        """Return the frequencies at heights."""
        ends = hz_to_scale(np.array([self.low, self.high]), self.scale)
        position = ends[0] + np.asarray(fraction, np.float64) * (ends[1] - ends[0])
        return scale_to_hz(position, self.scale)

    def fraction(self, hz: npt.ArrayLike) -> Float64:
        """Return the heights of frequencies; outside 0...1 beyond the band."""
        ends = hz_to_scale(np.array([self.low, self.high]), self.scale)
        position = hz_to_scale(np.asarray(hz, np.float64), self.scale)
        return (position - ends[0]) / (ends[1] - ends[0])

    def zoomed(self, fraction: float, factor: float, highest: float) -> "FrequencyAxis":
        """Return the axis showing `factor` times as much, up to `highest` hertz.

        The frequency at height `fraction` stays where it is, as far as there is room.
        """
        low, high = (float(self.hz(fraction + (end - fraction) * factor)) for end in (0.0, 1.0))
        low, high = max(low, 0.0), min(high, highest)
        return self if high - low < LEAST_BAND_HZ else FrequencyAxis(self.scale, low, high)

    def moved(self, part: float, highest: float) -> "FrequencyAxis":
        """Return the axis further up by `part` of its height, as far as there are frequencies."""
        ends = hz_to_scale(np.array([self.low, self.high]), self.scale)
        lowest, most = hz_to_scale(np.array([0.0, highest]), self.scale)
        by = float(np.clip(part * (ends[1] - ends[0]), lowest - ends[0], most - ends[1]))
        low, high = (float(hz) for hz in scale_to_hz(ends + by, self.scale))
        return FrequencyAxis(self.scale, max(low, 0.0), min(high, highest))

    def marks(self, height: float, apart: float = 22.0) -> list[tuple[float, str]]:
        """Return (height from 0 to 1, text) of marks at least `apart` of `height` pixels apart."""
        wanted = [*CURVED_MARKS, *self._between(), self.low, self.high]
        if self.scale is Scale.LINEAR:
            step = _nice_step((self.high - self.low) * apart / max(height, 1.0))
            wanted = [*np.arange(np.ceil(self.low / step), self.high / step + 1e-6) * step]
        taken: list[tuple[float, str]] = []
        for hz in wanted:
            at = float(self.fraction(hz))
            free = all(abs(at - other) * height >= apart for other, _ in taken)
            if free and -1e-6 <= at <= 1 + 1e-6:
                taken.append((at, hertz(hz)))
        return sorted(taken)

    def _between(self) -> list[float]:
        """Return round frequencies, where the marks worth having are few: the axis is zoomed."""
        inside = sum(self.low <= hz <= self.high for hz in CURVED_MARKS)
        if inside >= FEW_MARKS:
            return []
        step = _nice_step((self.high - self.low) / FEW_MARKS)
        first, last = int(np.ceil(self.low / step)), int(self.high / step)
        return [at * step for at in range(first, last + 1)]


def mel_centres(front: FrontEnd = YAMNET) -> Float64:
    """Return the frequency in hertz at which each mel band [n_mels] of the model peaks."""
    ends = hz_to_scale(np.array([front.fmin, front.fmax]), Scale.MEL)
    positions = np.linspace(ends[0], ends[1], front.n_mels + 2)[1:-1]
    return scale_to_hz(positions, Scale.MEL)


def mel_band_axis(front: FrontEnd = YAMNET) -> FrequencyAxis:
    """Return the axis on which the model's bands have equal heights."""
    centres = hz_to_scale(mel_centres(front), Scale.MEL)
    half = (centres[1] - centres[0]) / 2
    low, high = scale_to_hz(np.array([centres[0] - half, centres[-1] + half]), Scale.MEL)
    return FrequencyAxis(Scale.MEL, float(low), float(high))


def mel_marks(height: float, apart: float = 22.0) -> list[tuple[float, str]]:
    """Return (height from 0 to 1, text) of band centres, the lowest and the highest among them."""
    axis, centres = mel_band_axis(), mel_centres()
    count = min(len(centres), max(2, int(height / apart)))
    chosen = np.round(np.linspace(0, len(centres) - 1, count)).astype(int)
    return [(float(axis.fraction(centres[at])), hertz(float(centres[at]))) for at in chosen]


def mel_band_at(hz: float) -> int:
    """Return the number of the model's band whose row shows a frequency."""
    return min(YAMNET.n_mels - 1, max(0, int(float(mel_band_axis().fraction(hz)) * YAMNET.n_mels)))


def band_rows(codes: UInt8, height: int) -> UInt8:
    """Return bands [n, n_bands] as pixel rows [n, height] without mixing, the highest first."""
    n_bands = codes.shape[1]
    return codes[:, (np.arange(height)[::-1] * n_bands) // height]


def hertz(hz: float) -> str:
    """Return a frequency for reading: ``125 Hz``, ``7.5 kHz``."""
    return f"{hz / 1000:.3g} kHz" if hz >= 1000 else f"{hz:.0f} Hz"


def _nice_step(least: float) -> float:
    """Return the smallest 1, 2 or 5 times a power of ten that is not below `least`."""
    power = 10.0 ** np.floor(np.log10(max(least, 1e-9)))
    return float(next(power * m for m in (1, 2, 5, 10) if power * m >= least * (1 - 1e-9)))


class RowMap:
    """From the bins of a spectrum to the pixel rows of a pane, the top row first.

    A row at least as wide as a bin shows the loudest bin in it, so no line is lost; a narrower one
    is interpolated between the bins beside it.

    Parameters
    ----------
    axis : FrequencyAxis
        What the height shows.
    height : int
        Number of pixel rows.
    bin_hz : float
        Distance of neighbouring bins.
    n_bins : int
        Number of bins from 0 Hz on.
    """

    def __init__(self, axis: FrequencyAxis, height: int, bin_hz: float, n_bins: int) -> None:
        edges = axis.hz(np.arange(height + 1) / height) / bin_hz
        middle = axis.hz((np.arange(height) + 0.5) / height) / bin_hz
        wide = np.flatnonzero(np.diff(edges) >= 1.0)
        # On all three scales rows widen upwards, so the wide ones are the last.
        self._narrow = int(wide[0]) if len(wide) else height
        below = np.clip(middle[: self._narrow].astype(np.intp), 0, n_bins - 1)
        part = middle[: self._narrow] - below
        weight = np.clip(part * 256.0 + 0.5, 0, 256).astype(np.uint16)
        self._weights = np.stack((256 - weight, weight))
        limits = np.minimum(np.ceil(edges[self._narrow :]).astype(np.intp), n_bins)
        limits[:-1] = np.minimum(limits[:-1], n_bins - 1)
        starts, stops = limits[:-1], np.maximum(limits[1:], limits[:-1] + 1)
        # The loudest of some bins is that of two stretches of 1, 2, 4, ... bins that cover them.
        power = np.log2(stops - starts).astype(np.intp)
        self._powers, self._n_bins = int(power.max(initial=0)) + 1, n_bins
        first = np.append(below, power * n_bins + starts)
        second = np.append(np.minimum(below + 1, n_bins - 1), power * n_bins + stops - 2**power)
        self._pairs = np.stack((first, second))
        self._blank = height - int(np.searchsorted(middle, n_bins - 0.5))

    def rows(self, codes: UInt8) -> UInt8:
        """Return spectra [n, n_bins] as pixel rows [n, height], the highest frequency first."""
        if len(codes) > AT_ONCE:
            parts = range(0, len(codes), AT_ONCE)
            return np.concatenate([self.rows(codes[at : at + AT_ONCE]) for at in parts])
        # of each bin, the loudest of 1, 2, 4, ... bins from it on
        loudest = np.empty((len(codes), self._powers, self._n_bins), np.uint8)
        loudest[:, 0] = codes
        for power in range(1, self._powers):
            shorter, half = loudest[:, power - 1], 1 << power - 1
            np.maximum(shorter[:, :-half], shorter[:, half:], out=loudest[:, power, :-half])
        pairs = loudest.reshape(len(codes), -1).take(self._pairs, 1)
        rows = np.maximum(pairs[:, 0], pairs[:, 1])
        if self._narrow:
            mixed = pairs[:, :, : self._narrow] * self._weights
            rows[:, : self._narrow] = mixed[:, 0] + mixed[:, 1] + 128 >> 8
        if self._blank:
            rows[:, -self._blank :] = 0
        return rows[:, ::-1]
