"""Unlabelled sounds as the readout hears them: as they are, and recorded otherwise.

YAMNet says of any sound what the readout is to say of it, so that no label is needed. What may be
a validation clip is left out all the same: figures would flatter.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.progress import track

from leanviz.core.errors import UserError
from leanviz.core.frontend import audible_fraction, clip_patches
from leanviz.training.corpus import Corpus
from leanviz.training.recipe import ReadoutRecipe
from leanviz.training.sounds import Excerpt, excerpts
from leanviz.training.two_trunks import Heard, TwoTrunks, kept, save_part
from leanviz.training.variations import again

Float32 = npt.NDArray[np.float32]

logger = logging.getLogger(__name__)

# A stretch as long as a validation clip may be that clip if the cosine of YAMNet's mean embeddings
# of both is above this. Between other sounds it is .78 in the median; recordings that games and
# ESC-50 have from one source are at .96 to .98, and so is much that is only quiet.
TOO_NEAR = 0.95
# What sounds heard again are drawn with: not what clips are.
AGAIN = 19


class ValidationClips:
    """The clips of the split "val", to find them in other sounds."""

    def __init__(self, corpus: Corpus) -> None:
        own: list[Float32] = []
        for clip in corpus.split("val"):
            patches = slice(int(corpus.first[clip]), int(corpus.first[clip + 1]))
            audible = audible_fraction(clip_patches(corpus.clip(int(clip)))) > 0
            if audible.any():
                own.append(corpus.embeddings[patches][audible].astype(np.float32))
        self._means = _unit(np.stack([embeddings.mean(0) for embeddings in own]))
        self._lengths = np.array([len(embeddings) for embeddings in own])

    def are_in(self, embeddings: Float32) -> bool:
        """Return whether a stretch of a sound is nearly one of the clips.

        Parameters
        ----------
        embeddings : numpy.ndarray [n, 1024]
            YAMNet's, of the patches that are audible. A longer clip is compared with all of them.
        """
        lengths = np.minimum(self._lengths, len(embeddings))
        sums = np.pad(np.cumsum(embeddings, 0), ((1, 0), (0, 0)))
        return any(
            (_unit(sums[length:] - sums[:-length]) @ self._means[lengths == length].T).max()
            > TOO_NEAR
            for length in np.unique(lengths)
        )


def _unit(vectors: Float32) -> Float32:
    return vectors / (np.linalg.norm(vectors, axis=-1, keepdims=True) + 1e-9)


@dataclass(frozen=True)
class Listener:
    """What hears the sounds of folders, and the folder for what it heard."""

    corpus: Corpus
    trunks: TwoTrunks
    work: Path
    recipe: ReadoutRecipe

    def hear(self, folders: list[Path]) -> list[Path]:
        """Return files of what two trunks say of sounds in folders.

        A run that was killed goes on with the files that it left, as long as the sounds are the
        same.

        Raises
        ------
        UserError
            If there is no such folder, or no sound in it that can be used.
        """
        if not folders:
            return []
        recipe, files = self.recipe, list[Path]()
        clips = ValidationClips(self.corpus)
        for folder in folders:
            drawn = excerpts(folder, recipe.sounds_s, recipe.seed)
            name = _digest(drawn)
            path = self._as_they_are(folder, drawn, clips, self.work / f"sounds-{name}.npz")
            with np.load(path, allow_pickle=False) as stored:
                left_out = stored["left_out"]
            logger.info("%s: %d excerpts left out: validation clips perhaps", folder, sum(left_out))
            drawn = [drawn[i] for i in np.flatnonzero(~left_out)]
            maker = self._again(drawn)
            files += [path, kept(self.work / f"sounds-again-{name}.npz", maker)]
        return files

    def _as_they_are(
        self, folder: Path, drawn: list[Excerpt], clips: ValidationClips, path: Path
    ) -> Path:
        """Keep what two trunks say of excerpts, and which were left out as validation clips."""
        if path.exists():
            return path
        heard: list[Heard] = []
        left_out = np.zeros(len(drawn), bool)
        for at, excerpt in enumerate(track(drawn, f"Hearing {folder.name}")):
            patches = _audible(excerpt.read())
            if len(patches) == 0:
                continue
            embeddings = self.trunks.pretrained(patches)
            left_out[at] = clips.are_in(embeddings)
            if not left_out[at]:
                heard.append(self.trunks.hear(patches, embeddings))
        if not heard:
            raise UserError(f"Every sound in {folder} is silent, or may be a validation clip.")
        save_part(path, Heard.joined(heard), left_out=left_out)
        return path

    def _again(self, drawn: list[Excerpt]) -> Callable[[], Iterator[Heard]]:
        """Return what yields excerpts as they might have been recorded otherwise."""

        def hear() -> Iterator[Heard]:
            rng = np.random.default_rng((self.recipe.seed, AGAIN))
            for excerpt in drawn:
                patches = _audible(again(excerpt.read(), rng))
                if len(patches):
                    yield self.trunks.hear(patches)

        return hear


def _audible(samples: Float32) -> Float32:
    patches = clip_patches(samples)
    return patches[audible_fraction(patches) > 0]


def _digest(drawn: list[Excerpt]) -> str:
    """Return a name that follows from excerpts, wherever their folder lies."""
    told = [(excerpt.path.name, excerpt.rate, excerpt.start, excerpt.count) for excerpt in drawn]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:12]
