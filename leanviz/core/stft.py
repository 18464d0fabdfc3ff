"""The spectrogram people look at: a streaming STFT in half-decibel steps."""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from leanviz.core.framing import framed, magnitudes

Float32 = npt.NDArray[np.float32]

WINDOW_S = 0.064
HOP_S = 0.016
# Columns overlap by three quarters, but are not closer than pixels ever are.
OVERLAP_HOP = 0.25
# Half a window leaves no sound out; of a long recording a column shows the loudest of several.
POOLED_HOP = 0.5
LEAST_HOP_S = 0.004
# One byte per bin keeps ten minutes of live history near 80 MB; half a decibel is below what the
# 256 colours of a palette can show.
STEP_DB = 0.5
FLOOR_DB = -127.5
# The numbers of decibels as numpy wants them: a Python number takes it as long as a column of them.
_FLOOR, _FLOOR_DB = (np.array(x, np.float32) for x in (10 ** (FLOOR_DB / 20), FLOOR_DB))
_TWENTY, _PER_DB, _HALF, _HIGHEST = (np.array(x, np.float32) for x in (20, 1 / STEP_DB, 0.5, 255))
# Spectra computed at a time: as many as stay in the processor's cache.
AT_ONCE = 32


def decibels(codes: npt.NDArray[np.uint8]) -> Float32:
    """Return the levels in dBFS that stored codes stand for; a full-scale sine is 0 dBFS."""
    return codes.astype(np.float32) * np.float32(STEP_DB) + np.float32(FLOOR_DB)


@dataclass(frozen=True, slots=True)
class Stft:
    """The grid of a spectrogram at one sample rate.

    Spectrum ``n`` is centred on sample ``n * hop_length``; the signal counts as zero before its
    start. Column ``c`` is spectrum ``c``, or the loudest, bin by bin, of `pool` spectra from
    ``c * pool`` on.
    """

    sample_rate: int
    n_fft: int
    win_length: int
    hop_length: int
    pool: int = 1

    @classmethod
    def for_rate(cls, sample_rate: int, window_s: float = WINDOW_S, hop_s: float = HOP_S) -> "Stft":
        """Return the grid with a Hann window of `window_s` and a column every `hop_s` seconds."""
        win_length = max(16, round(window_s * sample_rate))
        n_fft = 1 << (win_length - 1).bit_length()
        return cls(sample_rate, n_fft, win_length, max(1, round(hop_s * sample_rate)))

    @classmethod
    def with_window(cls, sample_rate: int, window_s: float, least_hop_s: float = 0.0) -> "Stft":
        """Return the grid whose columns are a quarter window apart, or pooled to be far enough."""
        hop_s = max(window_s * OVERLAP_HOP, LEAST_HOP_S)
        if least_hop_s <= hop_s:
            return cls.for_rate(sample_rate, window_s, hop_s)
        grid = cls.for_rate(sample_rate, window_s, max(window_s * POOLED_HOP, LEAST_HOP_S))
        return replace(grid, pool=math.ceil(least_hop_s * sample_rate / grid.hop_length))

    @property
    def column_hop(self) -> int:
        """Samples from one column to the next."""
        return self.hop_length * self.pool

    @property
    def n_bins(self) -> int:
        """Number of frequency bins, from 0 Hz to half the sample rate."""
        return self.n_fft // 2 + 1

    def column_count(self, n_samples: int) -> int:
        """Return how many columns a finished recording of `n_samples` has."""
        return -(-n_samples // self.column_hop)


class SpectrogramStream:
    """Spectra from samples that arrive in blocks of any size.

    Parameters
    ----------
    stft : Stft
        Their grid.
    ahead : int
        Samples from the first pushed sample to the centre of the first spectrum; not 0 only where a
        signal resumes inside a hop.
    """

    def __init__(self, stft: Stft, ahead: int = 0) -> None:
        self._stft = stft
        # Periodic Hann, scaled so that a full-scale sine peaks at 1.
        phase = np.arange(stft.win_length) / stft.win_length
        hann = 0.5 - 0.5 * np.cos(2 * np.pi * phase)
        self._window = (hann * (2.0 / hann.sum())).astype(np.float32)
        self._lead = stft.win_length // 2
        self._kept = np.zeros(max(0, self._lead - ahead), np.float32)
        # Samples yet to come that no window needs: sound may resume far before the first column.
        self._unneeded = max(0, ahead - self._lead)

    def push(self, samples: Float32) -> npt.NDArray[np.uint8]:
        """Take mono samples [n]; return the spectra they complete, uint8 [n, n_bins]."""
        stft = self._stft
        kept = np.concatenate((self._kept, samples))
        if self._unneeded:
            kept = self._pass_over(kept)
        frames = framed(kept, stft.win_length, stft.hop_length)
        count = len(frames)
        if count:
            self._unneeded = count * stft.hop_length
            kept = self._pass_over(kept)
        self._kept = kept
        if 0 < count <= AT_ONCE:
            return self._codes(frames)
        parts = [self._codes(frames[at : at + AT_ONCE]) for at in range(0, count, AT_ONCE)]
        return np.concatenate((np.zeros((0, stft.n_bins), np.uint8), *parts))

    def _codes(self, frames: Float32) -> npt.NDArray[np.uint8]:
        """Return the spectra of frames [n, win_length], not yet windowed."""
        level = magnitudes(frames, self._window, self._stft.n_fft)
        # step by step, in place: of few numbers, what is around a sum takes longer than the sum
        np.maximum(level, _FLOOR, out=level)
        np.log10(level, out=level)
        np.multiply(level, _TWENTY, out=level)
        np.subtract(level, _FLOOR_DB, out=level)
        np.multiply(level, _PER_DB, out=level)
        np.add(level, _HALF, out=level)
        np.minimum(level, _HIGHEST, out=level)
        return level.astype(np.uint8)

    def _pass_over(self, samples: Float32) -> Float32:
        unneeded = min(self._unneeded, len(samples))
        self._unneeded -= unneeded
        return samples[unneeded:]

    def finish(self) -> npt.NDArray[np.uint8]:
        """Return the spectra whose windows reach past the end, uint8 [n, n_bins]."""
        return self.push(np.zeros(self._stft.win_length - self._lead - 1, np.float32))
