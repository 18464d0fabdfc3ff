"""Clip scores of labelled files, and the .npz that holds them between two runs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from leanviz.core.bounded import read_arrays
from leanviz.core.errors import UserError
from leanviz.core.taxonomy import Taxonomy
from leanviz.evaluation.manifest import ClipRow
from leanviz.sessions.report import printable
from leanviz.sessions.writing import replacing

Float32 = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ScoredClips:
    """Clips and what a model says about each.

    Attributes
    ----------
    rows : tuple of ClipRow
    scores : numpy.ndarray [n_clips, n_classes]
    """

    rows: tuple[ClipRow, ...]
    scores: Float32

    def save(self, path: Path, manifest: Path, taxonomy: Taxonomy) -> None:
        """Write the arrays that `leanviz score` writes; ExportError if that fails."""
        with replacing(path) as place, place.open("wb") as file:
            np.savez_compressed(
                file,
                files=np.array(clip_names(self.rows, manifest), str),
                labels=np.array(taxonomy.names),
                clip_scores=self.scores,
            )


def clip_names(rows: Iterable[ClipRow], manifest: Path) -> list[str]:
    """Return the names of clips as the manifest has them."""
    folder = manifest.parent
    return [
        printable(row.path.relative_to(folder) if row.path.is_relative_to(folder) else row.path)
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class StoredScores:
    """Clip scores as a file holds them.

    Attributes
    ----------
    files : list of str
    scores : numpy.ndarray [n_files, n_classes]
    """

    files: list[str]
    scores: Float32

    def of(self, names: Sequence[str]) -> tuple[list[int], Float32]:
        """Return which of the named clips are among the files, and their scores."""
        position = {name: at for at, name in enumerate(self.files)}
        known = [at for at, name in enumerate(names) if name in position]
        return known, self.scores[[position[names[at]] for at in known]]


def load_scores(path: Path, taxonomy: Taxonomy) -> StoredScores:
    """Read what `leanviz score` or `ScoredClips.save` wrote.

    Raises
    ------
    UserError
        If the file cannot be read, is none of theirs, or is about other classes.
    """
    try:
        stored = read_arrays(path)
        files, labels, scores = (stored[key] for key in ("files", "labels", "clip_scores"))
    except OSError as error:
        raise UserError(f"The scores {path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError) as error:
        raise UserError(f"{path} holds no scores that leanviz wrote.") from error
    if scores.dtype.kind != "f" or files.ndim != 1:
        raise UserError(f"{path} holds no scores that leanviz wrote.")
    if labels.tolist() != taxonomy.names or scores.shape != (len(files), len(taxonomy)):
        raise UserError(f"The scores {path} are about other classes than the model's.")
    return StoredScores([str(name) for name in files], scores.astype(np.float32))
