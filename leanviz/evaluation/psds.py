"""PSDS: how well sounds are found over all settings of a threshold.

Bilen, Ferroni, Tuveri, Azcarreta, Krstulovic, "A Framework for the Robust Evaluation of Sound
Event Detection", ICASSP 2020, https://arxiv.org/abs/1910.08440.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leanviz.evaluation.detection import Annotation, Extent

Float64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scenario:
    """What counts as found, and what mistakes cost.

    Attributes
    ----------
    dtc : float
        Part of a detection that true sounds of its class must fill (detection tolerance).
    gtc : float
        Part of a true sound that such detections must fill (ground truth intersection).
    cttc : float
        Part of a wrong detection that sounds of another class fill if they set it off.
    alpha_ct : float
        Cost of a detection that another class set off, beyond that of a false one.
    alpha_st : float
        Cost of the standard deviation over classes.
    most_false : float
        False detections per hour up to which the area is taken.
    """

    dtc: float
    gtc: float
    cttc: float = 1.0
    alpha_ct: float = 0.0
    alpha_st: float = 1.0
    most_false: float = 100.0


# The two scenarios of DCASE task 4 since 2021: when a sound is, and which one it is.
LOCATED = Scenario(dtc=0.7, gtc=0.7)
RECOGNISED = Scenario(dtc=0.1, gtc=0.1, cttc=0.3, alpha_ct=0.5)


@dataclass(frozen=True, slots=True)
class _Rates:
    """Rates [n_classes] at one operating point."""

    true: Float64
    false_per_hour: Float64


def psds(
    truth: Sequence[Annotation],
    operating_points: Sequence[Sequence[Annotation]],
    duration_s: float,
    scenario: Scenario,
) -> float:
    """Return the polyphonic sound detection score in [0, 1] over the classes that are there.

    NaN if there are none.

    Parameters
    ----------
    truth : sequence of Annotation
        One per recording.
    operating_points : sequence of sequences of Annotation
        What was found in each recording, once per setting of the threshold.
    duration_s : float
        Of all recordings together.
    """
    classes = sorted({label for each in truth for label in each})
    if not classes:
        return float("nan")
    rates = [_rates(truth, found, classes, duration_s, scenario) for found in operating_points]
    true = np.stack([np.zeros(len(classes)), *(r.true for r in rates)])
    false = np.stack([np.zeros(len(classes)), *(r.false_per_hour for r in rates)])
    grid = np.unique(false[false <= scenario.most_false])
    curves = np.stack([_staircase(grid, false[:, k], true[:, k]) for k in range(len(classes))])
    effective = np.maximum(curves.mean(0) - scenario.alpha_st * curves.std(0), 0.0)
    widths = np.diff(grid, append=scenario.most_false)
    return float(effective @ widths) / scenario.most_false


def _staircase(grid: Float64, false: Float64, true: Float64) -> Float64:
    """Return the highest true rate reached with no more false detections than `grid` [n]."""
    return np.array([true[false <= limit].max() for limit in grid])


def _rates(
    truth: Sequence[Annotation],
    found: Sequence[Annotation],
    classes: list[int],
    duration_s: float,
    scenario: Scenario,
) -> _Rates:
    n = len(classes)
    position = {label: k for k, label in enumerate(classes)}
    hits, there, false = np.zeros(n), np.zeros(n), np.zeros(n)
    crossed, sounding_s = np.zeros((n, n)), np.zeros(n)
    for actual, detected in zip(truth, found, strict=True):
        for label in position.keys() & (actual.keys() | detected.keys()):
            k, true = position[label], actual.get(label, [])
            good, bad = _parted(detected.get(label, []), true, scenario.dtc)
            hits[k] += sum(_filled(extent, good) >= scenario.gtc for extent in true)
            there[k] += len(true)
            false[k] += len(bad)
            sounding_s[k] += sum(offset - onset for onset, offset in true)
            for other in actual.keys() - {label} if bad else ():
                filled = [_filled(extent, actual[other]) >= scenario.cttc for extent in bad]
                crossed[k, position[other]] += sum(filled)
    per_hour = 3600.0 * false / duration_s
    crossed_per_hour = (3600.0 * crossed / sounding_s).sum(1) / max(1, n - 1)
    return _Rates(hits / there, per_hour + scenario.alpha_ct * crossed_per_hour)


def _parted(
    detections: list[Extent], true: list[Extent], dtc: float
) -> tuple[list[Extent], list[Extent]]:
    """Part detections into those that true sounds fill enough, and the others."""
    good = [extent for extent in detections if _filled(extent, true) >= dtc]
    return good, [extent for extent in detections if extent not in good]


def _filled(extent: Extent, others: list[Extent]) -> float:
    """Return the part of an extent that others, none of which overlap, fill."""
    common = sum(max(0.0, min(extent[1], b) - max(extent[0], a)) for a, b in others)
    return common / (extent[1] - extent[0])
