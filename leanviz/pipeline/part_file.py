"""A part of a sound as a file of its own, to be kept or to be played."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from leanviz.audio.decoder import Decoder, shown
from leanviz.audio.writer import write_blocks
from leanviz.core.clock import Span
from leanviz.core.errors import AudioFileError, ExportError
from leanviz.core.watching import ClipFormat
from leanviz.pipeline.kept_sound import KeptSound
from leanviz.sessions.writing import replacing

Float32 = npt.NDArray[np.float32]

BLOCK = 65_536
# The header of a WAV file counts bytes in 32 bits; some readers take the count to have a sign.
_MOST_WAV_BYTES = 2**31 - 4096
_BYTES = 3


def write_kept(sound: KeptSound, place: Path) -> int:
    """Write the sound of a stream to WAV or FLAC, as the suffix says; return its samples.

    Raises
    ------
    ExportError
        If the suffix is another, or the file cannot be written.
    """
    blocks = (block[:, None] for block in sound.blocks(BLOCK))
    return _write(place, blocks, sound.sample_rate, 1, len(sound.samples))


def write_part(
    path: Path, span: Span, place: Path, go_on: Callable[[], bool] = lambda: True
) -> int:
    """Write a part of a recording: all channels, at its own rate, 24 bits; return its samples.

    Parameters
    ----------
    path : Path
        The recording.
    span : Span
        In samples of it; what lies beyond its ends is left out.
    place : Path
        ``.wav`` or ``.flac``; holds all of the part or what was there before.
    go_on : callable
        Asked from time to time.

    Raises
    ------
    AudioFileError
        If the recording cannot be read, or has nothing there.
    ExportError
        If the suffix is another, or the file cannot be written, or `go_on` says no.
    """
    with Decoder(path) as decoder:  # or says that the recording is gone
        if place.exists() and place.samefile(path):
            raise ExportError(f"{shown(place)} is what is shown: choose another name.")
        blocks = read_part(decoder, span, go_on)
        return _write(place, blocks, decoder.sample_rate, decoder.channels, span.length)


def read_part(decoder: Decoder, span: Span, go_on: Callable[[], bool]) -> Iterator[Float32]:
    """Yield what a recording has of a part, [<= BLOCK, channels] at a time.

    Raises
    ------
    AudioFileError
        If it cannot be read, or has nothing there.
    ExportError
        If `go_on` says no.
    """
    start, stop = max(0, span.start), min(span.stop, decoder.n_samples)
    if start >= stop:
        raise AudioFileError(f"{shown(decoder.path)} has no sound there.")
    decoder.go_to(start)
    while start < stop and len(block := decoder.read(min(BLOCK, stop - start))):
        if not go_on():
            raise ExportError("Writing was stopped: there is no file.")
        yield block
        start += len(block)


def _write(
    place: Path, blocks: Iterable[Float32], sample_rate: int, channels: int, length: int
) -> int:
    form = next((form for form in ClipFormat if place.suffix.lower() == f".{form}"), None)
    if form is None:
        raise ExportError(f"{shown(place)} cannot be written: sound goes to .flac or .wav.")
    if form is ClipFormat.WAV and length * channels * _BYTES > _MOST_WAV_BYTES:
        raise ExportError("That is more than the 2 GB a WAV file holds: choose FLAC.")
    with replacing(place) as beside, beside.open("wb") as file:
        return write_blocks(file, blocks, sample_rate, channels, form)
