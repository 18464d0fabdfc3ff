"""How a stream that has died without a word is told from one that is merely late or silent."""

import numpy as np
import numpy.typing as npt

from leanviz.core.clock import Gap
from leanviz.core.ring import Ring

# The loudest sample that 16 bits can tell from full scale.
FULL_SCALE = 1.0 - 2.0**-15


def count_clipped(block: npt.NDArray[np.float32]) -> int:
    """Return how many samples of a block [n, channels] are at full scale, in any channel."""
    if block.max(initial=0.0) < FULL_SCALE and block.min(initial=0.0) > -FULL_SCALE:
        return 0  # nearly always, and known in a fraction of the time
    return int((np.abs(block) >= FULL_SCALE).any(axis=1).sum())


class Watchdog:
    """Notices that a stream no longer delivers, though PortAudio says that it runs.

    Parameters
    ----------
    heard_at : float or None
        When the latest block came before this stream was opened.
    first_s : float
        Seconds to wait for the first block: a sleeping sound server takes almost 2 s.
    patience_s : float
        Seconds to wait for each later one.
    """

    # Counted at most, per look: a process that was itself held up must not blame the stream.
    _LONGEST_STEP_S = 0.3

    def __init__(
        self, heard_at: float | None, first_s: float = 5.0, patience_s: float = 1.0
    ) -> None:
        self._heard_at = heard_at
        self._limit_s = first_s
        self._patience_s = patience_s
        self._waited_s = 0.0
        self._looked_at: float | None = None

    @property
    def waits(self) -> bool:
        """Whether nothing had come at the latest look."""
        return self._waited_s > 0.0

    def is_frozen(self, now: float, heard_at: float | None) -> bool:
        """Return whether nothing has come for too long; to be asked several times a second."""
        last, self._looked_at = self._looked_at, now
        if heard_at != self._heard_at:
            self._heard_at, self._limit_s, self._waited_s = heard_at, self._patience_s, 0.0
        elif last is not None:
            self._waited_s += min(now - last, self._LONGEST_STEP_S)
        return self._waited_s >= self._limit_s


class SignalMeter:
    """Looks at every sample: how long all have been exactly zero, and how many at full scale.

    An open microphone gives no exact zeros.

    Parameters
    ----------
    ring : Ring
        Items of shape (channels,).
    sample_rate : int
        In hertz.

    Attributes
    ----------
    clipped : int
        Samples at full scale since the beginning, in any channel.
    """

    def __init__(self, ring: Ring, sample_rate: int) -> None:
        self._ring = ring
        self._sample_rate = sample_rate
        self._next = 0
        self._zeros = 0
        self.clipped = 0

    def update(self) -> float:
        """Look at what came since the last look; return the seconds of silence up to now."""
        while (count := self._ring.written - self._next) > 0:
            block = self._ring.read(self._next, count)
            if isinstance(block, Gap):
                self._next, self._zeros = block.stop, 0
                continue
            self._next += count
            self.clipped += count_clipped(block)
            if block[-1].any():
                self._zeros = 0
                continue
            loud = np.flatnonzero(block.any(axis=1))
            self._zeros = self._zeros + count if not loud.size else count - 1 - int(loud[-1])
        return self._zeros / self._sample_rate
