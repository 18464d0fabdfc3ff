"""The demo clip: what ships is what the script makes, and the table beside it is true."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from leanviz.core.resources import resource_path
from leanviz.training.demo_clip import PARTS, SAMPLE_RATE, compose, write

SIZE_LIMIT = 600_000
# two steps of its 14 bits: another FFT may round otherwise
STEP = 2 / 2**13

pytestmark = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="espeak-ng is not installed: apt install espeak-ng"
)


def test_what_ships_is_what_the_script_makes() -> None:
    """Compared up to the voice, which other versions of espeak-ng speak otherwise."""
    shipped, rate = soundfile.read(resource_path("demo", "demo.flac"))
    made, _ = compose()
    voice = round(PARTS[-1].onset_s * SAMPLE_RATE)
    assert rate == SAMPLE_RATE
    assert len(shipped) == len(made)
    assert np.abs(shipped[:voice] - made[:voice]).max() <= STEP
    assert np.abs(shipped).max() < 0.9


def test_sounds_begin_where_the_table_says() -> None:
    """Just before an onset there is only the room, just after it the sound."""
    shipped, rate = soundfile.read(resource_path("demo", "demo.flac"))
    with resource_path("demo", "demo.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["label"] for row in rows] == [part.label for part in PARTS]
    for row in rows:
        onset = round(float(row["onset_s"]) * rate)
        before = shipped[onset - rate // 20 : onset]
        after = shipped[onset : onset + rate // 5]
        assert np.abs(after).max() > 3 * np.abs(before).max(), row["label"]


def test_it_is_written_with_its_description(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    write(folder)
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["README.md", "demo.csv", "demo.flac"]
    assert (folder / "demo.flac").stat().st_size <= SIZE_LIMIT
    assert "CC0" in (folder / "README.md").read_text()
