"""How often an explanation points to the sound: short real sounds at known times in noise."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
import numpy.typing as npt

from leanviz.audio.file import read_mono
from leanviz.audio.resample import Resampler
from leanviz.core.alignment import WAVES_PER_PATCH_HOP, WINDOW_PATCHES
from leanviz.core.clock import Span
from leanviz.core.frontend import YAMNET
from leanviz.evaluation.manifest import ClipRow
from leanviz.inference.evidence import Evidence, window_samples
from leanviz.inference.explain import (
    Occlusion,
    Question,
    moment_pieces,
    moment_samples,
    muted_falls,
    rank_correlation,
)
from leanviz.inference.model import LeanModel
from leanviz.inference.stream import sigmoid

Float32 = npt.NDArray[np.float32]

RATE = YAMNET.sample_rate
WINDOW = range(WINDOW_PATCHES)
# A sound is short if it stands out by this much, within its clip, for no longer than this.
STANDS_OUT_DB = 25.0
SHORTEST_S, LONGEST_S = 0.1, 1.0
FRAME = 160
# Pink noise at -40 dBFS; the sound is this much above it.
NOISE = 0.01
SNR_DB = 15.0
# Room between a sound and the ends of the window.
MARGIN = RATE // 2


@dataclass(frozen=True, slots=True)
class Pointing:
    """Whether the peak of each way to explain lies in the one sound of a window.

    All are over moments of 0.48 s; one is in the sound if it overlaps it.

    Attributes
    ----------
    heard : bool
        The sound's class is shown at the recommended threshold.
    occlusion, muting : bool
        The moment without which the logit falls most; occluded, or muted and all run again.
    attention, best_attention : bool
        The moment with most attention: of the whole window, of the patch with the best score.
    chance : float
        Part of the moments that overlap the sound.
    agreement : float
        Rank correlation of attention and occlusion.
    trust : float
        Rank correlation of occlusion and muting.
    """

    heard: bool
    occlusion: bool
    muting: bool
    attention: bool
    best_attention: bool
    chance: float
    agreement: float
    trust: float


@dataclass(frozen=True, slots=True)
class PointingFigures:
    """Shares and means over clips; see `Pointing`."""

    clips: int
    occlusion: float
    muting: float
    attention: float
    best_attention: float
    chance: float
    agreement: float
    trust: float

    @classmethod
    def of(cls, found: Sequence[Pointing]) -> "PointingFigures":
        """Return the figures of at least one clip."""
        names = (
            "occlusion", "muting", "attention", "best_attention", "chance", "agreement", "trust",
        )  # fmt: skip
        values = {name: [float(getattr(each, name)) for each in found] for name in names}
        means = {name: fmean(v for v in row if not np.isnan(v)) for name, row in values.items()}
        return cls(clips=len(found), **means)


def short_sounds(
    rows: Iterable[ClipRow], seed: int = 0
) -> Iterator[tuple[ClipRow, Float32, np.random.Generator]]:
    """Yield clips with one short sound that stands out, it alone, and a generator of its own.

    In an order that depends on the seed alone, so that the first few are of all kinds.
    """
    listed = list(rows)
    for position in np.random.default_rng(seed).permutation(len(listed)).tolist():
        row = listed[position]
        samples, rate = read_mono(row.path)
        resampler = Resampler(rate, RATE)
        heard = np.concatenate((resampler.push(samples), resampler.finish()))
        span = loudest(heard)
        if SHORTEST_S * RATE <= span.length <= LONGEST_S * RATE:
            yield row, heard[span.start : span.stop], np.random.default_rng((seed, position))


def loudest(samples: Float32) -> Span:
    """Return the stretch around the loudest 10 ms that is at most `STANDS_OUT_DB` quieter."""
    count = len(samples) // FRAME
    if count == 0:
        return Span(0, 0)
    power = (samples[: count * FRAME].reshape(count, FRAME) ** 2).mean(1)
    level = np.sqrt(np.convolve(power, np.full(5, 0.2), "same"))
    peak = int(level.argmax())
    quiet = np.flatnonzero(level <= level[peak] * 10 ** (-STANDS_OUT_DB / 20))
    before, after = quiet[quiet < peak], quiet[quiet > peak]
    start = int(before[-1]) + 1 if len(before) else 0
    stop = int(after[0]) if len(after) else count
    return Span(start * FRAME, stop * FRAME)


def scene(sound: Float32, generator: np.random.Generator) -> tuple[Float32, Span]:
    """Return a window of noise with a sound somewhere in it, and where it is."""
    length = window_samples(WINDOW).length
    noise = _pink(length, generator)
    fade = np.minimum(1.0, (np.arange(len(sound)) + 1) / (RATE // 200)).astype(np.float32)
    shaped = sound * fade * fade[::-1]
    level = max(float(np.sqrt(np.mean(shaped**2))), 1e-9)
    at = int(generator.integers(MARGIN, length - MARGIN - len(sound)))
    noise[at : at + len(sound)] += shaped * (NOISE * 10 ** (SNR_DB / 20) / level)
    return noise, Span(at, at + len(sound))


def pointing(
    model: LeanModel, row: ClipRow, sound: Float32, generator: np.random.Generator
) -> Pointing:
    """Put a sound into noise, explain its label for the whole window, and see what points to it."""
    samples, span = scene(sound, generator)
    evidence = Evidence.of(model, samples, WINDOW_PATCHES)
    fused = evidence.fuse(model)
    scores = sigmoid(fused.frame_logits[0])
    label, heard = _asked_label(model, row, scores)
    question = Question(label, evidence.audible)
    pieces = [moment_pieces(moment, WINDOW_PATCHES) for moment in range(WINDOW_PATCHES + 1)]
    falls = Occlusion(model, evidence, question).falls(pieces)
    silenced = muted_falls(model, evidence, question)
    assert silenced is not None
    rows = fused.attention[0].mean(0).reshape(WINDOW_PATCHES, -1, WAVES_PER_PATCH_HOP).sum(2)
    votes = evidence.audible / evidence.audible.sum()
    attention = votes @ rows
    inside = np.array([moment_samples(m).overlap(span) > 0 for m in range(len(pieces))])
    return Pointing(
        heard=heard,
        occlusion=bool(inside[falls.argmax()]),
        muting=bool(inside[silenced.argmax()]),
        attention=bool(inside[attention.argmax()]),
        best_attention=bool(inside[rows[scores[:, label].argmax()].argmax()]),
        chance=float(inside.mean()),
        agreement=rank_correlation(attention, falls),
        trust=rank_correlation(falls, silenced),
    )


def _asked_label(model: LeanModel, row: ClipRow, scores: Float32) -> tuple[int, bool]:
    """Return the most specific class of a clip that is shown, else the most specific; and which."""
    peaks = scores.max(0)
    shown = [label for label in row.labels if peaks[label] >= model.thresholds[label]]
    depth = {label: len(model.taxonomy[label].parents) for label in row.labels}
    best = max(shown or row.labels, key=lambda label: (depth[label], float(peaks[label])))
    return best, bool(shown)


def _pink(length: int, generator: np.random.Generator) -> Float32:
    """Return noise that falls by 3 dB an octave, at `NOISE`."""
    spectrum = np.fft.rfft(generator.normal(size=length))
    frequency = np.fft.rfftfreq(length, 1 / RATE)
    spectrum[frequency < 30.0] = 0.0
    spectrum[1:] /= np.sqrt(frequency[1:])
    noise = np.fft.irfft(spectrum, length)
    return (noise * (NOISE / np.sqrt(np.mean(noise**2)))).astype(np.float32)
