"""What is left of a model's figures when the same clips are recorded otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from leanviz.evaluation.manifest import ClipRow, targets
from leanviz.evaluation.metrics import macro_map, source_hits
from leanviz.evaluation.read import read_clip
from leanviz.evaluation.rerecording import CONDITIONS
from leanviz.inference.model import LeanModel
from leanviz.inference.stream import LeanStream, clip_logits, sigmoid

Float32 = npt.NDArray[np.float32]

UNCHANGED = "as it is"


@dataclass(frozen=True, slots=True)
class ConditionFigures:
    """The figures of clips under one condition.

    Attributes
    ----------
    condition : str
    macro_map : float
    top1 : dict of str to float
        By source.
    change : float
        Mean absolute change of the scores of the classes that are there.
    """

    condition: str
    macro_map: float
    top1: dict[str, float]
    change: float


def clip_scores(model: LeanModel, samples: Float32) -> Float32:
    """Return the clip scores [n_classes] of 16 kHz samples [n]."""
    stream = LeanStream(model)
    results = stream.push(samples) + stream.finish()
    audible = np.array([result.audible for result in results], np.float32)
    return sigmoid(clip_logits(np.stack([result.logits for result in results]), audible))


def spread(rows: Sequence[ClipRow], limit: int | None) -> list[ClipRow]:
    """Return at most `limit` rows, evenly spread; all if None."""
    count = len(rows) if limit is None else min(limit, len(rows))
    return [rows[at * len(rows) // count] for at in range(count)]


def rerecorded_scores(model: LeanModel, path: Path, seed: int) -> Float32:
    """Return the scores [1 + n_conditions, n_classes] of a clip, as it is and in each condition.

    Raises
    ------
    AudioFileError
        If it cannot be read.
    """
    samples = read_clip(path)
    changed = [c.apply(samples, np.random.default_rng(seed)) for c in CONDITIONS]
    return np.stack([clip_scores(model, each) for each in (samples, *changed)])


def robustness_figures(rows: Sequence[ClipRow], scores: Float32) -> list[ConditionFigures]:
    """Return the figures of each condition, the unchanged clips first.

    Parameters
    ----------
    scores : numpy.ndarray [n_clips, 1 + n_conditions, n_classes]
        What `rerecorded_scores` gave for each row.
    """
    labels = targets(rows, scores.shape[2])
    there = labels > 0
    names = (UNCHANGED, *(condition.name for condition in CONDITIONS))
    return [
        ConditionFigures(
            condition=name,
            macro_map=macro_map(labels, scores[:, at]),
            top1={s: hits.top1 for s, hits in source_hits(rows, scores[:, at]).items()},
            change=float(np.abs(scores[:, at] - scores[:, 0])[there].mean()),
        )
        for at, name in enumerate(names)
    ]
