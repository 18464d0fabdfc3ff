"""What the pipeline hands on: one update per patch hop, one analysis per file."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from leanviz.core.attention import AttentionBand
from leanviz.core.clock import Span, seconds
from leanviz.core.decisions import DecisionRules
from leanviz.core.events import Event, Finding, Hidden
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
        Everything sounding now; replaces the previous set. Only in updates that are not final.
    findings : tuple of Finding
        All candidates that this patch completed, those behind `events` and `hidden`.
    sounding : tuple of Finding
        All candidates that sound now, those behind `provisional` among them.
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
    findings : tuple of Finding
        All candidates, those behind `events` and `hidden`; other rules choose from them.
    rules : DecisionRules
        By which `events` are shown.
    """

    path: Path
    sample_rate: int
    n_samples: int
    tracks: Tracks
    events: tuple[Event, ...]
    hidden: tuple[Hidden, ...]
    patch_extents: Int64
    frame_scores: Float32
    peak_scores: Float32
    clip_scores: Float32
    attention: AttentionBand
    model: str
    truncated: bool
    findings: tuple[Finding, ...]
    rules: DecisionRules

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return seconds(self.n_samples, self.sample_rate)
