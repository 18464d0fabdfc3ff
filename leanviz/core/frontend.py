"""YAMNet's front end in numpy: log-mel frames and patches, for streams and for whole clips.

Numbers from tensorflow/models, research/audioset/yamnet (params.py, features.py), checked against
its published scores in tests/core/test_frontend.py.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from leanviz.core.framing import framed, magnitudes, stretches

Float32 = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """The numbers a model was trained with; written into `model.json` and compared on load."""

    sample_rate: int = 16000
    n_fft: int = 512
    win_length: int = 400
    hop_length: int = 160
    n_mels: int = 64
    fmin: float = 125.0
    fmax: float = 7500.0
    log_offset: float = 0.001
    patch_frames: int = 96
    patch_hop_frames: int = 48

    @property
    def patch_hop(self) -> int:
        """Samples from one patch to the next."""
        return self.patch_hop_frames * self.hop_length

    @property
    def patch_length(self) -> int:
        """Samples that one patch sees."""
        return (self.patch_frames - 1) * self.hop_length + self.win_length


YAMNET = FrontEnd()


def _hertz_to_mel(hertz: npt.ArrayLike) -> npt.NDArray[np.float64]:
    return 1127.0 * np.log1p(np.asarray(hertz, float) / 700.0)


@cache
def mel_matrix(front: FrontEnd = YAMNET) -> Float32:
    """Return the mel weights [n_fft // 2 + 1, n_mels]; triangles linear in mel, no DC.

    The formula of ``tf.signal.linear_to_mel_weight_matrix``. librosa's triangles are linear in
    hertz and area-normalised, which this trunk was not trained on.
    """
    bins = _hertz_to_mel(np.linspace(0.0, front.sample_rate / 2, front.n_fft // 2 + 1))
    low, high = _hertz_to_mel(front.fmin), _hertz_to_mel(front.fmax)
    edges = np.linspace(low, high, front.n_mels + 2)
    left, centre, right = edges[:-2], edges[1:-1], edges[2:]
    rising = (bins[:, None] - left) / (centre - left)
    falling = (right - bins[:, None]) / (right - centre)
    weights = np.maximum(0.0, np.minimum(rising, falling))
    weights[0] = 0.0
    return weights.astype(np.float32)


@cache
def _window(win_length: int) -> Float32:
    """Return a periodic Hann window, as TensorFlow's."""
    phase = np.arange(win_length) / win_length
    return (0.5 - 0.5 * np.cos(2 * np.pi * phase)).astype(np.float32)


def log_mel(samples: Float32, front: FrontEnd = YAMNET) -> Float32:
    """Compute the log-mel frames that lie wholly inside `samples`; nothing is padded.

    Parameters
    ----------
    samples : numpy.ndarray [n]
        Mono samples in [-1, 1] at ``front.sample_rate``.

    Returns
    -------
    numpy.ndarray [n_frames, n_mels]
        Frame ``f`` covers samples ``[f * hop_length, f * hop_length + win_length)``.
    """
    if len(samples) < front.win_length:
        return np.zeros((0, front.n_mels), np.float32)
    frames = framed(samples, front.win_length, front.hop_length)
    # as many at a time as stay in the processor's cache: twice as fast
    some = front.patch_frames
    parts = [_log_mel(frames[at : at + some], front) for at in range(0, len(frames), some)]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _log_mel(frames: Float32, front: FrontEnd) -> Float32:
    """Return the log-mel [n, n_mels] of frames [n, win_length], not yet windowed."""
    mel = magnitudes(frames, _window(front.win_length), front.n_fft) @ mel_matrix(front)
    return np.log(mel + np.float32(front.log_offset))


def patch_count(n_samples: int, front: FrontEnd = YAMNET) -> int:
    """Return how many patches a recording of `n_samples` has, the padded last one included.

    YAMNet pads a waveform to one patch and a whole number of patch hops, so that only the first
    patch of a short recording can be more than half padding.
    """
    if n_samples <= 0:
        return 0
    return 1 + max(0, -(-(n_samples - front.patch_length) // front.patch_hop))


def patches(frames: Float32, front: FrontEnd = YAMNET) -> Float32:
    """Cut log-mel frames [n_frames, n_mels] into patches [n_patches, patch_frames, n_mels]."""
    return stretches(frames, front.patch_frames, front.patch_hop_frames).copy()


def clip_patches(samples: Float32, front: FrontEnd = YAMNET) -> Float32:
    """Return all patches [n_patches, patch_frames, n_mels] of a whole recording, padded at its end.

    The same patches as `PatchStream` gives for the same samples in blocks of any size.
    """
    stream = PatchStream(front)
    return np.concatenate((stream.push(samples), stream.finish()))


# Log-mel of -6.9 is digital silence; lossy codecs turn silence into noise just above it.
AUDIBLE_LOG_MEL = -5.5


def audible_fraction(patches_: Float32) -> Float32:
    """Return the part of each patch's frames that hold more than silence or padding.

    Parameters
    ----------
    patches_ : numpy.ndarray [n_patches, patch_frames, n_mels]

    Returns
    -------
    numpy.ndarray [n_patches]
        0 for a patch of padding alone, 1 where every frame is audible: the weight of a patch in
        the score of a clip, so that padding does not vote.
    """
    return (patches_ > AUDIBLE_LOG_MEL).any(-1).mean(-1, dtype=np.float32)


class PatchStream:
    """Log-mel patches from samples that arrive in blocks of any size.

    The state is the samples that future patches still need, so any partition into blocks gives
    the patches of the whole recording.
    """

    def __init__(self, front: FrontEnd = YAMNET) -> None:
        self._front = front
        self._kept = np.zeros(0, np.float32)
        # the frames that begin with what is kept: half of a patch is in the one before it, too
        self._known = np.zeros((0, front.n_mels), np.float32)
        self._received = 0
        self._given = 0

    @property
    def missing(self) -> int:
        """Samples that the next patch still needs."""
        return max(0, self._front.patch_length - len(self._kept))

    def push(self, samples: Float32) -> Float32:
        """Take samples [n]; return the patches they complete [n_patches, patch_frames, n_mels]."""
        front = self._front
        self._kept = np.concatenate((self._kept, samples))
        self._received += len(samples)
        count = max(0, (len(self._kept) - front.patch_length) // front.patch_hop + 1)
        if count == 0:
            return np.zeros((0, front.patch_frames, front.n_mels), np.float32)
        needed = (count - 1) * front.patch_hop + front.patch_length
        new = log_mel(self._kept[len(self._known) * front.hop_length : needed], front)
        frames = np.concatenate((self._known, new))
        done = patches(frames, front)
        self._known = frames[count * front.patch_hop_frames :]
        self._kept = self._kept[count * front.patch_hop :]
        self._given += count
        return done

    def state(self) -> tuple[Float32, int, int]:
        """Return all that the past leaves: samples, and how many samples and patches there were."""
        return self._kept, self._received, self._given

    def restore(self, kept: Float32, received: int, given: int) -> None:
        """Go on from a state that another stream had."""
        self._kept, self._received, self._given = kept, received, given
        self._known = self._known[:0]

    def finish(self) -> Float32:
        """Pad the end with zeros; return the last patch [0 or 1, patch_frames, n_mels]."""
        missing = patch_count(self._received, self._front) - self._given
        padding = max(0, self._front.patch_length - len(self._kept))
        if missing <= 0:
            return np.zeros((0, self._front.patch_frames, self._front.n_mels), np.float32)
        return self.push(np.zeros(padding, np.float32))
