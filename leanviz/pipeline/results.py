"""What the pipeline hands on: one update per patch hop, one analysis per file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

import numpy as np
import numpy.typing as npt

from leanviz.core.attention import AttentionBand, AttentionRow
from leanviz.core.clock import Span, seconds
from leanviz.core.decisions import DecisionRules, judge
from leanviz.core.events import Event, Finding, Hidden
from leanviz.core.taxonomy import Taxonomy
from leanviz.core.tracks import Tracks

Float32 = npt.NDArray[np.float32]
Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class HopUpdate:
    """News of one patch.

    Attributes
    ----------
    patch : int
        Index within its unbroken segment.
    extent : Span
        Source samples that the patch stands for.
    scores : numpy.ndarray [n_classes]
        Scores of the patch, before smoothing.
    final : bool
        False for the newest patch of a live stream, whose scores may still change.
    events : tuple of Event
        Events that this patch completed.
    hidden : tuple of Hidden
        Candidates that this patch completed and a rule hid.
    provisional : tuple of Event
        Everything sounding now, provisional or settled; replaces the previous set. Only in updates
        that are not final.
    findings : tuple of Finding
        All candidates that this patch completed, those behind `events` and `hidden`.
    sounding : tuple of Finding
        All candidates that sound now, those behind `provisional` among them.
    early : tuple of Finding
        What the newest patch alone would show, see `leanviz.core.early`: to be shown, and nothing
        else.
    row : AttentionRow or None
        What the patch looked at; only of a live stream.
    """

    patch: int
    extent: Span
    scores: Float32
    final: bool
    events: tuple[Event, ...] = ()
    hidden: tuple[Hidden, ...] = ()
    provisional: tuple[Event, ...] = ()
    findings: tuple[Finding, ...] = ()
    sounding: tuple[Finding, ...] = ()
    early: tuple[Finding, ...] = ()
    row: AttentionRow | None = None


class HiddenFindings(Sequence[Hidden]):
    """What some rules hide of findings, in their order; made anew whenever it is looked at.

    Of hours it would be most of the memory, and few ask for it.
    """

    def __init__(
        self, findings: Sequence[Finding], rules: DecisionRules, taxonomy: Taxonomy
    ) -> None:
        self._findings, self._rules, self._taxonomy = findings, rules, taxonomy

    def __iter__(self) -> Iterator[Hidden]:
        for finding in self._findings:
            hidden = judge(finding.candidate, self._rules, self._taxonomy)
            if hidden is not None:
                yield hidden

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @overload
    def __getitem__(self, at: int) -> Hidden: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Hidden, ...]: ...
    def __getitem__(self, at: int | slice) -> Hidden | tuple[Hidden, ...]:
        return tuple(self)[at]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # pyright: ignore[reportAssignmentType]  (its findings may grow)


@dataclass(frozen=True, slots=True)
class ClipAnalysis:
    """Everything LEAN says about one file.

    Attributes
    ----------
    events : tuple of Event
        By onset, the highest score first among equals.
    patch_extents : numpy.ndarray [n_patches, 2]
        Source samples [start, stop) that each patch stands for.
    frame_scores : numpy.ndarray [n_patches, n_classes]
    peak_scores : numpy.ndarray [n_classes]
        The highest frame score of each class.
    clip_scores : numpy.ndarray [n_classes]
        Scores of the whole file: sigmoid of the mean of its audible patches' logits.
    truncated : bool
        The file ended before its header said; what could be decoded was analysed.
    hidden : sequence of Hidden
        Candidates that a rule hid.
    findings : sequence of Finding
        All candidates, those behind `events` and `hidden`; other rules choose from them.
    rules : DecisionRules
        By which `events` are shown.
    """

    path: Path
    sample_rate: int
    n_samples: int
    tracks: Tracks
    events: tuple[Event, ...]
    hidden: Sequence[Hidden]
    patch_extents: Int64
    frame_scores: Float32
    peak_scores: Float32
    clip_scores: Float32
    attention: AttentionBand
    model: str
    truncated: bool
    findings: Sequence[Finding]
    rules: DecisionRules

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return seconds(self.n_samples, self.sample_rate)
