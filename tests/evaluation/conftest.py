"""The bundled model, and the demo clip with what it is known to hold."""

import csv
from pathlib import Path

import pytest
import soundfile

from leanviz.audio.file import read_mono
from leanviz.core.resources import resource_path
from leanviz.evaluation.timeline import Heard
from leanviz.inference.model import LeanModel
from leanviz.pipeline.clip import analyze_file


@pytest.fixture(scope="session")
def demo() -> Path:
    """Return the demo clip."""
    return resource_path("demo", "demo.flac")


@pytest.fixture(scope="session")
def siren(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return two seconds of siren."""
    samples, rate = read_mono(demo, 11 * 44_100, 2 * 44_100)
    path = tmp_path_factory.mktemp("sounds") / "siren.wav"
    soundfile.write(path, samples, rate)
    return path


@pytest.fixture(scope="session")
def model() -> LeanModel:
    """Return the bundled model."""
    return LeanModel.open()


@pytest.fixture(scope="session")
def heard(demo: Path, model: LeanModel) -> Heard:
    """Return what the model makes of the demo clip."""
    return Heard.of(analyze_file(demo, model))


@pytest.fixture
def timeline_table(demo: Path, tmp_path: Path) -> Path:
    """Return a table of the demo clip's events, beside a link to it."""
    (tmp_path / "demo.flac").symlink_to(demo)
    path = tmp_path / "events.csv"
    with demo.with_suffix(".csv").open(newline="", encoding="utf-8") as known:
        rows = [
            ["demo.flac", r["onset_s"], r["offset_s"], r["label"], "event"]
            for r in csv.DictReader(known)
        ]
    with path.open("w", newline="", encoding="utf-8") as file:
        names = ["filename", "onset_s", "offset_s", "fsd50k_labels", "role"]
        csv.writer(file).writerows([names, *rows])
    return path
