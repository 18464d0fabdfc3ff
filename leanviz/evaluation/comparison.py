"""Whether one model is better than another, or these clips only made it look so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leanviz.evaluation.manifest import ClipRow, targets
from leanviz.evaluation.metrics import average_precisions, common_classes, lwlrap, source_hits

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.intp]

REPEATS = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """How much greater a figure is for the first of two sets of scores.

    Attributes
    ----------
    value : float
    low, high : float
        Bounds of its 95 % bootstrap percentile interval.
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:+.4f} (95 % {self.low:+.4f} to {self.high:+.4f})"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences between two models on the same clips.

    Attributes
    ----------
    macro_map, lwlrap : Difference
    top1 : dict of str to Difference
        By source.
    ap : dict of int to Difference
        By class.
    """

    macro_map: Difference
    lwlrap: Difference
    top1: dict[str, Difference]
    ap: dict[int, Difference]


def compare(
    rows: Sequence[ClipRow],
    scores: Floats,
    others: Floats,
    step: Callable[[], None] = lambda: None,
    repeats: int = REPEATS,
) -> Comparison:
    """Return how much better `scores` are than `others`, both [n_clips, n_classes].

    Takes a minute for a thousand clips; `step` is called `repeats` times and once more.
    """
    labels = targets(rows, scores.shape[1])
    classes = common_classes(labels)
    ours, theirs = source_hits(rows, scores), source_hits(rows, others)
    gains = [_gain(len(rows), ours[s].clips, ours[s].hits, theirs[s].hits) for s in ours]

    def differences(at: Ints) -> Floats:
        step()
        ap = average_precisions(labels[at], scores[at], classes)
        ap -= average_precisions(labels[at], others[at], classes)
        ranked = lwlrap(labels[at], scores[at]) - lwlrap(labels[at], others[at])
        return np.array([_mean(ap), ranked, *(_mean(gain[at]) for gain in gains), *ap])

    found = paired_differences(differences, [row.group for row in rows], repeats)
    return Comparison(
        macro_map=found[0],
        lwlrap=found[1],
        top1=dict(zip(ours, found[2:], strict=False)),
        ap={int(k): each for k, each in zip(classes, found[2 + len(ours) :], strict=True)},
    )


def paired_differences(
    differences: Callable[[Ints], Floats], groups: Sequence[str], repeats: int = REPEATS
) -> list[Difference]:
    """Return differences and how far they would vary with other clips.

    Whole groups are drawn with replacement, because clips cut from one recording stand or fall
    together (cluster bootstrap; Davison and Hinkley, 1997, section 3.8). The draws are seeded.

    Parameters
    ----------
    differences : callable
        Takes positions of clips; returns figures of the first model less those of the second
        [n_figures]. NaN where nothing can be said.
    groups : sequence of str
        The recording of each clip; a clip without one, "", is its own.
    """
    generator = np.random.default_rng(0)
    names = [group or f"alone {at}" for at, group in enumerate(groups)]
    _, recording = np.unique(names, return_inverse=True)
    members = [np.flatnonzero(recording == n) for n in range(recording.max() + 1)]
    drawn = [
        differences(
            np.concatenate([members[n] for n in generator.integers(0, len(members), len(members))])
        )
        for _ in range(repeats)
    ]
    return [
        Difference(float(value), *_interval(column))
        for value, column in zip(
            differences(np.arange(len(groups))), np.array(drawn).T, strict=True
        )
    ]


def _interval(values: Floats) -> tuple[float, float]:
    known = values[~np.isnan(values)]
    low, high = np.quantile(known, (0.025, 0.975)) if len(known) else (np.nan, np.nan)
    return float(low), float(high)


def _gain(
    n_clips: int, clips: Ints, ours: npt.NDArray[np.bool_], theirs: npt.NDArray[np.bool_]
) -> Floats:
    """Return 1 where only the first model is right, -1 where only the second; NaN elsewhere."""
    gain = np.full(n_clips, np.nan)
    gain[clips] = ours.astype(float) - theirs
    return gain


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")
