"""What the rules say of many candidates at once, in a few numpy expressions."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from leanviz.core.decisions import DecisionRules

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Masks:
    """What `DecisionRules.hides` says of many findings at once.

    Attributes
    ----------
    loud : numpy.ndarray
        The threshold is reached.
    wanted : numpy.ndarray
        The mute and allow lists let the class through.
    passing : numpy.ndarray
        Both, and it is long enough.
    deliberate : numpy.ndarray
        It would pass, but the lists leave its class out.
    ever_present : numpy.ndarray
        It would be left out as ever-present.
    """

    loud: Mask
    wanted: Mask
    passing: Mask
    deliberate: Mask
    ever_present: Mask

    def shown(self, stand_ins: npt.NDArray[np.int64]) -> Mask:
        """Tell which are shown, given what stands for each (see `Findings._stand_ins`)."""
        return self.passing & (stand_ins < 0) & ~self.ever_present


@lru_cache(maxsize=4)
def by_class(rules: DecisionRules) -> tuple[npt.NDArray[np.float64], Mask, Mask]:
    """Return threshold, whether it is let through, and whether it may be left out, by class."""
    every = range(len(rules.thresholds))
    return (
        np.array([rules.threshold(label) for label in every]),
        # their kind is told: without a model there are no classes, and numpy cannot guess it
        np.array([rules.listens_to(label) for label in every], np.bool_),
        np.array([label in rules.quiet for label in every], np.bool_),
    )


def masks_of(
    rules: DecisionRules,
    labels: npt.NDArray[np.integer],
    scores: npt.NDArray[np.float64],
    n_patches: npt.NDArray[np.integer],
    presence: npt.NDArray[np.float64],
) -> Masks:
    """Tell what the rules say of many sounds."""
    thresholds, listens, quiet = by_class(rules)
    loud, wanted = scores >= thresholds[labels], listens[labels]
    complete = loud & (n_patches >= rules.min_patches)
    return Masks(
        loud=loud,
        wanted=wanted,
        passing=complete & wanted,
        deliberate=complete & ~wanted,
        ever_present=quiet[labels] & (presence >= rules.ever_present),
    )
