"""Which samples a pixel column stands for."""

import numpy as np
import numpy.typing as npt

from leanviz.core.clock import Gap, PixelMap

Int64 = npt.NDArray[np.int64]


def column_samples(axis: PixelMap, columns: range, sample_rate: int) -> Int64:
    """Return the edges [n + 1], as sample indices, of n absolute pixel columns.

    Sample ``s`` is in column ``c`` exactly if ``edges[c] <= s < edges[c + 1]``.
    """
    edges = axis.column_edges(columns.start, len(columns)) * sample_rate
    # A sample on an edge belongs to the right; rounding errors must not push it to the left.
    return np.ceil(edges - 1e-6).astype(np.int64)


def lost_columns(edges: Int64, gaps: tuple[Gap, ...]) -> npt.NDArray[np.bool_]:
    """Return which columns [n] have their middle in a gap, from edges [n + 1]."""
    middle = (edges[:-1] + edges[1:]) / 2
    lost = np.zeros(len(middle), bool)
    for gap in gaps:
        if gap.start < edges[-1] and gap.stop > edges[0]:
            lost |= (middle >= gap.start) & (middle < gap.stop)
    return lost
