"""Any rate to any other, block by block, with the filter's state carried from one to the next."""

import numpy as np
import numpy.typing as npt
import soxr

Float32 = npt.NDArray[np.float32]


class Resampler:
    """Stateful resampling: any partition into blocks gives what the whole signal at once gives.

    soxr's HQ filter, the one behind ``librosa.load``. Equal rates pass samples through untouched.

    Parameters
    ----------
    from_rate, to_rate : int
        Rates in hertz.
    channels : int or None
        None: blocks are mono, [n]; a number: blocks are [n, channels].
    """

    def __init__(self, from_rate: int, to_rate: int = 16_000, channels: int | None = None) -> None:
        self._nothing = np.zeros(0 if channels is None else (0, channels), np.float32)
        self._stream, self._over = None, False
        if from_rate != to_rate:
            self._stream = soxr.ResampleStream(
                from_rate, to_rate, channels or 1, dtype="float32", quality="HQ"
            )

    def push(self, samples: Float32) -> Float32:
        """Take the next samples; return those that are ready, some 20 ms behind."""
        if self._stream is None or not len(samples):
            return samples
        if self._over:
            self._stream.clear()
            self._over = False
        return self._stream.resample_chunk(np.ascontiguousarray(samples, np.float32))

    def finish(self) -> Float32:
        """Return what is still in the filter and start afresh: the next `push` is a new signal."""
        if self._stream is None or self._over:
            return self._nothing
        self._over = True
        return self._stream.resample_chunk(self._nothing, last=True)
