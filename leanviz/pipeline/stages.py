"""The one engine: what live, file and command line all run, block by block."""

from dataclasses import replace
from itertools import compress
from typing import Protocol

import numpy as np
import numpy.typing as npt

from leanviz.audio.resample import Resampler
from leanviz.core.attention import AttentionRow
from leanviz.core.candidates import CandidateFinder
from leanviz.core.clock import Cause, Span
from leanviz.core.decisions import (
    DecisionRules,
    PatchClock,
    by_onset,
    decide,
    event,
    judge,
    place,
)
from leanviz.core.early import early
from leanviz.core.events import Candidate, Finding, State
from leanviz.core.frontend import YAMNET
from leanviz.core.tracks import Tracks
from leanviz.inference.model import LeanModel
from leanviz.inference.stream import LeanStream, PatchResult
from leanviz.pipeline.results import HopUpdate

Float32 = npt.NDArray[np.float32]

_NOTHING = np.zeros(0, np.float32)
# Of a label that is not settled: its first patch, and when that was known.
NEVER = (-1, -1)


class FeatureStage:
    """Source samples to tracks and to the 16 kHz signal of the model."""

    def __init__(self, tracks: Tracks) -> None:
        self._tracks = tracks
        self._resampler = Resampler(tracks.sample_rate, YAMNET.sample_rate)
        # what the resampler has not got yet
        self._waiting: list[Float32] = []

    def push(self, samples: Float32, *, due: bool = True) -> Float32:
        """Take mono source samples [n]; return 16 kHz samples [m].

        Unless they are `due`, or somebody looks at what the model gets, they wait for more: to
        resample many blocks together takes little longer than one.
        """
        self._tracks.push(samples)
        self._waiting.append(samples)
        return self._resampled() if due or self._tracks.looked_at else _NOTHING

    def skip(self, count: int, cause: Cause = Cause.LOST) -> Float32:
        """Pass over samples that never came; return the rest of the segment that they ended [m]."""
        rest = self._rest()
        self._tracks.skip(count, cause)
        self._resampler = Resampler(self._tracks.sample_rate, YAMNET.sample_rate)
        return rest

    def finish(self) -> Float32:
        """End the recording; return the last 16 kHz samples [m]."""
        self._tracks.finish()
        return self._rest()

    def _rest(self) -> Float32:
        """Return all that has not been returned yet."""
        return np.concatenate((self._resampled(), self._hear(self._resampler.finish())))

    def _resampled(self) -> Float32:
        """Return what was waiting, at 16 kHz."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return _NOTHING
        samples = np.concatenate(waiting) if len(waiting) > 1 else waiting[0]
        return self._hear(self._resampler.push(samples))

    def _hear(self, heard: Float32) -> Float32:
        """Note what the model gets, and pass it on."""
        self._tracks.hear(heard)
        return heard


class ResultStream(Protocol):
    """What gives LEAN's results for one unbroken stretch of sound: `LeanStream`, for one."""

    def push(self, samples: Float32) -> list[PatchResult]:
        """Take 16 kHz samples [n]; return the results they complete."""
        ...

    def finish(self) -> list[PatchResult]:
        """End the stretch; return the rest."""
        ...


