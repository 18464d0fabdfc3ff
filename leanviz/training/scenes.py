"""What one training step hears: clips alone, mixed, or placed in a scene at known times.

A step's batch follows from the seed and the step's number alone, so that workers may prepare
batches in any order and a run that was killed goes on with the very batches it would have had.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from leanviz.core.frontend import YAMNET
from leanviz.training.corpus import Corpus, window_samples

# Sounds in one scene at most.
LAYERS = 3
# A window with room for several sounds one after the other.
SCENE_PATCHES = 7


class Kind(IntEnum):
    """How the sounds of an example lie in time."""

    ALONE = 0
    MIXED = 1
    SCENE = 2


@dataclass(frozen=True)
class Mixing:
    """How training examples are made, as shares of all examples.

    Attributes
    ----------
    mixed, scenes : float
        Two clips at once; up to three clips placed at random times. The rest are alone.
    speed, rolled : float
        Clips played 0.85 to 1.18 times as fast; clips whose end comes before their beginning.
    noise, reverb, muffled, quiet : float
        Coloured noise at 0 to 30 dB below; a short room response; everything above a random
        frequency taken away; the level drawn from -40 dB up instead of -12 dB.
    masked : bool
        Whether a stretch of time and one of frequency is hidden in each patch (SpecAugment).
    """

    mixed: float = 0.25
    scenes: float = 0.3
    speed: float = 0.3
    rolled: float = 0.2
    noise: float = 0.35
    reverb: float = 0.2
    muffled: float = 0.1
    quiet: float = 0.15
    masked: bool = True


@dataclass
class Batch:
    """Examples of one window length.

    Attributes
    ----------
    layers : Tensor [batch, LAYERS, n], int16
        The sounds of an example, each in its place in time; silence where there is none.
    clips : Tensor [batch, LAYERS]
        Whose sound a layer is: a position in the corpus, -1 for none.
    kind : Tensor [batch]
    stop : Tensor [batch]
        Where the last sound of an example ends, in samples; silence and padding follow.
    embeddings : Tensor [batch, n_patches, 1024], float16
        The pretrained trunk's, where a stage trains on cached ones; else empty.
    """

    layers: Tensor
    clips: Tensor
    kind: Tensor
    stop: Tensor
    embeddings: Tensor

    def to(self, device: torch.device) -> "Batch":
        """Return the batch on a device."""
        return Batch(**{k: v.to(device, non_blocking=True) for k, v in vars(self).items()})

    def pin_memory(self) -> "Batch":
        """Return the batch in memory that a GPU copies from while it works."""
        return Batch(**{k: v.pin_memory() for k, v in vars(self).items()})


class Scenes(Dataset[Batch]):
    """Batches by step number.

    Parameters
    ----------
    mixing : Mixing or None
        None for clips alone, on the patch grid, with their cached embeddings.
    """

    def __init__(self, corpus: Corpus, mixing: Mixing | None, batch: int, seed: int) -> None:
        self._corpus, self._mixing, self._batch, self._seed = corpus, mixing, batch, seed
        self._clips = corpus.split("train")
        frequency = corpus.labels[self._clips].sum(0)
        counts = np.array([_share(corpus, int(i), frequency) for i in self._clips])
        # Between every clip alike and every class alike.
        weight = counts**-0.5
        self._cumulated = np.cumsum(weight / weight.sum())

    def __getitem__(self, step: int) -> Batch:
        """Return the batch of one step."""
        rng = np.random.default_rng((self._seed, step))
        n_patches = _draw_length(rng)
        if self._mixing is None:
            return _stacked([self._cached(rng, n_patches) for _ in range(self._batch)])
        return _stacked([self._example(rng, n_patches) for _ in range(self._batch)])

    def _draw(self, rng: np.random.Generator) -> int:
        at = np.searchsorted(self._cumulated, rng.random())
        return int(self._clips[min(at, len(self._clips) - 1)])

    def _cached(
        self, rng: np.random.Generator, n_patches: int
    ) -> dict[str, npt.NDArray[np.generic]]:
        clip = self._draw(rng)
        first = int(rng.integers(0, max(0, self._corpus.n_patches(clip) - n_patches) + 1))
        sound = self._corpus.clip(clip)[first * YAMNET.patch_hop :][: window_samples(n_patches)]
        at = int(self._corpus.first[clip]) + first
        count = min(n_patches, int(self._corpus.first[clip + 1]) - at)
        embeddings = np.pad(
            self._corpus.embeddings[at : at + count], ((0, n_patches - count), (0, 0))
        )
        example = _Example(n_patches, Kind.ALONE)
        example.place(clip, sound, 0)
        return {**example.arrays(), "embeddings": embeddings}

    def _example(
        self, rng: np.random.Generator, n_patches: int
    ) -> dict[str, npt.NDArray[np.generic]]:
        assert self._mixing is not None
        kind = _draw_kind(self._mixing, rng, n_patches)
        example = _Example(n_patches, kind)
        n = window_samples(n_patches)
        for _ in range(_sounds(kind, rng)):
            clip = self._draw(rng)
            sound = self._cut(clip, n, rng)
            if kind is Kind.SCENE:
                sound = sound[: int(rng.uniform(0.5, 4.0) * YAMNET.sample_rate)]
            room = max(0, n - len(sound))
            # Sounds begin at any phase of the patch grid, as live ones do.
            usual = kind is not Kind.SCENE and rng.random() < 0.5
            limit = min(room, YAMNET.patch_hop) if usual else room
            example.place(clip, sound, int(rng.integers(0, limit + 1)))
        return {**example.arrays(), "embeddings": np.zeros((0, 0), np.float16)}

    def _cut(self, clip: int, n: int, rng: np.random.Generator) -> npt.NDArray[np.float32]:
        """Return up to `n` samples of a clip, played a little faster or slower now and then."""
        assert self._mixing is not None
        rate = rng.uniform(0.85, 1.18) if rng.random() < self._mixing.speed else 1.0
        sound = self._corpus.clip(clip)
        if rng.random() < self._mixing.rolled:
            sound = np.roll(sound, int(rng.integers(0, len(sound))))
        start = int(rng.integers(0, max(0, len(sound) - n) + 1))
        sound = sound[start : start + int(n * rate)]
        if rate == 1.0:
            return sound[:n]
        at = np.arange(0, len(sound) - 1, rate)
        return np.interp(at, np.arange(len(sound)), sound).astype(np.float32)[:n]


def _share(corpus: Corpus, clip: int, frequency: npt.NDArray[np.float32]) -> float:
    """Return how many training clips are like one: of its sound, or of its rarest class."""
    row = corpus.rows[clip]
    if row.native_label:
        alike = corpus.native == corpus.native[clip]
        return float(sum(corpus.rows[i].split == "train" for i in np.flatnonzero(alike)))
    return float(frequency[list(row.labels)].min())


class _Example:
    """One example while its sounds are placed."""

    def __init__(self, n_patches: int, kind: Kind) -> None:
        self._layers = np.zeros((LAYERS, window_samples(n_patches)), np.int16)
        self._clips = np.full(LAYERS, -1)
        self._kind, self._stop, self._used = kind, 0, 0

    def place(self, clip: int, sound: npt.NDArray[np.float32], start: int) -> None:
        """Put a sound on the next layer."""
        part = np.clip(sound * 32768.0, -32768, 32767)[: self._layers.shape[1] - start]
        self._layers[self._used, start : start + len(part)] = part
        self._clips[self._used] = clip
        self._stop = max(self._stop, start + len(part))
        self._used += 1

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return the example's part of a batch."""
        return {
            "layers": self._layers,
            "clips": self._clips,
            "kind": np.array(int(self._kind)),
            "stop": np.array(self._stop),
        }


