"""The mean power spectrum of a sound (Welch, 1967), and what it says in numbers."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leanviz.core.framing import framed
from leanviz.core.stft import AT_ONCE, Stft

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]

# Below this there is no sound to measure, and no level to draw.
FLOOR_DBFS = -160.0
# What lies between has nine tenths of the energy; Raven measures these two as well.
LOW_PART, HIGH_PART = 0.05, 0.95


@dataclass(frozen=True, slots=True)
class PowerSpectrum:
    """Power over frequency, the mean of overlapping windows and of all channels.

    Attributes
    ----------
    sample_rate : int
        In hertz.
    win_length : int
        Samples in a Hann window; windows overlap by half.
    n_windows : int
        Over how many of them the mean is.
    power : numpy.ndarray [n_fft / 2 + 1]
        A full-scale sine has a peak of 1.
    """

    sample_rate: int
    win_length: int
    n_windows: int
    power: Float64

    @property
    def bin_hz(self) -> float:
        """Distance of neighbouring bins in hertz."""
        return self.sample_rate / (2 * (len(self.power) - 1))

    @property
    def hz(self) -> Float64:
        """Frequencies [n_bins] of the bins."""
        return np.arange(len(self.power), dtype=np.float64) * self.bin_hz

    @property
    def level_dbfs(self) -> Float64:
        """Levels [n_bins]; a full-scale sine is 0 dBFS, as in the spectrogram."""
        floored = np.maximum(self.power, 10.0 ** (FLOOR_DBFS / 10.0))
        return (10.0 * np.log10(floored)).astype(np.float64)


@dataclass(frozen=True, slots=True)
class SpectrumMeasures:
    """What a spectrum says in numbers; frequencies in hertz.

    Attributes
    ----------
    peak_hz, peak_dbfs : float
        The bin with the highest level.
    centroid_hz : float
        Mean of the frequencies, weighted by their power.
    low_hz, high_hz : float
        The bins at which 5 % and 95 % of the energy are reached, from below.
    """

    peak_hz: float
    peak_dbfs: float
    centroid_hz: float
    low_hz: float
    high_hz: float

    @property
    def bandwidth_hz(self) -> float:
        """Frequencies that have nine tenths of the energy, in hertz."""
        return self.high_hz - self.low_hz


class SpectrumMeter:
    """Welch's mean of samples that come in blocks of any size.

    The mean of each window is taken from it first: a constant offset is no sound.

    Parameters
    ----------
    sample_rate : int
        In hertz.
    window_s : float
        Length of a window. Of a shorter sound, all of it is one window.
    """

    def __init__(self, sample_rate: int, window_s: float) -> None:
        self._grid = Stft.for_rate(sample_rate, window_s)
        self._hop = self._grid.win_length // 2
        self._window = _hann(self._grid.win_length)
        self._power = np.zeros(self._grid.n_bins)
        self._count = 0
        self._kept: Float32 | None = None

    def push(self, samples: Float32) -> None:
        """Take the next samples [n, channels]."""
        if self._kept is not None:
            samples = np.concatenate((self._kept, samples))
        passed = 0
        for channel in samples.T:
            frames = framed(channel, self._grid.win_length, self._hop)
            passed = len(frames) * self._hop
            self._add(frames)
        self._kept = samples[passed:]

    def finish(self) -> PowerSpectrum | None:
        """Return the mean of all that was taken; None of less than two samples."""
        length = self._grid.win_length
        if self._count == 0 and self._kept is not None and len(self._kept) > 1:
            length = len(self._kept)
            self._window = _hann(length)
            self._add(np.ascontiguousarray(self._kept.T))
        if self._count == 0:
            return None
        power = self._power / self._count
        return PowerSpectrum(self._grid.sample_rate, length, self._count, power)

    def skip(self) -> None:
        """Have what comes next follow a gap: no window reaches over it."""
        self._kept = None

    def _add(self, frames: Float32) -> None:
        """Add up the power of frames [n, length]."""
        for at in range(0, len(frames), AT_ONCE):
            some = frames[at : at + AT_ONCE].astype(np.float64)
            some -= some.mean(axis=1, keepdims=True)
            spectra = np.fft.rfft(some * self._window, self._grid.n_fft)
            self._power += np.square(np.abs(spectra)).sum(axis=0)
            self._count += len(some)


def measured(spectrum: PowerSpectrum, low_hz: float, high_hz: float) -> SpectrumMeasures | None:
    """Return what a spectrum says from one frequency to another; None where there is nothing.

    0 Hz is left out.
    """
    hz = spectrum.hz
    inside = (hz >= low_hz) & (hz <= high_hz) & (hz > 0.0)
    hz, power = hz[inside], spectrum.power[inside]
    total = power.sum()
    if not total > 0.0:
        return None
    peak = int(power.argmax())
    reached = np.cumsum(power) / total
    low, high = (min(int(np.searchsorted(reached, p)), len(hz) - 1) for p in (LOW_PART, HIGH_PART))
    return SpectrumMeasures(
        peak_hz=float(hz[peak]),
        peak_dbfs=float(spectrum.level_dbfs[inside][peak]),
        centroid_hz=float((hz * power).sum() / total),
        low_hz=float(hz[low]),
        high_hz=float(hz[high]),
    )


def _hann(length: int) -> Float64:
    """Return a periodic Hann window, scaled so that a full-scale sine peaks at 1."""
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
    return hann * (2.0 / hann.sum())
