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

    Attributes
    ----------
    following : bool
        Whether the view goes where it plays.
    no_output : str
        Why nothing can be played, as a sentence; "" if it can.

    Signals
    -------
    moved : int
        The source sample heard now, or where playing will begin.
    changed :
        It began or ended to play.
    ended :
        It ended by itself: there is no more, or the output has gone.
    failed : str
        Why it does not play.
    """

    moved = Signal(int)
    changed = Signal()
    ended = Signal()
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._player: Player | None = None
        self._extent: Span | None = None
        self._position = 0
        self._playing = False
        self._span: Span | None = None
        self._looping = False
        self._speed = 1.0
        self.following = True
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
    def busy(self) -> bool:
        """Whether `poll` has something to do."""
        return self._playing

    @property
    def position(self) -> int:
        """The source sample heard now, or where playing will begin."""
        return self._position

    @property
    def looping(self) -> bool:
        """Whether it plays over and over."""
        return self._looping

    @property
    def speed(self) -> float:
        """How many times as fast as it sounds."""
        return self._speed

    def load(self, engine: "Engine", path: Path, n_samples: int) -> None:
        """Take a file of `n_samples`; its start is where playing begins."""
        self.unload()
        self._player = self._player or engine.player()
        self._player.load(path)
        self._player.set_speed(self._speed)
        self._extent, self._span = Span(0, n_samples), None
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
        self._span = span
        if span is not None:
            self._play_from(span.start)
        elif self._extent is not None:
            at_end = self._position >= self._extent.stop
            self._play_from(self._extent.start if at_end else self._position)

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
            self._resume()

    def toggle_loop(self) -> None:
        """Play over and over from now on, or no longer."""
        self._looping = not self._looping
        if self._player is not None:
            self._player.set_loop(self._looping)

    def set_speed(self, speed: float) -> None:
        """Play so many times as fast from now on, at the same pitch."""
        self._speed = speed
        if self._player is not None:
            self._player.set_speed(speed)

    def seek(self, sample: int) -> None:
        """Go to a source sample and play on from there, or when asked to."""
        if self._extent is None:
            return
        self._move(min(max(sample, 0), self._extent.stop))
        if not self._looping:
            self._span = None
        if self._playing:
            self._resume()

    def poll(self) -> None:
        """Tell where it is. GUI thread; never waits."""
        player = self._player
        if player is None or not self._playing:
            return
        self._move(player.position)
        if not player.playing:
            error = player.error
            self._set_playing(False)
            self.ended.emit()
            if error:
                self.failed.emit(error)

    def close(self) -> None:
        """Stop and let go of the device, for a bounded time. Twice is harmless."""
        self._set_playing(False)
        if self._player is not None:
            self._player.close()

    def _resume(self) -> None:
        """Play on from the position: to the end of the stretch it lies in, else of the file."""
        span = self._span
        if span is not None and span.start <= self._position < span.stop:
            self._play_from(self._position)
        else:
            self.play()

    def _play_from(self, sample: int) -> None:
        if self._player is None or self._extent is None:
            return
        if self.no_output:
            self.failed.emit(self.no_output)
            return
        self._move(sample)
        if self._span is None:
            # to its very end, which the header may only estimate
            self._player.play(self._extent.start, None, self._looping, sample)
        else:
            self._player.play(self._span.start, self._span.stop, self._looping, sample)
        self._set_playing(True)

    def _move(self, sample: int) -> None:
        self._position = sample
        self.moved.emit(sample)

    def _set_playing(self, playing: bool) -> None:
        if playing != self._playing:
            self._playing = playing
            self.changed.emit()
