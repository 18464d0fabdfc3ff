"""Reading labelled audio through the decoder and the resampler that users' files go through."""

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

from leanviz.audio.file import open_audio
from leanviz.audio.resample import Resampler
from leanviz.core.frontend import YAMNET


def read_clip(path: Path, longest_s: float | None = None) -> npt.NDArray[np.float32]:
    """Return a file, or its first `longest_s` seconds, as mono samples [n] at 16 kHz.

    Raises
    ------
    AudioFileError
        If there is no such file, or none that can be decoded; the message says why.
    """
    with open_audio(path) as reader:
        resampler = Resampler(reader.sample_rate, YAMNET.sample_rate)
        left = sys.maxsize if longest_s is None else round(longest_s * reader.sample_rate)
        parts: list[npt.NDArray[np.float32]] = []
        for block in reader.blocks():
            parts.append(resampler.push(block[:left]))
            left -= len(block)
            if left <= 0:
                break
        return np.concatenate((*parts, resampler.finish()))
