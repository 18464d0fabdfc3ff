"""The figures by which models are compared: clip labels against clip scores.

Throughout, `labels` and `scores` are [n_clips, n_classes]; a class that is not listed for a clip
counts as absent. A figure that nothing can be said about is NaN.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from leanviz.evaluation.manifest import ClipRow, targets

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.intp]

# Fewer examples of a class say more about the examples than about the class.
MIN_POSITIVES = 5
# Fewer kinds of sound in one source make top-1 too easy to mean anything.
MIN_KINDS = 5


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """How well one class is ranked over all clips.

    Attributes
    ----------
    label : int
        Position in the taxonomy.
    positives : int
    ap : float
        Average precision.
    auc : float
        Area under the ROC curve.
    """

    label: int
    positives: int
    ap: float
    auc: float


def common_classes(labels: Floats, min_positives: int = MIN_POSITIVES) -> Ints:
    """Return the positions of the classes with enough positives."""
    return np.flatnonzero(labels.sum(0) >= min_positives)


def average_precisions(labels: Floats, scores: Floats, classes: Ints) -> Floats:
    """Return the average precision of some classes [n]; NaN for one without a positive."""
    from sklearn.metrics import average_precision_score

    return np.array(
        [
            average_precision_score(labels[:, k], scores[:, k]) if labels[:, k].any() else math.nan
            for k in classes
        ]
    )


def class_figures(
    labels: Floats, scores: Floats, min_positives: int = MIN_POSITIVES
) -> list[ClassFigures]:
    """Return the figures of every class with enough positives, in the order of the taxonomy."""
    classes = common_classes(labels, min_positives)
    precisions = average_precisions(labels, scores, classes)
    return [
        ClassFigures(
            label=int(k),
            positives=int(labels[:, k].sum()),
            ap=float(ap),
            auc=area_under_roc(labels[:, k] > 0, scores[:, k]),
        )
        for k, ap in zip(classes, precisions, strict=True)
    ]


def macro_map(labels: Floats, scores: Floats, min_positives: int = MIN_POSITIVES) -> float:
    """Return the mean average precision over classes with enough positives."""
    classes = common_classes(labels, min_positives)
    return mean(average_precisions(labels, scores, classes).tolist())


def area_under_roc(present: npt.NDArray[np.bool_], scores: Floats) -> float:
    """Return the area under the ROC curve of scores [n]; NaN if all or none are present.

    Of the frames of a recording that lie in an event, against its others, this is frame AUC.
    """
    from sklearn.metrics import roc_auc_score

    if present.all() or not present.any():
        return math.nan
    return float(roc_auc_score(present, scores))


def d_prime(auc: float) -> float:
    """Return d' of a mean area under the ROC curve: sqrt(2) times its normal quantile.

    As with AudioSet (Gemmeke and others, ICASSP 2017) and FSD50K (arXiv 2010.00475).
    """
    if not 0.0 < auc < 1.0:
        return math.nan if math.isnan(auc) else math.copysign(math.inf, auc - 0.5)
    return math.sqrt(2.0) * NormalDist().inv_cdf(auc)


def lwlrap(labels: Floats, scores: Floats) -> float:
    """Return label-weighted label-ranking average precision.

    Per label of a clip, the precision of the clip's ranking down to it, averaged over all labels
    of all clips (Fonseca and others, DCASE 2019 task 2, https://arxiv.org/abs/1906.02975).
    """
    from sklearn.metrics import label_ranking_average_precision_score

    weights = labels.sum(1)
    if not weights.any():
        return math.nan
    return float(label_ranking_average_precision_score(labels, scores, sample_weight=weights))


@dataclass(frozen=True, slots=True)
class SourceHits:
    """For the clips of one source, whether the kind of sound that each is leads.

    Attributes
    ----------
    clips : numpy.ndarray [n]
        Positions of the source's clips among all.
    hits : numpy.ndarray [n], bool
    kinds : int
        Kinds of sound that the model's classes can tell apart.
    """

    clips: Ints
    hits: npt.NDArray[np.bool_]
    kinds: int

    @property
    def top1(self) -> float:
        """Share of hits."""
        return float(self.hits.mean())


def source_hits(rows: Sequence[ClipRow], scores: Floats) -> dict[str, SourceHits]:
    """Return the hits of each source with enough kinds of sound.

    Within a source its native labels exclude each other. Each is represented by the most specific
    of its classes: those that are rarest there; its score is their highest. Native labels with
    the same such classes are one kind.
    """
    labels = targets(rows, scores.shape[1])
    found: dict[str, SourceHits] = {}
    for source in sorted({row.source for row in rows}):
        at = np.flatnonzero([row.source == source for row in rows])
        native = [row.native_label for row in rows if row.source == source]
        if len(set(native)) >= MIN_KINDS:
            hits, kinds = _hits(native, labels[at], scores[at])
            found[source] = SourceHits(at, hits, kinds)
    return found


def _hits(native: list[str], labels: Floats, scores: Floats) -> tuple[npt.NDArray[np.bool_], int]:
    frequency = labels.sum(0)
    names = sorted(set(native))
    kinds = [_rarest(labels[native.index(name)], frequency) for name in names]
    best = np.stack([scores[:, list(kind)].max(1) for kind in kinds], axis=1).argmax(1)
    own = [kinds[names.index(name)] for name in native]
    hits = [kinds[lead] == kind for lead, kind in zip(best, own, strict=True)]
    return np.array(hits), len(set(kinds))


def _rarest(labels: Floats, frequency: Floats) -> tuple[int, ...]:
    """Return the classes of one clip that are rarest in its source."""
    own = np.flatnonzero(labels)
    return tuple(int(k) for k in own[frequency[own] == frequency[own].min()])


def mean(values: Sequence[float]) -> float:
    """Return the mean of what is a number; NaN if nothing is."""
    known = [value for value in values if not math.isnan(value)]
    return math.fsum(known) / len(known) if known else math.nan
