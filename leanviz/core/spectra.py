"""Spectrogram columns as they come in, kept on the grid of the sample index."""

import numpy as np
import numpy.typing as npt

from leanviz.core.frontend import YAMNET, FrontEnd, log_mel
from leanviz.core.ring import Ring
from leanviz.core.stft import SpectrogramStream, Stft

Float32 = npt.NDArray[np.float32]


class Spectra:
    """The columns of one window length.

    One thread calls `push`, `skip` and `finish`; any thread reads `columns`.

    Parameters
    ----------
    stft : Stft
        The grid.
    capacity : int
        Samples of history to keep.
    begin : int
        Source sample from which on there are columns.

    Attributes
    ----------
    columns : Ring
        uint8 [n_bins] per column, as `core.stft.decibels` reads them; column ``c`` is centred on
        sample ``c * hop + offset``.
    hop, offset : float
        Source samples from one column to the next, and to the centre of column 0.
    first : int
        The first column there is.
    at : int
        The source sample that comes next.
    """

    def __init__(self, stft: Stft, capacity: int, begin: int = 0) -> None:
        self.stft = stft
        self.hop = float(stft.column_hop)
        self.offset = (stft.pool - 1) * stft.hop_length / 2
        self.columns = Ring(capacity // stft.column_hop + 4, (stft.n_bins,), np.uint8)
        self.first = self.at = 0
        # Spectra that are too few for a column so far.
        self._rest = np.zeros((0, stft.n_bins), np.uint8)
        self._stream = SpectrogramStream(stft)
        if begin:
            self._resume(begin)
            self.first = self.columns.written

    def push(self, samples: Float32) -> None:
        """Append mono samples [n]."""
        self._append(self._stream.push(samples))
        self.at += len(samples)

    def skip(self, stop: int) -> None:
        """Pass over what never came, up to source sample `stop`."""
        self.finish()
        self._resume(stop)

    def finish(self) -> None:
        """Complete the columns at the end of a stretch of sound."""
        self._append(self._stream.finish())
        if len(self._rest):
            self.columns.write(self._rest.max(0, keepdims=True))
            self._rest = self._rest[:0]

    def _append(self, spectra: npt.NDArray[np.uint8]) -> None:
        pool = self.stft.pool
        if pool == 1:
            self.columns.write(spectra)
            return
        spectra = np.concatenate((self._rest, spectra))
        count = len(spectra) // pool
        self._rest = spectra[count * pool :]
        if count:
            groups = spectra[: count * pool].reshape(count, pool, -1)
            self.columns.write(groups.max(1))

    def _resume(self, start: int) -> None:
        # Columns stay on the grid of the sample index, wherever in a hop the signal resumes.
        hop = self.stft.column_hop
        resume = -(-start // hop)
        self.columns.skip(resume - self.columns.written)
        self._stream = SpectrogramStream(self.stft, ahead=resume * hop - start)
        self.at = start


class MelColumns:
    """The log-mel frames that LEAN gets, on the time axis of the source.

    The values are those of `core.frontend.log_mel` on the same 16 kHz signal. After a gap frames
    begin where the signal does, so a frame may lie up to a hop from where it is drawn.

    Parameters
    ----------
    sample_rate : int
        Rate of the source in hertz.
    capacity : int
        Source samples of history to keep.
    pool : int
        Frames per column, of which the loudest is kept: 1 but for very long recordings.

    Attributes
    ----------
    columns : Ring
        float32 [n_mels] per column.
    hop, offset : float
        Source samples from one column to the next, and to the centre of column 0.
    """

    first = 0

    def __init__(
        self, sample_rate: int, capacity: int, pool: int = 1, front: FrontEnd = YAMNET
    ) -> None:
        self._front, self._pool = front, pool
        frame = front.hop_length * sample_rate / front.sample_rate
        self.hop = pool * frame
        self.offset = (front.win_length / front.hop_length + pool - 1) * frame / 2
        self.columns = Ring(int(capacity / self.hop) + 4, (front.n_mels,))
        self._kept = np.zeros(0, np.float32)

    @classmethod
    def at_least(cls, hop_s: float, sample_rate: int, capacity: int) -> "MelColumns":
        """Return columns at least `hop_s` seconds apart."""
        pool = -(-hop_s * YAMNET.sample_rate // YAMNET.hop_length)
        return cls(sample_rate, capacity, max(1, int(pool)))

    def push(self, samples: Float32, least: int = 1) -> None:
        """Append samples [n] at the model's rate; fewer than `least` columns wait for more."""
        front, step = self._front, self._front.hop_length * self._pool
        self._kept = np.concatenate((self._kept, samples))
        needed = front.win_length + step - front.hop_length
        count = max(0, (len(self._kept) - needed) // step + 1)
        if count >= least:
            frames = log_mel(self._kept[: needed + (count - 1) * step], front)
            if self._pool > 1:
                frames = frames.reshape(count, self._pool, -1).max(1)
            self.columns.write(frames)
            self._kept = self._kept[count * step :]

    def skip(self, stop: int) -> None:
        """Pass over what never came, up to source sample `stop`."""
        self.push(self._kept[:0])
        self._kept = self._kept[:0]
        self.columns.skip(round(stop / self.hop) - self.columns.written)
