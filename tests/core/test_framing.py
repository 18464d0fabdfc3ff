"""Overlapping frames, against numpy's own."""

import numpy as np
import pytest

from leanviz.core.framing import framed


@pytest.mark.parametrize(
    ("count", "length", "hop_length"),
    [(1000, 400, 160), (400, 400, 160), (559, 400, 160), (560, 400, 160), (7, 3, 5)],
)
@pytest.mark.parametrize("step", [1, 2])
def test_frames_are_those_of_numpy(count: int, length: int, hop_length: int, step: int) -> None:
    samples = np.arange(count * step, dtype=np.float32)[::step]
    expected = np.lib.stride_tricks.sliding_window_view(samples, length)[::hop_length]
    np.testing.assert_array_equal(framed(samples, length, hop_length), expected)


def test_too_little_for_a_frame_gives_none() -> None:
    assert framed(np.zeros(399, np.float32), 400, 160).shape == (0, 400)
    assert framed(np.zeros(0, np.float32), 400, 160).shape == (0, 400)


def test_frames_share_memory_so_they_cannot_be_written() -> None:
    frames = framed(np.zeros(1000, np.float32), 400, 160)
    with pytest.raises(ValueError, match="read-only"):
        frames[0, 0] = 1.0
