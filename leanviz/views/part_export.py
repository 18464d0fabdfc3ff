"""The selected time range as a sound file: asked where to, written by a worker."""

from datetime import timedelta
from pathlib import Path
from threading import Event as Flag
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from leanviz.core.clock import Span, seconds
from leanviz.core.watching import ClipFormat
from leanviz.sessions.clips import clip_name, free_place
from leanviz.views.polled import PolledBackground
from leanviz.views.telling import Telling

if TYPE_CHECKING:
    from leanviz.core.tracks import Tracks
    from leanviz.views.director import Director

FILTERS = {"FLAC (*.flac)": ClipFormat.FLAC, "WAV (*.wav)": ClipFormat.WAV}


class PartExport(Telling):
    """Writes a part of the file shown, or of what was heard live."""

    def __init__(self, director: "Director", window: QWidget) -> None:
        super().__init__(window)
        self._director, self._window = director, window
        self._worker = PolledBackground("export-part", self)
        self._stopped = Flag()

    def ask(self) -> None:
        """Ask where to, then write the selected time range."""
        span = self._director.selected_span()
        if span is None:
            return
        rate = self._director.workspace.timeline.sample_rate
        name, chosen = QFileDialog.getSaveFileName(
            self._window, "Export Selection", str(self._proposed(span, rate)), ";;".join(FILTERS)
        )
        if name:
            form = FILTERS.get(chosen, ClipFormat.FLAC)
            self.write(span, rate, _with_suffix(Path(name), form))

    def write(self, span: Span, rate: int, place: Path) -> None:
        """Write a part, in source samples; `said` or `failed` tells when that is over."""
        self._stopped = stopped = Flag()
        path, tracks = self._director.file, self._director.stream
        self._worker.run(
            lambda: _write(path, tracks, span, place, stopped),
            lambda n: self.said.emit(f"Written: {place} ({n / rate:.3f} s)"),
            self.failed.emit,
        )

    def stop(self) -> None:
        """Give up what is being written."""
        self._stopped.set()

    def close(self) -> None:
        """Give up what is being written, and end. Twice is harmless."""
        self.stop()
        self._worker.close()

    def _proposed(self, span: Span, rate: int) -> Path:
        path, origin = self._director.file, self._director.origin
        start_s, stop_s = seconds(span.start, rate), seconds(span.stop, rate)
        if path is not None:
            return path.with_name(f"{path.stem} {start_s:.3f}-{stop_s:.3f} s.flac")
        if origin is not None:
            moment = origin + timedelta(seconds=start_s)
            return Path.home() / clip_name(moment, "selection", ClipFormat.FLAC)
        return Path.home() / "selection.flac"


def _with_suffix(place: Path, form: ClipFormat) -> Path:
    """Return where to write; where the name has no suffix, nothing is replaced unasked."""
    return place if place.suffix else free_place(place.parent, f"{place.name}.{form}")


def _write(
    path: Path | None, tracks: "Tracks | None", span: Span, place: Path, stopped: Flag
) -> int:
    """Write a part of a file, or of what is kept of a stream. Worker thread."""
    from leanviz.pipeline.kept_sound import sound_of
    from leanviz.pipeline.part_file import write_kept, write_part

    if path is not None:
        return write_part(path, span, place, lambda: not stopped.is_set())
    assert tracks is not None
    return write_kept(sound_of(tracks, span), place)
