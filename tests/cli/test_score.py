"""`leanviz score`: a matrix of clip scores, its rows named."""

import json
from pathlib import Path

import numpy as np
import pytest

from leanviz.inference.model import LeanModel
from tests.cli.running import Run


@pytest.fixture
def manifest(siren: Path, birds: Path, bad: Path, tmp_path: Path) -> Path:
    """Return a manifest of three sounds, one of them bad, in a folder beside the sounds'."""
    folder = tmp_path / "lists"
    folder.mkdir()
    (tmp_path / "s.wav").symlink_to(siren)
    (tmp_path / "b.wav").symlink_to(birds)
    path = folder / "list.csv"
    rows = "filename,split\n../s.wav,val\n../bad.wav,train\n../b.wav,train\n"
    path.write_text("\ufeff" + rows, encoding="utf-8")  # as spreadsheets save it
    return path


def test_scores_are_those_of_analyze(run: Run, manifest: Path, tmp_path: Path) -> None:
    """A bad file is reported, ends in exit code 2, and has no row to be taken for scores."""
    place = tmp_path / "scores.npz"
    outcome = run("score", "--manifest", manifest, "-o", place)
    assert (outcome.code, outcome.out) == (2, "")
    complaint, summary = outcome.err.splitlines()
    assert "bad.wav" in complaint
    assert summary == "2 of 3 files scored."
    with np.load(place, allow_pickle=False) as scores:
        assert list(scores["files"]) == ["../s.wav", "../b.wav"]
        assert list(scores["labels"]) == LeanModel.open().taxonomy.names
        assert scores["clip_scores"].shape == (2, len(scores["labels"]))
        assert np.isfinite(scores["clip_scores"]).all()
        row = dict(zip(scores["labels"], scores["clip_scores"][0], strict=True))
    [entry] = json.loads(run("analyze", tmp_path / "s.wav", "--format", "json").out)
    for label, score in entry["clip_scores"].items():
        assert row[label] == pytest.approx(score, abs=1e-6)


def test_one_split(run: Run, manifest: Path, tmp_path: Path) -> None:
    place = tmp_path / "scores.npz"
    assert run("score", "--manifest", manifest, "-o", place, "--split", "val").code == 0
    with np.load(place) as scores:
        assert list(scores["files"]) == ["../s.wav"]


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("path\na.wav\n", 'has no column "filename"'),
        ("filename\na.wav\n", 'has no column "split"'),
        ("filename,split\na.wav,train\n", 'lists no file in the split "val"'),
        ("filename,split\n,val\n", "has a row without a filename"),
        ("", 'has no column "filename"'),
        ("filename,split\n\x00\xff,val", "not a CSV table in UTF-8"),
    ],
)
def test_a_manifest_that_is_none(run: Run, tmp_path: Path, text: str, cause: str) -> None:
    manifest = tmp_path / "list.csv"
    manifest.write_text(text, encoding="latin-1")
    outcome = run("score", "--manifest", manifest, "-o", tmp_path / "s.npz", "--split", "val")
    assert outcome.code == 2
    assert cause in outcome.sentence