# Patches per window, and how often: often few, since a stream begins with short windows. Not any
# number: a GPU prepares itself for each new shape.
LENGTHS = ((2, 0.1), (4, 0.15), (8, 0.15), (10, 0.4), (14, 0.1), (20, 0.1))


def _draw_length(rng: np.random.Generator) -> int:
    lengths, shares = zip(*LENGTHS, strict=True)
    return int(rng.choice(lengths, p=shares))


def _draw_kind(mixing: Mixing, rng: np.random.Generator, n_patches: int) -> Kind:
    choice = rng.random()
    if choice < mixing.scenes:
        return Kind.SCENE if n_patches >= SCENE_PATCHES else Kind.ALONE
    return Kind.MIXED if choice < mixing.scenes + mixing.mixed else Kind.ALONE


def _sounds(kind: Kind, rng: np.random.Generator) -> int:
    if kind is Kind.SCENE:
        return int(rng.integers(1, LAYERS + 1))
    return 2 if kind is Kind.MIXED else 1


def _stacked(examples: list[dict[str, npt.NDArray[np.generic]]]) -> Batch:
    return Batch(
        **{name: torch.from_numpy(np.stack([e[name] for e in examples])) for name in examples[0]}
    )


def batches(scenes: Scenes, steps: range, workers: int, pinned: bool) -> Iterator[Batch]:
    """Yield the batches of some steps in order, made by so many processes beside this one."""
    loader = DataLoader(
        scenes, batch_size=None, sampler=steps, num_workers=workers, pin_memory=pinned,
        prefetch_factor=4 if workers else None,
    )  # fmt: skip
    return iter(loader)
