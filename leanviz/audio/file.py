"""Sound files as mono blocks of bounded size, however long the file."""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from leanviz.audio.decoder import Decoder, shown
from leanviz.core.errors import AudioFileError

Float32 = npt.NDArray[np.float32]

# Samples decoded at a time, of each channel: 64 of them are 17 MB.
_PIECE = 65_536


class AudioReader:
    """One sound file, read from its beginning to its end; also a context manager.

    Parameters
    ----------
    decoder : Decoder
        The open file; the reader closes it.

    Attributes
    ----------
    truncated : bool
        After reading: fewer samples came than the file promised, or the decoder gave up.
    """

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self.truncated = False

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self._decoder.path

    @property
    def sample_rate(self) -> int:
        """Samples per second."""
        return self._decoder.sample_rate

    @property
    def channels(self) -> int:
        """Channels in the file; `blocks` gives their mean."""
        return self._decoder.channels

    @property
    def n_samples(self) -> int:
        """Samples per channel, as the header says."""
        return self._decoder.n_samples

    def blocks(self, size: int = 65_536, start: int = 0) -> Iterator[Float32]:
        """Yield the mean of all channels from a sample on, [<= size] at a time.

        Raises
        ------
        AudioFileError
            If nothing can be decoded, or a value is not a finite number.
        """
        count = start
        self._decoder.go_to(start)
        while len(block := _decoded(self._decoder, size)):
            count += len(block)
            yield block
        if not count:
            raise AudioFileError(f"{shown(self.path)} is damaged: no sample can be decoded.")
        self.truncated = self._decoder.falls_short(count)

    def close(self) -> None:
        """Let go of the file; twice is harmless."""
        self._decoder.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.close()


def open_audio(path: str | Path) -> AudioReader:
    """Open a sound file.

    Raises
    ------
    AudioFileError
        If there is no such file, or none that can be decoded; the message says why.
    """
    return AudioReader(Decoder(path))


def read_mono(path: str | Path, start: int = 0, count: int | None = None) -> tuple[Float32, int]:
    """Return samples [<= count] from `start` on, mean of all channels, and their rate in hertz.

    For excerpts: all of them are held in memory.

    Raises
    ------
    AudioFileError
        If there is no such file, or none that can be decoded; the message says why.
    """
    with Decoder(path) as decoder:
        decoder.go_to(start)
        wanted = decoder.n_samples - start if count is None else count
        return _decoded(decoder, wanted), decoder.sample_rate


def _decoded(decoder: Decoder, count: int) -> Float32:
    """Return the mean of all channels of the next samples [<= count]; none at the end."""
    pieces = [np.zeros(0, np.float32)]
    while count > 0 and len(piece := decoder.read(min(count, _PIECE))):
        pieces.append(mono(piece))
        count -= len(piece)
    return np.concatenate(pieces)


def mono(block: Float32) -> Float32:
    """Return the mean of the channels [n] of a block [n, channels]."""
    count = block.shape[1]
    if count == 1:
        return block[:, 0].copy()
    total = block[:, 0] + block[:, 1]
    for channel in block.T[2:]:  # ten times faster than numpy's mean over so short an axis
        total += channel
    total /= np.float32(count)
    return total
