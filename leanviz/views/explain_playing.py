"""Listening to an explanation: what drove a label with the rest ducked, or the reverse."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from leanviz.core.clock import Span, seconds
from leanviz.models.viewport import Viewport
from leanviz.views.background import Background
from leanviz.views.passing_sounds import PassingSounds

if TYPE_CHECKING:
    from leanviz.audio.playback import Player
    from leanviz.pipeline.explaining import FileExplanation
    from leanviz.views.engine import Engine
    from leanviz.views.transport import Transport


class ExplainPlaying(QObject):
    """Plays a sound made for it, in a folder that goes with the window; a file is untouched.

    Signals
    -------
    failed : str
        Why it does not play.
    """

    failed = Signal(str)

    def __init__(self, transport: "Transport", time: Viewport, parent: QObject) -> None:
        super().__init__(parent)
        self._transport, self._time = transport, time
        self._worker = Background("explained-sound")
        self._sounds = PassingSounds()
        self._player: Player | None = None
        self._extent = Span(0, 0)
        self._rate = 1
        self._wish = 0
        self._playing = self._of_stream = False
        transport.changed.connect(self._give_way)

    @property
    def busy(self) -> bool:
        """Whether `poll` has something to do."""
        return self._worker.busy or self._playing

    def play(self, engine: "Engine", found: "FileExplanation", *, reverse: bool) -> None:
        """Play what drove a label, or the rest; whatever plays falls silent."""
        self.stop()
        if self._transport.no_output:
            self.failed.emit(self._transport.no_output)
            return
        from leanviz.pipeline.explained_sound import write_explained_sound

        self._transport.pause()
        self._wish += 1
        self._of_stream = not isinstance(found.inquiry.sound, Path)
        wish, place = self._wish, self._sounds.place()
        self._worker.run(
            lambda: write_explained_sound(found, place, reverse=reverse),
            lambda extent: self._begin(engine, wish, place, extent, found.inquiry.sample_rate),
            self.failed.emit,
        )

    def stop(self) -> None:
        """Fall silent."""
        self._wish += 1
        if self._playing and self._player is not None:
            self._player.stop()
        self._end()

    def poll(self) -> None:
        """Tell where it is. GUI thread; never waits."""
        self._worker.poll()
        player = self._player
        if not self._playing or player is None:
            return
        at = self._extent.start + player.position
        self._time.set_cursor(seconds(at, self._rate))
        if not player.playing:
            self._end()
            if player.error:
                self.failed.emit(player.error)

    def close(self) -> None:
        """End, and remove the sounds. Twice is harmless."""
        self.stop()
        self._worker.close()
        if self._player is not None:
            self._player.close()
        self._sounds.close()

    def _begin(self, engine: "Engine", wish: int, place: Path, extent: Span, rate: int) -> None:
        if wish != self._wish:
            if self._of_stream and not self.busy:
                self._sounds.clear()
            return
        self._extent, self._rate = extent, rate
        self._player = self._player or engine.player()
        self._player.load(place)
        self._player.play(0, extent.length)
        self._playing = True

    def _end(self) -> None:
        """Leave nothing of a stream: no cursor, which would stay behind, and no sound."""
        if self._playing and self._of_stream:
            self._time.set_cursor(None)
            self._sounds.clear()
        self._playing = False

    def _give_way(self) -> None:
        """Fall silent where the file itself begins to play."""
        if self._transport.playing:
            self.stop()
