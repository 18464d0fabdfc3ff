"""The same sound heard by two trunks: a model folder's, and the pretrained YAMNet's.

What the folder's trunk makes of a patch on the way to its embedding, beside what YAMNet says of
it, is what ``leanviz.training.readout`` learns from. Both run in ONNX Runtime, which is many
times faster on a processor than PyTorch.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import torch
from rich.progress import track

from leanviz.core.frontend import audible_fraction, clip_patches
from leanviz.inference.model import session_options
from leanviz.training import augment
from leanviz.training.corpus import Corpus, yamnet_rows, yamnet_trunk
from leanviz.training.graft import bare, middle
from leanviz.training.padding import pads_inside
from leanviz.training.recipe import ReadoutRecipe
from leanviz.training.scenes import Mixing, Scenes
from leanviz.training.variations import again, variation
from leanviz.training.vocabulary import BORROWED_LOGIT

Float32 = npt.NDArray[np.float32]
Float16 = npt.NDArray[np.float16]

logger = logging.getLogger(__name__)

# Training clips, and mixtures or variations of them, that are kept in one file.
CLIPS, MIXTURES = 64, 32
# What variations are drawn with, and clips heard again: not what mixtures are.
APART, AGAIN = 7, 11


@dataclass(frozen=True)
class Heard:
    """What two trunks say of some patches.

    Attributes
    ----------
    maps : numpy.ndarray [n, 512, 6, 4], float16
        The folder's trunk after its layer 12.
    embeddings : numpy.ndarray [n, 1024], float16
        The same trunk's.
    logits : numpy.ndarray [n, n_unheard], float32
        YAMNet's, of the classes that no training clip has.
    """

    maps: Float16
    embeddings: Float16
    logits: Float32

    @classmethod
    def joined(cls, parts: list["Heard"]) -> "Heard":
        """Return several as one."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in NAMES))


NAMES = tuple(field.name for field in fields(Heard))


def unheard_classes(corpus: Corpus) -> npt.NDArray[np.intp]:
    """Return the positions of the classes that no training clip has."""
    return np.flatnonzero(~corpus.labels[corpus.split("train")].any(0))


class TwoTrunks:
    """A model folder's trunk and YAMNet's, and YAMNet's classifier rows for some classes."""

    def __init__(self, graph: onnx.ModelProto, corpus: Corpus, yamnet: Path, work: Path) -> None:
        self._ours = _with_middle(graph)
        trunk, self._kernel, self._bias = yamnet_trunk(yamnet)
        self._theirs = _session(_exported(trunk, work))
        matched = yamnet_rows(corpus.taxonomy, yamnet)
        unheard = unheard_classes(corpus)
        self._rows = [list(matched.rows[k]) for k in unheard]
        self._offset = np.where(np.array(matched.borrowed)[unheard], BORROWED_LOGIT, 0.0)

    def ours(self, patches: Float32) -> list[Float32]:
        """Return the folder's maps [n, 512, 6, 4] and embeddings [n, 1024] of patches."""
        return _run(self._ours, patches)

    def pretrained(self, patches: Float32) -> Float32:
        """Return YAMNet's embeddings [n, 1024] of patches."""
        return _run(self._theirs, patches)[0]

    def hear(self, patches: Float32, pretrained: Float32 | None = None) -> Heard:
        """Return what both say of log-mel patches [n, 96, 64].

        Parameters
        ----------
        pretrained : numpy.ndarray [n, 1024] or None
            YAMNet's embeddings, where they are known already.
        """
        maps, embeddings = self.ours(patches)
        theirs = self.pretrained(patches) if pretrained is None else pretrained
        raw = theirs @ self._kernel.T + self._bias
        logits = np.stack([raw[:, rows].max(1) for rows in self._rows], 1) + self._offset
        halves = maps.astype(np.float16), embeddings.astype(np.float16)
        return Heard(*halves, logits.astype(np.float32))


def _run(session: onnxruntime.InferenceSession, patches: Float32) -> list[Float32]:
    return cast("list[Float32]", session.run(None, {"patches": patches}))


def _with_middle(graph: onnx.ModelProto) -> onnxruntime.InferenceSession:
    """Return a session of a trunk that gives the map of its layer 12, and the embeddings."""
    asked = bare(graph)
    info = onnx.helper.make_tensor_value_info(middle(asked), onnx.TensorProto.FLOAT, None)
    asked.graph.output.insert(0, info)
    return _session(asked)


def _session(graph: onnx.ModelProto) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(
        graph.SerializeToString(), session_options(), providers=["CPUExecutionProvider"]
    )


def _exported(trunk: torch.nn.Module, work: Path) -> onnx.ModelProto:
    path = work / "pretrained.onnx"
    torch.onnx.export(
        trunk, (torch.rand(2, 96, 64),), path, input_names=["patches"],
        output_names=["embeddings"], dynamic_axes={"patches": {0: "batch"}}, opset_version=17,
        dynamo=False,
    )  # fmt: skip
    return pads_inside(onnx.load(path))


