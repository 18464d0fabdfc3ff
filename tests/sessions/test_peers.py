"""The exports as other programs read them; each is asked where it is installed."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from leanviz.sessions.formats import Format, export
from leanviz.sessions.report import ClipReport

# sed_eval 0.2.1 needs setuptools before 82 (pkg_resources), and so an environment of its own
SED_EVAL_PYTHON = os.environ.get("SED_EVAL_PYTHON", sys.executable)
# without a delimiter it guesses one, which is wrong for file names with spaces
SED_EVAL = r"""
import json, sys, sed_eval
events = sed_eval.io.load_event_list(sys.argv[1], delimiter="\t")
print(json.dumps([[e.filename, e.onset, e.offset, e.event_label] for e in events]))
"""


@pytest.fixture
def place(report: ClipReport, second: ClipReport, tmp_path: Path) -> Path:
    for kind in Format:
        reports = [report, second] if kind.holds_many else [report]
        export(reports, kind, tmp_path / f"a{kind.suffix}")
    return tmp_path


def test_pandas_reads_tables_and_json(place: Path) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    table = pandas.read_csv(place / "a.csv")
    assert list(table["start_s"]) == [0.5, 1.500023, 0.5]
    for name, start, label in (
        ("a.dcase.tsv", "onset", "event_label"),
        ("a.raven.txt", "File Offset (s)", "Label"),
    ):
        tabbed = pandas.read_csv(place / name, sep="\t")
        assert list(tabbed[start]) == pytest.approx([0.5, 1.500023, 0.5], abs=1e-3)
        assert list(tabbed[label]) == ["Bark", "Chirp_and_tweet", "Bark"]
    assert len(pandas.read_json(place / "a.json")) == 2
    assert list(pandas.read_json(place / "a.events.jsonl", lines=True)["file"]) == [
        "dog, and bird.wav", "=cmd|' /C calc'!A0.wav",
    ]  # fmt: skip


# crowsetta renames columns in a way that pandas will give up
@pytest.mark.filterwarnings("ignore:The inplace keyword")
def test_crowsetta_reads_audacity_and_raven(place: Path) -> None:
    crowsetta = pytest.importorskip("crowsetta", reason="crowsetta is not installed")
    track = crowsetta.formats.by_name("aud-seq").from_file(place / "a.audacity.txt")
    assert list(track.start_times) == [0.5, 1.500023]
    assert list(track.labels) == ["Bark 0.88", "Chirp_and_tweet"]
    raven = crowsetta.formats.by_name("raven").from_file(place / "a.raven.txt", annot_col="Label")
    boxes = raven.to_bbox()
    assert [(box.label, box.high_freq) for box in boxes] == [
        ("Bark", 7500.0), ("Chirp_and_tweet", 7500.0), ("Bark", 4000.0),
    ]  # fmt: skip


@pytest.mark.filterwarnings("ignore:The inplace keyword")
def test_crowsetta_gets_the_frequencies_of_a_label(report: ClipReport, tmp_path: Path) -> None:
    crowsetta = pytest.importorskip("crowsetta", reason="crowsetta is not installed")
    bark, chirp = report.events
    boxed = replace(report, events=(replace(bark, band_hz=(440.0, 1234.5678)), chirp))
    export([boxed], Format.RAVEN, tmp_path / "a.raven.txt")
    raven = crowsetta.formats.by_name("raven")
    boxes = raven.from_file(tmp_path / "a.raven.txt", annot_col="Label").to_bbox()
    assert [(box.low_freq, box.high_freq) for box in boxes] == [(440.0, 1234.5678), (0.0, 7500.0)]
    assert boxes[0].onset == pytest.approx(0.5, abs=1e-3)


def test_sed_eval_reads_dcase_lists(place: Path) -> None:
    done = subprocess.run(
        [SED_EVAL_PYTHON, "-c", SED_EVAL, place / "a.dcase.tsv"],
        capture_output=True,
        text=True,
        check=False,
    )
    if "ModuleNotFoundError" in done.stderr:
        pytest.skip("sed_eval is not installed")
    assert json.loads(done.stdout) == [
        ["dog, and bird.wav", 0.5, 1.5, "Bark"],
        ["dog, and bird.wav", 1.500023, 2.0, "Chirp_and_tweet"],
        ["'=cmd|' /C calc'!A0.wav", 0.5, 1.0, "Bark"],
    ]
