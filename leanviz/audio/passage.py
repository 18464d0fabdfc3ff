"""Which part of a file is played, and its samples in the order in which they sound."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leanviz.audio.decoder import Decoder

Float32 = npt.NDArray[np.float32]

BLOCK = 8_192

# A loop up to this long (samples) is kept in memory instead of being decoded again and again.
_KEPT = 1 << 20


@dataclass(frozen=True)
class Passage:
    """What to play, in samples of the file.

    Attributes
    ----------
    begin : int
        Where playing begins, in the selection.
    start : int
    stop : int or None
        The selection; None: to the end of the file.
    loop : bool
        Whether to go back from `stop` to `start`.
    """

    begin: int
    start: int
    stop: int | None = None
    loop: bool = False

    def clamped(self, n_samples: int) -> "Passage":
        """Return this passage as it lies in a file of `n_samples`."""
        stop = n_samples if self.stop is None else min(max(self.stop, 0), n_samples)
        start = min(max(self.start, 0), stop)
        begin = min(max(self.begin, start), stop)
        return dataclasses.replace(self, begin=begin, start=start, stop=stop)

    def sample(self, played: int) -> int:
        """Return which sample sounds after `played` samples."""
        at = self.begin + played
        if self.stop is None or at < self.stop:
            return at
        if not self.loop or self.stop <= self.start:
            return self.stop
        return self.start + (at - self.stop) % (self.stop - self.start)


def sound(decoder: Decoder, passage: Passage) -> Iterator[Float32]:
    """Yield the samples of a passage, [<= BLOCK, channels] at a time; endless for a loop.

    Raises
    ------
    AudioFileError
        If the file can no longer be read.
    """
    start, stop = passage.start, decoder.n_samples if passage.stop is None else passage.stop
    yield from _stretch(decoder, passage.begin, stop)
    if not passage.loop:
        return
    if stop - start > _KEPT:
        while True:
            yield from _stretch(decoder, start, stop)
    yield from _repeat(list(_stretch(decoder, start, stop)))


def _stretch(decoder: Decoder, start: int, stop: int) -> Iterator[Float32]:
    decoder.go_to(start)
    while start < stop and len(block := decoder.read(min(BLOCK, stop - start))):
        yield block
        start += len(block)


def _repeat(blocks: list[Float32]) -> Iterator[Float32]:
    if not blocks:
        return
    once = np.concatenate(blocks)
    several = np.tile(once, (-(-BLOCK // len(once)), 1))
    while True:
        for at in range(0, len(several), BLOCK):
            yield several[at : at + BLOCK]
