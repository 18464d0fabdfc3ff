"""Playing the file shown: where it is, where it goes, and why it does not."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from leanviz.core.clock import Span

if TYPE_CHECKING:
    from leanviz.audio.playback import Player
    from leanviz.views.engine import Engine


class Transport(QObject):
    """Play, pause and seek in one file; `Player` works on threads of its own and never blocks.

    Signals
    -------
    moved : int
        The source sample heard now, or where playing will begin.
    changed :
        It began or ended to play.
    failed : str
        Why it does not play.
    """

    moved = Signal(int)
    changed = Signal()
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._player: Player | None = None
        self._extent: Span | None = None
        self._position = 0
        self._playing = False
        self._again: Span | None = None
        self.looping = False
        self.no_output = ""

    @property
    def loaded(self) -> bool:
        """Whether there is a file to play."""
        return self._extent is not None

    @property
    def playing(self) -> bool:
        """Whether it plays, or is about to."""
        return self._playing

    @property
    def position(self) -> int:
        """The source sample heard now, or where playing will begin."""
        return self._position

    def load(self, engine: "Engine", path: Path, n_samples: int) -> None:
        """Take a file of `n_samples`; its start is where playing begins."""
        self.unload()
        self._player = self._player or engine.player()
        self._player.load(path)
        self._extent = Span(0, n_samples)
        self._move(0)

    def set_length(self, n_samples: int) -> None:
        """Correct the length of the file, which its header may only estimate."""
        if self._extent is not None:
            self._extent = Span(0, n_samples)

    def unload(self) -> None:
        """Stop, and forget the file."""
        self.pause()
        self._extent = None

    def play(self, span: Span | None = None) -> None:
        """Play from the position to the end, or a stretch of the file."""
        player, extent = self._player, self._extent
        if player is None or extent is None:
            return
        if self.no_output:
            self.failed.emit(self.no_output)
            return
        self._again = span
        if span is None:
            at = self._position if self._position < extent.stop else extent.start
            span = Span(at, extent.stop)
        self._move(span.start)
        player.play(span.start, span.stop)
        self._set_playing(True)

    def pause(self) -> None:
        """Stop where it is."""
        if self._playing and self._player is not None:
            self._player.pause()
            self._set_playing(False)

    def toggle(self) -> None:
        """Play or pause."""
        if self._playing:
            self.pause()
        else:
            self.play()

    def toggle_loop(self) -> None:
        """Play over and over from now on, or no longer."""
        self.looping = not self.looping

    def seek(self, sample: int) -> None:
        """Go to a source sample and play on from there, or when asked to."""
        if self._extent is None:
            return
        self._move(min(max(sample, 0), self._extent.stop))
        if self._playing:
            self.play()

    def poll(self) -> None:
        """Tell where it is. GUI thread; never waits."""
        player = self._player
        if player is None or not self._playing:
            return
        self._move(player.position)
        if not player.playing:
            self._set_playing(False)
            if player.error:
                self.failed.emit(player.error)
            elif self.looping and self._extent is not None:
                self.play(self._again or self._extent)

    def close(self) -> None:
        """Stop and let go of the device, for a bounded time. Twice is harmless."""
        self._set_playing(False)
        if self._player is not None:
            self._player.close()

    def _move(self, sample: int) -> None:
        self._position = sample
        self.moved.emit(sample)

    def _set_playing(self, playing: bool) -> None:
        if playing != self._playing:
            self._playing = playing
            self.changed.emit()
