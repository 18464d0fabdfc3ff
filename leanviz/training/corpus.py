"""Labelled clips as training sees them: decoded once, cached in one folder, read from disk."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from rich.progress import track

from leanviz.core.errors import UserError
from leanviz.core.frontend import YAMNET, clip_patches
from leanviz.core.taxonomy import Taxonomy
from leanviz.evaluation.manifest import (
    ClipRow,
    Manifest,
    Problem,
    read_manifest,
    spoken_about,
    targets,
)
from leanviz.evaluation.read import read_clip
from leanviz.training.fsd50k import is_fsd50k, read_fsd50k
from leanviz.training.vocabulary import YamnetRows, read_taxonomy
from leanviz.training.yamnet import Trunk

Float32 = npt.NDArray[np.float32]

# Longer recordings are cut: FSD50K's protocol hears at most 30 s of a clip.
LONGEST_S = 30.0
# What the folder with YAMNet must hold.
YAMNET_FILES = (
    "yamnet_weights.npz",
    "yamnet_class_map.csv",
    "audioset_ontology.json",
    "fsd50k_vocabulary.csv",
)


def window_samples(n_patches: int) -> int:
    """Return the samples that a window of `n_patches` sees."""
    return (n_patches - 1) * YAMNET.patch_hop + YAMNET.patch_length


@dataclass(frozen=True)
class Corpus:
    """All readable clips of a data folder, with what never changes during training.

    Attributes
    ----------
    samples : numpy.ndarray [n], int16
        All clips end to end, mapped from disk; clip ``i`` is ``starts[i] ... starts[i + 1]``.
    embeddings : numpy.ndarray [n_patches, 1024], float16
        What the pretrained trunk says of each clip's patches, mapped from disk; clip ``i`` has
        patches ``first[i] ... first[i + 1]``.
    labels, known : numpy.ndarray [n_clips, n_classes]
        The classes of a clip; those its source can speak about.
    sets : numpy.ndarray [n_natives, n_classes], bool
        For each native label of each source its most specific classes.
    native : numpy.ndarray [n_clips]
        The native label of each clip, a row of `sets`.
    rivals : numpy.ndarray [n_clips, n_natives], bool
        The native labels that exclude each other in a clip's source; none where a source's clips
        have several.
    problems : tuple of Problem
        Rows and clips that could not be used.
    is_commercial : bool
        Whether nothing is learned from clips whose own licence forbids commercial use.
    """

    taxonomy: Taxonomy
    rows: list[ClipRow]
    samples: npt.NDArray[np.int16]
    starts: npt.NDArray[np.int64]
    embeddings: npt.NDArray[np.float16]
    first: npt.NDArray[np.int64]
    labels: Float32
    known: npt.NDArray[np.bool_]
    sets: npt.NDArray[np.bool_]
    native: npt.NDArray[np.int64]
    rivals: npt.NDArray[np.bool_]
    problems: tuple[Problem, ...] = ()
    is_commercial: bool = False

    def split(self, name: str) -> npt.NDArray[np.int64]:
        """Return the positions of the clips of one split.

        Raises
        ------
        UserError
            If there is none.
        """
        clips = np.flatnonzero([row.split == name for row in self.rows])
        if len(clips) == 0:
            raise UserError(f'None of the {len(self.rows)} clips is in the split "{name}".')
        return clips

    def commercial(self) -> "Corpus":
        """Return the corpus with only such training clips as allow commercial use."""
        rows = [
            replace(row, split="kept-out") if row.split == "train" and row.non_commercial else row
            for row in self.rows
        ]
        return replace(self, rows=rows, is_commercial=True)

    def calibrating(self) -> npt.NDArray[np.int64]:
        """Return the positions of the validation clips that scores are fitted to.

        A model for commercial use is judged on all of them, but learns nothing from the others.
        """
        clips = self.split("val")
        if not self.is_commercial:
            return clips
        return clips[[not self.rows[i].non_commercial for i in clips]]

    def clip(self, position: int) -> Float32:
        """Return the samples of one clip [n], in [-1, 1]."""
        part = self.samples[self.starts[position] : self.starts[position + 1]]
        return part.astype(np.float32) / 32768.0

    def n_patches(self, position: int) -> int:
        """Return how many patches a clip has."""
        return int(self.first[position + 1] - self.first[position])


def yamnet_trunk(yamnet: Path) -> tuple[Trunk, Float32, Float32]:
    """Return the pretrained trunk and YAMNet's classifier kernel [521, 1024] and bias [521]."""
    with np.load(yamnet / "yamnet_weights.npz", allow_pickle=False) as weights:
        trunk = Trunk()
        trunk.load_folded(weights)
        return trunk.eval(), weights["logits/kernel"], weights["logits/bias"]


def yamnet_rows(taxonomy: Taxonomy, yamnet: Path) -> YamnetRows:
    """Return how YAMNet's classes speak about ours, from the tables beside its weights."""
    return YamnetRows.match(
        taxonomy, yamnet / "yamnet_class_map.csv", yamnet / "audioset_ontology.json"
    )


def _check_yamnet(yamnet: Path) -> None:
    for name in YAMNET_FILES:
        if not (yamnet / name).is_file():
            raise UserError(f"There is no {name} in {yamnet}: name YAMNet's folder with --yamnet.")


def read_rows(data: Path, taxonomy: Taxonomy) -> Manifest:
    """Read a folder with a ``manifest.csv``, or the official FSD50K tree."""
    if is_fsd50k(data):
        return read_fsd50k(data, taxonomy)
    return read_manifest(data / "manifest.csv", taxonomy)


