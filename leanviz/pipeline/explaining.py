"""Why a label: the window that LEAN used, heard again and taken apart."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leanviz.core.alignment import first_wave, wave_extent
from leanviz.core.clock import Span, seconds, to_sample
from leanviz.core.decisions import PatchClock
from leanviz.core.errors import UserError
from leanviz.core.events import Event
from leanviz.inference.evidence import PATCHES_BEFORE, Evidence, window_of, window_samples
from leanviz.inference.explain import Explanation, Question, explain, moment_samples
from leanviz.inference.model import LeanModel
from leanviz.pipeline.heard_again import heard_samples
from leanviz.pipeline.kept_sound import Sound, start_of
from leanviz.pipeline.results import ClipAnalysis

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]

# Patches of a long label that may lie before its best one in the window and after it.
HALF = PATCHES_BEFORE // 2


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is asked about a sound.

    Attributes
    ----------
    sound : Path or KeptSound
        A file, or what is kept of a stream.
    sample_rate : int
        Rate of the sound in hertz.
    label : int
        Position in the taxonomy.
    window : range
        Patches of the window.
    asked : range or None
        Patches whose logits are asked about; None: all of the window, as audible as they are.
    """

    sound: Sound
    sample_rate: int
    label: int
    window: range
    asked: range | None

    @property
    def clock(self) -> PatchClock:
        """Where patches lie in the file or in the stream."""
        return PatchClock(self.sample_rate, start_of(self.sound))


@dataclass(frozen=True, slots=True)
class FileExplanation:
    """An explanation, and where in the file or stream all of it lies.

    Attributes
    ----------
    inquiry : Inquiry
    found : Explanation
    evidence : Evidence
        What the model got.
    """

    inquiry: Inquiry
    found: Explanation
    evidence: Evidence

    def query_s(self) -> Float64:
        """Return the seconds [n_patches, 2] that each patch sees."""
        clock = self.inquiry.clock
        return self._seconds([clock.sees(patch) for patch in self.inquiry.window])

    def key_s(self) -> Float64:
        """Return the seconds [n_waves, 2] that each wave feature sees."""
        first = first_wave(self.inquiry.window[0])
        keys = range(first, first + self.evidence.n_waves)
        return self._seconds([self._in_source(Span(*wave_extent(key))) for key in keys])

    def moments(self) -> list[Span]:
        """Return the source samples of each moment, 0.48 s from one patch hop to the next."""
        return [self._moment(number) for number in range(self.evidence.n_patches + 1)]

    def moment_s(self) -> Float64:
        """Return the seconds [n_moments, 2] of each moment."""
        return self._seconds(self.moments())

    def driving(self) -> list[tuple[Span, float]]:
        """Return the source samples of what drove the label, and how far its logit falls without.

        The largest fall first, see `Explanation.driving`.
        """
        return [
            (Span(self._moment(run[0]).start, self._moment(run[-1]).stop), fall)
            for run, fall in self.found.driving()
        ]

    def extent(self) -> Span:
        """Return the source samples that the window sees."""
        return self._in_source(window_samples(self.inquiry.window))

    def _moment(self, number: int) -> Span:
        at, first = moment_samples(number), window_samples(self.inquiry.window).start
        return self._in_source(Span(first + at.start, first + at.stop))

    def _in_source(self, span: Span) -> Span:
        to_source = self.inquiry.clock.to_source
        return Span(to_source(span.start), to_source(span.stop))

    def _seconds(self, spans: list[Span]) -> Float64:
        rate = self.inquiry.sample_rate
        return np.array([(seconds(s.start, rate), seconds(s.stop, rate)) for s in spans])


def why_event(analysis: ClipAnalysis, event: Event, label: int) -> Inquiry:
    """Return the question why an event of a file is shown.

    The window is that of the event's last patch; of an event longer than a window, one around its
    best patch. All patches of the event in the window are asked.
    """
    starts, scores = analysis.patch_extents[:, 0], analysis.frame_scores[:, label]
    return asked_of(analysis.path, analysis.sample_rate, label, event, (starts, scores))


def asked_of(
    sound: Sound, sample_rate: int, label: int, event: Event, heard: tuple[Int64, Float32]
) -> Inquiry:
    """Return the question of `why_event`.

    Parameters
    ----------
    heard : tuple of numpy.ndarray [n_patches]
        At which source sample each patch begins to stand for the sound, and the label's score.
    """
    starts, scores = heard
    first = int(np.searchsorted(starts, event.onset, "right")) - 1
    last = int(np.searchsorted(starts, event.offset, "left")) - 1
    best = first + int(scores[first : last + 1].argmax())
    window = window_of(min(last, best + HALF), len(starts))
    asked = range(max(first, window.start), min(last + 1, window.stop))
    return Inquiry(sound, sample_rate, label, window, asked)


def why_at(analysis: ClipAnalysis, time_s: float, label: int, whole: bool = False) -> Inquiry:
    """Return the question why a label has its score at a time.

    Parameters
    ----------
    whole : bool
        Ask about all of the window, not only about the patch that stands for the time.

    Raises
    ------
    UserError
        If the file is not that long.
    """
    if not 0.0 <= time_s < analysis.duration_s:
        name, length_s = analysis.path.name, analysis.duration_s
        raise UserError(f"{name} has nothing at {time_s:g} s: it is {length_s:.3f} s long.")
    sample = to_sample(time_s, analysis.sample_rate)
    patch = int(np.searchsorted(analysis.patch_extents[:, 0], sample, "right")) - 1
    window = window_of(patch, len(analysis.patch_extents))
    asked = None if whole else range(patch, patch + 1)
    return Inquiry(analysis.path, analysis.sample_rate, label, window, asked)


def explain_file(
    model: LeanModel, inquiry: Inquiry, stale: Callable[[], bool] = lambda: False
) -> FileExplanation | None:
    """Answer a question about a sound; reads the part that its window sees.

    Returns
    -------
    FileExplanation or None
        None if `stale` said so.

    Raises
    ------
    UserError
        If a file cannot be read any more.
    """
    samples = heard_samples(inquiry.sound, window_samples(inquiry.window))
    evidence = Evidence.of(model, samples, len(inquiry.window))
    question = Question(inquiry.label, _weights(inquiry, evidence))
    found = explain(model, evidence, question, stale)
    return None if found is None else FileExplanation(inquiry, found, evidence)


def _weights(inquiry: Inquiry, evidence: Evidence) -> Float32:
    if inquiry.asked is None:
        audible = evidence.audible
        return audible if audible.sum() > 0 else np.ones_like(audible)
    weights = np.zeros(evidence.n_patches, np.float32)
    first = inquiry.window.start
    weights[inquiry.asked.start - first : inquiry.asked.stop - first] = 1.0
    return weights
