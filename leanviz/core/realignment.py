"""Temporal realignment as numbers: where each patch looks, how far spread, how late or early.

The paper calls its cross-attention *temporal realignment*: a patch may draw on another moment of
the waveform than its own. How much it does so is read off each row of weights.

ridge
    The centroid of the row over key time: where the patch looks on average.
lag
    The ridge minus the patch's own centre: 0 on the diagonal, positive where it looks ahead.
spread
    The effective number of keys, ``exp(entropy)``: 1 if all weight is on one wave feature, n if it
    is even over n. In milliseconds: times the hop of the wave features.

Verdicts, of a row, in this order (the limits are conventions, chosen to be easily pictured):

broad
    The effective number of keys is at least a third of those that the patch could look at.
diagonal
    At least half of the weight lies on wave features whose centre is within the patch itself.
stuck
    The ridge moves by less than a quarter of what the patch moves from the row before: it stays at
    one moment while time goes on.
elsewhere
    Anything else: it moves along, at a distance.

The verdict of many rows is that of most of them.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from leanviz.core.attention import ALL, AttentionBand, Head

Float64 = npt.NDArray[np.float64]

BROAD_SHARE = 1 / 3
INSIDE_SHARE = 0.5
STUCK_STEP = 0.25


class Verdict(StrEnum):
    """What a row of attention looks like; the module says when each applies."""

    BROAD = "broad"
    DIAGONAL = "diagonal"
    STUCK = "stuck"
    ELSEWHERE = "elsewhere"


MEANINGS = {
    Verdict.BROAD: "spread over a third or more of the keys in reach",
    Verdict.DIAGONAL: "half of the weight or more lies within the patch",
    Verdict.STUCK: "moves less than a quarter as far as the patch",
    Verdict.ELSEWHERE: "moves along with the patch, looks outside it",
}


@dataclass(frozen=True, slots=True)
class Realignment:
    """What the rows of some patches, of one head, say.

    Attributes
    ----------
    query_s : numpy.ndarray [n]
        Centre of each patch in seconds.
    ridge_s : numpy.ndarray [n]
        Centroid of each row in seconds.
    keys : numpy.ndarray [n]
        Effective number of keys.
    inside : numpy.ndarray [n]
        Part of the weight that lies within the patch itself.
    verdicts : numpy.ndarray [n] of str
        A `Verdict` each.
    key_hop_s : float
        Seconds from one wave feature to the next.
    """

    query_s: Float64
    ridge_s: Float64
    keys: Float64
    inside: Float64
    verdicts: npt.NDArray[np.str_]
    key_hop_s: float

    def __len__(self) -> int:
        return len(self.query_s)

    @property
    def lag_ms(self) -> Float64:
        """Ridge minus own centre, in milliseconds [n]."""
        return 1e3 * (self.ridge_s - self.query_s)

    @property
    def spread_ms(self) -> Float64:
        """Effective number of keys as milliseconds of sound [n]."""
        return 1e3 * self.keys * self.key_hop_s


@dataclass(frozen=True, slots=True)
class Summary:
    """What many rows say together.

    Attributes
    ----------
    n_patches : int
        How many rows.
    lag_ms : float
        Mean lag against the diagonal.
    lag_deviation_ms : float
        Standard deviation of the lag over the rows.
    keys, spread_ms : float
        Mean effective number of keys, and the same as milliseconds.
    shares : dict
        Part of the rows with each verdict.
    verdict : Verdict or None
        The most frequent one, the first in order among equals; None without rows.
    """

    n_patches: int
    lag_ms: float
    lag_deviation_ms: float
    keys: float
    spread_ms: float
    shares: dict[Verdict, float]
    verdict: Verdict | None


def read_rows(band: AttentionBand, head: Head, patches: slice = ALL) -> Realignment:
    """Return what the rows of some patches say; the slice has no step.

    Rows are scaled to sum to 1 first, which only those of the highest head need.
    """
    first, stop, _ = patches.indices(band.n_patches)
    before = max(0, first - 1)  # whether a row is stuck shows against the one before it
    rows = band.rows(head, slice(before, stop)).astype(np.float64)
    rows /= np.maximum(rows.sum(1, keepdims=True), 1e-12)
    at, seen = band.keys_of(slice(before, stop))
    key_s, query_s = band.key_s()[at], band.query_s()[before:stop]
    ridge_s = (rows * key_s).sum(1)
    extents = band.query_extents[before:stop] / band.sample_rate
    within = (key_s >= extents[:, :1]) & (key_s < extents[:, 1:]) & seen
    keys = np.exp(-(rows * np.log(np.maximum(rows, 1e-12))).sum(1))
    inside = (rows * within).sum(1)
    verdicts = _judge(keys / np.maximum(seen.sum(1), 1), inside, _steps(query_s, ridge_s))
    kept = slice(first - before, None)
    return Realignment(
        query_s[kept], ridge_s[kept], keys[kept], inside[kept], verdicts[kept], key_hop_s(band)
    )


def key_hop_s(band: AttentionBand) -> float:
    """Return the seconds from one wave feature to the next; 0 of a single one."""
    starts = band.key_extents[:2, 0]
    return float(np.diff(starts).sum()) / band.sample_rate


def summarize(*parts: Realignment) -> Summary:
    """Return what many rows say together; none give NaN and no verdict."""
    count = sum(len(part) for part in parts)
    if count == 0:
        nothing = float("nan")
        return Summary(0, nothing, nothing, nothing, nothing, dict.fromkeys(Verdict, 0.0), None)
    lag_ms = np.concatenate([part.lag_ms for part in parts])
    keys = np.concatenate([part.keys for part in parts])
    verdicts = np.concatenate([part.verdicts for part in parts])
    shares = {verdict: float((verdicts == verdict).mean()) for verdict in Verdict}
    return Summary(
        n_patches=count,
        lag_ms=float(lag_ms.mean()),
        lag_deviation_ms=float(lag_ms.std()),
        keys=float(keys.mean()),
        spread_ms=float(np.concatenate([part.spread_ms for part in parts]).mean()),
        shares=shares,
        verdict=max(Verdict, key=lambda verdict: shares[verdict]),
    )


def _steps(query_s: Float64, ridge_s: Float64) -> Float64:
    """Return how far the ridge moves from the row before, against the patch [n].

    The first row is judged by the one after it; a single row moves along.
    """
    if len(query_s) == 1:
        return np.ones(1)
    steps = np.diff(ridge_s) / np.maximum(np.diff(query_s), 1e-9)
    return np.concatenate((steps[:1], steps))


def _judge(share: Float64, inside: Float64, steps: Float64) -> npt.NDArray[np.str_]:
    """Return the verdict of each row."""
    conditions = [
        share >= BROAD_SHARE,
        inside >= INSIDE_SHARE,
        np.abs(steps) < STUCK_STEP,
    ]
    names = [str(Verdict.BROAD), str(Verdict.DIAGONAL), str(Verdict.STUCK)]
    return np.select(conditions, names, str(Verdict.ELSEWHERE))
