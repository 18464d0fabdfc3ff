"""Overlapping frames, against numpy's own."""

import numpy as np
import pytest

from leanviz.core.framing import framed, magnitudes, stretches


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


@pytest.mark.parametrize(("length", "hop_length"), [(3, 1), (3, 2), (10, 4), (11, 1)])
@pytest.mark.parametrize("shape", [(10,), (10, 4), (10, 2, 3)])
def test_stretches_of_rows_are_those_of_slices(
    length: int, hop_length: int, shape: tuple[int, ...]
) -> None:
    rows = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    starts = range(0, len(rows) - length + 1, hop_length)
    expected = [rows[at : at + length] for at in starts]
    found = stretches(rows, length, hop_length)
    assert found.shape == (len(starts), length, *shape[1:])
    np.testing.assert_array_equal(found, np.array(expected).reshape(found.shape))


def test_no_rows_have_no_stretches() -> None:
    assert stretches(np.zeros((0, 64), np.float32), 96, 48).shape == (0, 96, 64)


def test_magnitudes_are_those_of_the_transform_that_numpy_pads_for_itself() -> None:
    rng = np.random.default_rng(0)
    samples, window = rng.normal(size=4000).astype(np.float32), np.hanning(400).astype(np.float32)
    frames = framed(samples, 400, 160)
    found = magnitudes(frames, window, 512)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, np.abs(np.fft.rfft(frames * window, 512)))
