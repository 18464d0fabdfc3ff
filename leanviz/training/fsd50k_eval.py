"""What a model folder is worth on FSD50K, by the protocol that its numbers are compared with.

Whole clips up to 30 s in one pass; one logit per class, the mean over the clip's patches; macro
figures over all classes that occur (200 in the evaluation clips). d' is taken from the mean area
under the ROC curve, as in https://github.com/SarthakYadav/fsd50k-pytorch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.progress import track

from leanviz.core.errors import AudioFileError, UserError
from leanviz.evaluation.manifest import ClipRow, targets
from leanviz.evaluation.metrics import class_figures, d_prime, lwlrap, mean
from leanviz.evaluation.read import read_clip
from leanviz.inference.model import LeanModel
from leanviz.inference.stream import LeanStream, clip_logits
from leanviz.training.fsd50k import read_fsd50k

Float32 = npt.NDArray[np.float32]

LONGEST_S = 30.0


@dataclass(frozen=True, slots=True)
class Fsd50kFigures:
    """What was measured, and on what.

    Attributes
    ----------
    split : str
    clips, classes : int
        How many were scored, and how many classes occur in them.
    mean_ap, d_prime, lwlrap : float
    precision : dict of str to float
        Average precision of each class that occurs.
    problems : tuple of str
        A sentence for each row, label or clip that had to be left out.
    unlabelled : int
        Clips without a label, left out too.
    """

    split: str
    clips: int
    classes: int
    mean_ap: float
    d_prime: float
    lwlrap: float
    precision: dict[str, float]
    problems: tuple[str, ...]
    unlabelled: int

    def lines(self) -> Iterator[str]:
        """Yield what is to be printed: what was left out, then the figures."""
        yield from self.problems
        left_out = f"{len(self.problems)} problems, {self.unlabelled} clips without a label"
        yield f"FSD50K {self.split}: {self.clips} clips, {self.classes} classes; {left_out}"
        yield f"mAP {self.mean_ap:.4f}   d' {self.d_prime:.3f}   lwlrap {self.lwlrap:.4f}"


def evaluate_fsd50k(model: LeanModel, root: Path, split: str = "eval") -> Fsd50kFigures:
    """Score one official split of FSD50K with a model folder.

    Parameters
    ----------
    root : Path
        The unpacked data set: see `read_fsd50k`.
    split : {"eval", "val", "train"}

    Raises
    ------
    UserError
        If the tables cannot be used, or no clip can be read.
    """
    manifest = read_fsd50k(root, model.taxonomy, split)
    rows, logits, unreadable = _scored(model, manifest.rows, split)
    problems = [f"line {problem.line}: {problem.what}" for problem in manifest.problems]
    problems += unreadable
    if not rows:
        raise UserError(f"No clip of the split {split} can be read. {problems[-1]}")
    # Ranks are those of the scores: a sigmoid would only round low ones to a tie.
    labels = targets(rows, len(model.taxonomy))
    classes = class_figures(labels, logits, min_positives=1)
    return Fsd50kFigures(
        split=split,
        clips=len(rows),
        classes=len(classes),
        mean_ap=mean([figures.ap for figures in classes]),
        d_prime=d_prime(mean([figures.auc for figures in classes])),
        lwlrap=lwlrap(labels, logits),
        precision={model.taxonomy[figures.label].name: figures.ap for figures in classes},
        problems=tuple(problems),
        unlabelled=manifest.unlabelled,
    )


def _scored(
    model: LeanModel, rows: Sequence[ClipRow], split: str
) -> tuple[list[ClipRow], Float32, list[str]]:
    """Return the rows that can be read, their logits [n, n_classes], what ails the others."""
    readable: list[ClipRow] = []
    found: list[Float32] = []
    problems: list[str] = []
    for row in track(rows, f"Scoring {split} clips"):
        try:
            samples = read_clip(row.path, LONGEST_S)
        except AudioFileError as error:
            problems.append(str(error))
        else:
            readable.append(row)
            found.append(whole_clip_logits(model, samples))
    return readable, np.array(found), problems


def whole_clip_logits(model: LeanModel, samples: Float32) -> Float32:
    """Return the logits [n_classes] of a clip: the mean over its patches, weighted by sound.

    A patch of padding or silence alone has no weight.

    Parameters
    ----------
    samples : numpy.ndarray [n]
        Mono, 16 kHz.
    """
    stream = LeanStream(model)
    results = stream.push(samples) + stream.finish()
    audible = np.array([result.audible for result in results], np.float32)
    return clip_logits(np.stack([result.logits for result in results]), audible)
