"""All that an evaluation found, and its shape in JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from leanviz.core.taxonomy import Taxonomy
from leanviz.evaluation.calibration import Calibration, calibration, calibration_by_source
from leanviz.evaluation.comparison import Comparison
from leanviz.evaluation.manifest import ClipRow, targets
from leanviz.evaluation.metrics import (
    ClassFigures,
    SourceHits,
    class_figures,
    d_prime,
    lwlrap,
    mean,
    source_hits,
)
from leanviz.evaluation.plain import plain
from leanviz.evaluation.robustness import ConditionFigures
from leanviz.evaluation.timeline import TimelineFigures

Float32 = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ClipFigures:
    """The figures of whole clips.

    Attributes
    ----------
    clips : int
    macro_map, auc, d_prime : float
        Over the classes with enough positives.
    lwlrap : float
        Over all labels.
    classes : tuple of ClassFigures
    sources : dict of str to SourceHits
    calibration : Calibration
        Over all classes.
    calibration_by_source : dict of str to Calibration
        Over the classes that each source can speak about.
    """

    clips: int
    macro_map: float
    auc: float
    d_prime: float
    lwlrap: float
    classes: tuple[ClassFigures, ...]
    sources: dict[str, SourceHits]
    calibration: Calibration
    calibration_by_source: dict[str, Calibration]

    @classmethod
    def of(cls, rows: Sequence[ClipRow], scores: Float32) -> "ClipFigures":
        """Return the figures of clip scores [n_clips, n_classes]."""
        labels = targets(rows, scores.shape[1])
        classes = class_figures(labels, scores)
        auc = mean([figures.auc for figures in classes])
        return cls(
            clips=len(rows),
            macro_map=mean([figures.ap for figures in classes]),
            auc=auc,
            d_prime=d_prime(auc),
            lwlrap=lwlrap(labels, scores),
            classes=tuple(classes),
            sources=source_hits(rows, scores),
            calibration=calibration(labels, scores),
            calibration_by_source=calibration_by_source(rows, scores),
        )


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a model is worth on a manifest.

    Attributes
    ----------
    model : str
        Name, version and digest.
    model_bytes : int
    manifest : Path
    split : str or None
    unlabelled : int
        Rows, of manifest and timeline, without a label: not judged.
    problems : tuple of str
        What could not be used, a sentence each.
    clip : ClipFigures
    timeline : TimelineFigures or None
    robustness : tuple of ConditionFigures
    against : Comparison or None
    """

    model: str
    model_bytes: int
    manifest: Path
    split: str | None
    unlabelled: int
    problems: tuple[str, ...]
    clip: ClipFigures
    timeline: TimelineFigures | None = None
    robustness: tuple[ConditionFigures, ...] = ()
    against: Comparison | None = None


def as_record(evaluation: Evaluation, taxonomy: Taxonomy) -> dict[str, Any]:
    """Return an evaluation as JSON holds it: classes by name, null for what is no number."""
    record = plain(evaluation)
    for entry in record["clip"]["classes"]:
        entry["label"] = taxonomy[entry["label"]].name
    if evaluation.against is not None:
        by_class = evaluation.against.ap.items()
        record["against"]["ap"] = {taxonomy[k].name: plain(each) for k, each in by_class}
    return record
