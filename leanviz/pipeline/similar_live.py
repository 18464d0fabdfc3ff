"""Moments that LEAN hears alike in what is kept of a live stream."""

from collections.abc import Callable

from leanviz.core.clock import Span
from leanviz.core.errors import UserError
from leanviz.core.inquiry import ALIKE_FROM
from leanviz.core.tracks import Tracks
from leanviz.inference.model import LeanModel
from leanviz.pipeline.kept_sound import LOST, TOO_OLD, segments
from leanviz.pipeline.similar import Embeddings, Findings, find_similar, vectors_of


def search_heard(
    model: LeanModel,
    tracks: Tracks,
    span: Span,
    threshold: float = ALIKE_FROM,
    stale: Callable[[], bool] = lambda: False,
) -> Findings | None:
    """Return moments like a stretch of a stream, from all that is kept of it. Any thread.

    Returns
    -------
    Findings or None
        None if `stale` said so. Its moments are in samples of the stream, and of no file.

    Raises
    ------
    UserError
        If the sound of the stretch is not kept, or not any more.
    """
    asked: Embeddings | None = None
    among: list[Embeddings] = []
    for sound in segments(tracks):
        vectors = vectors_of(sound, model, stale)
        if vectors is None:
            return None
        among.append(Embeddings(None, sound.sample_rate, vectors, sound.start))
        if sound.start <= span.start < sound.span.stop:
            asked = among[-1]
    if asked is None:
        kept = tracks.sound is not None and span.start >= tracks.sound.oldest
        raise UserError(LOST if kept else TOO_OLD)
    return Findings(find_similar(asked, span, among, threshold), len(among), ())
