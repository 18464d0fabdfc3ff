"""From which score on a class is shown: chosen on validation clips."""

import numpy as np
import numpy.typing as npt
from sklearn.metrics import precision_recall_curve

Float32 = npt.NDArray[np.float32]

# A class is shown from its best F1 on validation clips, but never where fewer than half of what
# it shows is right, nor at a score so low or so high that the slider has no room.
PRECISION_FLOOR = 0.5
LOWEST, HIGHEST = 0.35, 0.85
ENOUGH_POSITIVES = 5
# Where no audio can say: above all but this part of the clips that hold other sounds.
FALSE_ALARMS = 0.005


def choose_thresholds(labels: Float32, peaks: Float32) -> Float32:
    """Return per-class thresholds on the highest frame score of a clip [n_classes].

    Parameters
    ----------
    labels, peaks : numpy.ndarray [n_clips, n_classes]
        An unlisted class counts as absent.
    """
    chosen = [_threshold(labels[:, k], peaks[:, k]) for k in range(labels.shape[1])]
    return np.clip(chosen, LOWEST, HIGHEST).astype(np.float32)


def _threshold(label: Float32, peak: Float32) -> float:
    others = peak[label == 0]
    cautious = float(np.quantile(others, 1 - FALSE_ALARMS)) if len(others) else HIGHEST
    if label.sum() < ENOUGH_POSITIVES:
        return cautious
    precision, recall, thresholds = precision_recall_curve(label, peak)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    f1 = np.where(precision >= PRECISION_FLOOR, f1, 0.0)[:-1]
    return float(thresholds[f1.argmax()]) if f1.max() > 0 else cautious
