"""A stretch of a ring, copied out while the ring is written to."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leanviz.core.clock import Gap, Span
from leanviz.core.ring import Ring

Float32 = npt.NDArray[np.float32]

_BLOCK = 65_536


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Samples of a stretch.

    Attributes
    ----------
    samples : numpy.ndarray [n, channels]
        What never arrived is zero: later sounds keep their distance.
    span : Span
        What the samples cover; begins later than was wished where the ring held no more.
    lost : int
        Samples within that never arrived.
    """

    samples: Float32
    span: Span
    lost: int


def excerpt(ring: Ring, wish: Span) -> Excerpt | None:
    """Copy what the ring still holds of a stretch that is written; None if that is nothing."""
    pieces: list[Float32] = []
    lost, start, position = 0, wish.start, wish.start
    while position < wish.stop:
        block = ring.advance(position, min(_BLOCK, wish.stop - position))
        if not isinstance(block, Gap):
            pieces.append(block)
            position += len(block)
            continue
        missing = min(block.stop, wish.stop) - position
        position += missing
        if pieces:
            pieces.append(np.zeros((missing, *pieces[0].shape[1:]), np.float32))
            lost += missing
        else:
            start = position
    if not pieces:
        return None
    return Excerpt(np.concatenate(pieces), Span(start, position), lost)
