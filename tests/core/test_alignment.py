"""The grid of wave features beside the grid of patches."""

from hypothesis import given
from hypothesis import strategies as st

from leanviz.core.alignment import (
    WAVE_HOP,
    WAVES_PER_PATCH_HOP,
    first_wave,
    wave_count,
    wave_extent,
)
from leanviz.core.frontend import YAMNET


def test_both_branches_share_one_clock() -> None:
    assert YAMNET.patch_hop == WAVES_PER_PATCH_HOP * WAVE_HOP


@given(st.integers(0, 10**6))
def test_the_wave_features_of_a_patch_lie_inside_it(patch: int) -> None:
    start = patch * YAMNET.patch_hop
    stop = start + YAMNET.patch_length
    first, last = first_wave(patch), first_wave(patch) + wave_count(1) - 1
    assert wave_extent(first)[0] == start
    assert wave_extent(last)[1] <= stop < wave_extent(last + 1)[1]


@given(st.integers(1, 100), st.integers(0, 100))
def test_windows_end_with_the_wave_features_of_their_last_patch(count: int, first: int) -> None:
    assert first_wave(first) + wave_count(count) == first_wave(first + count - 1) + wave_count(1)
