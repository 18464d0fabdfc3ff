"""``leanviz spectrum``: the numbers of the window, without it."""

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.cli.running import Run

RATE = 16_000


@pytest.fixture
def tones(tmp_path: Path) -> Path:
    """Return a second of 1 kHz and a second of a quieter 3 kHz."""
    at = np.arange(RATE) / RATE
    sound = [level * np.sin(2 * np.pi * hz * at) for level, hz in ((0.5, 1000), (0.25, 3000))]
    path = tmp_path / "tones.wav"
    soundfile.write(path, np.concatenate(sound), RATE)
    return path


def test_the_numbers_are_of_the_part_and_the_frequencies(
    run: Run, tones: Path, tmp_path: Path
) -> None:
    whole = run("spectrum", tones)
    assert whole.code == 0
    assert "0.000 to 2.000 s, 0 to 8000 Hz\npeak        1000.0 Hz, -9." in whole.out
    for options in (("--start", 1.1), ("--low", 2000), ("--start", 1.5, "--stop", 1.9)):
        assert "peak        3000.0 Hz" in run("spectrum", tones, *options).out
    table = tmp_path / "bins.csv"
    assert run("spectrum", tones, "--stop", 0.9, "--window", 32, "-o", table).code == 0
    rows = list(csv.DictReader(table.read_text().splitlines()))
    loudest = max(rows, key=lambda row: float(row["level_dbfs"]))
    assert (len(rows), loudest) == (257, {"hz": "1000.000", "level_dbfs": "-6.02"})


def test_what_makes_no_sense_is_said(run: Run, tones: Path, tmp_path: Path) -> None:
    for options, told in (
        (("--start", 3), "which is 2.000 s long."),
        (("--low", 500, "--high", 400), "--low must be below --high."),
        (("--high", 0), "--low must be below --high."),
        (("-o", tmp_path / "none" / "a.csv"), "there is no folder"),
    ):
        outcome = run("spectrum", tones, *options)
        assert outcome.code == 2
        assert told in outcome.sentence
    soundfile.write(tmp_path / "quiet.wav", np.zeros(RATE), RATE)
    assert "nothing but silence" in run("spectrum", tmp_path / "quiet.wav").out
