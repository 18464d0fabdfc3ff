"""What a model is worth while it is trained: the validation clips, heard as a stream hears them."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from leanviz.core.alignment import (
    WAVE_HOP,
    WAVES_PER_PATCH_HOP,
    WINDOW_PATCHES,
    wave_count,
)
from leanviz.evaluation.metrics import macro_map, source_hits
from leanviz.training.corpus import Corpus, window_samples
from leanviz.training.frontend import audible, cut_patches, log_mel
from leanviz.training.network import Lean

# Patches of clips that are heard together, and of those that go through the trunk at once.
AT_ONCE = 2048
CHUNK = 256


@torch.inference_mode()
def stream_logits(
    model: Lean, embeddings: Tensor, waves: Tensor, mask: Tensor, heard: Tensor
) -> Tensor:
    """Return final frame logits [batch, n, classes] as ``LeanStream`` would give them.

    Each patch's logits come from the window that ends one patch later, and holds up to 20.

    Parameters
    ----------
    embeddings, waves, mask, heard : Tensor [batch, n | m, ...]
        Of clips of one length.
    """
    n = embeddings.shape[1]
    logits: list[Tensor] = []
    for newest in range(min(1, n - 1), n):
        first = max(0, newest + 1 - WINDOW_PATCHES)
        keys = slice(
            first * WAVES_PER_PATCH_HOP,
            first * WAVES_PER_PATCH_HOP + wave_count(newest + 1 - first),
        )
        part = slice(first, newest + 1)
        frames, _, _ = model.fusion(
            embeddings[:, part], waves[:, keys], mask[:, part], heard[:, keys]
        )
        logits += [frames[:, -2]] if newest > 0 else []
        logits += [frames[:, -1]] if newest == n - 1 else []
    return torch.stack(logits, 1)


@torch.inference_mode()
def clip_scores(
    model: Lean, corpus: Corpus, clips: npt.NDArray[np.int64], device: torch.device, cached: bool
) -> npt.NDArray[np.float32]:
    """Return clip logits [n_clips, n_classes]: the mean over audible patches.

    Parameters
    ----------
    cached : bool
        Whether the trunk is still the pretrained one, whose embeddings are cached.
    """
    model.eval()
    result = np.zeros((len(clips), len(corpus.taxonomy)), np.float32)
    for chosen in _alike(corpus, clips):
        samples = _samples(corpus, clips[chosen]).to(device)
        patches = cut_patches(log_mel(samples))
        mask = audible(patches)
        known = _cached(corpus, clips[chosen]).to(device) if cached else None
        embeddings = _embedded(model, patches) if known is None else known
        lengths = torch.tensor([len(corpus.clip(int(i))) for i in clips[chosen]], device=device)
        waves = model.listen(samples)
        starts = torch.arange(waves.shape[1], device=device) * WAVE_HOP
        heard = (starts[None] < lengths[:, None]).float()
        logits = stream_logits(model, embeddings, waves, mask, heard)
        weight = torch.where(mask.sum(1, keepdim=True) > 0, mask, torch.ones_like(mask))
        weight = weight / weight.sum(1, keepdim=True)
        result[chosen] = (logits * weight[:, :, None]).sum(1).cpu().numpy()
    return result


def _embedded(model: Lean, patches: Tensor) -> Tensor:
    """Return embeddings [batch, n, 1024]."""
    flat = patches.flatten(0, 1)
    # A GPU prepares itself for each new size; a processor would only work for nothing.
    missing = -len(flat) % CHUNK if flat.is_cuda else 0
    padded = functional.pad(flat, (0, 0, 0, 0, 0, missing))
    parts = [model.yamnet(part) for part in padded.split(CHUNK)]
    return torch.cat(parts)[: len(flat)].reshape(*patches.shape[:2], -1)


def _alike(corpus: Corpus, clips: npt.NDArray[np.int64]) -> Iterator[npt.NDArray[np.int64]]:
    """Yield groups of clips with as many patches as each other, few enough to be heard at once."""
    counts = np.array([corpus.n_patches(int(i)) for i in clips])
    for count in np.unique(counts):
        group = np.flatnonzero(counts == count)
        yield from np.array_split(group, -(-len(group) * int(count) // AT_ONCE))


def _samples(corpus: Corpus, clips: npt.NDArray[np.int64]) -> Tensor:
    n = window_samples(corpus.n_patches(int(clips[0])))
    parts = [torch.from_numpy(corpus.clip(int(i))) for i in clips]
    return torch.stack([functional.pad(part, (0, n - len(part)))[:n] for part in parts])


def _cached(corpus: Corpus, clips: npt.NDArray[np.int64]) -> Tensor:
    parts = [corpus.embeddings[corpus.first[i] : corpus.first[i + 1]] for i in clips]
    return torch.from_numpy(np.stack(parts).astype(np.float32))


def validate(
    model: Lean, corpus: Corpus, device: torch.device, cached: bool, split: str = "val"
) -> dict[str, float]:
    """Return mAP and top-1 on the clips of a split."""
    clips = corpus.split(split)
    return figures(clip_scores(model, corpus, clips, device, cached), corpus, clips)


def figures(
    scores: npt.NDArray[np.float32], corpus: Corpus, clips: npt.NDArray[np.int64]
) -> dict[str, float]:
    """Return mAP, and top-1 for each source with several sounds of its own."""
    rows = [corpus.rows[i] for i in clips]
    found = {"mAP": macro_map(corpus.labels[clips], scores)}
    return found | {f"top1_{name}": hits.top1 for name, hits in source_hits(rows, scores).items()}
