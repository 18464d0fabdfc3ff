"""The sound of an explanation: what drove a label as it is, the rest quieter; or the reverse."""

from pathlib import Path

from leanviz.audio.file import read_mono
from leanviz.audio.writer import encode
from leanviz.core.clock import Span
from leanviz.core.ducking import ducked
from leanviz.core.errors import ExportError
from leanviz.core.watching import ClipFormat
from leanviz.pipeline.explaining import FileExplanation


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
        If the sound cannot be read any more, or the file cannot be written.
    """
    extent = found.extent()
    samples, rate = read_mono(found.inquiry.path, extent.start, extent.length)
    spans = [
        Span(span.start - extent.start, span.stop - extent.start) for span, _ in found.driving()
    ]
    heard = ducked(samples, spans, rate, reverse=reverse)
    try:
        place.write_bytes(encode(heard[:, None], rate, ClipFormat.WAV))
    except OSError as error:
        raise ExportError(f"{place} cannot be written: {error.strerror or error}.") from error
    return Span(extent.start, extent.start + len(samples))
