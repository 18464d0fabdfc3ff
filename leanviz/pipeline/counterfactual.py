"""What would be heard without a stretch of a sound, or with nothing but it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leanviz.core.clock import Span, rescale
from leanviz.core.ducking import isolated, muted
from leanviz.core.errors import UserError
from leanviz.core.frontend import YAMNET
from leanviz.core.inquiry import Change
from leanviz.inference.evidence import PATCHES_BEFORE
from leanviz.inference.model import LeanModel
from leanviz.inference.stream import LeanStream
from leanviz.pipeline.heard_again import heard_samples
from leanviz.pipeline.kept_sound import KeptSound, Sound, start_of

Float32 = npt.NDArray[np.float32]

LONGEST_S = 600.0


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """The labels of a stretch, as it is and changed.

    Attributes
    ----------
    change : Change
    span : Span
        The stretch, in source samples.
    before, after : numpy.ndarray [n_classes]
        The highest score of each class among the patches that see the stretch.
    """

    change: Change
    span: Span
    before: Float32
    after: Float32

    def changes(self, count: int) -> list[tuple[int, float, float, float]]:
        """Return label, score before, after, and the difference, of those that change the most."""
        difference = self.after - self.before
        order = np.argsort(-np.abs(difference), kind="stable")[:count]
        return [
            (int(k), float(self.before[k]), float(self.after[k]), float(difference[k]))
            for k in order
        ]


def counterfactual(
    sound: Sound,
    model: LeanModel,
    span: Span,
    sample_rate: int,
    change: Change,
    stale: Callable[[], bool] = lambda: False,
) -> Counterfactual | None:
    """Hear a stretch of a sound as it is and changed; None if `stale` said so.

    The stretch is changed in what LEAN gets, with fades of 10 ms, and everything is run again. Read
    is what the patches that see the stretch need, and not more: the windows before and one after.

    Parameters
    ----------
    span : Span
        In source samples of the file or the stream.
    sample_rate : int
        Rate of the sound in hertz.

    Raises
    ------
    UserError
        If the stretch is empty or longer than `LONGEST_S`, or a file cannot be read any more.
    """
    if span.length > LONGEST_S * sample_rate:
        raise UserError(f"Select at most {LONGEST_S / 60:.0f} minutes to hear them changed.")
    own = (at - start_of(sound) for at in (span.start, span.stop))
    meant = Span(*(rescale(at, sample_rate, YAMNET.sample_rate) for at in own))
    if meant.length <= 0:
        raise UserError("Select a time range first: there is nothing in this one.")
    seeing = patches_seeing(meant)
    begin = max(0, seeing.start - PATCHES_BEFORE) * YAMNET.patch_hop
    # one patch more: the last that sees the stretch is final only then
    end = seeing.stop * YAMNET.patch_hop + YAMNET.patch_length
    samples = heard_samples(sound, Span(begin, end))
    if len(samples) <= meant.start - begin:
        raise UserError(f"{_named(sound)} ends before the selection begins.")
    within = Span(meant.start - begin, meant.stop - begin)
    changed = (muted if change is Change.MUTE else isolated)(samples, [within], YAMNET.sample_rate)
    patches = range(
        seeing.start - begin // YAMNET.patch_hop, seeing.stop - begin // YAMNET.patch_hop
    )
    scores: list[Float32] = []
    for heard in (samples, changed):
        peaks = _peaks(model, heard, patches, stale)
        if peaks is None:
            return None
        scores.append(peaks)
    return Counterfactual(change, span, scores[0], scores[1])


def patches_seeing(span: Span) -> range:
    """Return the patches that see any of some 16 kHz samples."""
    first = max(0, (span.start - YAMNET.patch_length) // YAMNET.patch_hop + 1)
    return range(first, max(first + 1, -(-span.stop // YAMNET.patch_hop)))


def _named(sound: Sound) -> str:
    return "What was heard live" if isinstance(sound, KeptSound) else sound.name


def _peaks(
    model: LeanModel, samples: Float32, patches: range, stale: Callable[[], bool]
) -> Float32 | None:
    """Return the highest scores [n_classes] of some patches of a sound."""
    stream, results = LeanStream(model), []
    block = 4 * YAMNET.patch_hop
    for at in range(0, len(samples), block):
        if stale():
            return None
        results += stream.push(samples[at : at + block])
    results += stream.finish()
    chosen = [result.scores for result in results if result.patch in patches]
    # a stretch at the very end may lie beyond the last patch's hop: that patch stands for it
    return np.max(chosen or [results[-1].scores], axis=0)
