"""Sound files, encoded: the one place that makes any."""

from io import BytesIO
from pathlib import Path

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
    try:
        with soundfile.SoundFile(
            made, "w", sample_rate, samples.shape[1], "PCM_24", format=form.name
        ) as file:
            for at in range(0, len(samples), _BLOCK):
                file.write(_as_integers(samples[at : at + _BLOCK]))
    except soundfile.SoundFileError as error:
        channels = samples.shape[1]
        raise ExportError(
            f"{form.name} cannot hold {channels} channels at {sample_rate} Hz."
        ) from error
    return made.getvalue()


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
