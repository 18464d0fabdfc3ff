"""Clip scores between two runs."""

from pathlib import Path

import numpy as np
import pytest

from leanviz.core.errors import ExportError, UserError
from leanviz.core.taxonomy import Label, Taxonomy
from leanviz.evaluation.manifest import ClipRow
from leanviz.evaluation.scores import ScoredClips, load_scores

TAXONOMY = Taxonomy((Label("Dog", "/m/1", "Dog"), Label("Cat", "/m/2", "Cat")))


def clips(*paths: Path) -> ScoredClips:
    rows = tuple(ClipRow(path, "val", "one", "dog", (0,)) for path in paths)
    return ScoredClips(rows, np.arange(2 * len(rows), dtype=np.float32).reshape(-1, 2))


def test_round_trip(tmp_path: Path) -> None:
    manifest, place = tmp_path / "list.csv", tmp_path / "scores.npz"
    scored = clips(tmp_path / "sub" / "a.wav", Path("/elsewhere/b.wav"))
    scored.save(place, manifest, TAXONOMY)
    stored = load_scores(place, TAXONOMY)
    assert stored.files == ["sub/a.wav", "/elsewhere/b.wav"]
    known, scores = stored.of(["c.wav", "/elsewhere/b.wav", "sub/a.wav"])
    assert known == [1, 2]
    assert scores.tolist() == [[2.0, 3.0], [0.0, 1.0]]
    assert stored.of(["c.wav"])[0] == []


def test_scores_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        load_scores(tmp_path / "none.npz", TAXONOMY)
    text = tmp_path / "text.npz"
    text.write_text("not scores")
    empty = tmp_path / "empty.npz"
    empty.touch()
    other = tmp_path / "other.npz"
    np.savez(other, files=["a"])
    cut = tmp_path / "cut.npz"
    cut.write_bytes(other.read_bytes()[:100])
    single = tmp_path / "single.npz"
    with single.open("wb") as file:
        np.save(file, np.zeros(3))
    for path in (text, empty, other, cut, single):
        with pytest.raises(UserError, match="no scores that leanviz wrote"):
            load_scores(path, TAXONOMY)


def test_scores_about_other_classes(tmp_path: Path) -> None:
    place = tmp_path / "scores.npz"
    clips(tmp_path / "a.wav").save(place, tmp_path / "list.csv", TAXONOMY)
    with pytest.raises(UserError, match="other classes"):
        load_scores(place, Taxonomy((*TAXONOMY.labels, Label("Cow", "/m/3", "Cow"))))


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ExportError):
        clips(tmp_path / "a.wav").save(tmp_path, tmp_path / "list.csv", TAXONOMY)
