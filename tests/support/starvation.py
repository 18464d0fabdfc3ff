"""Telling a player that starved on a busy machine from a microphone that loses samples."""

from collections.abc import Callable

import numpy as np

ATTEMPTS = 8
# A player that comes late fills up what is left of a block, however little. Shorter runs of zeros
# may be sound.
SHORTEST = 8


def assert_heard(play: Callable[[], np.ndarray], played: np.ndarray) -> np.ndarray:
    """Have `play` play and return what was captured, until that equals `played`; return it.

    A player that gets no processor leaves runs of exact zeros, and is given some more chances.
    Capture never writes zeros for samples that it lost (it leaves a gap), so that any other
    difference is a fault of ours and fails at once.
    """
    heard = play()
    for _ in range(ATTEMPTS - 1):
        if not starved(heard, played):
            break
        heard = play()
    np.testing.assert_array_equal(heard, played)
    return heard


def starved(heard: np.ndarray, played: np.ndarray) -> bool:
    """Return whether runs of zeros, before or over samples, are all that differs; both (n,)."""
    runs = 0
    while (differing := np.flatnonzero(_unlike(heard, played))).size:
        at = int(differing[0])
        silent = _zeros(heard[at:])
        if silent < SHORTEST:
            return False
        before, over = played[at + _zeros(played[at:]) :], played[at + silent :]
        heard = heard[at + silent :]
        n = min(SHORTEST, len(heard))
        played = before if np.array_equal(heard[:n], before[:n]) else over
        runs += 1
    return runs > 0


def _unlike(heard: np.ndarray, played: np.ndarray) -> np.ndarray:
    """Return where two arrays differ, as far as both reach: inserted zeros make one longer."""
    n = min(len(heard), len(played))
    return heard[:n] != played[:n]


def holed(heard: np.ndarray) -> bool:
    """Return whether there is a run of zeros within sound that has none, (n,)."""
    edges = np.flatnonzero(np.diff(np.flatnonzero(heard)) > SHORTEST)
    return bool(edges.size)


def _zeros(samples: np.ndarray) -> int:
    """Return with how many zeros `samples` begins."""
    loud = np.flatnonzero(samples)
    return int(loud[0]) if loud.size else len(samples)
