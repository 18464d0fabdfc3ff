"""Playing what was heard live, from the sound that is kept in memory."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from leanviz.core.clock import Span, seconds
from leanviz.models.viewport import Viewport
from leanviz.views.background import Background
from leanviz.views.passing_sounds import PassingSounds
from leanviz.views.transport import Transport

if TYPE_CHECKING:
    from leanviz.core.tracks import Tracks
    from leanviz.views.engine import Engine


class HeardPlaying(QObject):
    """Has `Transport` play a stretch of a stream, which is put into a file that does not last.

    So speed, loop and pause are those of a file.

    Signals
    -------
    changed :
        There is nothing to play on any more.
    failed : str
        Why it does not play.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(self, transport: Transport, time: Viewport, parent: QObject) -> None:
        super().__init__(parent)
        self._transport, self._time = transport, time
        self._worker = Background("heard-sound")
        self._sounds = PassingSounds()
        self._extent: Span | None = None  # that the transport has
        self._rate = 1
        self._wish = 0
        transport.moved.connect(self._move_cursor)
        transport.ended.connect(self.forget)

    @property
    def loaded(self) -> bool:
        """Whether something plays or can be played on."""
        return self._extent is not None

    @property
    def busy(self) -> bool:
        """Whether `poll` has something to do."""
        return self._worker.busy

    def play(self, engine: "Engine", tracks: "Tracks", span: Span) -> None:
        """Play a stretch, in samples of the stream; the newest wish wins."""
        if self._transport.no_output:
            self.failed.emit(self._transport.no_output)
            return
        self.forget()
        wish, place = self._wish, self._sounds.place()
        self._worker.run(
            lambda: _put(tracks, span, place),
            lambda extent: self._begin(engine, wish, place, extent, tracks.sample_rate),
            self.failed.emit,
        )

    def poll(self) -> None:
        """Begin to play what is there by now. GUI thread; never waits."""
        self._worker.poll()

    def forget(self) -> None:
        """Fall silent, and leave nothing: no cursor, which would stay behind, and no sound."""
        self._wish += 1
        if self._extent is not None:
            self._extent = None
            self._transport.unload()
            self._time.set_cursor(None)
            self._sounds.clear()
            self.changed.emit()

    def close(self) -> None:
        """End, and remove the sound. Twice is harmless."""
        self.forget()
        self._worker.close()
        self._sounds.close()

    def _begin(self, engine: "Engine", wish: int, place: Path, extent: Span, rate: int) -> None:
        if wish != self._wish:
            if not self.busy:
                self._sounds.clear()
            return
        self._extent, self._rate = extent, rate
        self._transport.load(engine, place, extent.length)
        self._transport.play(Span(0, extent.length))

    def _move_cursor(self, sample: int) -> None:
        if self._extent is None:
            return
        time_s = seconds(self._extent.start + sample, self._rate)
        self._time.set_cursor(time_s)
        # what is heard now stays in view for whoever looks at that
        if self._transport.playing and self._transport.following and not self._time.follow:
            self._time.reveal(time_s)


def _put(tracks: "Tracks", span: Span, place: Path) -> Span:
    """Write what is kept of a stretch; return what that is. Worker thread."""
    from leanviz.pipeline.kept_sound import sound_of
    from leanviz.pipeline.part_file import write_kept

    found = sound_of(tracks, span)
    write_kept(found, place)
    return found.span
