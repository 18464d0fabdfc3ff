"""Figures of clip scores: those of the judge's own program, and cases by hand."""

import json
import math
import subprocess
import sys
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from leanviz.evaluation.manifest import ClipRow, read_manifest, targets
from leanviz.evaluation.metrics import (
    area_under_roc,
    average_precisions,
    class_figures,
    d_prime,
    lwlrap,
    macro_map,
    source_hits,
)
from leanviz.evaluation.scores import ScoredClips
from leanviz.inference.model import LeanModel


def row(source: str, native: str, *labels: int) -> ClipRow:
    return ClipRow(Path(f"{native}.wav"), "val", source, native, labels)


def test_figures_are_the_judges(shared: Path, tmp_path: Path) -> None:
    """On the same scores: guesses that are often right, for every clip of the real val split."""
    manifest, taxonomy = shared / "data" / "manifest.csv", LeanModel.open().taxonomy
    rows = read_manifest(manifest, taxonomy, "val").rows
    labels = targets(rows, len(taxonomy))
    chance = np.random.default_rng(1).uniform(size=labels.shape)
    scores = (0.4 * labels + 0.6 * chance).astype(np.float32)
    place = tmp_path / "scores.npz"
    ScoredClips(rows, scores).save(place, manifest, taxonomy)
    program = [sys.executable, str(shared / "tools" / "judge.py"), str(manifest), str(place)]
    done = subprocess.run([*program, "--split", "val"], capture_output=True, check=True)
    judged = json.loads(done.stdout)
    assert (judged["clips"], judged["missing"]) == (len(rows), 0)
    assert judged["classes"] == len(class_figures(labels, scores))
    assert judged["mAP"] == round(macro_map(labels, scores), 4)
    found = source_hits(rows, scores)
    assert {f"top1_{source}" for source in found} == {key for key in judged if "top1" in key}
    for source, hits in found.items():
        assert judged[f"top1_{source}"] == round(hits.top1, 4)
        assert judged[f"n_{source}"] == len(hits.clips)
        assert judged[f"sets_{source}"] == hits.kinds


def test_classes_with_few_positives_are_left_out() -> None:
    labels = np.zeros((8, 3))
    labels[:5, 0] = labels[:4, 1] = labels[:, 2] = 1
    scores = np.linspace(1, 0, 8)[:, None].repeat(3, 1)
    figures = class_figures(labels, scores)
    assert [(each.label, each.positives, each.ap) for each in figures] == [(0, 5, 1.0), (2, 8, 1.0)]
    assert figures[0].auc == 1.0
    assert math.isnan(figures[1].auc)  # present in every clip
    assert math.isnan(macro_map(labels[:4], scores[:4]))


def test_average_precision_of_a_class_that_is_nowhere() -> None:
    labels = np.array([[1.0, 0.0], [0.0, 0.0]])
    found = average_precisions(labels, np.array([[0.1, 0.2], [0.3, 0.4]]), np.array([0, 1]))
    assert found[0] == 0.5
    assert math.isnan(found[1])


def test_d_prime() -> None:
    assert d_prime(0.5) == 0.0
    assert d_prime(NormalDist().cdf(math.sqrt(2))) == pytest.approx(2.0)  # two deviations apart
    assert d_prime(1.0) == math.inf
    assert math.isnan(d_prime(math.nan))


def test_lwlrap_counts_labels_not_clips() -> None:
    labels = np.array([[1, 1, 0], [0, 0, 1]], float)
    scores = np.array([[0.9, 0.8, 0.1], [0.9, 0.8, 0.1]])
    assert lwlrap(labels, scores) == pytest.approx((1 + 1 + 1 / 3) / 3)
    assert math.isnan(lwlrap(0 * labels, scores))


def test_top1_is_among_the_kinds_of_a_source() -> None:
    """0 is an ancestor of 1 and 2; "bark" and "yap" are one kind; class 7 is nobody's."""
    rows = [
        row("a", "bark", 0, 1),
        row("a", "yap", 0, 1),
        row("a", "meow", 0, 2),
        row("a", "rain", 3),
        row("a", "wind", 4),
        row("b", "bark", 1),  # of a source with one kind of sound: not told
    ]
    scores = np.full((6, 8), 0.1, np.float32)
    scores[:, [0, 7]] = 0.9
    scores[[0, 1, 2, 3], [1, 1, 1, 3]] = 0.5
    scores[4, 3] = 0.5
    [(source, hits)] = source_hits(rows, scores).items()
    assert (source, hits.clips.tolist(), hits.kinds) == ("a", [0, 1, 2, 3, 4], 4)
    assert hits.hits.tolist() == [True, True, False, True, False]
    assert hits.top1 == 0.6


def test_area_under_roc_of_frames() -> None:
    active = np.array([False, True, True, False])
    assert area_under_roc(active, np.array([0.1, 0.9, 0.4, 0.5])) == 0.75
    assert math.isnan(area_under_roc(np.ones(4, bool), np.zeros(4)))
