"""Each event of a recording as a sound file of its own, cut from the recording."""

import filecmp
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from glob import escape
from pathlib import Path

import numpy as np
import numpy.typing as npt

from leanviz.audio.decoder import Decoder, shown
from leanviz.audio.writer import write_blocks
from leanviz.core.clock import Span, seconds, to_sample
from leanviz.core.errors import AudioFileError, UserError
from leanviz.core.events import Event
from leanviz.core.watching import ClipFormat, Cut
from leanviz.sessions.clips import event_clip_name, free_place
from leanviz.sessions.writing import make_folder, replacing

Float32 = npt.NDArray[np.float32]

MOST_TOLD = 10
_BLOCK = 65_536
# What overlapping events have in common is decoded once, if it is no more: 64 MB.
_MOST_KEPT = 1 << 24


@dataclass(frozen=True, slots=True)
class ClipsDone:
    """What became of the clips.

    Attributes
    ----------
    written : int
    there : int
        Clips that were there already, the same to the last bit.
    failed : int
        Clips that could not be made.
    why : tuple of str
        A sentence for each of the first of these.
    stopped : bool
        The user stopped it before the rest was done.
    """

    written: int = 0
    there: int = 0
    failed: int = 0
    why: tuple[str, ...] = ()
    stopped: bool = False

    @classmethod
    def failure(cls, why: object) -> "ClipsDone":
        """Return that one clip, or all of a recording, could not be made."""
        return cls(failed=1, why=(str(why),))

    def __add__(self, other: "ClipsDone") -> "ClipsDone":
        return ClipsDone(
            self.written + other.written,
            self.there + other.there,
            self.failed + other.failed,
            (self.why + other.why)[:MOST_TOLD],
            self.stopped or other.stopped,
        )

    def sentence(self, folder: Path) -> str:
        """Return what to tell people."""
        clips = "1 clip" if self.written == 1 else f"{self.written} clips"
        parts = [f"{clips} written to {shown(folder)}"]
        if self.there:
            parts.append(f"{self.there} there already")
        if self.failed:
            parts.append(f"{self.failed} failed")
        said = ", ".join(parts) + (", then stopped." if self.stopped else ".")
        return " ".join((said, *self.why[:1]))


NO_CLIPS = ClipsDone()


def write_event_clips(
    path: Path,
    events: Sequence[Event],
    folder: Path,
    cut: Cut,
    *,
    recording: str | None = None,
    progress: Callable[[int], bool] | None = None,
) -> ClipsDone:
    """Write a clip of each event; of the recording, no more than these parts is read.

    All channels, at the recording's own rate, 24 bits. A clip replaces nothing: it gets another
    name where its own is taken by something else.

    Parameters
    ----------
    path : Path
        The recording.
    folder : Path
        Made if need be.
    recording : str or None
        What the names of the clips begin with; the recording's own name if None.
    progress : callable or None
        Is told before each clip how many are done, and returns whether to go on.

    Raises
    ------
    AudioFileError
        If the recording cannot be read at all.
    ExportError
        If the folder cannot be made.
    """
    make_folder(folder)
    done = NO_CLIPS
    with Decoder(path) as decoder:
        tape = _Tape(decoder)
        for position, event in enumerate(sorted(events)):
            if progress is not None and not progress(position):
                return done + ClipsDone(stopped=True)
            onset_s = seconds(event.onset, decoder.sample_rate)
            name = event_clip_name(recording or path.stem, onset_s, event.label, cut.form)
            span = _span(event, cut, decoder)
            done += _write(tape, span, folder, name, cut.form)
    return done


def _write(tape: "_Tape", span: Span, folder: Path, name: str, form: ClipFormat) -> ClipsDone:
    """Write one clip; a failure becomes a sentence."""
    place = free_place(folder, name)
    try:
        with replacing(place) as beside:
            with beside.open("wb") as file:
                n = write_blocks(file, tape.blocks(span), tape.rate, tape.channels, form)
            if not n:
                raise AudioFileError(f"{name} would be empty: the recording ends before it.")
        if place.name != name and _is_twice(place, Path(name)):
            place.unlink()
            return ClipsDone(there=1)
    except UserError as error:
        return ClipsDone.failure(error)
    return ClipsDone(written=1)


def _is_twice(place: Path, name: Path) -> bool:
    """Return whether a clip of this name, numbered or not, holds the same to the last bit."""
    others = place.parent.glob(f"{escape(name.stem)}*{name.suffix}")
    return any(other != place and filecmp.cmp(other, place, shallow=False) for other in others)


class _Tape:
    """A recording that is read onwards; what was read of late is not decoded again."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self.rate, self.channels = decoder.sample_rate, decoder.channels
        self._kept: deque[Float32] = deque()
        # the first sample that is kept, and one past the last
        self._start = self._stop = 0

    def blocks(self, span: Span) -> Iterator[Float32]:
        """Yield samples [n, channels] of a span, fewer where the recording ends before."""
        if not self._start <= span.start <= self._stop:
            self._decoder.go_to(span.start)
            self._kept.clear()
            self._start = self._stop = span.start
        at = self._start
        for block in tuple(self._kept):
            yield from _part(block, at, span)
            at += len(block)
        while at < span.stop and len(block := self._decoder.read(min(_BLOCK, span.stop - at))):
            self._keep(block)
            yield from _part(block, at, span)
            at += len(block)

    def _keep(self, block: Float32) -> None:
        self._kept.append(block)
        self._stop += len(block)
        while (self._stop - self._start) * self.channels > _MOST_KEPT:
            self._start += len(self._kept.popleft())


def _part(block: Float32, at: int, span: Span) -> Iterator[Float32]:
    """Yield what of a block that begins at a sample lies in a span, if anything does."""
    part = block[max(0, span.start - at) : max(0, span.stop - at)]
    if len(part):
        yield part


def _span(event: Event, cut: Cut, decoder: Decoder) -> Span:
    """Return what a clip holds of a recording."""
    before, after = (to_sample(s, decoder.sample_rate) for s in (cut.before_s, cut.after_s))
    return Span(max(0, event.onset - before), min(event.offset + after, decoder.n_samples))
