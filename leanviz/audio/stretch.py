"""Slower and faster with the pitch kept, block by block: WSOLA.

Verhelst and Roelands, An overlap-add technique based on waveform similarity (WSOLA) for high
quality time-scale modification of speech, ICASSP 1993, volume 2, pages 554 to 557.
"""

import sys

import numpy as np
import numpy.typing as npt

from leanviz.audio.file import mono

Float32 = npt.NDArray[np.float32]

# A piece of this length is faded into the one before it.
_HOP_S = 0.02
# Pieces are looked for this far to either side: a period of the lowest tones fits in between.
_REACH_S = 0.0125


class Stretcher:
    """Time-scale modification: any partition into blocks gives what the whole signal at once gives.

    Piece after piece of the input is faded into what would have followed the piece before it, taken
    where it is most like that. Sample ``i`` that comes out is sample ``i * speed`` that went in, to
    within 12.5 ms; a speed of 1 passes samples through untouched.

    Parameters
    ----------
    sample_rate : int
        In hertz.
    speed : float
        2 is twice as fast, so half as long.
    channels : int
        Blocks are [n, channels].
    """

    def __init__(self, sample_rate: int, speed: float, channels: int) -> None:
        self._speed = speed
        self._hop = round(_HOP_S * sample_rate)
        self._reach = round(_REACH_S * sample_rate)
        ramp = np.sin(np.linspace(0.0, np.pi / 2, self._hop, endpoint=False)) ** 2
        self._fade_in: Float32 = ramp.astype(np.float32)[:, None]
        self._kept = np.zeros((0, channels), np.float32)
        # the first sample of what is kept, and where what would follow begins, in samples put in
        self._first = self._follows = 0
        self._taken = self._given = 0
        # where the last piece may begin, once the end is known
        self._latest = sys.maxsize

    def push(self, samples: Float32) -> Float32:
        """Take the next samples [n, channels]; return those that are ready, up to 60 ms behind."""
        if self._speed == 1:
            return samples
        self._taken += len(samples)
        self._kept = np.concatenate([self._kept, samples])
        pieces = [self._kept[:0]]
        while self._needed <= self._taken:
            pieces.append(self._piece())
        return np.concatenate(pieces)

    def finish(self) -> Float32:
        """Return what is still to come; nothing may be pushed any more.

        The last 50 ms go on as they are: nothing follows them that they could be faded into.
        """
        wanted = round(self._taken / self._speed) - self._given
        self._latest = self._taken - 2 * self._hop - self._reach
        pieces: list[Float32] = []
        while self._latest > 0 and wanted - self._hop >= self._taken - self._follows:
            pieces.append(self._piece())
            wanted -= self._hop
        rest = self._kept[self._follows - self._first :][:wanted]
        silence = np.zeros((max(0, wanted - len(rest)), rest.shape[1]), np.float32)
        return np.concatenate([*pieces, rest, silence])

    @property
    def _due(self) -> int:
        """Where in the input the next piece should begin."""
        return min(round(self._given * self._speed), self._latest)

    @property
    def _needed(self) -> int:
        """How much must have been put in for the next piece, wherever it is, and what follows."""
        return self._due + self._reach + 2 * self._hop

    def _piece(self) -> Float32:
        follows = self._input(self._follows)
        start = self._most_alike(follows)
        made = self._input(start) - follows
        made *= self._fade_in
        made += follows
        self._follows = start + self._hop
        # at the end, pieces may be asked for from here once more
        done = max(0, min(self._follows, self._due - self._reach)) - self._first
        self._kept, self._first = self._kept[done:], self._first + done
        self._given += self._hop
        return made

    def _input(self, start: int) -> Float32:
        return self._kept[start - self._first :][: self._hop]

    def _most_alike(self, wanted: Float32) -> int:
        """Return where, within reach of where it is due, the input is most like what is wanted.

        The measure is the cross-correlation over the level of the input.
        """
        start = max(0, self._due - self._reach)
        stop = self._due + self._reach + self._hop
        heard = mono(self._kept[start - self._first : stop - self._first])
        power = np.concatenate([[0.0], np.cumsum(heard.astype(np.float64) ** 2)])
        level = np.sqrt(np.maximum(power[self._hop :] - power[: -self._hop], 1e-12))
        spectrum = np.fft.rfft(heard) * np.conj(np.fft.rfft(mono(wanted), len(heard)))
        likeness = np.fft.irfft(spectrum, len(heard))[: len(level)] / level
        best = int(np.argmax(likeness))
        return start + best if likeness[best] > 1e-6 else self._due
