"""Clips recorded otherwise, through the model."""

from pathlib import Path

import numpy as np
import pytest

from leanviz.core.errors import AudioFileError
from leanviz.evaluation.manifest import ClipRow
from leanviz.evaluation.rerecording import CONDITIONS
from leanviz.evaluation.robustness import (
    UNCHANGED,
    clip_scores,
    read_clip,
    rerecorded_scores,
    robustness_figures,
    spread,
)
from leanviz.inference.model import LeanModel
from leanviz.pipeline.clip import analyze_file


def row(n: int, label: int = 0) -> ClipRow:
    return ClipRow(Path(f"{n}.wav"), "val", "one", f"kind {label}", (label,))


def test_scores_are_those_of_the_app(siren: Path, model: LeanModel) -> None:
    found = clip_scores(model, read_clip(siren))
    assert np.abs(found - analyze_file(siren, model).clip_scores).max() <= 1e-4


def test_every_condition_is_scored(siren: Path, model: LeanModel) -> None:
    scores = rerecorded_scores(model, siren, seed=0)
    assert scores.shape == (1 + len(CONDITIONS), len(model.taxonomy))
    change = dict(
        zip([c.name for c in CONDITIONS], np.abs(scores[1:] - scores[0]).max(1), strict=True)
    )
    assert change["44.1 kHz"] < 0.02 < change["pink noise, SNR 0 dB"]


def test_a_file_that_is_no_sound(tmp_path: Path, model: LeanModel) -> None:
    with pytest.raises(AudioFileError):
        rerecorded_scores(model, tmp_path / "none.wav", seed=0)


def test_figures() -> None:
    """Five clips of each of five kinds; the last condition forgets the last kind."""
    rows = [row(n, n % 5) for n in range(25)]
    right = np.eye(5, dtype=np.float32)[[n % 5 for n in range(25)]]
    scores = np.repeat(right[:, None], 1 + len(CONDITIONS), axis=1)
    scores[4::5, -1] = 0.0
    figures = robustness_figures(rows, scores)
    assert [each.condition for each in figures] == [UNCHANGED, *(c.name for c in CONDITIONS)]
    assert (figures[0].macro_map, figures[0].top1, figures[0].change) == (1.0, {"one": 1.0}, 0.0)
    assert figures[-1].macro_map < 1.0
    assert figures[-1].top1 == {"one": 0.8}
    assert figures[-1].change == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [(None, [0, 1, 2, 3, 4, 5, 6]), (3, [0, 2, 4]), (1, [0]), (9, [0, 1, 2, 3, 4, 5, 6])],
)
def test_a_part_is_spread_over_the_whole(limit: int | None, expected: list[int]) -> None:
    rows = [row(n) for n in range(7)]
    assert [rows.index(each) for each in spread(rows, limit)] == expected
