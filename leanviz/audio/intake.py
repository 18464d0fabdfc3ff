"""The way of a block from PortAudio's callback into the ring, and nothing else."""

import time
from typing import Any

import numpy as np
import numpy.typing as npt

from leanviz.audio.sleep import slept_s
from leanviz.core.channels import MIX
from leanviz.core.clock import Cause
from leanviz.core.ring import Ring

_RETIRE_LIMIT_S = 0.5
# Shorter than this nobody sleeps; two clocks read one after the other differ by microseconds.
_NAP_S = 1.0


class Intake:
    """The ring of one source, and what is counted while it fills.

    All is written by the one callback that is connected at a time (see `Tap.retire`) and loaded by
    any thread.

    Parameters
    ----------
    sample_rate : int
        In hertz.
    channels : int
    capacity : int
        Samples of history to keep.
    """

    def __init__(self, sample_rate: int, channels: int, capacity: int) -> None:
        self.ring = Ring(capacity, (channels,))
        self.sample_rate = sample_rate
        self.channels = channels
        self.overflows = 0
        self.lost_samples = 0
        self.heard_at: float | None = None
        """When the latest block came, on the monotonic clock."""
        # NB: the supervisor sets this while no callback is connected; the next one clears it.
        self.interrupted = False
        self.cause = Cause.LOST
        """Why the interruption, if there is one."""
        self._slept_s = slept_s()

    def rest(self) -> None:
        """Have the pause that goes on reach up to now. Not while a callback is connected."""
        if self.heard_at is None:
            return
        slept = self._slept()
        passed = int((time.monotonic() - self.heard_at + slept) * self.sample_rate)
        self.ring.skip(passed, Cause.PAUSED)
        self.heard_at += passed / self.sample_rate - slept
        self.interrupted, self.cause = True, Cause.PAUSED

    def take(self, block: npt.NDArray[np.float32], overflow: bool) -> None:
        """Store a block [n, channels]. Callback only."""
        self.overflows += overflow
        slept = self._slept()
        if self.interrupted or slept > _NAP_S:
            self._bridge(len(block), slept)
        self.ring.write(block)
        self.heard_at = time.monotonic()

    def _slept(self) -> float:
        """Return how long the computer has slept since the previous call, in seconds."""
        before, self._slept_s = self._slept_s, slept_s()
        return self._slept_s - before

    def _bridge(self, count: int, slept: float) -> None:
        """Leave the gap that the wall clock shows before a first block of `count` samples.

        Asleep, a computer may interrupt a stream or not: the gap is there either way.
        """
        self.interrupted = False
        cause, self.cause = self.cause, Cause.LOST
        if self.heard_at is None:
            return
        if slept > _NAP_S and cause is Cause.LOST:
            cause = Cause.ASLEEP
        lost = round((time.monotonic() - self.heard_at + slept) * self.sample_rate) - count
        self.ring.skip(lost, cause)
        if cause is Cause.LOST:
            self.lost_samples += max(0, lost)


class Tap:
    """PortAudio's callback for one stream; can be cut off from the ring at any moment.

    Parameters
    ----------
    intake : Intake
        Where blocks go.
    channel : int
        The one that goes there, 0 for all.
    """

    def __init__(self, intake: Intake, channel: int = MIX) -> None:
        self._intake = intake
        self._taken = slice(channel - 1, channel) if channel != MIX else slice(None)
        self._busy = False

    def __call__(
        self, block: npt.NDArray[np.float32], _frames: int, _time: Any, status: Any
    ) -> None:
        """Hand a block on. Runs in PortAudio's thread: no lock, no log, no waiting."""
        self._busy = True
        self._intake.take(block[:, self._taken], status.input_overflow)
        self._busy = False

    def retire(self) -> None:
        """Cut the callback off: a stream that was given up may come to life at any time."""
        # NB: the callback raises `_busy` before it looks where blocks go. So once it is seen down
        # after this store, no block is under way to the ring, and another may write into it.
        self._intake = Intake(self._intake.sample_rate, self._intake.channels, 1)
        deadline = time.monotonic() + _RETIRE_LIMIT_S
        while self._busy and time.monotonic() < deadline:
            time.sleep(0.001)
