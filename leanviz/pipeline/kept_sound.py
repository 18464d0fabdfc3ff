"""The sound of a live stream that is still in memory, heard again as a file is."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from leanviz.audio.file import AudioReader, open_audio
from leanviz.core.clock import Gap, Span, rescale
from leanviz.core.decisions import PatchClock
from leanviz.core.errors import UserError
from leanviz.core.frontend import YAMNET
from leanviz.core.tracks import FULL_SCALE, Tracks
from leanviz.inference.evidence import PATCHES_BEFORE
from leanviz.pipeline.excerpt import excerpt

Float32 = npt.NDArray[np.float32]
Int16 = npt.NDArray[np.int16]

TOO_OLD = "The sound of this is no longer kept: it was heard too long ago."
LOST = "There is no sound of this: nothing arrived then."


@dataclass(frozen=True, slots=True)
class KeptSound:
    """A stretch of a stream, copied; it never gets on a disk.

    Attributes
    ----------
    samples : numpy.ndarray [n]
        One channel at 16 bits; what never arrived is zero.
    start : int
        Sample of the stream at which it begins.
    sample_rate : int
        In hertz.
    """

    samples: Int16
    start: int
    sample_rate: int

    @property
    def name(self) -> str:
        """What stands in the place of a file's name."""
        return "heard live"

    @property
    def span(self) -> Span:
        """What it covers, in samples of the stream."""
        return Span(self.start, self.start + len(self.samples))

    def blocks(self, size: int, start: int = 0) -> Iterator[Float32]:
        """Yield its samples [<= size] from a sample of its own on, as those of a file."""
        for at in range(start, len(self.samples), size):
            yield self.samples[at : at + size].astype(np.float32) / np.float32(FULL_SCALE)

    def part(self, span: Span) -> "KeptSound":
        """Return a copy of what it has of a stretch of the stream."""
        start = max(span.start, self.start)
        samples = self.samples[start - self.start : span.stop - self.start].copy()
        return KeptSound(samples, start, self.sample_rate)


Sound = Path | KeptSound


def opened(sound: Sound) -> AbstractContextManager[AudioReader | KeptSound]:
    """Open a sound to be read in blocks; UserError if a file cannot be."""
    return nullcontext(sound) if isinstance(sound, KeptSound) else open_audio(sound)


def start_of(sound: Sound) -> int:
    """Return the source sample at which a sound begins: 0 of a file."""
    return sound.start if isinstance(sound, KeptSound) else 0


def sound_around(tracks: Tracks, span: Span) -> KeptSound:
    """Return what is kept of a stretch and of the window before it.

    It begins where a patch of the stream did, so that LEAN hears the same patches again.

    Parameters
    ----------
    span : Span
        In samples of the stream. It begins as events do: where a patch begins to stand for the
        sound, see `core.decisions.PatchClock`.

    Raises
    ------
    UserError
        If its own sound is not kept.
    """
    rate, sound = tracks.sample_rate, tracks.sound
    if sound is None or span.start < sound.oldest:
        raise UserError(TOO_OLD)
    lost = any(gap.start <= span.start < gap.stop for gap in tracks.gaps)
    if lost or span.start >= sound.written:
        raise UserError(LOST)
    before = (gap.stop for gap in tracks.gaps if gap.start < span.start)
    behind = (gap.start for gap in tracks.gaps if gap.start >= span.stop)
    start = _window_start(span.start, max((sound.oldest, *before)), rate)
    # a patch that begins within the stretch, and the next, hear what follows it
    found = _copied(tracks, Span(start, min((span.stop + 2 * rate, sound.written, *behind))))
    if found is None or found.start > span.start:
        raise UserError(TOO_OLD)
    return found


def sound_of(tracks: Tracks, span: Span) -> KeptSound:
    """Return a stretch itself; what never arrived at its beginning or end is left out.

    Parameters
    ----------
    span : Span
        In samples of the stream.

    Raises
    ------
    UserError
        If its beginning is not kept any more, or nothing of it arrived.
    """
    sound = tracks.sound
    if sound is None:
        raise UserError(TOO_OLD)
    found = _copied(tracks, Span(max(0, span.start), min(span.stop, sound.written)))
    # looked at when it is copied: meanwhile the stream goes on
    if span.start < sound.oldest:
        raise UserError(TOO_OLD)
    if found is None:
        raise UserError(LOST)
    behind = (gap.start for gap in tracks.gaps if gap.start < found.span.stop <= gap.stop)
    return found.part(Span(found.start, min((found.span.stop, *behind))))


def segments(tracks: Tracks) -> Iterator[KeptSound]:
    """Yield all that is kept, from one gap to the next, as far as it is a patch long."""
    sound, rate = tracks.sound, tracks.sample_rate
    if sound is None:
        return
    least = rescale(YAMNET.patch_length, YAMNET.sample_rate, rate)
    at, end = sound.oldest, sound.written
    for gap in (*tracks.gaps, Gap(end, end)):
        if gap.start - at >= least:
            found = _copied(tracks, Span(at, min(gap.start, end)))
            if found is not None:
                yield found
        at = max(at, gap.stop)


def _copied(tracks: Tracks, span: Span) -> KeptSound | None:
    assert tracks.sound is not None
    found = excerpt(tracks.sound, span)
    if found is None:
        return None
    return KeptSound(
        found.samples.astype(np.int16, copy=False), found.span.start, tracks.sample_rate
    )


def _window_start(onset: int, oldest: int, rate: int) -> int:
    """Return where the first patch of a window begins whose sound is still kept.

    Parameters
    ----------
    onset : int
        Source sample from which on the patch stands for the sound that the window is about.
    oldest : int
        The first source sample that is kept.
    rate : int
        Of the source, in hertz.
    """
    hop = rescale(YAMNET.patch_hop, YAMNET.sample_rate, rate)
    # a patch sees more than the hop around its centre that it stands for: it begins so much earlier
    lead = (PatchClock(rate).sees(0).length - hop) // 2
    patches = min(PATCHES_BEFORE, (onset - oldest - lead) // hop)
    return onset - lead - patches * hop if patches >= 0 else max(oldest, 0)
