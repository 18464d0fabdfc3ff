"""Scores as the inspector lists them: the most specific classes first, their path in words."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leanviz.core.taxonomy import Taxonomy
from leanviz.views.colours import label_hue

# A general class stands back for a specific one that has at least this part of its score.
SPECIFIC_PART = 0.5
# Below this nothing is worth a line.
LEAST_SCORE = 0.05


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A line of the inspector.

    Attributes
    ----------
    title : str
        ``Dog`` and ``Bark``, the parent first.
    score : float
        In [0, 1]; no probability.
    hue : str
        Colour of the family, ``#rrggbb``.
    """

    title: str
    score: float
    hue: str


def leading(scores: npt.NDArray[np.float32], taxonomy: Taxonomy, count: int) -> list[ScoreRow]:
    """Return the `count` best classes of scores [n_classes], without parents of those listed."""
    score = scores.tolist()
    # few of all classes: no numpy
    loud = np.flatnonzero(scores >= SPECIFIC_PART * LEAST_SCORE).tolist()
    behind = {
        above
        for position in loud
        for above in taxonomy.breadcrumb(position)
        if score[position] >= SPECIFIC_PART * score[above]
    }
    shown = [n for n in loud if score[n] >= LEAST_SCORE and n not in behind]
    shown.sort(key=lambda n: -score[n])
    return [_row(taxonomy, position, score[position]) for position in shown[:count]]


def path_title(taxonomy: Taxonomy, position: int) -> str:
    """Return a class with the one it belongs to: ``Dog`` and ``Bark``, the parent first."""
    above = taxonomy.breadcrumb(position)
    return " \u203a ".join(taxonomy[p].title for p in (*above[-1:], position))


def _row(taxonomy: Taxonomy, position: int, score: float) -> ScoreRow:
    hue = label_hue(taxonomy, taxonomy[position].name)
    return ScoreRow(path_title(taxonomy, position), score, hue)
