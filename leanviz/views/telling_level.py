"""How loud the selected time range is, told where its ends are."""

from pathlib import Path
from threading import Event as Flag
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from leanviz.core.clock import Span, to_sample
from leanviz.views.polled import PolledBackground
from leanviz.views.readout import level_text
from leanviz.views.status_bar import StatusBar

if TYPE_CHECKING:
    from leanviz.core.tracks import Tracks
    from leanviz.pipeline.level import Level
    from leanviz.views.director import Director

# A range that is being dragged is measured when it rests.
REST_MS = 150


class TellingLevel(QObject):
    """Measures what is selected on a worker thread; the newest selection wins."""

    def __init__(self, director: "Director", status: StatusBar) -> None:
        super().__init__(status)
        self._director, self._status = director, status
        self._worker = PolledBackground("level", self)
        self._stale = Flag()
        self._time = director.workspace.time
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._measure)
        self._time.selection_changed.connect(self._take_selection)

    def close(self) -> None:
        """End. Twice is harmless."""
        self._rest.stop()
        self._stale.set()
        self._worker.close()

    def _take_selection(self) -> None:
        self._stale.set()
        self._status.show_level("")
        if self._time.selection is None:
            self._rest.stop()
        else:
            self._rest.start()

    def _measure(self) -> None:
        path, tracks, selection = self._director.file, self._director.stream, self._time.selection
        if selection is None or (path is None and tracks is None):
            return
        rate = self._director.workspace.timeline.sample_rate
        span = Span(*(to_sample(end_s, rate) for end_s in selection))
        self._stale = stale = Flag()

        def tell(text: str, why: str = "") -> None:
            if not stale.is_set():
                self._status.show_level(text, why)

        self._worker.run(
            lambda: _level(path, tracks, span, stale),
            lambda level: tell(level_text(level.peak_dbfs, level.rms_dbfs)),
            lambda why: tell("no sound", why),
        )


def _level(path: Path | None, tracks: "Tracks | None", span: Span, stale: Flag) -> "Level":
    """Measure a part of a file, or of what is kept of a stream. Worker thread."""
    from leanviz.pipeline.part_level import level_of_heard, level_of_part

    if path is not None:
        return level_of_part(path, span, lambda: not stale.is_set())
    assert tracks is not None
    return level_of_heard(tracks, span)
