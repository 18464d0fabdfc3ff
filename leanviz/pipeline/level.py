"""How loud the newest audio is."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]

SILENT_DBFS = -120.0
SPANS_PER_S = 10


@dataclass(frozen=True, slots=True)
class Level:
    """Level of a stretch of audio; a full-scale sine is 0 dBFS in both measures."""

    peak_dbfs: float = SILENT_DBFS
    rms_dbfs: float = SILENT_DBFS


class LevelWindow:
    """The level of the newest tenth of a second, of audio in blocks of any size.

    Whoever asks at least that often misses no peak.
    """

    def __init__(self) -> None:
        self._blocks: deque[tuple[int, float, float]] = deque()
        self._length = 0

    def push(self, samples: Float32, sample_rate: int) -> Level:
        """Take samples [n], n >= 1; return the level up to the last of them."""
        peak, energy = float(np.abs(samples).max()), float(np.square(samples).sum())
        self._blocks.append((len(samples), peak, energy))
        self._length += len(samples)
        while self._length - self._blocks[0][0] >= sample_rate // SPANS_PER_S:
            self._length -= self._blocks.popleft()[0]
        if len(self._blocks) > 1:
            _, peaks, energies = zip(*self._blocks, strict=True)
            peak, energy = max(peaks), sum(energies)
        return Level(_dbfs(peak), _dbfs(float(np.sqrt(2.0 * energy / self._length))))


def level_of(blocks: Iterable[Float32]) -> Level:
    """Return the level of all samples of blocks [n] or [n, channels]."""
    peak, energy, count = 0.0, 0.0, 0
    for block in blocks:
        peak = max(peak, float(np.abs(block).max()))
        energy += float(np.square(block, dtype=np.float64).sum())
        count += block.size
    return Level(_dbfs(peak), _dbfs(float(np.sqrt(2.0 * energy / max(1, count)))))


def _dbfs(value: float) -> float:
    return max(SILENT_DBFS, 20.0 * float(np.log10(max(value, 1e-9))))
