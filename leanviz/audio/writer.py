"""Sound files, encoded: the one place that makes any."""

from collections.abc import Iterable
from io import SEEK_END, BytesIO
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import numpy.typing as npt
import soundfile

from leanviz.core.errors import ExportError
from leanviz.core.watching import ClipFormat

Float32 = npt.NDArray[np.float32]

_FULL_SCALE = 2.0**23
_BLOCK = 65_536


def encode(samples: Float32, sample_rate: int, form: ClipFormat) -> bytes:
    """Return a whole sound file of 24-bit samples.

    16-bit and 24-bit recordings keep every bit; FLAC stores the empty low bits of 16-bit ones in no
    room. The file is made in memory, so that a full disk is the disk's own error when it is
    written, and so that no half file is ever left.

    Parameters
    ----------
    samples : numpy.ndarray [n, channels]
        Full scale is 1; what is beyond is clipped.
    sample_rate : int
        In hertz.
    form : ClipFormat

    Raises
    ------
    ExportError
        If the format has no place for so many channels, or for such a rate.
    """
    made = BytesIO()
    blocks = (samples[at : at + _BLOCK] for at in range(0, len(samples), _BLOCK))
    write_blocks(made, blocks, sample_rate, samples.shape[1], form)
    return made.getvalue()


def write_blocks(
    file: BinaryIO, blocks: Iterable[Float32], sample_rate: int, channels: int, form: ClipFormat
) -> int:
    """Write a sound file of 24-bit samples as its blocks [n, channels] come; return its length.

    Raises
    ------
    ExportError
        If the format has no place for so many channels, or for such a rate.
    OSError
        The file's own, if it cannot be written.
    """
    kept, n_samples = _Kept(file), 0
    try:
        with soundfile.SoundFile(
            cast("BinaryIO", kept), "w", sample_rate, channels, "PCM_24", format=form.name
        ) as sound:
            for block in blocks:
                sound.write(_as_integers(block))
                n_samples += len(block)
    except (soundfile.SoundFileError, AssertionError) as error:
        kept.check()
        raise ExportError(
            f"{form.name} cannot hold {channels} channels at {sample_rate} Hz."
        ) from error
    kept.check()
    return n_samples


class _Kept:
    """A file whose first error in writing is kept: libsndfile lets none through."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell = file.seek, file.tell
        self._error: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            return self._file.write(data)
        except OSError as error:
            self._error = self._error or error
            return 0

    def check(self) -> None:
        if self._error is not None:
            raise self._error


def append(path: Path, samples: Float32, sample_rate: int) -> None:
    """Make an empty file a WAV file of samples [n, channels], or lengthen the one that it is.

    The file is closed in between, so that it is whole after each call, whatever ends the program.

    Raises
    ------
    ExportError
        If it cannot be written, or WAV has no place for so many channels, or for such a rate.
    """
    try:
        if path.stat().st_size:
            file = soundfile.SoundFile(path, "r+")
        else:
            channels = samples.shape[1]
            file = soundfile.SoundFile(path, "w", sample_rate, channels, "PCM_24", format="WAV")
        with file:
            file.seek(0, SEEK_END)
            file.write(_as_integers(samples))
    except (soundfile.SoundFileError, AssertionError, OSError) as error:
        raise ExportError(f"{path} cannot be written: {error}") from error


def write_repeated(path: Path, samples: Float32, sample_rate: int, count: int) -> None:
    """Write mono samples [n] over and over, `count` samples in all, in the format of the suffix."""
    with soundfile.SoundFile(path, "w", sample_rate, 1) as file:
        for begin in range(0, count, len(samples)):
            part = samples[: count - begin]
            # in pieces: libsndfile's Vorbis encoder overflows the stack otherwise
            for at in range(0, len(part), _BLOCK):
                file.write(part[at : at + _BLOCK])


def _as_integers(block: Float32) -> npt.NDArray[np.int32]:
    """Return samples as 24-bit integers at the top of 32 bits, which is how libsndfile takes them.

    Its own conversion from floats scales by 2**23 - 1 in some formats, which is not exact.
    """
    scaled = np.rint(block * np.float32(_FULL_SCALE))
    limited = np.clip(scaled, -_FULL_SCALE, _FULL_SCALE - 1)
    return np.left_shift(limited.astype(np.int32), 8)
