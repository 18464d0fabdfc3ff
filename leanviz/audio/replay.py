"""A sound file as a source of sound, for demonstrations and machines without a microphone."""

import threading
import time
from pathlib import Path

from leanviz.audio.decoder import shown
from leanviz.audio.file import AudioReader, open_audio
from leanviz.audio.intake import Intake
from leanviz.audio.source import HISTORY_S, SourceState, SourceStatus
from leanviz.audio.watchdog import count_clipped
from leanviz.core.errors import UserError
from leanviz.core.ring import Ring

_BLOCKS_PER_S = 100
_REST_STEP_S = 0.05


class FileSource:
    """A file that arrives block by block, as from a microphone (an `AudioSource`).

    The ring holds one channel, the mean of all. When the file ends, the source is STOPPED.

    Parameters
    ----------
    path : str or Path
        The sound file.
    speed : float
        1: as fast as it sounds; 10: ten times faster.
    """

    def __init__(self, path: str | Path, speed: float = 1.0) -> None:
        self.path = Path(path)
        self._speed = speed
        self._intake: Intake | None = None
        self._clipped = 0
        self._standing = (SourceState.STARTING, "")
        self._stopping, self._resting = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def ring(self) -> Ring:
        """The latest 120 s, float32 [1] per item. From `start` on."""
        return self._prepared().ring

    @property
    def sample_rate(self) -> int:
        """Rate of the file in hertz. From `start` on."""
        return self._prepared().sample_rate

    @property
    def heard_at(self) -> float | None:
        """When samples last came, on the monotonic clock; None before the first. Any thread."""
        return self._intake.heard_at if self._intake else None

    def start(self) -> None:
        """Open the file and begin; twice is harmless.

        Raises
        ------
        AudioFileError
            If it cannot be read.
        """
        if self._thread is not None or self._stopping.is_set():
            return
        try:
            reader = open_audio(self.path)
        except UserError as error:
            self._standing = (SourceState.FAILED, str(error))
            raise
        rate = reader.sample_rate
        self._intake = Intake(rate, 1, HISTORY_S * rate)
        self._standing = (SourceState.WAITING, "")
        self._thread = threading.Thread(
            target=self._run, args=(reader,), name="leanviz-replay", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End, in any state; twice is harmless."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        elif self._standing[0] is not SourceState.FAILED:
            self._standing = (SourceState.STOPPED, "")

    def pause(self) -> None:
        """Stop feeding; the file goes on from here after `resume`, behind a gap."""
        self._resting.set()

    def resume(self) -> None:
        """Go on with the file."""
        self._resting.clear()

    def rest(self, resting: bool) -> None:
        """Do nothing: a file needs nobody to look after it."""

    def status(self) -> SourceStatus:
        """Return how the source is. Any thread."""
        (state, message), intake = self._standing, self._intake
        heard_at = intake.heard_at if intake else None
        return SourceStatus(
            state=state,
            message=message,
            device=shown(Path(self.path.name)),
            host_api="file",
            sample_rate=intake.sample_rate if intake else 0,
            clipped=self._clipped,
            channels=intake.channels if intake else 0,
            last_callback_age_s=0.0 if heard_at is None else time.monotonic() - heard_at,
        )

    def _prepared(self) -> Intake:
        if self._intake is None:
            raise RuntimeError("the source has not been started")
        return self._intake

    def _run(self, reader: AudioReader) -> None:
        try:
            with reader:
                self._feed(reader, self._prepared())
            self._standing = (SourceState.STOPPED, "")
        except UserError as error:
            self._standing = (SourceState.FAILED, str(error))

    def _feed(self, reader: AudioReader, intake: Intake) -> None:
        started, played = time.monotonic(), 0
        for block in reader.blocks(max(1, reader.sample_rate // _BLOCKS_PER_S)):
            started += self._rest(intake)
            # A block arrives when its last sample has been played, as it would from a microphone.
            played += len(block)
            due_s = played / (reader.sample_rate * self._speed)
            if self._stopping.wait(max(0.0, started + due_s - time.monotonic())):
                return
            intake.take(block[:, None], overflow=False)
            self._clipped += count_clipped(block[:, None])
            self._standing = (SourceState.RUNNING, "")

    def _rest(self, intake: Intake) -> float:
        """Wait while paused; return for how many seconds."""
        began = time.monotonic()
        while self._resting.is_set() and not self._stopping.wait(_REST_STEP_S):
            self._standing = (SourceState.PAUSED, "")
            intake.rest()
        return time.monotonic() - began
