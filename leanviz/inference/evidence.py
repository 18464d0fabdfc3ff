"""What one window of LEAN is made of, from its sound: to be taken away piece by piece."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from leanviz.core.alignment import (
    WAVE_FIELD,
    WAVE_HOP,
    WINDOW_PATCHES,
    wave_count,
)
from leanviz.core.clock import Span
from leanviz.core.ducking import muted
from leanviz.core.frontend import YAMNET, audible_fraction, log_mel, patches
from leanviz.inference.model import Fused, LeanModel

Float32 = npt.NDArray[np.float32]

# Patches of a window before the one that it decides on; one follows, if there is one.
PATCHES_BEFORE = WINDOW_PATCHES - 2


def window_of(patch: int, n_patches: int) -> range:
    """Return the patches of the window whose word on `patch` is final, as `LeanStream` has it."""
    stop = min(patch + 2, n_patches)
    return range(max(0, stop - WINDOW_PATCHES), stop)


def window_samples(window: range) -> Span:
    """Return the 16 kHz samples of the recording that a window sees."""
    first, last = window[0], window[-1]
    return Span(first * YAMNET.patch_hop, last * YAMNET.patch_hop + YAMNET.patch_length)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A window as fusion gets it, and the sound that it was made from.

    Attributes
    ----------
    samples : numpy.ndarray [n_samples]
        16 kHz, from the window's first sample on, zeros where the recording has ended.
    embeddings : numpy.ndarray [n_patches, width]
        Of the model's `embedding_width`.
    waves : numpy.ndarray [n_waves, 128]
    audible : numpy.ndarray [n_patches]
        Part of each patch that is more than silence or padding.
    heard : numpy.ndarray [n_waves]
        1 where a wave feature begins within the recording, else 0.
    """

    samples: Float32
    embeddings: Float32
    waves: Float32
    audible: Float32
    heard: Float32

    @classmethod
    def of(cls, model: LeanModel, samples: Float32, n_patches: int) -> "Evidence":
        """Return a window from its sound.

        Parameters
        ----------
        samples : numpy.ndarray [n]
            16 kHz, as far as the recording goes.
        n_patches : int
            Patches of the window, >= 1.
        """
        whole = np.zeros((n_patches - 1) * YAMNET.patch_hop + YAMNET.patch_length, np.float32)
        kept = samples[: len(whole)]
        whole[: len(kept)] = kept
        views, n_waves = patches(log_mel(whole)), wave_count(n_patches)
        heard = np.arange(n_waves) * WAVE_HOP < len(samples)
        return cls(
            samples=whole,
            embeddings=model.embed(views),
            waves=model.wave(whole[: (n_waves - 1) * WAVE_HOP + WAVE_FIELD]),
            audible=audible_fraction(views),
            heard=heard.astype(np.float32),
        )

    @property
    def n_patches(self) -> int:
        """Patches of the window."""
        return len(self.embeddings)

    @property
    def n_waves(self) -> int:
        """Wave features of the window."""
        return len(self.waves)

    def fuse(self, model: LeanModel, weights: Float32 | None = None) -> Fused:
        """Return what the model says of it, a batch of one.

        Parameters
        ----------
        weights : numpy.ndarray [n_patches] or None
            Of the patches in the clip logits; how audible they are if None.
        """
        votes = self.audible if weights is None else weights
        return model.fuse(self.embeddings[None], self.waves[None], votes[None], self.heard[None])

    def muted(self, model: LeanModel, span: Span) -> "Evidence":
        """Return the window with a stretch of its sound silenced, everything made again from it.

        Only what sees the stretch is computed; the rest would be what it was.

        Parameters
        ----------
        span : Span
            In samples of the window.
        """
        sound = muted(self.samples, [span], YAMNET.sample_rate)
        embeddings, waves = self.embeddings.copy(), self.waves.copy()
        seen = _seeing(span, YAMNET.patch_hop, YAMNET.patch_length, len(embeddings))
        if seen:
            start = seen[0] * YAMNET.patch_hop
            stop = seen[-1] * YAMNET.patch_hop + YAMNET.patch_length
            embeddings[seen.start : seen.stop] = model.embed(patches(log_mel(sound[start:stop])))
        seen = _seeing(span, WAVE_HOP, WAVE_FIELD, len(waves))
        if seen:
            part = sound[seen[0] * WAVE_HOP : seen[-1] * WAVE_HOP + WAVE_FIELD]
            waves[seen.start : seen.stop] = model.wave(part)
        return replace(self, samples=sound, embeddings=embeddings, waves=waves)


def silent_embedding(model: LeanModel) -> Float32:
    """Return the embedding [width] of a patch of digital silence: what a removed patch becomes."""
    quiet = (1, YAMNET.patch_frames, YAMNET.n_mels)
    return model.embed(np.full(quiet, np.log(YAMNET.log_offset), np.float32))[0]


def _seeing(span: Span, hop: int, field: int, count: int) -> range:
    """Return which of `count` fields, `hop` apart, overlap a span."""
    first = max(0, (span.start - field) // hop + 1)
    stop = min(count, -(-span.stop // hop))
    return range(first, max(first, stop))
