"""Overlapping frames of a signal, and rows of overlapping stretches, without copying them."""

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]


def framed(samples: Float32, length: int, hop_length: int) -> Float32:
    """Return the frames [n, length] that lie wholly inside samples [m], as a view of them.

    What `numpy.lib.stride_tricks.sliding_window_view` gives every `hop_length` samples, which takes
    longer for a block of 40 ms than all that is done with it but the Fourier transform.
    """
    samples = np.ascontiguousarray(samples)
    count = max(0, (len(samples) - length) // hop_length + 1)
    step = samples.itemsize
    shape, strides = (count, length), (hop_length * step, step)
    frames = np.ndarray(shape, samples.dtype, samples, strides=strides)
    frames.flags.writeable = False
    return frames


def stretches(rows: Float32, length: int, hop_length: int) -> Float32:
    """Return the stretches [n, length, ...] that lie wholly inside rows [m, ...], as a view."""
    width = rows[0].size if len(rows) else 0
    if not width:
        return np.zeros((0, length, *rows.shape[1:]), rows.dtype)
    views = framed(rows.reshape(-1), length * width, hop_length * width)
    return views.reshape(len(views), length, *rows.shape[1:])


def magnitudes(frames: Float32, window: Float32, n_fft: int) -> Float32:
    """Return how strong each frequency is in frames [n, win_length]: [n, n_fft // 2 + 1].

    What ``abs(rfft(frames * window, n_fft))`` gives for float32, in two thirds of the time: numpy
    computes in float64 there, and converts and pads a row at a time.
    """
    win_length = len(window)
    rows = np.empty((len(frames), n_fft))
    rows[:, :win_length] = frames * window
    rows[:, win_length:] = 0.0
    return np.abs(np.fft.rfft(rows).astype(np.complex64))
