"""How much of the last minutes each class was heard: what tells the ever-present ones."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from leanviz.core.frontend import YAMNET

PRESENCE_S = 300.0
# Patches in that time, one each hop of 0.48 s.
PRESENCE_PATCHES = round(PRESENCE_S * YAMNET.sample_rate / YAMNET.patch_hop)


class Presence:
    """Counts, for each class, the patches of the last five minutes in which it was heard.

    Parameters
    ----------
    levels : sequence of float [n_classes]
        Score from which a class counts as heard. The model's recommended thresholds, and not the
        user's: a slider must not change what was heard.
    """

    def __init__(self, levels: Sequence[float]) -> None:
        self._levels = np.array(levels, np.float64)
        self._heard = np.zeros((PRESENCE_PATCHES, len(self._levels)), bool)
        self._counts = np.zeros(len(self._levels), np.int64)
        self._next = 0

    def push(self, scores: npt.NDArray[np.floating]) -> None:
        """Take the smoothed scores [n_classes] of one patch."""
        heard = scores >= self._levels
        self._counts += heard
        self._counts -= self._heard[self._next]
        self._heard[self._next] = heard
        self._next = (self._next + 1) % PRESENCE_PATCHES

    def of(self, label: int) -> float:
        """Return the part of the last five minutes, in [0, 1], in which a class was heard."""
        return int(self._counts[label]) / PRESENCE_PATCHES
