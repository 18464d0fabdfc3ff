"""Which samples a pixel column stands for."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from leanviz.core.clock import Gap, PixelMap

Int64 = npt.NDArray[np.int64]


def column_edges(axis: PixelMap, columns: range, sample_rate: int) -> list[int]:
    """Return the edges [n + 1], as sample indices, of n absolute pixel columns.

    Sample ``s`` is in column ``c`` exactly if ``edges[c] <= s < edges[c + 1]``.
    """
    step = axis.seconds_per_pixel
    # A sample on an edge belongs to the right; rounding errors must not push it to the left.
    return [
        math.ceil(column * step * sample_rate - 1e-6)
        for column in range(columns.start, columns.stop + 1)
    ]


def column_samples(axis: PixelMap, columns: range, sample_rate: int) -> Int64:
    """Return what `column_edges` does as an array, for calculating with many of them."""
    return np.array(column_edges(axis, columns, sample_rate), np.int64)


def lost_columns(edges: Sequence[int] | Int64, gaps: tuple[Gap, ...]) -> npt.NDArray[np.bool_]:
    """Return which columns [n] have their middle in a gap, from edges [n + 1]."""
    at = np.asarray(edges)
    middle = (at[:-1] + at[1:]) / 2
    lost = np.zeros(len(middle), bool)
    for gap in gaps:
        if gap.start < edges[-1] and gap.stop > edges[0]:
            lost |= (middle >= gap.start) & (middle < gap.stop)
    return lost
