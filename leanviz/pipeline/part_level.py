"""How loud a part of a sound is."""

from collections.abc import Callable
from pathlib import Path

from leanviz.audio.decoder import Decoder
from leanviz.core.clock import Span
from leanviz.core.tracks import Tracks
from leanviz.pipeline.kept_sound import sound_of
from leanviz.pipeline.level import Level, level_of
from leanviz.pipeline.part_file import BLOCK, read_part


def level_of_part(path: Path, span: Span, go_on: Callable[[], bool]) -> Level:
    """Return the level of a part of a recording, over all its channels.

    Parameters
    ----------
    span : Span
        In samples of the recording.
    go_on : callable
        Asked from time to time; ends it by an ExportError.

    Raises
    ------
    UserError
        If it cannot be read.
    """
    with Decoder(path) as decoder:
        return level_of(read_part(decoder, span, go_on))


def level_of_heard(tracks: Tracks, span: Span) -> Level:
    """Return the level of a part of a stream; UserError if its sound is not kept."""
    return level_of(sound_of(tracks, span).blocks(BLOCK))
