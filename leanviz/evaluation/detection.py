"""Event-based and segment-based F1 (Mesaros, Heittola, Virtanen, Applied Sciences 6(6), 2016).

The field's own packages are no dependency: psds_eval 0.5 fails with numpy 2.4 and pandas 3, and
sed_eval 0.2 brings a dozen packages for two counts. Both give what is computed here and in `psds`
(tests/evaluation/test_detection.py).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Extent = tuple[float, float]
# What sounds in one recording: for each class its extents in seconds, in order, none overlapping.
Annotation = dict[int, list[Extent]]

ONSET_COLLAR_S = 0.5
SEGMENT_S = 1.0


def joined(extents: Iterable[Extent]) -> list[Extent]:
    """Return extents in order, those that overlap or touch made one."""
    result: list[Extent] = []
    for onset, offset in sorted(extents):
        if result and onset <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], offset))
        else:
            result.append((onset, offset))
    return result


def annotation(sounds: Iterable[tuple[Extent, Iterable[int]]]) -> Annotation:
    """Return what sounds, from extents and the classes of each, ancestors included."""
    extents: dict[int, list[Extent]] = {}
    for extent, labels in sounds:
        for label in labels:
            extents.setdefault(label, []).append(extent)
    return {label: joined(of_label) for label, of_label in extents.items()}


@dataclass(frozen=True, slots=True)
class Hits:
    """Counts over all recordings and classes.

    Attributes
    ----------
    hits : int
        Found and there.
    found, there : int
    """

    hits: int
    found: int
    there: int

    @property
    def precision(self) -> float:
        """Share of what was found that is there; NaN if nothing was found."""
        return self.hits / self.found if self.found else float("nan")

    @property
    def recall(self) -> float:
        """Share of what is there that was found; NaN if nothing is there."""
        return self.hits / self.there if self.there else float("nan")

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.hits / (self.found + self.there) if self.found + self.there else 1.0


def event_hits(
    truth: Sequence[Annotation], found: Sequence[Annotation], collar_s: float = ONSET_COLLAR_S
) -> Hits:
    """Count events whose onset is within `collar_s` of a true one of their class, each used once.

    Parameters
    ----------
    truth, found : sequence of Annotation
        One per recording.
    """
    hits = 0
    for there, here in zip(truth, found, strict=True):
        for label in there.keys() & here.keys():
            hits += _pairs([e[0] for e in there[label]], [e[0] for e in here[label]], collar_s)
    return Hits(hits, _count(found), _count(truth))


def _pairs(first: list[float], second: list[float], collar: float) -> int:
    """Return the most pairs no farther apart than `collar`; both lists are in order."""
    pairs = at = 0
    for value in first:
        while at < len(second) and second[at] < value - collar:
            at += 1
        if at < len(second) and second[at] <= value + collar:
            pairs += 1
            at += 1
    return pairs


def _count(annotations: Sequence[Annotation]) -> int:
    return sum(len(extents) for each in annotations for extents in each.values())


def segment_hits(
    truth: Sequence[Annotation],
    found: Sequence[Annotation],
    durations_s: Sequence[float],
    segment_s: float = SEGMENT_S,
) -> Hits:
    """Count segments of a recording in which a class sounds; the last one may be shorter."""
    total = np.zeros(3, int)
    for there, here, duration_s in zip(truth, found, durations_s, strict=True):
        count = int(np.ceil(duration_s / segment_s))
        for label in there.keys() | here.keys():
            true = _segments(there.get(label, []), count, segment_s)
            seen = _segments(here.get(label, []), count, segment_s)
            total += ((true & seen).sum(), seen.sum(), true.sum())
    return Hits(*total.tolist())


def _segments(extents: list[Extent], count: int, segment_s: float) -> npt.NDArray[np.bool_]:
    active = np.zeros(count, bool)
    for onset, offset in extents:
        active[int(onset / segment_s) : int(np.ceil(offset / segment_s))] = True
    return active
