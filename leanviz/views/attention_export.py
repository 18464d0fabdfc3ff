"""Writing the attention map of all that is shown: an archive, or a table of its numbers."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from leanviz.views.polled import PolledBackground
from leanviz.views.telling import Telling

if TYPE_CHECKING:
    from leanviz.core.attention import AttentionBand
    from leanviz.views.director import Director

POLL_MS = 30
FILTERS = "Attention archive (*.npz);;Table of lag, spread and shape (*.csv)"
NO_FORM = "A map is written as .npz or .csv: a picture of it is File > Export Figure."


class MapExport(Telling):
    """Asks where to, and has a worker write: a map may be of hours."""

    def __init__(self, director: "Director", window: QWidget) -> None:
        super().__init__(window)
        self._director, self._window = director, window
        self._worker = PolledBackground("export-map", self, POLL_MS)

    def ask(self) -> None:
        """Ask where to, then write."""
        analysis = self._director.recording.analysis
        sound = Path.home() / "heard live.wav" if analysis is None else analysis.path
        start = str(sound.with_suffix(".map.npz"))
        name, _ = QFileDialog.getSaveFileName(self._window, "Export Map", start, FILTERS)
        if name:
            self.write(Path(name))

    def write(self, path: Path) -> None:
        """Write the map of all of the file, or of what is kept of a live stream."""
        from leanviz.pipeline.map_record import MAP_SUFFIXES, write_whole_map

        engine, band = self._director.engine, self._band()
        if engine is None or band is None:
            return
        if path.suffix.lower() not in MAP_SUFFIXES:
            self.failed.emit(NO_FORM)
            return
        model, analysis = engine.model, self._director.recording.analysis
        began = self._director.origin if analysis is None else None
        self._worker.run(
            lambda: write_whole_map(path, model, analysis, band, began),
            lambda _: self.said.emit(f"Written: {path}"),
            self.failed.emit,
        )

    def close(self) -> None:
        """End. Twice is harmless."""
        self._worker.close()

    def _band(self) -> "AttentionBand | None":
        """Return the map of all, whatever part of it is shown."""
        analysis = self._director.recording.analysis
        return self._director.live_map.whole() if analysis is None else analysis.attention
