"""The mean power spectrum of a part of a sound."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from leanviz.audio.decoder import Decoder
from leanviz.core.clock import Gap, Span
from leanviz.core.errors import UserError
from leanviz.core.power_spectrum import PowerSpectrum, SpectrumMeter
from leanviz.core.tracks import Tracks
from leanviz.pipeline.kept_sound import LOST, sound_of
from leanviz.pipeline.part_file import BLOCK, read_part

Float32 = npt.NDArray[np.float32]

TOO_SHORT = "There are too few samples for a spectrum."


def spectrum_of_part(
    path: Path, span: Span, window_s: float, go_on: Callable[[], bool] = lambda: True
) -> PowerSpectrum:
    """Return the mean spectrum of a part of a recording, over all its channels.

    Parameters
    ----------
    span : Span
        In samples of the recording; what lies beyond its ends is left out.
    window_s : float
        Length of a window in seconds.
    go_on : callable
        Asked from time to time; ends it by an ExportError.

    Raises
    ------
    UserError
        If it cannot be read, or there is nothing to measure.
    """
    with Decoder(path) as decoder:
        meter = SpectrumMeter(decoder.sample_rate, window_s)
        return _mean(meter, read_part(decoder, span, go_on))


def spectrum_of_heard(tracks: Tracks, span: Span, window_s: float) -> PowerSpectrum:
    """Return the mean spectrum of what is kept of a stretch of a stream.

    Parameters
    ----------
    span : Span
        In samples of the stream. What is kept no longer, or never arrived, is left out.
    window_s : float
        Length of a window in seconds.

    Raises
    ------
    UserError
        If nothing of it is kept.
    """
    meter = SpectrumMeter(tracks.sample_rate, window_s)
    sound = tracks.sound
    if sound is None:
        raise UserError(LOST)
    # meanwhile the stream goes on and lets go of a little more; a view may be a little ahead of it
    oldest = sound.oldest + tracks.sample_rate if sound.oldest else 0
    kept = Span(max(span.start, oldest), min(span.stop, sound.written))
    pieces = _without(tracks.gaps, kept)
    if not pieces:
        raise UserError(LOST)
    for piece in pieces:
        meter.skip()
        for block in sound_of(tracks, piece).blocks(BLOCK):
            meter.push(block[:, None])
    return _mean(meter, ())


def _mean(meter: SpectrumMeter, blocks: Iterable[Float32]) -> PowerSpectrum:
    for block in blocks:
        meter.push(block)
    found = meter.finish()
    if found is None:
        raise UserError(TOO_SHORT)
    return found


def _without(gaps: Iterable[Gap], span: Span) -> list[Span]:
    """Return what is left of a span without gaps, which are in order."""
    left: list[Span] = []
    start = span.start
    for gap in gaps:
        if gap.stop > start and gap.start < span.stop:
            left.append(Span(start, max(start, gap.start)))
            start = gap.stop
    left.append(Span(start, max(start, span.stop)))
    return [piece for piece in left if piece.length > 0]