class _Writer:
    """Decodes clips and runs the pretrained trunk over them, into two growing files."""

    def __init__(self, work: Path, trunk: Trunk, device: torch.device) -> None:
        self._trunk, self._device = trunk.to(device), device
        self._files = [(work / name).open("wb") for name in ("samples.raw", "embeddings.raw")]
        self.lengths: list[int] = []
        self.counts: list[int] = []

    @torch.inference_mode()
    def add(self, clip: Float32) -> None:
        """Append one clip [n] at 16 kHz."""
        samples = (np.clip(clip, -1, 32767 / 32768) * 32768).astype(np.int16)
        patches = torch.from_numpy(clip_patches(samples.astype(np.float32) / 32768.0))
        embeddings = self._trunk(patches.to(self._device)).cpu().numpy().astype(np.float16)
        for file, array in zip(self._files, (samples, embeddings), strict=True):
            array.tofile(file)
        self.lengths.append(len(samples))
        self.counts.append(len(embeddings))

    def close(self) -> None:
        """Close both files."""
        for file in self._files:
            file.close()


def _decode(manifest: Manifest, yamnet: Path, work: Path, device: torch.device) -> None:
    """Fill the cache; a clip that cannot be read is a problem with a name, not an end."""
    writer = _Writer(work, yamnet_trunk(yamnet)[0], device)
    kept: list[int] = []
    failed: list[str] = []
    for at, row in enumerate(track(manifest.rows, "Decoding clips")):
        try:
            clip = read_clip(row.path, LONGEST_S)
        except (OSError, UserError, ValueError) as error:
            failed.append(f"{row.path.name}: {error}")
            continue
        if len(clip) == 0:
            failed.append(f"{row.path.name} holds no samples.")
            continue
        writer.add(clip)
        kept.append(at)
    writer.close()
    if not kept:
        raise UserError(f"None of the {len(manifest.rows)} clips can be read. {failed[0]}")
    starts, first = np.cumsum([0, *writer.lengths]), np.cumsum([0, *writer.counts])
    paths = [str(row.path) for row in manifest.rows]
    index = {"starts": starts, "first": first, "kept": kept, "failed": failed, "paths": paths}
    # Whole or not at all: a cache that is there is taken as it stands.
    partial = work / "index.partial.npz"
    np.savez(partial, allow_pickle=False, **{k: np.array(v) for k, v in index.items()})
    partial.replace(work / "index.npz")


def prepare(data: Path, work: Path, yamnet: Path, device: torch.device | None = None) -> Corpus:
    """Return the corpus of a data folder, decoding it on first use into the folder `work`.

    Parameters
    ----------
    data : Path
        A folder with ``manifest.csv``, or the official FSD50K tree.
    yamnet : Path
        The folder with YAMNet's weights and class tables, and the vocabulary.

    Raises
    ------
    UserError
        If the manifest or YAMNet's files cannot be read, no clip can be, or the cache was made from
        another manifest.
    """
    if not data.is_dir():
        raise UserError(f"There is no folder {data}.")
    _check_yamnet(yamnet)
    taxonomy = read_taxonomy(yamnet / "fsd50k_vocabulary.csv")
    manifest = read_rows(data, taxonomy)
    if not (work / "index.npz").exists():
        work.mkdir(parents=True, exist_ok=True)
        _decode(manifest, yamnet, work, device or torch.device("cpu"))
    with np.load(work / "index.npz", allow_pickle=False) as stored:
        index = {name: stored[name] for name in stored.files}
    if index["paths"].tolist() != [str(row.path) for row in manifest.rows]:
        raise UserError(f"{work} was made from another manifest: delete it and prepare again.")
    rows = [manifest.rows[i] for i in index["kept"]]
    unreadable = tuple(Problem(0, str(what)) for what in index["failed"])
    return Corpus(
        taxonomy=taxonomy,
        rows=rows,
        samples=np.memmap(work / "samples.raw", np.int16, "r"),
        starts=index["starts"],
        embeddings=np.memmap(work / "embeddings.raw", np.float16, "r").reshape(-1, 1024),
        first=index["first"],
        problems=(*manifest.problems, *unreadable),
        **_tables(rows, len(taxonomy)),
    )


def _tables(rows: list[ClipRow], n_classes: int) -> dict[str, Any]:
    """Return what the labels of all clips together say."""
    known = spoken_about(rows, n_classes)
    labels = targets(rows, n_classes)
    sources = np.array([row.source for row in rows])
    names = sorted({(row.source, row.native_label) for row in rows})
    place = {name: at for at, name in enumerate(names)}
    native = np.array([place[row.source, row.native_label] for row in rows])
    # Only where a clip has one native label do a source's labels exclude each other.
    exclusive = np.array([bool(label) for _, label in names])
    same = np.array([[source == of for of, _ in names] for source in sources])
    return {
        "labels": labels,
        "known": np.stack([known[row.source] for row in rows]),
        "sets": np.stack(
            [
                _specific(labels[sources == s], labels[native == at])
                for at, (s, _) in enumerate(names)
            ]
        ),
        "native": native,
        "rivals": same & exclusive & (same.sum(1, where=exclusive) > 1)[:, None],
    }


def _specific(source: Float32, clips: Float32) -> npt.NDArray[np.bool_]:
    """Return the classes of some clips that are the rarest in their source [n_classes]."""
    present, counts = clips[0] > 0, source.sum(0)
    return present & (counts == counts[present].min())
