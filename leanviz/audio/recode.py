"""Samples through the codecs that recorders use."""

from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import soundfile

from leanviz.audio.file import read_mono

Float32 = npt.NDArray[np.float32]

# libsndfile's Vorbis and Opus encoders overflow the stack when they are given minutes at once.
_BLOCK = 65_536


class Codec(StrEnum):
    """A lossy codec, by the suffix of its files."""

    MP3 = "mp3"
    OPUS = "opus"


_FORMATS = {Codec.MP3: ("MP3", "MPEG_LAYER_III"), Codec.OPUS: ("OGG", "OPUS")}


def recoded(samples: Float32, sample_rate: int, codec: Codec) -> Float32:
    """Return mono samples [n] as they come back from a file in a codec, read as any file is.

    Parameters
    ----------
    sample_rate : int
        In hertz; one that the codec has, such as 16 000 or 48 000.
    """
    with TemporaryDirectory(prefix="leanviz-") as folder:
        path = Path(folder) / f"recoded.{codec}"
        kind, subtype = _FORMATS[codec]
        with soundfile.SoundFile(path, "w", sample_rate, 1, format=kind, subtype=subtype) as file:
            for start in range(0, len(samples), _BLOCK):
                file.write(samples[start : start + _BLOCK])
        found, _ = read_mono(path)
    return np.pad(found, (0, max(0, len(samples) - len(found))))[: len(samples)]
