"""Why a label: what attention looked at, and what happens to the label when it is taken away.

Three kinds of evidence are taken away, and the fall of the label's logit is what each was worth:

- a wave feature: masked, so that no patch can attend to it;
- a patch: its embedding replaced by that of digital silence. LEAN's patches do not speak for each
  other, so only those that are asked can matter;
- a moment, 0.48 s: its six wave features and the two patches that see all of it, together. A sound
  is in both branches at once; what removes it from one leaves it in the other.

The same moment muted in the sound, and everything run again, is what they are checked against.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from leanviz.core.alignment import WAVES_PER_PATCH_HOP
from leanviz.core.clock import Span
from leanviz.core.frontend import YAMNET
from leanviz.core.inquiry import AGREEMENT
from leanviz.inference.evidence import Evidence, silent_embedding
from leanviz.inference.model import LeanModel

Float32 = npt.NDArray[np.float32]

# A moment drove a label if its removal costs at least this part of what the worst one costs.
DRIVING_PART = 0.5
# Windows fused at once.
BATCH = 16


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a window.

    Attributes
    ----------
    label : int
        Position in the taxonomy.
    weights : numpy.ndarray [n_patches]
        Of each patch in the logit asked about; 0 for those that are not asked.
    """

    label: int
    weights: Float32


@dataclass(frozen=True, slots=True)
class Attribution:
    """What each piece of one kind got of the attention, and was worth.

    Attributes
    ----------
    attention : numpy.ndarray [n_heads, n]
        Part of the asked patches' attention; each head sums to 1, as far as pieces do not overlap.
    occlusion : numpy.ndarray [n]
        How far the label's logit falls without the piece; negative where it rises.
    """

    attention: Float32
    occlusion: Float32

    def attended(self, head: int | None = None) -> Float32:
        """Return the attention [n] of one head, or its mean over heads for None."""
        return self.attention.mean(0) if head is None else self.attention[head]

    def agreements(self) -> tuple[float, ...]:
        """Return the rank correlation of attention and occlusion: of the mean, then each head."""
        heads = (None, *range(len(self.attention)))
        return tuple(rank_correlation(self.attended(head), self.occlusion) for head in heads)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a window says a label.

    Attributes
    ----------
    question : Question
    logit : float
        The label's logit: the weighted mean over the patches that are asked.
    frame_logits : numpy.ndarray [n_patches, n_classes]
    attention : numpy.ndarray [n_heads, n_patches, n_waves]
        As the model gave it.
    keys : Attribution
        Of the wave features, one by one.
    patches : Attribution
        Of the patches; attention is that of the six wave features in the hop that they stand for.
    moments : Attribution
        Of the 0.48 s from one patch hop to the next, `n_patches` + 1 of them.
    muted : numpy.ndarray [n_patches + 1]
        How far the logit falls when a moment is muted in the sound and everything run again.
    agreements : tuple of float
        Rank correlation of attention and occlusion over the moments, nan if there is none: of the
        mean over heads, then of each head.
    trust : float
        The same of occlusion and muting.
    """

    question: Question
    logit: float
    frame_logits: Float32
    attention: Float32
    keys: Attribution
    patches: Attribution
    moments: Attribution
    muted: Float32
    agreements: tuple[float, ...]
    trust: float

    def agreement(self, head: int | None = None) -> float:
        """Return the rank correlation of attention and occlusion for one head, or the mean."""
        return self.agreements[0 if head is None else head + 1]

    def disagrees(self, head: int | None = None) -> bool:
        """Tell whether attention and occlusion name different moments."""
        return self.agreement(head) < AGREEMENT

    def driving(self) -> list[tuple[range, float]]:
        """Return runs of moments that drove the label, with the largest fall in each, that first.

        Those whose removal costs at least `DRIVING_PART` of the most; none if nothing costs any.
        """
        falls = self.moments.occlusion
        if falls.max() <= 0.0:
            return []
        chosen = np.flatnonzero(falls >= DRIVING_PART * falls.max())
        runs = np.split(chosen, np.flatnonzero(np.diff(chosen) > 1) + 1)
        found = [(range(int(r[0]), int(r[-1]) + 1), float(falls[r].max())) for r in runs]
        return sorted(found, key=lambda run: -run[1])


def moment_samples(moment: int) -> Span:
    """Return the 16 kHz samples of a moment, counted from the window's first."""
    return Span(moment * YAMNET.patch_hop, (moment + 1) * YAMNET.patch_hop)


