"""Why a label of what is heard live: the sound that is kept of it, asked about as a file is."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from leanviz.core.clock import Span
from leanviz.core.decisions import PatchClock
from leanviz.core.events import Event
from leanviz.core.tracks import Tracks
from leanviz.inference.model import LeanModel
from leanviz.inference.stream import LeanStream, PatchResult
from leanviz.pipeline.explaining import FileExplanation, asked_of, explain_file
from leanviz.pipeline.heard_again import heard_blocks
from leanviz.pipeline.kept_sound import KeptSound, sound_around

Float32 = npt.NDArray[np.float32]
Int64 = npt.NDArray[np.int64]


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
        None if `stale` said so. It keeps the sound of its window, which the stream will forget.

    Raises
    ------
    UserError
        If the sound is not kept, or not any more.
    """
    sound = sound_around(tracks, Span(event.onset, event.offset))
    heard = _scores(model, sound, label, stale)
    if stale():
        return None
    inquiry = asked_of(sound, sound.sample_rate, label, event, heard)
    found = explain_file(model, inquiry, stale)
    return None if found is None else _alone(found, sound)


def _scores(
    model: LeanModel, sound: KeptSound, label: int, stale: Callable[[], bool]
) -> tuple[Int64, Float32]:
    """Return where each patch begins to stand for the sound, and the scores of a label."""
    stream = LeanStream(model)
    results: list[PatchResult] = []
    for block in heard_blocks(sound, stale=stale):
        results += stream.push(block)
    results += stream.finish()
    clock = PatchClock(sound.sample_rate, sound.start)
    starts = [clock.extent(result.patch, result.patch).start for result in results]
    return np.array(starts, np.int64), np.array([result.scores[label] for result in results])


def _alone(found: FileExplanation, sound: KeptSound) -> FileExplanation:
    """Return an explanation that keeps no more of the sound than its window."""
    inquiry, extent = found.inquiry, found.extent()
    first, asked = inquiry.window.start, inquiry.asked
    moved = replace(
        inquiry,
        sound=sound.part(extent),
        window=range(len(inquiry.window)),
        asked=None if asked is None else range(asked.start - first, asked.stop - first),
    )
    return replace(found, inquiry=moved)
