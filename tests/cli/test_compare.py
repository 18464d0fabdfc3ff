"""`leanviz compare`: sounds and results of every format against labels."""

import json
from pathlib import Path

import pytest

from leanviz.core.resources import resource_path
from tests.cli.running import Run

DEMO = resource_path("demo", "demo.flac")
KNOWN = DEMO.with_suffix(".csv")


def figures(run: Run, *args: object) -> dict:
    outcome = run("compare", *args, "--reference", KNOWN, "--json")
    assert outcome.code == 0, outcome.err
    return json.loads(outcome.out)


def test_a_sound_and_its_own_results_agree_as_much(run: Run, tmp_path: Path) -> None:
    expected = figures(run, DEMO)
    assert expected["recordings"] == 1
    assert expected["event_based"]["f1"] > 0.5
    assert 0 < expected["psds_located"] <= expected["psds_recognised"] <= 1
    assert {each["label"] for each in expected["classes"]} >= {"Siren", "Church_bell"}
    for kind in ("csv", "json", "jsonl", "audacity", "raven", "dcase"):
        place = tmp_path / f"labels of {kind}.txt"
        assert run("analyze", DEMO, "--format", kind, "-o", place).code == 0
        found = figures(run, place)
        assert found["event_based"] == expected["event_based"]
        assert found["segment_based"] == expected["segment_based"]
        assert (found["psds_located"] is None) == (kind == "dcase")


def test_a_batch_is_matched_by_name_and_what_is_missing_is_named(run: Run, tmp_path: Path) -> None:
    truth, results = tmp_path / "truth", tmp_path / "results"
    truth.mkdir()
    results.mkdir()
    (truth / "A.txt").write_text("1.0\t2.0\tdog\n3.0\t4.0\tunicorn\n")
    (truth / "b.txt").write_text("")
    (truth / "c.txt").write_text("1.0\t2.0\tsiren\n")
    (truth / "notes.md").write_text("no label file")
    table = "file,start_s,end_s,label,score\nx/a.wav,1,2,Bark,0.5\nb.wav,1,2,Siren,0.5\n"
    (results / "all.csv").write_text(table + "d.wav,1,2,Siren,0.5\nb.wav,x,2,Siren,0.5\n")
    outcome = run("compare", results, "--reference", truth)
    assert outcome.code == 2
    assert "2 recordings" in outcome.out
    assert "Dog" in outcome.out
    said = outcome.err.replace("\n", " ")
    for words in ("unicorn (1)", "no results for c.", "lacks them: d.", "line 5", "not known"):
        assert words in said


@pytest.mark.parametrize(
    ("results", "reference", "cause"),
    [
        ("r.csv", "gone.txt", "gone.txt cannot be read"),
        ("r.csv", "prose.txt", "prose.txt holds no labels"),
        ("r.csv", "unicorns.txt", "names a class that LEAN knows"),
        ("gone.wav", "dogs.txt", "gone.wav"),
    ],
)
def test_what_cannot_be_compared_is_a_sentence(
    run: Run, tmp_path: Path, results: str, reference: str, cause: str
) -> None:
    (tmp_path / "r.csv").write_text("start_s,end_s,label\n1,2,Dog\n")
    (tmp_path / "prose.txt").write_text("Dear diary")
    (tmp_path / "unicorns.txt").write_text("1\t2\tunicorn\n")
    (tmp_path / "dogs.txt").write_text("1\t2\tDog\n")
    outcome = run("compare", tmp_path / results, "--reference", tmp_path / reference)
    assert (outcome.code, outcome.out) == (2, "")
    assert cause in outcome.err
    assert "Traceback" not in outcome.err
