"""The min/max pyramid against every sample it was given."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanviz.core.clock import Gap
from leanviz.core.envelope import BASE, FACTOR, LEVELS, EnvelopePyramid
from leanviz.core.ring import Ring
from tests.core.material import blocks, cuts, noise

Float32 = npt.NDArray[np.float32]
Int64 = npt.NDArray[np.int64]

LONGEST = BASE * FACTOR ** (LEVELS - 1)
NOISE = noise(150_000)
EDGES = st.tuples(
    st.integers(-5000, len(NOISE)), st.integers(1, 300), st.integers(1, len(NOISE))
).map(lambda view: np.linspace(view[0], view[0] + view[2], view[1] + 1).astype(np.int64))


def bin_size(edges: Int64) -> int:
    """Return the widest bin that is no wider than a span."""
    size = BASE
    while size * FACTOR <= min((edges[-1] - edges[0]) // (len(edges) - 1), LONGEST):
        size *= FACTOR
    return size


def brute_force(samples: Float32, edges: Int64) -> Float32:
    """Return the envelope over all complete bins that a span touches; NaN samples were lost."""
    size = bin_size(edges)
    complete = len(samples) // size * size
    found = np.full((len(edges) - 1, 2), np.nan, np.float32)
    for row, start, stop in zip(found, edges[:-1], edges[1:], strict=True):
        first = start // size * size
        last = max(first + size, -(-stop // size) * size)
        part = samples[max(0, first) : max(0, min(last, complete))]
        part = part[~np.isnan(part)]
        if len(part):
            row[:] = part.min(), part.max()
    return found


@given(cuts(len(NOISE)), EDGES)
def test_a_query_is_the_extremes_of_its_spans(at: list[int], edges: Int64) -> None:
    pyramid = EnvelopePyramid(len(NOISE))
    for block in blocks(NOISE, at):
        pyramid.push(block)
    np.testing.assert_array_equal(pyramid.query(edges), brute_force(NOISE, edges))


@given(cuts(len(NOISE)), EDGES, st.integers(0, 2**30 - 1))
def test_lost_stretches_have_no_envelope(at: list[int], edges: Int64, lost: int) -> None:
    """They keep their width, at every zoom, and take nothing of what was heard with them."""
    pyramid = EnvelopePyramid(len(NOISE))
    samples = NOISE.copy()
    for number, (block, held) in enumerate(
        zip(blocks(NOISE, at), blocks(samples, at), strict=True)
    ):
        if lost >> number & 1:
            pyramid.skip(len(block))
            held[:] = np.nan
        else:
            pyramid.push(block)
    np.testing.assert_array_equal(pyramid.query(edges), brute_force(samples, edges))


@given(cuts(len(NOISE)), st.integers(1, 200))
def test_history_that_was_lapped_is_gone(at: list[int], n_pixels: int) -> None:
    capacity = 40_000
    pyramid = EnvelopePyramid(capacity)
    for block in blocks(NOISE, at):
        pyramid.push(block)
    start = len(NOISE) - capacity
    kept = np.linspace(start, len(NOISE), n_pixels + 1).astype(np.int64)
    np.testing.assert_array_equal(pyramid.query(kept), brute_force(NOISE, kept))
    gone = np.linspace(0, start - 3 * LONGEST, n_pixels + 1).astype(np.int64)
    assert np.isnan(pyramid.query(gone)).all()


def test_a_gap_longer_than_the_history_leaves_nothing() -> None:
    pyramid = EnvelopePyramid(10_000)
    pyramid.push(NOISE[:5000])
    pyramid.skip(200_000)
    pyramid.push(NOISE[:640])
    everything = pyramid.query(np.arange(0, 205_001, 1000))
    assert np.isnan(everything[:204]).all()
    newest = pyramid.query(np.array([205_056, 205_120]))
    np.testing.assert_array_equal(newest, [[NOISE[56:120].min(), NOISE[56:120].max()]])


def test_nothing_yet_and_not_yet() -> None:
    pyramid = EnvelopePyramid(1000)
    assert np.isnan(pyramid.query(np.array([0, 100, 200]))).all()
    pyramid.push(NOISE[:128])
    before, first, later = pyramid.query(np.array([-200, -100, 100, 900]))
    assert np.isnan(before).all()
    assert not np.isnan(first).any()
    assert not np.isnan(later).any()
    assert np.isnan(pyramid.query(np.array([128, 900]))).all()


class Hurried(Ring):
    """A ring that is written to in the middle of the first read, or of every read."""

    def __init__(self, reads: int) -> None:
        super().__init__(20, (2,))
        self.write(np.tile([-1.0, 1.0], (20, 1)))
        self._left = reads

    def read(self, start: int, count: int, width: int | None = None) -> Float32 | Gap:
        if self._left > 0:
            self._left -= 1
            self.write(np.tile([-1.0, 1.0], (5, 1)))
        return super().read(start, count, width)


@pytest.mark.parametrize(("reads", "kept"), [(1, 15), (2, 0)])
def test_a_writer_that_comes_round_meanwhile_costs_only_what_it_overwrote(
    reads: int, kept: int
) -> None:
    pyramid = EnvelopePyramid(18 * BASE)
    pyramid._levels[0] = Hurried(reads)
    found = pyramid.query(np.arange(0, 21) * BASE)
    assert (~np.isnan(found[:, 0])).sum() == kept


def test_the_outline_reaches_beyond_the_history() -> None:
    pyramid = EnvelopePyramid(10_000)
    for block in np.split(NOISE, 30):
        pyramid.push(block)
    edges = np.arange(0, LONGEST * 4 + 1, LONGEST // 4)
    coarse = pyramid.outline(edges)
    assert np.isnan(pyramid.query(edges)[:8]).all()
    for number, start in enumerate(edges[:8]):
        bin_of = NOISE[start // LONGEST * LONGEST :][:LONGEST]
        np.testing.assert_array_equal(coarse[number], [bin_of.min(), bin_of.max()])
    newest = np.array([149_000, 149_500, 149_900])
    np.testing.assert_array_equal(pyramid.outline(newest), pyramid.query(newest))
