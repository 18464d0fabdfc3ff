"""Unlabelled sound for the readout: short excerpts of whatever recordings lie in folders."""

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from leanviz.audio.file import open_audio, read_mono
from leanviz.audio.resample import Resampler
from leanviz.audio.suffixes import SOUND_SUFFIXES
from leanviz.core.errors import AudioFileError, UserError
from leanviz.core.frontend import YAMNET

Float32 = npt.NDArray[np.float32]

logger = logging.getLogger(__name__)

# Of one file no more is heard: many short sounds teach more than a long one.
LONGEST_S = 20.0


@dataclass(frozen=True)
class Excerpt:
    """A stretch of a sound file, in samples of the file."""

    path: Path
    rate: int
    start: int
    count: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.count / self.rate

    def read(self) -> Float32:
        """Return its samples [n] at 16 kHz, fewer where the file holds less than it promises.

        Raises
        ------
        AudioFileError
            If the file cannot be decoded any more.
        """
        samples, rate = read_mono(self.path, self.start, self.count)
        resampler = Resampler(rate, YAMNET.sample_rate)
        return np.concatenate((resampler.push(samples), resampler.finish()))


def excerpts(folder: Path, seconds: float, seed: int) -> list[Excerpt]:
    """Return an excerpt of each sound file in a folder and below it, in random order.

    What cannot be read is named and counted.

    Parameters
    ----------
    seconds : float
        Of all files together; once it is reached, the others are left alone.

    Raises
    ------
    UserError
        If there is no such folder, or no sound in it that can be read.
    """
    if not folder.is_dir():
        raise UserError(f"There is no folder {folder}.")
    rng = np.random.default_rng(seed)
    files = sound_files(folder)
    found: list[Excerpt] = []
    left, unreadable = seconds, 0
    for at in rng.permutation(len(files)):
        try:
            found.append(_drawn(files[at], rng))
        except AudioFileError as error:
            logger.warning("%s", error)
            unreadable += 1
            continue
        left -= found[-1].seconds
        if left <= 0:
            break
    if not found:
        raise UserError(f"There is no sound that can be read in {folder}.")
    minutes = sum(excerpt.seconds for excerpt in found) / 60
    told = "%s: %d excerpts, %.1f minutes, %d files that cannot be read"
    logger.info(told, folder, len(found), minutes, unreadable)
    return found


def sound_files(folder: Path) -> list[Path]:
    """Return the files in a folder and below it that are called as sounds are, in order."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SOUND_SUFFIXES and path.is_file()
    )


def _drawn(path: Path, rng: np.random.Generator) -> Excerpt:
    """Return any part of a sound file, at most `LONGEST_S` long."""
    with open_audio(path) as reader:
        count = min(reader.n_samples, round(LONGEST_S * reader.sample_rate))
        start = int(rng.integers(0, reader.n_samples - count + 1))
        return Excerpt(path, reader.sample_rate, start, count)
