"""Plays the sound file that is looked at, from wherever, and says where it is."""

import dataclasses
from pathlib import Path

from leanviz.audio.passage import Passage
from leanviz.audio.voice import Voice

_CLOSE_LIMIT_S = 8.0


class Player:
    """Plays one sound file at a time, streamed from disk, to the default sound output.

    All calls return at once and none raises: opening the file and the device happens on a thread,
    and what goes wrong there stands in `error`. Call from one thread.
    """

    def __init__(self) -> None:
        self._path: Path | None = None
        self._voice: Voice | None = None
        self._previous: Voice | None = None
        self._passage = Passage(0, 0)
        self._resting = 0
        self._speed = 1.0

    @property
    def position(self) -> int:
        """The sample of the file that is heard now, or at which `play` will go on."""
        return self._resting if self._voice is None else self._voice.position

    @property
    def playing(self) -> bool:
        """Whether sound comes out, or is about to."""
        return self._voice is not None and not self._voice.done

    @property
    def error(self) -> str:
        """Why the last `play` was in vain, a sentence; else ""."""
        return "" if self._voice is None else self._voice.error

    def load(self, path: str | Path) -> None:
        """Fall silent and take another file, from its beginning."""
        self._rest(0)
        self._path = Path(path)
        self._passage = Passage(0, 0)

    def play(
        self,
        start_sample: int | None = None,
        stop_sample: int | None = None,
        loop: bool = False,
        begin: int | None = None,
    ) -> None:
        """Play from `start_sample` to `stop_sample`, over and over if `loop`.

        Parameters
        ----------
        start_sample : int, optional
            Left out: go on where `pause` or `seek` left off, in the same selection if it lies
            there; after the end, from its beginning.
        stop_sample : int, optional
            Left out: to the end of the file.
        loop : bool
            Whether to go back to the beginning of the selection at its end.
        begin : int, optional
            Where in a selection that has a `start_sample` to begin. Left out: at its start.
        """
        if start_sample is not None:
            at = start_sample if begin is None else begin
            self._passage = Passage(at, start_sample, stop_sample, loop)
        elif stop_sample is not None or loop:
            self._passage = Passage(self.position, self.position, stop_sample, loop)
        else:
            self._passage = self._continued()
        self._begin()

    def pause(self) -> None:
        """Fall silent; `play` goes on from here."""
        self._rest(self.position)

    def seek(self, sample: int) -> None:
        """Go to a sample of the file, playing on if it plays."""
        was_playing = self.playing
        self._rest(max(0, sample))
        if was_playing:
            self.play()

    def set_speed(self, speed: float) -> None:
        """Play so many times as fast from now on, at the same pitch."""
        if speed != self._speed:
            self._speed = speed
            self._go_on()

    def set_loop(self, loop: bool) -> None:
        """Go back to the beginning of what is played at its end from now on, or no longer."""
        if loop != self._passage.loop:
            self._passage = dataclasses.replace(self._passage, loop=loop)
            self._go_on()

    def stop(self) -> None:
        """Fall silent and go back to the beginning of what was played."""
        self._rest(self._passage.start)

    def close(self) -> None:
        """Fall silent and wait, within limits, for the device to be free; twice is harmless."""
        self._rest(self.position)
        if self._previous is not None:
            self._previous.wait(_CLOSE_LIMIT_S)

    def _go_on(self) -> None:
        """Play on from here, if it plays, by what has just changed."""
        if self.playing:
            self._passage = dataclasses.replace(self._passage, begin=self.position)
            self._begin()

    def _continued(self) -> Passage:
        """Return what to play after a pause, a seek, or the end."""
        at, passage = self.position, self._passage
        if self._voice is not None and self._voice.done and not self._voice.error:
            # A selection is played again; a file that was played to its end, from its beginning.
            at = 0 if passage.stop is None else passage.start
        if passage.start <= at and (passage.stop is None or at < passage.stop):
            return dataclasses.replace(passage, begin=at)
        return Passage(at, at)

    def _begin(self) -> None:
        if self._path is None:
            return
        self._rest(self._passage.begin)
        self._voice = Voice(self._path, self._passage, self._speed, self._previous)

    def _rest(self, sample: int) -> None:
        if self._voice is not None:
            self._voice.cancel()
            self._previous = self._voice
        self._voice = None
        self._resting = sample
