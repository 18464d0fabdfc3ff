"""Looking closely at a file: what is in view is read again, finer than the whole is kept."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from leanviz.core.clock import Span, to_sample
from leanviz.core.detail import Detail
from leanviz.core.stft import OVERLAP_HOP, Stft
from leanviz.core.tracks import Tracks
from leanviz.views.polled import PolledBackground

if TYPE_CHECKING:
    from leanviz.views.workspace import Workspace

POLL_MS = 30
# Of longer views the whole is fine enough, and reading them would take longer than a look.
LONGEST_S = 600.0
# What is read on either side of the view, as a part of it and in seconds at most: scrolling stays
# within for a while.
MARGIN, LONGEST_MARGIN_S = 0.5, 30.0


class Closer(QObject):
    """Gives the tracks of a file the detail that the view asks for.

    What is kept of the whole is shown meanwhile. One part is read at a time; when the view has
    moved on before it is there, the reading is given up for the next.
    """

    def __init__(self, workspace: "Workspace", parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._tracks: Tracks | None = None
        self._path = Path()
        self._wanted: Detail | None = None
        self._worker = PolledBackground("detail", self, POLL_MS)
        workspace.time.changed.connect(self._look)

    def show(self, tracks: Tracks, path: Path) -> None:
        """Look at a file."""
        self._tracks, self._path, self._wanted = tracks, path, None
        self._look()

    def forget(self) -> None:
        """Let go of the file."""
        self._tracks = self._wanted = None

    def close(self) -> None:
        """End. Twice is harmless."""
        self.forget()
        self._worker.close()

    def _look(self) -> None:
        tracks, time = self._tracks, self._workspace.time
        if tracks is None or time.live or time.span_s > LONGEST_S:
            return
        rate, width = tracks.sample_rate, max(1, self._workspace.waveform.width())
        ratio = self._workspace.devicePixelRatioF()
        step = time.span_s * rate / (width * ratio)
        limits = [max(0, to_sample(at, rate)) for at in (time.start_s, time.stop_s)]
        view = Span(limits[0], min(limits[1], to_sample(time.limits[1], rate)))
        if view.stop <= view.start or not is_coarse(tracks, step):
            return
        stft = tracks.stft
        if not any(_enough(part, stft, view, step) for part in (tracks.detail, self._wanted)):
            self._read(tracks, view, step)

    def _read(self, tracks: Tracks, view: Span, step: float) -> None:
        from leanviz.pipeline.detail import detail_for, detail_of_file

        most = to_sample(LONGEST_MARGIN_S, tracks.sample_rate)
        margin = min(round(MARGIN * (view.stop - view.start)), most)
        wanted = Span(max(0, view.start - margin), view.stop + margin)
        detail = self._wanted = detail_for(tracks, wanted, step)
        path = self._path
        self._worker.run(
            lambda: detail_of_file(path, detail, lambda: detail is not self._wanted),
            lambda found: self._take(tracks, found),
            # the analysis of the same file says what is wrong with it
            lambda _: self._take(tracks, None),
        )

    def _take(self, tracks: Tracks, detail: Detail | None) -> None:
        if tracks is self._tracks and detail is not None:
            tracks.detail = detail
            self._workspace.waveform.picture.update()
            self._workspace.spectrogram.picture.update()


def _finest(stft: Stft) -> float:
    """Return how far apart the columns of a window are where they are not pooled."""
    return stft.win_length * OVERLAP_HOP + 1.0


def is_coarse(tracks: Tracks, step: float) -> bool:
    """Return whether what is kept of a recording is wider than pixels of `step` samples."""
    finer = tracks.spectra.hop > _finest(tracks.stft) and step < tracks.spectra.hop
    return finer or step < tracks.envelope.base


def _enough(detail: Detail | None, stft: Stft, view: Span, step: float) -> bool:
    """Return whether a detail is, or will be, fine enough for a view and covers it."""
    if detail is None or detail.spectra.stft.win_length != stft.win_length:
        return False
    source = detail.source
    covers = source.start <= view.start and view.stop <= source.stop
    fine = detail.spectra.hop <= max(2.0 * step, _finest(stft))
    return covers and fine and detail.base <= max(1.0, step)
