"""Frame scores in a NumPy archive: all that is needed to use them, and nothing pickled."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from leanviz.core.errors import ExportError
from leanviz.sessions.frames import write_frame_scores
from tests.sessions.conftest import TAXONOMY


@dataclass
class Made:
    path = Path("/sounds/a.wav")
    sample_rate = 8000
    n_samples = 12_000
    model = "LEAN-R 1 0123456789ab"
    patch_extents = np.array([[0, 7680], [3840, 11_520]])
    frame_scores = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]], np.float32)


def test_scores_and_times(tmp_path: Path) -> None:
    place = tmp_path / "a.scores.npz"
    write_frame_scores(Made(), TAXONOMY, place)
    with np.load(place, allow_pickle=False) as read:
        assert read["scores"].tolist() == Made.frame_scores.tolist()
        assert read["onset_s"].tolist() == [0.0, 0.48]
        assert read["offset_s"].tolist() == [0.96, 1.44]
        assert list(read["labels"]) == TAXONOMY.names
        assert list(read["mids"]) == [label.mid for label in TAXONOMY.labels]
        assert list(read["titles"]) == ["Animal", "Bark", "Chirp, tweet"]
        assert (int(read["sample_rate"]), float(read["duration_s"])) == (8000, 1.5)
        assert (str(read["sound"]), str(read["model"])) == ("a.wav", Made.model)


def test_a_place_that_cannot_be_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no folder"):
        write_frame_scores(Made(), TAXONOMY, tmp_path / "gone" / "a.npz")
