"""How far a score is from the share of clips that it is right for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leanviz.evaluation.manifest import ClipRow, spoken_about, targets

Floats = npt.NDArray[np.floating]

BINS = 10


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The scores between two bounds.

    Attributes
    ----------
    low, high : float
        Bounds; the lower one belongs to the bin.
    count : int
    mean_score : float
    observed : float
        Share of them whose class was there.
    """

    low: float
    high: float
    count: int
    mean_score: float
    observed: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Reliability of a set of scores.

    Attributes
    ----------
    error : float
        Expected calibration error: the mean distance of score and share over the bins, weighted
        by their counts (Guo and others, ICML 2017, https://arxiv.org/abs/1706.04599).
    upper_error : float
        The same without the lowest bin, which holds nearly all scores and drowns the others.
    bins : tuple of ReliabilityBin
        Of equal width; those without a score are left out.
    """

    error: float
    upper_error: float
    bins: tuple[ReliabilityBin, ...]


def calibration(labels: Floats, scores: Floats, n_bins: int = BINS) -> Calibration:
    """Return the reliability of scores in [0, 1] of any shape, with 1 in `labels` where right."""
    present, score = labels.ravel().astype(float), scores.ravel().astype(float)
    position = np.minimum((score * n_bins).astype(int), n_bins - 1)
    bins: list[ReliabilityBin] = []
    for at in np.unique(position):
        inside = position == at
        share, middle = float(present[inside].mean()), float(score[inside].mean())
        low, high = at / n_bins, (at + 1) / n_bins
        bins.append(ReliabilityBin(float(low), float(high), int(inside.sum()), middle, share))
    return Calibration(_error(bins), _error([b for b in bins if b.low > 0]), tuple(bins))


def _error(bins: Sequence[ReliabilityBin]) -> float:
    total = sum(b.count for b in bins)
    gaps = sum(b.count * abs(b.mean_score - b.observed) for b in bins)
    return gaps / total if total else float("nan")


def calibration_by_source(rows: Sequence[ClipRow], scores: Floats) -> dict[str, Calibration]:
    """Return the reliability within each source, over the classes that it can speak about.

    Parameters
    ----------
    scores : numpy.ndarray [n_clips, n_classes]
    """
    labels = targets(rows, scores.shape[1])
    sources = np.array([row.source for row in rows])
    return {
        source: calibration(
            labels[sources == source][:, known], scores[sources == source][:, known]
        )
        for source, known in sorted(spoken_about(rows, scores.shape[1]).items())
    }
