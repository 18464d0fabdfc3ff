"""Frame scores as a NumPy archive: time x class, for other thresholds, plots and piPSDS."""

from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from leanviz.core.taxonomy import Taxonomy
from leanviz.sessions.report import printable
from leanviz.sessions.writing import replacing

SUFFIX = ".scores.npz"


class Frames(Protocol):
    """What is written of an analysis."""

    @property
    def path(self) -> Path:
        """Where the sound is."""
        ...

    @property
    def sample_rate(self) -> int:
        """Rate of the source in hertz."""
        ...

    @property
    def model(self) -> str:
        """Identity of the model."""
        ...

    @property
    def patch_extents(self) -> npt.NDArray[np.int64]:
        """First sample of each patch and one past its last [n_patches, 2]."""
        ...

    @property
    def frame_scores(self) -> npt.NDArray[np.float32]:
        """Scores before smoothing [n_patches, n_classes]."""
        ...


def write_frame_scores(frames: Frames, taxonomy: Taxonomy, path: Path) -> None:
    """Write ``scores`` [n, n_classes], ``onset_s`` and ``offset_s`` [n], ``labels``, and facts.

    Raises
    ------
    ExportError
        If it cannot be written.
    """
    times_s = frames.patch_extents / frames.sample_rate
    with replacing(path) as place, place.open("wb") as file:
        np.savez_compressed(
            file,
            scores=np.asarray(frames.frame_scores, np.float32),
            onset_s=times_s[:, 0],
            offset_s=times_s[:, 1],
            labels=np.array(taxonomy.names),
            sound=np.array(printable(frames.path.name)),
            model=np.array(frames.model),
        )
