"""A file in the window: its picture while it is decoded, what LEAN says of it, where it plays."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from leanviz.core.clock import Span, seconds, to_sample
from leanviz.core.events import Finding
from leanviz.core.tracks import Tracks
from leanviz.models.time_text import TimeFormat
from leanviz.views.closer import Closer
from leanviz.views.inspector import NEAR_ROWS, NOW_ROWS
from leanviz.views.lanes import NO_LABELS
from leanviz.views.live_view import Parts
from leanviz.views.recording import Recording
from leanviz.views.score_rows import leading
from leanviz.views.transport import Transport

if TYPE_CHECKING:
    from leanviz.pipeline.clip import ClipProgress
    from leanviz.pipeline.results import ClipAnalysis

PEAKS = "PEAKS OF THE FILE"
COMING = "there when all of it is analysed"
MAP_COMING = "Where the model looked is shown when all of the file is analysed."


class FileView(QObject):
    """Shows what `Recording` and `Transport` tell."""

    def __init__(
        self, parts: Parts, recording: Recording, transport: Transport, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._parts, self._recording, self._transport = parts, recording, transport
        self._tracks: Tracks | None = None
        self._shown_findings = 0
        self._moment: tuple[int, TimeFormat] | None = None
        self._closer = Closer(parts.workspace, self)
        axis = parts.workspace.time
        transport.moved.connect(self._move_cursor)
        axis.seek_requested.connect(self._seek)
        axis.hover_changed.connect(self._show_scores)
        axis.cursor_moved.connect(self._show_scores)

    @property
    def tracks(self) -> Tracks | None:
        """What is shown; None if it is not a file."""
        return self._tracks

    def fill(self, progress: "ClipProgress") -> int:
        """Show as much of a file as is decoded; return its length in samples, as it claims."""
        tracks = progress.tracks
        length = progress.n_samples
        if tracks is not self._tracks:
            self._begin(tracks, length, progress.path)
        self._take(progress.findings)
        analysed = round(progress.fraction * length)
        self._parts.workspace.set_skipped((Span(analysed, length),) if analysed < length else ())
        self._parts.workspace.tick()
        self._parts.toolbar.show_progress(f"Analysing {progress.path.name}", progress.fraction)
        return length

    def complete(self, analysis: "ClipAnalysis") -> None:
        """Show what LEAN says of a whole file."""
        if analysis.tracks is not self._tracks:
            self._begin(analysis.tracks, analysis.n_samples, analysis.path)
        workspace, inspector = self._parts.workspace, self._parts.inspector
        self._set_length(analysis.duration_s)
        workspace.set_skipped(())
        workspace.lanes.explain(NO_LABELS)
        self._take(analysis.findings)
        workspace.attention_model.set_band(analysis.attention, str(analysis.path))
        workspace.tick()
        inspector.show_heads(analysis.attention.n_heads)
        inspector.near.show_misses(workspace.timeline.misses(NEAR_ROWS))
        self._moment = None
        self._show_scores()

    def forget(self) -> None:
        """Let go of the file: something else is shown."""
        self._tracks = None
        self._closer.forget()
        self._parts.toolbar.hide_progress()
        self._parts.inspector.show_heads(0)

    def close(self) -> None:
        """End what reads the file. Twice is harmless."""
        self._closer.close()

    def _begin(self, tracks: Tracks, length: int, path: Path) -> None:
        axis = self._parts.workspace.time
        self._tracks, self._shown_findings = tracks, 0
        self._parts.workspace.show_tracks(tracks)
        axis.show_recording(seconds(length, tracks.sample_rate))
        self._closer.show(tracks, path)
        self._parts.inspector.show_heads(0)
        self._parts.inspector.near.show_misses(())
        self._parts.inspector.show_now(PEAKS, (), COMING)
        self._parts.workspace.attention.explain(MAP_COMING)

    def _take(self, findings: Sequence[Finding]) -> None:
        """Show the candidates that came since; of hours there are too many to take all again."""
        # the worker may add more in between
        fresh = findings[self._shown_findings :]
        self._parts.workspace.timeline.take(fresh)
        self._shown_findings += len(fresh)

    def _set_length(self, duration_s: float) -> None:
        """Correct the length of the time axis, where the file's header only estimated it."""
        axis = self._parts.workspace.time
        if abs(axis.limits[1] - duration_s) > 1e-3:
            start_s, span_s, cursor_s = axis.start_s, axis.span_s, axis.cursor_s
            axis.show_recording(duration_s)
            axis.show(start_s, span_s)
            axis.set_cursor(cursor_s)

    def _seek(self, time_s: float) -> None:
        if self._tracks is not None:
            self._transport.seek(to_sample(time_s, self._tracks.sample_rate))

    def _move_cursor(self, sample: int) -> None:
        if self._tracks is None:
            return
        axis, time_s = self._parts.workspace.time, seconds(sample, self._tracks.sample_rate)
        axis.set_cursor(time_s)
        if self._transport.playing and self._transport.following:
            axis.reveal(time_s)

    def _show_scores(self) -> None:
        """Show the scores where it plays or the pointer is; else the best of the file."""
        analysis = self._recording.analysis
        if analysis is None:
            return
        axis, inspector = self._parts.workspace.time, self._parts.inspector
        moment_s = axis.hover.time_s
        if self._transport.playing or moment_s is None:
            moment_s = axis.cursor_s or None
        patch = -1 if moment_s is None else _patch_at(analysis, moment_s)
        times = self._parts.workspace.timeline.time_format
        if (patch, times) == self._moment:
            return
        self._moment = patch, times
        # the score of a whole file would hide what sounds only for a moment
        scores = analysis.peak_scores if patch < 0 else analysis.frame_scores[patch]
        heading = PEAKS
        if patch >= 0:
            onset = int(analysis.patch_extents[patch, 0])
            heading = f"AT {times.text(seconds(onset, analysis.sample_rate), 1)}"
        taxonomy = self._parts.workspace.timeline.taxonomy
        inspector.show_now(heading, leading(scores, taxonomy, NOW_ROWS), "nothing")


def _patch_at(analysis: "ClipAnalysis", time_s: float) -> int:
    """Return the patch that stands for a time, -1 if none does."""
    sample = to_sample(time_s, analysis.sample_rate)
    if not 0 <= sample < analysis.n_samples:
        return -1
    patch = int(np.searchsorted(analysis.patch_extents[:, 0], sample, "right")) - 1
    return min(max(patch, 0), len(analysis.patch_extents) - 1)
