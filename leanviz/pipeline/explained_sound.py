"""The sound of an explanation: what drove a label as it is, the rest quieter; or the reverse."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from leanviz.audio.file import read_mono
from leanviz.audio.writer import encode
from leanviz.core.clock import Span
from leanviz.core.ducking import ducked
from leanviz.core.errors import ExportError
from leanviz.core.watching import ClipFormat
from leanviz.pipeline.explaining import FileExplanation
from leanviz.pipeline.kept_sound import KeptSound, Sound

Float32 = npt.NDArray[np.float32]


def write_explained_sound(found: FileExplanation, place: Path, *, reverse: bool = False) -> Span:
    """Write the stretch that a window sees as a WAV file to be played.

    Parameters
    ----------
    place : Path
        Where to; replaced if it is there.
    reverse : bool
        Whether what drove the label is ducked instead of the rest.

    Returns
    -------
    Span
        Source samples of the stretch.

    Raises
    ------
    UserError
        If a file cannot be read any more, or the file cannot be written.
    """
    extent = found.extent()
    samples, rate = _heard(found.inquiry.sound, extent)
    spans = [
        Span(span.start - extent.start, span.stop - extent.start) for span, _ in found.driving()
    ]
    heard = ducked(samples, spans, rate, reverse=reverse)
    try:
        place.write_bytes(encode(heard[:, None], rate, ClipFormat.WAV))
    except OSError as error:
        raise ExportError(f"{place} cannot be written: {error.strerror or error}.") from error
    return Span(extent.start, extent.start + len(samples))


def _heard(sound: Sound, extent: Span) -> tuple[Float32, int]:
    """Return the samples [n] of a stretch, and their rate in hertz."""
    if isinstance(sound, KeptSound):
        part = sound.part(extent)
        return np.concatenate(
            [np.zeros(0, np.float32), *part.blocks(extent.length)]
        ), part.sample_rate
    return read_mono(sound, extent.start, extent.length)