def hear_training_clips(
    corpus: Corpus, trunks: TwoTrunks, work: Path, recipe: ReadoutRecipe
) -> list[Path]:
    """Return files of what two trunks say of training clips, of mixtures and of variations of them.

    A run that was killed goes on with the files that it left; a part follows from its number.

    Parameters
    ----------
    work : Path
        A folder of this seed and model alone.
    recipe : ReadoutRecipe
        How many files of mixtures and of variations, of `MIXTURES` each; and the seed.
    """
    clips = corpus.split("train")
    groups = [clips[at : at + CLIPS] for at in range(0, len(clips), CLIPS)]
    seed, scenes = recipe.seed, Scenes(corpus, Mixing(), MIXTURES, recipe.seed)
    makers: list[tuple[str, Callable[[], Iterator[Heard]]]] = [
        (f"clips-{at:04}", lambda group=group: _clips(corpus, trunks, group))
        for at, group in enumerate(groups)
    ]
    makers += [
        (f"again-{time}-{at:04}", lambda at=at, draw=(seed + AGAIN, time, at): _again(
            corpus, trunks, groups[at], np.random.default_rng(draw)
        ))
        for time in range(recipe.again)
        for at in range(len(groups))
    ]  # fmt: skip
    makers += [
        (f"mixtures-{step:04}", lambda step=step: _mixtures(scenes, trunks, step, seed))
        for step in range(recipe.mixtures)
    ]
    makers += [
        (f"variations-{step:04}", lambda step=step: _variations(corpus, trunks, step, seed))
        for step in range(recipe.variations)
    ]
    return [kept(work / f"{name}.npz", make) for name, make in track(makers, "Hearing clips")]


def kept(path: Path, make: Callable[[], Iterator[Heard]]) -> Path:
    """Write what was heard to a file, unless it is there; return the file."""
    if not path.exists():
        save_part(path, Heard.joined(list(make())))
    return path


def save_part(path: Path, heard: Heard, **more: npt.NDArray[np.generic]) -> None:
    """Write a file of what was heard, and whatever else, whole or not at all."""
    # A file that is there is taken as it stands.
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, allow_pickle=False, **vars(heard), **more)
    partial.replace(path)


def read_heard(paths: list[Path]) -> Heard:
    """Return what files hold, as one; it is in memory once."""
    sizes = [len(_stored(path, "logits")) for path in paths]
    whole: dict[str, npt.NDArray[np.floating]] = {}
    for name in NAMES:
        first = _stored(paths[0], name)
        whole[name] = _empty((sum(sizes), *first.shape[1:]), first.dtype)
        for path, stop, size in zip(paths, np.cumsum(sizes), sizes, strict=True):
            whole[name][stop - size : stop] = _stored(path, name)
    return Heard(**whole)


def _empty(shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[np.floating]:
    """Return an array whose maps [n, channels, h, w] lie as convolutions are fast with them."""
    if len(shape) < len("nchw"):
        return np.empty(shape, dtype)
    n, channels, *place = shape
    return np.moveaxis(np.empty((n, *place, channels), dtype), -1, 1)


def _stored(path: Path, name: str) -> npt.NDArray[np.floating]:
    with np.load(path, allow_pickle=False) as stored:
        return stored[name]


def _clips(corpus: Corpus, trunks: TwoTrunks, clips: npt.NDArray[np.int64]) -> Iterator[Heard]:
    """Yield what two trunks say of the audible patches of each clip."""
    for clip in clips:
        patches = clip_patches(corpus.clip(int(clip)))
        own = corpus.embeddings[corpus.first[clip] : corpus.first[clip + 1]].astype(np.float32)
        audible = audible_fraction(patches) > 0
        yield trunks.hear(patches[audible], own[audible])


def _again(
    corpus: Corpus, trunks: TwoTrunks, clips: npt.NDArray[np.int64], rng: np.random.Generator
) -> Iterator[Heard]:
    """Yield what two trunks say of clips as they might have been recorded otherwise."""
    for clip in clips:
        patches = clip_patches(again(corpus.clip(int(clip)), rng))
        audible = audible_fraction(patches) > 0
        if audible.any():
            yield trunks.hear(patches[audible])


def _mixtures(scenes: Scenes, trunks: TwoTrunks, step: int, seed: int) -> Iterator[Heard]:
    """Yield one batch of mixtures, heard as training hears them."""
    generator = torch.Generator().manual_seed(seed * 1_000_003 + step)
    example = augment.hear(scenes[step], Mixing(), generator)
    for patches, mask in zip(example.patches, example.patch_mask, strict=True):
        audible = mask > 0
        yield trunks.hear(patches[audible].contiguous().numpy())


def _variations(corpus: Corpus, trunks: TwoTrunks, step: int, seed: int) -> Iterator[Heard]:
    """Yield what two trunks say of sounds made from training clips and from nothing."""
    clips, rng = corpus.split("train"), np.random.default_rng((seed + APART, step))
    for _ in range(MIXTURES):
        patches = clip_patches(variation(lambda: corpus.clip(int(rng.choice(clips))), rng))
        yield trunks.hear(patches[audible_fraction(patches) > 0])
