"""From scores to candidates: smoothing, floor, extent relative to the peak, hang-over.

The extent of a candidate depends on its own peak and never on the user's thresholds, which only
show and hide: the idea of Sound Event Bounding Boxes (Ebbers, Germain, Wichern, Le Roux, 2024).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from leanviz.core.events import Candidate, Specific
from leanviz.core.presence import Presence
from leanviz.core.smoothing import Smoothing
from leanviz.core.taxonomy import Taxonomy

Float32 = npt.NDArray[np.float32]


# Sharpness of log-mean-exp, as BirdNET Live uses it: between the mean (0) and the maximum.
SHARPNESS = 5.0


def smoothed(window: Float32, smoothing: Smoothing) -> Float32:
    """Return the smoothed scores [n_classes] of a window of patches [n, n_classes].

    Without smoothing these are the newest patch's.
    """
    if smoothing is Smoothing.OFF:
        return window[-1]
    if smoothing is Smoothing.MEAN:
        return window.mean(0)
    return np.log(np.exp(SHARPNESS * window).mean(0)) / SHARPNESS


@dataclass(frozen=True, slots=True)
class CandidateRules:
    """How candidates are found.

    Attributes
    ----------
    smoothing : Smoothing
        Applied over `smoothing_patches` patches that end with the current one.
    smoothing_patches : int
        Length of the smoothing window, >= 1.
    floor : float
        Scores below this never belong to a candidate.
    off_ratio : float
        A candidate ends where its score falls below this part of its peak (hysteresis).
    hang_over : int
        Patches below the off level that a candidate survives.
    """

    smoothing: Smoothing = Smoothing.MEAN
    smoothing_patches: int = 2
    floor: float = 0.08
    off_ratio: float = 0.5
    hang_over: int = 1


# No score is above it: log-mean-exp in single precision may round beyond 1.
HIGHEST = 1.0 + 1e-6

# Descendants remembered for a candidate that is still sounding: the longest are kept, since only
# those can cover much of it.
MOST_RECENT = 64


@dataclass(slots=True)
class _Open:
    """A candidate that is still sounding.

    Only what can still become its first or last patch is kept, so that a sound of hours costs no
    more than one of seconds: rising records for the onset, and a falling staircase for the offset.
    """

    peak: float
    rising: list[tuple[int, float, float]]  # patch, score, presence of the class before it
    falling: list[tuple[int, float]]
    below: int = 0

    @classmethod
    def at(cls, patch: int, score: float, presence: float = 0.0) -> "_Open":
        """Return a candidate of one patch."""
        return cls(score, [(patch, score, presence)], [(patch, score)])

    def add(self, patch: int, score: float, presence: float = 0.0) -> None:
        """Take the score of the next patch."""
        self.peak = max(self.peak, score)
        if score > self.rising[-1][1]:
            self.rising.append((patch, score, presence))
        while self.falling and self.falling[-1][1] <= score:
            self.falling.pop()
        self.falling.append((patch, score))

    def extent(self, off: float) -> tuple[int, int]:
        """Return the first and last patch at or above the off level, which is at most the peak."""
        first = next(patch for patch, score, _ in self.rising if score >= off)
        last = next(patch for patch, score in reversed(self.falling) if score >= off)
        return first, last

    def begins_at(self, off: float) -> float:
        """Return the score of the first patch of the extent."""
        return next(score for _, score, _ in self.rising if score >= off)

    def presence(self, off: float) -> float:
        """Return the presence of the class before the first patch of the extent."""
        return next(presence for _, score, presence in self.rising if score >= off)

    def copy(self) -> "_Open":
        """Return an independent copy."""
        return _Open(self.peak, self.rising.copy(), self.falling.copy(), self.below)


@dataclass(slots=True)
class _State:
    """Everything that a finder knows of the past."""

    presence: Presence
    patch: int = -1
    open: dict[int, _Open] = field(default_factory=dict[int, _Open])
    recent: list[Candidate] = field(default_factory=list[Candidate])
    window: list[Float32] = field(default_factory=list[Float32])

    def copy(self) -> "_State":
        """Return a copy, independent but for the presence, which both have."""
        open_ = {label: candidate.copy() for label, candidate in self.open.items()}
        recent, window = self.recent.copy(), self.window.copy()
        return _State(self.presence, self.patch, open_, recent, window)


class CandidateFinder:
    """Candidates of one stream, patch by patch; explicit state, so blocks do not matter.

    Parameters
    ----------
    rules : CandidateRules or None
        May be replaced at any time, and then count from the next patch on.
    levels : sequence of float [n_classes]
        Score from which a class counts as heard, see `Presence`; none of them does if empty.
    """

    def __init__(
        self,
        taxonomy: Taxonomy,
        rules: CandidateRules | None = None,
        levels: Sequence[float] = (),
    ) -> None:
        self.rules = rules or CandidateRules()
        self._descendants = taxonomy.descendants
        self._state = _State(Presence(levels or [np.inf] * len(taxonomy)))

    def push(self, patch: int, scores: Float32) -> list[Candidate]:
        """Take the scores [n_classes] of one patch; return the candidates it completes.

        A patch that does not follow the previous one (audio was lost) ends everything first.
        """
        done, smooth = self._take(patch, scores)
        self._state.presence.push(smooth)
        return done

    def _take(self, patch: int, scores: Float32) -> tuple[list[Candidate], npt.NDArray[np.float64]]:
        """Do what `push` does, but for the presence; return the smoothed scores too."""
        state = self._state
        done = self.finish() if patch != state.patch + 1 else []
        state.patch = patch
        # Compared in double precision everywhere, as the floor is.
        smooth = self._smooth(scores).astype(np.float64)
        done += self._close([k for k, c in state.open.items() if self._ends(c, float(smooth[k]))])
        for label, candidate in state.open.items():
            candidate.add(patch, float(smooth[label]), state.presence.of(label))
        # most classes of most patches are silent
        for label in (smooth >= self.rules.floor).nonzero()[0].tolist():
            if label not in state.open:
                score = float(smooth[label])
                state.open[label] = _Open.at(patch, score, state.presence.of(label))
        return done, smooth

    def preview(self, patch: int, scores: Float32) -> list[Candidate]:
        """Return what would have sounded up to `push`, without taking the scores.

        What `push` would complete is among it: it is not final before its scores are.
        """
        kept = self._state
        self._state = kept.copy()
        done, _ = self._take(patch, scores)
        sounding = [*done, *self.open()]
        self._state = kept
        return sounding

    def finish(self) -> list[Candidate]:
        """End the segment; return the candidates that were still open."""
        done = self._close(list(self._state.open))
        self._state.recent.clear()
        self._state.window.clear()
        return done

    def open(self) -> list[Candidate]:
        """Return what is sounding now as it stands; every field may still change."""
        return [self._candidate(label) for label in self._state.open]

    def settled(self) -> list[Candidate]:
        """Return what is sounding now whose class and onset no later score can change.

        An onset stays if its score is above the off level of the highest peak there is. Classes
        with descendants are not among them: one of those may stand for them until they are over.
        """
        highest = max(self.rules.floor, self.rules.off_ratio * HIGHEST)
        return [
            self._candidate(label)
            for label, candidate in self._state.open.items()
            if not self._descendants[label] and candidate.begins_at(self._off(candidate)) >= highest
        ]

    def presence(self, label: int) -> float:
        """Return the part of the last five minutes in which a class was heard."""
        return self._state.presence.of(label)

    def _smooth(self, scores: Float32) -> Float32:
        state = self._state
        state.window = [*state.window, scores][-self.rules.smoothing_patches :]
        return smoothed(np.array(state.window), self.rules.smoothing)

    def _ends(self, candidate: _Open, score: float) -> bool:
        """Count a patch below the off level; tell whether the hang-over is used up."""
        candidate.below = candidate.below + 1 if score < self._off(candidate) else 0
        return candidate.below > self.rules.hang_over

    def _off(self, candidate: _Open) -> float:
        return max(self.rules.floor, self.rules.off_ratio * candidate.peak)

    def _extent(self, candidate: _Open) -> tuple[int, int]:
        return candidate.extent(self._off(candidate))

    def _close(self, labels: list[int]) -> list[Candidate]:
        if not labels:
            return []
        state = self._state
        done = [self._candidate(label) for label in labels]
        for label in labels:
            del state.open[label]
        state.recent = self._worth_keeping(state.recent + done)
        return done

    def _worth_keeping(self, closed: list[Candidate]) -> list[Candidate]:
        """Return the closed candidates that what is still open may have to name."""
        open_ = self._state.open
        if not open_ or not closed:
            return []
        horizon = min(self._extent(c)[0] for c in open_.values())
        below: set[int] = set().union(*(self._descendants[label] for label in open_))
        kept = [c for c in closed if c.last >= horizon and c.label in below]
        if len(kept) <= MOST_RECENT:
            return kept
        return sorted(kept, key=lambda c: c.n_patches, reverse=True)[:MOST_RECENT]

    def _candidate(self, label: int) -> Candidate:
        candidate = self._state.open[label]
        first, last = self._extent(candidate)
        presence = candidate.presence(self._off(candidate))
        specifics = self._specifics(label, first, last)
        decided = self._state.patch
        return Candidate(label, first, last, candidate.peak, decided, specifics, presence)

    def _specifics(self, label: int, first: int, last: int) -> tuple[Specific, ...]:
        """Return the descendants that sounded within the extent, open ones as they stand."""
        state, below = self._state, self._descendants[label]
        others = [
            (c.label, c.first, c.last, c.score, c.presence)
            for c in state.recent
            if c.label in below
        ]
        for other in sorted(below & state.open.keys()):
            candidate = state.open[other]
            presence = candidate.presence(self._off(candidate))
            others.append((other, *self._extent(candidate), candidate.peak, presence))
        found: list[Specific] = []
        for other, start, stop, score, presence in others:
            common = min(last, stop) - max(first, start) + 1
            if common > 0:
                coverage = common / (last - first + 1)
                found.append(Specific(other, score, coverage, stop - start + 1, presence))
        return tuple(found)