class InferenceStage:
    """16 kHz samples to scores, candidates and events.

    Parameters
    ----------
    model : LeanModel
    sample_rate : int
        Rate of the source in hertz: events are in its samples.
    rules : DecisionRules
        What is shown and how candidates are found; may be replaced at any time.
    live : bool
        Whether to report the newest patch before it is final.
    stream : ResultStream or None
        Where results come from; the model if None.
    """

    def __init__(
        self,
        model: LeanModel,
        sample_rate: int,
        rules: DecisionRules,
        *,
        live: bool = False,
        stream: ResultStream | None = None,
    ) -> None:
        self.rules = rules
        self._model = model
        self._live = live
        self._clock = PatchClock(sample_rate)
        self._stream: ResultStream = stream or LeanStream(model, provisional=live)
        self._finder = CandidateFinder(model.taxonomy, rules.candidates, model.thresholds)
        # when each label that sounds was first shown, in source samples
        self._first_shown: dict[int, int] = {}
        # the first patch of each label that is settled, and when that was known
        self._settled: dict[int, tuple[int, int]] = {}

    def restart(self, start: int) -> None:
        """Begin a new segment at source sample `start`; call `finish` first."""
        self._clock = PatchClock(self._clock.sample_rate, start)
        self._stream = LeanStream(self._model, provisional=self._live)

    @property
    def clock(self) -> PatchClock:
        """Where the patches of the current segment lie."""
        return self._clock

    @property
    def missing(self) -> int:
        """16 kHz samples without which there is no further result, as far as that is known."""
        return self._stream.missing if isinstance(self._stream, LeanStream) else 0

    def push(self, samples: Float32) -> tuple[list[PatchResult], list[HopUpdate]]:
        """Take 16 kHz samples [n]; return what LEAN said and what that means."""
        results = self._stream.push(samples)
        return results, [self._update(result, None) for result in results]

    def finish(self, end: int) -> tuple[list[PatchResult], list[HopUpdate]]:
        """End the segment at source sample `end`; its last patch stands for all up to there."""
        results = self._stream.finish()
        last = len(results) - 1
        updates = [self._update(result, end, last=n == last) for n, result in enumerate(results)]
        if self._live and updates:
            # Nothing sounds any more: whoever shows provisional events takes them away.
            last_update = updates[-1]
            updates.append(
                HopUpdate(last_update.patch, last_update.extent, last_update.scores, False)
            )
        return results, updates

    def _update(self, result: PatchResult, end: int | None, *, last: bool = False) -> HopUpdate:
        """Return what a result means; `end` is known, and `last` set, while a segment ends."""
        patch, scores = result.patch, result.scores
        row = self._row(result) if self._live else None
        extent = self._clock.extent(patch, patch, end if last else None)
        self._finder.rules = self.rules.candidates
        if not result.final:
            return replace(self._preview(patch, scores, extent), row=row)
        closed = self._finder.push(patch, scores)
        if last:
            closed += self._finder.finish()
        findings = tuple(
            self._finding(candidate, patch if last else None, end)
            for candidate in sorted(closed, key=by_onset)
        )
        if self._live and end is None:
            self._settle(patch)
        events, hidden = decide(findings, self.rules, self._model.taxonomy)
        return HopUpdate(
            patch, extent, scores, True, tuple(events), tuple(hidden), findings=findings, row=row
        )

    def _row(self, result: PatchResult) -> AttentionRow:
        return AttentionRow(result.patch, result.attention, result.first_key, self._clock)

    def _preview(self, patch: int, scores: Float32, extent: Span) -> HopUpdate:
        """Return what sounds now, as far as the newest patch can tell."""
        rules, taxonomy = self.rules, self._model.taxonomy
        candidates = sorted(self._finder.preview(patch, scores), key=by_onset)
        is_shown = [judge(c, rules, taxonomy) is None for c in candidates]
        shown = list(compress(candidates, is_shown))
        first = early(patch, scores, shown, rules, taxonomy, self._finder.presence)
        now = self._clock.sees(patch).stop
        # what has gone again leaves nothing behind
        self._first_shown = {c.label: self._first_shown.get(c.label, now) for c in (*shown, *first)}
        sounding = tuple(map(self._sounding, candidates))
        return HopUpdate(
            patch,
            extent,
            scores,
            False,
            provisional=tuple(finding.event for finding in compress(sounding, is_shown)),
            sounding=sounding,
            early=tuple(map(self._sounding, first)),
        )

    def _settle(self, patch: int) -> None:
        """Note whose label and onset stay, now that the scores of `patch` are final."""
        for candidate in self._finder.settled():
            if judge(candidate, self.rules, self._model.taxonomy) is None:
                known = self._clock.sees(patch + 1).stop
                self._settled.setdefault(candidate.label, (candidate.first, known))

    def _finding(self, candidate: Candidate, last_patch: int | None, end: int | None) -> Finding:
        """Place a candidate that is complete on the source's sample index."""
        shown = self._first_shown.pop(candidate.label, -1)
        _, settled = self._settled.pop(candidate.label, NEVER)
        placed = place(candidate, self._clock, self._model.taxonomy, last_patch, end)
        if shown < 0:
            return placed
        # the onset of a sound that grew louder may have come later than its first label
        shown = max(shown, placed.event.onset)
        return replace(placed, event=replace(placed.event, shown=shown, settled=settled))

    def _sounding(self, candidate: Candidate) -> Finding:
        """Place what sounds now."""
        shown = self._first_shown.get(candidate.label, -1)
        first, settled = self._settled.get(candidate.label, NEVER)
        state = State.SETTLED if first == candidate.first else State.PROVISIONAL
        extent = self._clock.extent(candidate.first, candidate.last)
        now = event(candidate, self._model.taxonomy, extent, -1, state)
        known = settled if state is State.SETTLED else -1
        return Finding(candidate, replace(now, shown=shown, settled=known))
