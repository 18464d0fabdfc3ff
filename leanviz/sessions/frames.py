"""Frame scores as a NumPy archive: time x class, for other thresholds, plots and piPSDS."""

from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from leanviz.core.clock import seconds
from leanviz.core.taxonomy import Taxonomy
from leanviz.sessions.report import Analysed, printable
from leanviz.sessions.writing import replacing

SUFFIX = ".scores.npz"


class Frames(Analysed, Protocol):
    """What is written of an analysis."""

    @property
    def path(self) -> Path:
        """Where the sound is."""
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
    """Write the scores of all patches, when each begins and ends, and what the classes are.

    ``scores`` [n, n_classes], float32 in [0, 1], before smoothing; ``onset_s`` and ``offset_s``
    [n], float64, seconds of the recording, which overlap by half; ``labels``, ``mids`` (AudioSet)
    and ``titles`` [n_classes]; ``sound``, ``model``, ``sample_rate`` in hertz and ``duration_s``.

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
            mids=np.array([label.mid for label in taxonomy.labels]),
            titles=np.array([label.title for label in taxonomy.labels]),
            sound=np.array(printable(frames.path.name)),
            model=np.array(frames.model),
            sample_rate=np.array(frames.sample_rate),
            duration_s=np.array(seconds(frames.n_samples, frames.sample_rate)),
        )
