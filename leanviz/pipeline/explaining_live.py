"""Why a label of what is heard live: the sound that is kept of it, asked about as a file is."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from leanviz.audio.writer import encode
from leanviz.core.clock import Span, rescale
from leanviz.core.decisions import PatchClock
from leanviz.core.errors import UserError
from leanviz.core.events import Event
from leanviz.core.frontend import YAMNET
from leanviz.core.tracks import FULL_SCALE, Tracks
from leanviz.core.watching import ClipFormat
from leanviz.inference.evidence import PATCHES_BEFORE
from leanviz.inference.model import LeanModel
from leanviz.pipeline.clip import analyze_file
from leanviz.pipeline.excerpt import Excerpt, excerpt
from leanviz.pipeline.explaining import FileExplanation, explain_file, why_event

# A folder in memory, where the system has one: what a microphone heard is not to get on a disk.
IN_MEMORY = "/dev/shm"  # noqa: S108  (a folder of its own is made there)
TOO_OLD = "The sound of this label is no longer kept: it was heard too long ago."


def explain_heard(
    model: LeanModel,
    tracks: Tracks,
    event: Event,
    label: int,
    stale: Callable[[], bool] = lambda: False,
) -> FileExplanation | None:
    """Answer why an event was heard; times are those of the stream. Any thread.

    The sound is kept at 16 bits and one channel: what LEAN makes of it again is the same but for
    the noise of that.

    Returns
    -------
    FileExplanation or None
        None if `stale` said so. The file that it names is gone.

    Raises
    ------
    UserError
        If the sound is not kept, or not any more.
    """
    found, rate = sound_of(tracks, event), tracks.sample_rate
    start = found.span.start
    place = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None
    with TemporaryDirectory(prefix="leanviz-why-", dir=place) as folder:
        path = Path(folder) / "heard.wav"
        samples = found.samples[:, None] / FULL_SCALE
        path.write_bytes(encode(samples.astype("float32"), rate, ClipFormat.WAV))
        moved = replace(event, onset=event.onset - start, offset=event.offset - start)
        inquiry = why_event(analyze_file(path, model, pictures=False), moved, label)
        return explain_file(model, replace(inquiry, start=start), stale)


def sound_of(tracks: Tracks, event: Event) -> Excerpt:
    """Return what is kept of an event and of the window before it, from where a patch began.

    Raises
    ------
    UserError
        If the event's own sound is not kept.
    """
    rate, sound = tracks.sample_rate, tracks.sound
    if sound is None or event.onset < sound.oldest:
        raise UserError(TOO_OLD)
    gaps = (gap.stop for gap in tracks.gaps if gap.start < event.onset)
    start = _aligned(event.onset, max((sound.oldest, *gaps)), rate)
    stop = min(event.offset + rate, sound.written)
    found = excerpt(sound, Span(start, stop))
    if found is None or found.span.start > event.onset:
        raise UserError(TOO_OLD)
    return found


def _aligned(onset: int, oldest: int, rate: int) -> int:
    """Return where the first patch of the event's window began, as far as the sound is kept."""
    front = YAMNET
    # an event begins where its first patch stands for the sound, later than that patch itself
    before = PatchClock(rate).sees(0).length - rescale(front.patch_hop, front.sample_rate, rate)
    hop, lead = rescale(front.patch_hop, front.sample_rate, rate), before // 2
    patches = min(PATCHES_BEFORE, (onset - oldest - lead) // hop)
    return onset - lead - patches * hop if patches >= 0 else max(oldest, 0)
