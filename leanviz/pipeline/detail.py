"""A part of a file, read again at the detail in which it is looked at."""

from collections.abc import Callable
from pathlib import Path

from leanviz.audio.file import open_audio
from leanviz.core.clock import Span
from leanviz.core.detail import Detail
from leanviz.core.envelope import BASE
from leanviz.core.stft import Stft
from leanviz.core.tracks import Tracks

BLOCK_S = 1.0


def detail_for(tracks: Tracks, wanted: Span, sample_step: float) -> Detail:
    """Return an empty detail of a recording for pixels of `sample_step` samples."""
    rate, window_s = tracks.sample_rate, tracks.stft.win_length / tracks.sample_rate
    base = BASE
    while base > 1 and base > sample_step:
        base //= 2
    return Detail(Stft.with_window(rate, window_s, sample_step / rate), wanted, base)


def detail_of_file(path: Path, detail: Detail, stale: Callable[[], bool]) -> Detail | None:
    """Fill a detail from its file.

    Parameters
    ----------
    stale : callable
        Asked every `BLOCK_S` seconds of sound; True ends it, and None is returned.

    Raises
    ------
    UserError
        If the file cannot be read any more.
    """
    left = detail.source.stop - detail.source.start
    with open_audio(path) as reader:
        for block in reader.blocks(int(BLOCK_S * reader.sample_rate), detail.source.start):
            if stale():
                return None
            detail.push(block[:left])
            left -= len(block)
            if left <= 0:
                break
    detail.finish()
    return detail
