"""LEAN on a stream: samples in blocks of any size, one result per patch hop.

Embeddings and wave features are computed once and kept for the length of a window; only fusion
runs again for each hop. The result of a patch is *final* when one more patch is known, because
fusion looks one patch ahead; until then it is *provisional*.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from leanviz.core.alignment import (
    WAVE_FIELD,
    WAVE_HOP,
    WAVE_WIDTH,
    WAVES_PER_PATCH_HOP,
    WINDOW_PATCHES,
    first_wave,
    wave_count,
)
from leanviz.core.framing import stretches
from leanviz.core.frontend import PatchStream, audible_fraction
from leanviz.inference.model import LeanModel

Float32 = npt.NDArray[np.float32]

# Windows fused in one call: enough to feed the matrix products, small enough for the cache.
FUSION_BATCH = 16


@dataclass(frozen=True, slots=True)
class PatchResult:
    """What LEAN says about one patch.

    Attributes
    ----------
    patch : int
        Index since the start of the stream.
    logits : numpy.ndarray [n_classes]
    attention : numpy.ndarray [n_heads, n_waves]
        Weights over wave features `first_key` and following; they sum to 1 per head.
    first_key : int
    audible : float
        Part of the patch that is more than silence or padding.
    final : bool
    """

    patch: int
    logits: Float32
    attention: Float32
    first_key: int
    audible: float
    final: bool

    @property
    def scores(self) -> Float32:
        """Scores [n_classes] in [0, 1]."""
        return sigmoid(self.logits)


def sigmoid(logits: Float32) -> Float32:
    """Return scores of logits without overflow."""
    return (0.5 * (1.0 + np.tanh(0.5 * logits))).astype(np.float32)


def clip_logits(logits: Float32, audible: Float32) -> Float32:
    """Return the logits of a whole recording [n_classes]: the mean over its audible patches.

    Parameters
    ----------
    logits : numpy.ndarray [n_patches, n_classes]
    audible : numpy.ndarray [n_patches]
        Weights; if all are 0 the recording is silent and every patch counts alike.
    """
    weights = audible if audible.sum() > 0 else np.ones_like(audible)
    return (logits * weights[:, None]).sum(0) / weights.sum()


class _WaveFeatures:
    """Wave features from samples in blocks.

    Attributes
    ----------
    kept : numpy.ndarray [n]
        The state: samples that future features still need.
    """

    def __init__(self, model: LeanModel) -> None:
        self._model = model
        self.kept = np.zeros(0, np.float32)

    def push(self, samples: Float32) -> Float32:
        """Take samples [n]; return the features [m, 128] whose receptive field is complete."""
        self.kept = np.concatenate((self.kept, samples))
        count = max(0, (len(self.kept) - WAVE_FIELD) // WAVE_HOP + 1)
        if count == 0:
            return np.zeros((0, WAVE_WIDTH), np.float32)
        features = self._model.wave(self.kept[: (count - 1) * WAVE_HOP + WAVE_FIELD])
        self.kept = self.kept[count * WAVE_HOP :]
        return features


class LeanStream:
    """LEAN's results for one unbroken stretch of 16 kHz audio.

    Parameters
    ----------
    model : LeanModel
    provisional : bool
        Whether to report the newest patch before it is final, as live listening wants.
    """

    def __init__(self, model: LeanModel, provisional: bool = False) -> None:
        self._model = model
        self._provisional = provisional
        self._patch_stream = PatchStream()
        self._wave_stream = _WaveFeatures(model)
        self._received = 0
        self._fused = 0
        self._last: PatchResult | None = None
        self._embeddings = np.zeros((0, model.embedding_width), np.float32)
        self._audible = np.zeros(0, np.float32)
        self._waves = np.zeros((0, WAVE_WIDTH), np.float32)
        # Absolute index of the first kept patch; kept wave features begin with it.
        self._oldest = 0

    @property
    def missing(self) -> int:
        """Samples without which there is no further result."""
        return self._patch_stream.missing

    def push(self, samples: Float32) -> list[PatchResult]:
        """Take mono 16 kHz samples [n] in [-1, 1]; return the results they complete, in order."""
        self._received += len(samples)
        self._take(self._patch_stream.push(samples), self._wave_stream.push(samples))
        return self._results()

    def finish(self) -> list[PatchResult]:
        """End the stream: pad the last patch, make the newest result final, return the rest."""
        patches = self._patch_stream.finish()
        total = self._oldest + len(self._embeddings) + len(patches)
        if total:
            have = first_wave(self._oldest) + len(self._waves)
            missing = first_wave(total - 1) + wave_count(1) - have
            padding = np.zeros(max(0, missing) * WAVE_HOP + WAVE_FIELD, np.float32)
            self._take(patches, self._wave_stream.push(padding)[: max(0, missing)])
        results = [result for result in self._results() if result.final]
        if self._last is None:
            return results
        last, self._last = replace(self._last, final=True), None
        return [*results, last]

    def state(self) -> dict[str, npt.NDArray[Any]]:
        """Return all that the past leaves, as arrays: a stream restored to it goes on the same."""
        samples, received, given = self._patch_stream.state()
        counts = self._received, self._fused, self._oldest, received, given
        arrays: dict[str, npt.NDArray[Any]] = {
            "counts": np.array(counts, np.int64),
            "samples": samples,
            "wave_samples": self._wave_stream.kept,
            "embeddings": self._embeddings,
            "audible": self._audible,
            "waves": self._waves,
        }
        if self._last is not None:
            last = self._last
            arrays |= {
                "last": np.array([last.patch, last.first_key, last.final], np.int64),
                "last_audible": np.array(last.audible),
                "last_logits": last.logits,
                "last_attention": last.attention,
            }
        return arrays

    def restore(self, state: Mapping[str, npt.NDArray[Any]]) -> None:
        """Go on from a state that another stream of the same model had."""
        counts = state["counts"].tolist()
        self._received, self._fused, self._oldest, received, given = counts
        self._patch_stream.restore(state["samples"], received, given)
        self._wave_stream.kept = state["wave_samples"]
        self._embeddings, self._audible = state["embeddings"], state["audible"]
        self._waves, self._last = state["waves"], None
        if "last" in state:
            patch, first_key, final = state["last"].tolist()
            logits, attention = state["last_logits"], state["last_attention"]
            audible = float(state["last_audible"])
            self._last = PatchResult(patch, logits, attention, first_key, audible, bool(final))

    def _take(self, patches: Float32, waves: Float32) -> None:
        if len(patches):
            self._embeddings = np.concatenate((self._embeddings, self._model.embed(patches)))
            self._audible = np.concatenate((self._audible, audible_fraction(patches)))
        self._waves = np.concatenate((self._waves, waves))

    def _results(self) -> list[PatchResult]:
        """Fuse every window whose newest patch is new; each patch's window is always the same."""
        results: list[PatchResult] = []
        newest = self._oldest + len(self._embeddings)
        advanced = newest > self._fused
        while self._fused < newest:
            # Windows at the start of a stream are shorter, each of its own length.
            growing = self._fused < WINDOW_PATCHES - 1
            stop = self._fused + 1 if growing else min(newest, self._fused + FUSION_BATCH)
            settled, self._last = self._fuse(self._fused, stop)
            results += settled
            self._fused = stop
        self._forget()
        if self._provisional and advanced and self._last is not None:
            results.append(self._last)
        return results

    def _fuse(self, first: int, stop: int) -> tuple[list[PatchResult], PatchResult]:
        """Fuse the windows that end with patches `first` to `stop`.

        Returns
        -------
        tuple of (list of PatchResult, PatchResult)
            The last patch but one of each window, now final, and the last of the last window, still
            provisional.
        """
        length = min(WINDOW_PATCHES, first + 1)
        start, stop_row = first + 1 - length - self._oldest, stop - self._oldest
        first_key, n_waves = first_wave(start), wave_count(length)
        embeddings = stretches(self._embeddings[start:stop_row], length, 1)
        audible = stretches(self._audible[start:stop_row], length, 1)
        last_key = first_wave(stop_row - 1) + wave_count(1)
        waves = stretches(self._waves[first_key:last_key], n_waves, WAVES_PER_PATCH_HOP)
        first_keys = first_wave(first + 1 - length) + WAVES_PER_PATCH_HOP * np.arange(stop - first)
        keys = first_keys[:, None] + np.arange(n_waves)
        heard = (keys * WAVE_HOP < self._received).astype(np.float32)
        # only the last two patches of a window are decided on
        asked = max(0, length - 2)
        fused = self._model.fuse(embeddings, waves, audible, heard, first=asked)

        def result(row: int, n: int) -> PatchResult:
            return PatchResult(
                patch=first + row + 1 - length + n,
                # Copies: a view would keep the whole batch of windows alive with it.
                logits=fused.frame_logits[row, n - asked].copy(),
                attention=fused.attention[row, :, n - asked].copy(),
                first_key=int(keys[row, 0]),
                audible=float(audible[row, n]),
                final=n + 1 < length,
            )

        settled = [result(row, length - 2) for row in range(stop - first)] if length > 1 else []
        return settled, result(stop - first - 1, length - 1)

    def _forget(self) -> None:
        """Drop what no future window needs."""
        surplus = len(self._embeddings) - (WINDOW_PATCHES - 1)
        if surplus > 0:
            self._embeddings = self._embeddings[surplus:]
            self._audible = self._audible[surplus:]
            self._waves = self._waves[surplus * WAVES_PER_PATCH_HOP :]
            self._oldest += surplus
