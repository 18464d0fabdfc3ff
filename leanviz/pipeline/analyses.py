"""Analyses of a file through librosa: of samples, at a rate, to arrays on a grid of source samples.

librosa and numba take seconds to import, and some of what they do keeps every other thread of the
process waiting: they are imported by the functions here, which a process of their own calls
(`pipeline.analysis_process`).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from leanviz.core.analysis_kinds import Kind
from leanviz.core.errors import UserError
from leanviz.core.stft import FLOOR_DB, STEP_DB

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]

# Files are reduced to at most this, by a whole factor, so that frames stand on whole samples.
HIGHEST_RATE = 32_000
# A file is analysed in parts of this length: the same part has the same result in every view.
PART_S = 15.0
# What is read before and after a part: the longest filter and the smoothing over time reach less.
CONTEXT_S = 0.6
SHORTEST_S = 0.1
# Less is padded for the constant-Q transform: librosa halves the rate for each octave, and its
# longest window has to fit in what is left.
LEAST_S = 2.0
WINDOW_S = 0.064

C1_HZ = 440.0 * 2.0 ** (-45 / 12)
PITCH_CLASSES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
NOTES_PER_OCTAVE, MOST_OCTAVES = 12, 8
PITCH_LOW_HZ, PITCH_HIGH_HZ = C1_HZ * 2, C1_HZ * 64
# In semitones: below a pixel of the pane. librosa's own 0.1 takes four times as long.
PITCH_STEP = 0.2
# Rise above its surroundings, in decibels, from which a peak of onset strength is an onset.
ONSET_RISE_DB = 2.0
# Power below which a level is not looked at: 90 dB below a full-scale sine in one band.
QUIETEST = 1e-9
# Amplitude below which there is nothing to analyse: half a step of 16 bits.
SILENCE = 2.0**-16


# Seconds from one frame to the next at most: the highest filter of the constant-Q transform is as
# short as its hop, so nothing falls between two frames.
HOPS_S = {Kind.CQT: 0.003, Kind.CHROMA: 0.016, Kind.ONSETS: 0.016}
WIDEST_HOP_S = 0.032


class AnalysisError(UserError):
    """An analysis cannot be made; the message says why."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the frames of an analysis are: frame ``k`` is centred on source sample ``k * hop``.

    Attributes
    ----------
    factor : int
        Source samples for each sample that librosa gets.
    hop_length : int
        Samples, as librosa counts them, from one frame to the next.
    sample_rate : int
        Rate of the source in hertz.
    """

    factor: int
    hop_length: int
    sample_rate: int

    @classmethod
    def of(cls, kind: Kind, sample_rate: int) -> "Grid":
        """Return the grid of an analysis at a rate of the source."""
        factor = -(-sample_rate // HIGHEST_RATE)
        longest_s = HOPS_S.get(kind, WIDEST_HOP_S)
        power = math.floor(math.log2(max(longest_s * sample_rate / factor, 1.0)))
        return cls(factor, 2**power, sample_rate)

    @property
    def rate(self) -> float:
        """Samples per second that librosa gets."""
        return self.sample_rate / self.factor

    @property
    def hop(self) -> int:
        """Source samples from one frame to the next."""
        return self.factor * self.hop_length

    @property
    def part(self) -> int:
        """Frames in a part of a file."""
        return math.ceil(PART_S * self.sample_rate / self.hop)

    @property
    def context(self) -> int:
        """Frames that are read before and after a part."""
        return math.ceil(CONTEXT_S * self.sample_rate / self.hop)

    def window(self, seconds: float = WINDOW_S) -> int:
        """Return the power of two of samples, as librosa counts them, that holds a time."""
        return max(16, 2 ** math.ceil(math.log2(seconds * self.rate)))


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """What an analysis gives for consecutive frames.

    Attributes
    ----------
    grid : Grid
    first : int
        Number of the first frame.
    values : numpy.ndarray [n_frames, n_rows]
        Codes of levels that `core.stft.decibels` reads, uint8 (pictures); or float32: decibels per
        frame (onsets), hertz, NaN where there is no pitch (pitch).
    hz : numpy.ndarray [n_rows]
        Frequency of each row; empty for pitch classes and curves.
    voiced : numpy.ndarray [n_frames]
        Probability of a pitch (pitch).
    onsets : numpy.ndarray [n]
        Source samples (onsets).
    silent : bool
        There is nothing but silence.
    """

    kind: Kind
    grid: Grid
    first: int
    values: npt.NDArray[Any]
    hz: Float64
    voiced: Float32
    onsets: Int64
    silent: bool = False

    @property
    def samples(self) -> Int64:
        """Source sample on which each frame [n_frames] is centred."""
        return (self.first + np.arange(len(self.values), dtype=np.int64)) * self.grid.hop

    @property
    def times_s(self) -> Float64:
        """Seconds of each frame [n_frames]."""
        return self.samples / self.grid.sample_rate

    @property
    def n_bytes(self) -> int:
        """Memory that it takes."""
        return self.values.nbytes + self.voiced.nbytes + self.onsets.nbytes

    def cut(self, first: int, stop: int) -> "Analysis":
        """Return the frames `first` to `stop`, as far as there are any."""
        inside = slice(max(0, first - self.first), max(0, stop - self.first))
        low, high = first * self.grid.hop, stop * self.grid.hop
        return replace(
            self,
            first=self.first + inside.start,
            values=self.values[inside],
            voiced=self.voiced[inside],
            onsets=self.onsets[(self.onsets >= low) & (self.onsets < high)],
        )


def analyse(samples: Float32, sample_rate: int, kind: Kind, start: int = 0) -> Analysis:
    """Analyse mono samples [n].

    Parameters
    ----------
    start : int
        Source sample of the first of them; a multiple of the grid's hop.

    Raises
    ------
    AnalysisError
        If the sound is too short, its rate too low, or librosa cannot be used.
    """
    grid = Grid.of(kind, sample_rate)
    if start == 0 and len(samples) < SHORTEST_S * sample_rate:
        raise AnalysisError(f"Too short to analyse: it takes at least {SHORTEST_S:g} s of sound.")
    if start % grid.hop:
        raise ValueError(f"{start} is no multiple of the hop, {grid.hop}")
    librosa = load()
    reduced = samples
    if grid.factor > 1:
        reduced = librosa.resample(reduced, orig_sr=grid.factor, target_sr=1)
    values, hz, voiced, onsets = _WORK[kind](librosa, reduced, grid)
    count = -(-len(samples) // grid.hop)
    first = start // grid.hop
    silent = not bool((np.abs(samples) >= SILENCE).any())
    # before and after the sound librosa sees silence: a step that is none of the sound's own
    marks = onsets[(onsets >= 2) & (onsets < count - 2)].astype(np.int64)
    marks = (marks + first) * grid.hop
    return Analysis(kind, grid, first, values[:count], hz, voiced[:count], marks, silent)


def nothing(kind: Kind, grid: Grid, first: int) -> Analysis:
    """Return an analysis without frames."""
    return Analysis(kind, grid, first, np.zeros((0, 0)), _NO_ROWS, _NO_FRAMES, _NO_MARKS)


def load() -> Any:
    """Return librosa, imported with the first use."""
    try:
        import librosa

        # it imports lazily: what is broken would be found out later
        for module in ("core", "decompose", "feature", "filters", "onset"):
            import_module(f"librosa.{module}")
    except Exception as error:  # numba fails in many ways: versions, cache, processor
        raise AnalysisError(f"librosa cannot be used: {type(error).__name__}: {error}") from error
    return librosa


_Work = tuple[npt.NDArray[Any], Float64, Float32, Int64]
_NO_ROWS, _NO_FRAMES, _NO_MARKS = np.zeros(0), np.zeros(0, np.float32), np.zeros(0, np.int64)


def _notes(grid: Grid) -> Float64:
    """Return the frequencies of the notes from C1 on that a rate has."""
    hz = C1_HZ * 2.0 ** (np.arange(NOTES_PER_OCTAVE * MOST_OCTAVES) / NOTES_PER_OCTAVE)
    hz = hz[hz < 0.42 * grid.rate]
    if len(hz) < NOTES_PER_OCTAVE:
        raise AnalysisError(f"A sample rate of {grid.sample_rate} Hz is too low for this analysis.")
    return hz


def _codes(amplitude: Float32) -> npt.NDArray[np.uint8]:
    """Return the codes of amplitudes, of which 1 is a full-scale sine."""
    level_db = 20.0 * np.log10(np.maximum(amplitude, 1e-7))
    return np.clip((level_db - FLOOR_DB) / STEP_DB + 0.5, 0, 255).astype(np.uint8)


def _constant_q(librosa: Any, samples: Float32, grid: Grid) -> _Work:
    return _codes(_amplitudes(librosa, samples, grid).T), _notes(grid), _NO_FRAMES, _NO_MARKS


def _chroma(librosa: Any, samples: Float32, grid: Grid) -> _Work:
    """Sum of all octaves; not scaled to the strongest, by which noise would look like a chord."""
    found = librosa.feature.chroma_cqt(
        C=_amplitudes(librosa, samples, grid), fmin=C1_HZ, bins_per_octave=NOTES_PER_OCTAVE,
        norm=None,
    )  # fmt: skip
    return _codes(found.T), _NO_ROWS, _NO_FRAMES, _NO_MARKS


def _amplitudes(librosa: Any, samples: Float32, grid: Grid) -> Float32:
    """Return the constant-Q transform [n_rows, n_frames]; a full-scale sine is 1."""
    hz = _notes(grid)
    padded = np.pad(samples, (0, max(0, round(LEAST_S * grid.rate) - len(samples))))
    found = librosa.cqt(
        padded, sr=grid.rate, hop_length=grid.hop_length, fmin=C1_HZ, n_bins=len(hz),
        pad_mode="constant",
    )  # fmt: skip
    # librosa scales by the root of each filter's length; half of it is what a sine gives
    lengths, _ = librosa.filters.wavelet_lengths(freqs=hz, sr=grid.rate)
    count = 1 + len(samples) // grid.hop_length
    return np.abs(found)[:, :count] * (2.0 / np.sqrt(lengths)[:, None])


def _onsets(librosa: Any, samples: Float32, grid: Grid) -> _Work:
    """Rise of the mel spectrum in decibels, absolute: the loudest sound around decides nothing."""
    n_fft = 4 * grid.hop_length
    window = librosa.filters.get_window("hann", n_fft)
    mel = librosa.feature.melspectrogram(
        y=samples / np.float32(window.sum() / 2), sr=grid.rate, n_fft=n_fft,
        hop_length=grid.hop_length, n_mels=40, norm=None,
    )  # fmt: skip
    level_db = librosa.power_to_db(mel, amin=QUIETEST, top_db=None)
    strength = librosa.onset.onset_strength(
        S=level_db, sr=grid.rate, n_fft=n_fft, hop_length=grid.hop_length, center=False
    )
    # librosa would delay it by half a window, but a rise in decibels is seen earlier: a quarter of
    # it, one frame, is nearest to clicks in silence and in noise
    strength = np.concatenate((np.zeros(1, strength.dtype), strength[:-1]))
    marks = librosa.onset.onset_detect(
        onset_envelope=strength, sr=grid.rate, hop_length=grid.hop_length, normalize=False,
        delta=ONSET_RISE_DB,
    )  # fmt: skip
    return strength[:, None].astype(np.float32), _NO_ROWS, _NO_FRAMES, marks


def _pitch(librosa: Any, samples: Float32, grid: Grid) -> _Work:
    highest = min(PITCH_HIGH_HZ, 0.42 * grid.rate)
    if highest < 2 * PITCH_LOW_HZ:
        raise AnalysisError(f"A sample rate of {grid.sample_rate} Hz is too low for this analysis.")
    hz, _, voiced = librosa.pyin(
        samples, fmin=PITCH_LOW_HZ, fmax=highest, sr=grid.rate, hop_length=grid.hop_length,
        frame_length=grid.window(), resolution=PITCH_STEP,
    )  # fmt: skip
    return hz[:, None].astype(np.float32), _NO_ROWS, voiced.astype(np.float32), _NO_MARKS


def _harmonic(librosa: Any, samples: Float32, grid: Grid) -> _Work:
    return _separated(librosa, samples, grid, 0)


def _percussive(librosa: Any, samples: Float32, grid: Grid) -> _Work:
    return _separated(librosa, samples, grid, 1)


def _separated(librosa: Any, samples: Float32, grid: Grid, part: int) -> _Work:
    """Return the spectrogram of what lasts (0) or of what is short (1)."""
    n_fft = grid.window()
    spectra = librosa.stft(samples, n_fft=n_fft, hop_length=grid.hop_length)
    amplitude = np.abs(spectra) * (2.0 / librosa.filters.get_window("hann", n_fft).sum())
    found = librosa.decompose.hpss(amplitude)[part]
    hz = np.arange(n_fft // 2 + 1, dtype=np.float64) * (grid.rate / n_fft)
    return _codes(found.T), hz, _NO_FRAMES, _NO_MARKS


_WORK: dict[Kind, Callable[[Any, Float32, Grid], _Work]] = {
    Kind.CQT: _constant_q,
    Kind.CHROMA: _chroma,
    Kind.ONSETS: _onsets,
    Kind.PITCH: _pitch,
    Kind.HARMONIC: _harmonic,
    Kind.PERCUSSIVE: _percussive,
}