def explain(
    model: LeanModel,
    evidence: Evidence,
    question: Question,
    stale: Callable[[], bool] = lambda: False,
) -> Explanation | None:
    """Explain a label of a window.

    Parameters
    ----------
    stale : callable
        Asked now and then; True ends it, and None is returned.
    """
    whole = evidence.fuse(model, question.weights)
    logit = float(whole.clip_logits[0, question.label])
    asked = question.weights / max(float(question.weights.sum()), 1e-6)
    rows = np.einsum("hnm,n->hm", whole.attention[0], asked).astype(np.float32)
    occlusion = Occlusion(model, evidence, question)
    moments = range(evidence.n_patches + 1)
    falls = [
        occlusion.falls(without, stale)
        for without in (
            [([], [key]) for key in range(evidence.n_waves)],
            [([patch], []) for patch in range(evidence.n_patches)],
            [moment_pieces(moment, evidence.n_patches) for moment in moments],
        )
    ]
    silenced = muted_falls(model, evidence, question, stale)
    if stale() or silenced is None:
        return None
    by_moment = rows.reshape(len(rows), -1, WAVES_PER_PATCH_HOP).sum(2)
    attribution = Attribution(by_moment, falls[2])
    return Explanation(
        question,
        logit,
        whole.frame_logits[0],
        whole.attention[0],
        keys=Attribution(rows, falls[0]),
        # the hop around a patch's centre begins half a hop into it, three wave features
        patches=Attribution(_in_hops(rows, evidence.n_patches), falls[1]),
        moments=attribution,
        muted=silenced,
        agreements=attribution.agreements(),
        trust=rank_correlation(falls[2], silenced),
    )


def moment_pieces(moment: int, n_patches: int) -> tuple[list[int], list[int]]:
    """Return the patches and the wave features that make up a moment."""
    first = moment * WAVES_PER_PATCH_HOP
    seeing = [patch for patch in (moment - 1, moment) if 0 <= patch < n_patches]
    return seeing, list(range(first, first + WAVES_PER_PATCH_HOP))


class Occlusion:
    """Takes pieces of a window away; what is left goes through fusion again."""

    def __init__(self, model: LeanModel, evidence: Evidence, question: Question) -> None:
        self._model, self._evidence, self._question = model, evidence, question
        self._silence = silent_embedding(model)
        whole = evidence.fuse(model, question.weights)
        self._logit = whole.clip_logits[0, question.label]

    def inputs(self, patches: list[int], keys: list[int]) -> tuple[Float32, Float32]:
        """Return embeddings [n, width] and wave mask [m] without some patches and wave features."""
        embeddings, mask = self._evidence.embeddings.copy(), self._evidence.heard.copy()
        embeddings[patches] = self._silence
        mask[keys] = 0.0
        return embeddings, mask

    def falls(
        self,
        without: list[tuple[list[int], list[int]]],
        stale: Callable[[], bool] = lambda: False,
    ) -> Float32:
        """Return how far the label's logit falls without each set of patches and wave features."""
        fallen = np.zeros(len(without), np.float32)
        for at in range(0, len(without), BATCH):
            if stale():
                break
            batch = [self.inputs(*pieces) for pieces in without[at : at + BATCH]]
            embeddings, masks = (np.stack(parts) for parts in zip(*batch, strict=True))
            many = len(batch), 1
            waves = np.tile(self._evidence.waves, (*many, 1))
            votes = np.tile(self._question.weights, many)
            fused = self._model.fuse(embeddings, waves, votes, masks)
            logits = fused.clip_logits[:, self._question.label]
            fallen[at : at + len(batch)] = self._logit - logits
        return fallen


def muted_falls(
    model: LeanModel,
    evidence: Evidence,
    question: Question,
    stale: Callable[[], bool] = lambda: False,
) -> Float32 | None:
    """Return how far the logit falls when each moment is muted and all is run again [n + 1]."""
    logit = evidence.fuse(model, question.weights).clip_logits[0, question.label]
    fallen = np.zeros(evidence.n_patches + 1, np.float32)
    for moment in range(len(fallen)):
        if stale():
            return None
        without = evidence.muted(model, moment_samples(moment)).fuse(model, question.weights)
        fallen[moment] = logit - without.clip_logits[0, question.label]
    return fallen


def rank_correlation(one: npt.ArrayLike, other: npt.ArrayLike) -> float:
    """Return Spearman's rank correlation of two rows of equal length; nan if one is constant."""
    from scipy.stats import spearmanr

    first, second = np.asarray(one, np.float64), np.asarray(other, np.float64)
    if len(first) < 3 or np.ptp(first) == 0.0 or np.ptp(second) == 0.0:
        return float("nan")
    statistic: Any = spearmanr(first, second)[0]
    return float(statistic)


def _in_hops(rows: Float32, n_patches: int) -> Float32:
    """Return the attention [n_heads, n_patches] on the hop that each patch stands for."""
    lead = WAVES_PER_PATCH_HOP // 2
    middle = rows[:, lead : lead + n_patches * WAVES_PER_PATCH_HOP]
    return middle.reshape(len(rows), n_patches, WAVES_PER_PATCH_HOP).sum(2)
