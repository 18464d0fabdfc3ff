"""Labels one patch early: what the newest patch alone says, where there was quiet before it.

The mean of two patches counts the silence before a sound against it: its first patch gives one
half at most, and most thresholds are higher. Such labels are shown, provisionally, and are nothing
else: no candidate, no event, no reason for an alert.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from leanviz.core.decisions import DecisionRules
from leanviz.core.events import Candidate
from leanviz.core.smoothing import Smoothing
from leanviz.core.taxonomy import Taxonomy

# Least score of the newest patch alone, even where the threshold of the class is lower.
LEAST_SCORE = 0.85
# It is quiet if nothing that is shown began more than so many patches before the newest one.
QUIET_BEFORE = 1


def early(
    patch: int,
    scores: npt.NDArray[np.float32],
    shown: Sequence[Candidate],
    rules: DecisionRules,
    taxonomy: Taxonomy,
    presence: Callable[[int], float],
) -> list[Candidate]:
    """Return what the newest patch alone would show, as candidates of this one patch.

    Parameters
    ----------
    patch : int
        The newest one.
    scores : numpy.ndarray [n_classes]
        Of the newest patch, before smoothing.
    shown : sequence of Candidate
        What sounds now and is shown by its smoothed scores. If any of it began before
        `QUIET_BEFORE`, nothing is early.
    presence : callable
        Gives the presence of a class up to now.
    """
    smooths = rules.candidates.smoothing is not Smoothing.OFF
    if not smooths or any(candidate.first < patch - QUIET_BEFORE for candidate in shown):
        return []
    known = [candidate.label for candidate in shown]
    loud = (label for label in (scores >= LEAST_SCORE).nonzero()[0].tolist() if label not in known)
    found = [
        Candidate(label, patch, patch, float(scores[label]), patch, presence=presence(label))
        for label in loud
    ]
    found = [candidate for candidate in found if rules.hides(candidate) is None]
    # a parent of what is heard says nothing more, as in `core.decisions.judge`
    heard = [*known, *(candidate.label for candidate in found)]
    is_ancestor = np.asarray(taxonomy.is_ancestor)
    return [candidate for candidate in found if not is_ancestor[candidate.label, heard].any()]
