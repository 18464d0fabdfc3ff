"""Other pictures of a recording, made when they are asked for: the file is read again."""

from collections.abc import Callable
from pathlib import Path

from leanviz.audio.file import open_audio
from leanviz.audio.resample import Resampler
from leanviz.core.frontend import YAMNET
from leanviz.core.spectra import MelColumns, Spectra
from leanviz.core.tracks import Tracks

BLOCK_S = 2.0


def spectra_of_file(
    path: Path, tracks: Tracks, window_s: float, stale: Callable[[], bool]
) -> Spectra | None:
    """Read a file again for spectra with a window of `window_s` seconds.

    Parameters
    ----------
    tracks : Tracks
        Those of the file, for their grid; they stay as they are.
    stale : callable
        Asked every `BLOCK_S` seconds of sound; True ends it, and None is returned.

    Raises
    ------
    UserError
        If the file cannot be read any more.
    """
    spectra = tracks.blank(window_s)
    with open_audio(path) as reader:
        for block in reader.blocks(int(BLOCK_S * reader.sample_rate)):
            if stale():
                return None
            spectra.push(block)
    spectra.finish()
    return spectra


def heard_of_file(path: Path, tracks: Tracks, stale: Callable[[], bool]) -> MelColumns | None:
    """Read a file again for what LEAN gets of it; parameters and errors as `spectra_of_file`."""
    heard = tracks.unheard()
    with open_audio(path) as reader:
        resampler = Resampler(reader.sample_rate, YAMNET.sample_rate)
        for block in reader.blocks(int(BLOCK_S * reader.sample_rate)):
            if stale():
                return None
            heard.push(resampler.push(block))
        heard.push(resampler.finish())
    return heard
