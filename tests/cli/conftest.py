"""The command line at hand, and sounds to run it on."""

import functools
from pathlib import Path

import pytest
import soundfile

from leanviz.cli import main
from leanviz.core.resources import resource_path
from tests.cli.running import Outcome, Run, run_in


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs the command line in this process."""

    def run_here(*args: object) -> Outcome:
        with pytest.raises(SystemExit) as ended:
            main([str(arg) for arg in args])
        out, err = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Outcome(ended.value.code, out, err)

    return run_here


@pytest.fixture
def run_outside(tmp_path: Path) -> Run:
    """Return a function that runs the command line in a process of its own, in `tmp_path`."""
    return functools.partial(run_in, tmp_path)


@pytest.fixture(scope="session")
def model_folder() -> Path:
    """Return the bundled model folder."""
    return resource_path("lean")


@pytest.fixture(scope="session")
def demo(model_folder: Path) -> Path:
    """Return the demo clip."""
    return model_folder.parent / "demo" / "demo.flac"


def _excerpt(source: Path, path: Path, start_s: float, stop_s: float) -> Path:
    samples, rate = soundfile.read(source)
    soundfile.write(path, samples[round(start_s * rate) : round(stop_s * rate)], rate)
    return path


@pytest.fixture(scope="session")
def siren(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return three seconds of siren."""
    return _excerpt(demo, tmp_path_factory.mktemp("sounds") / "siren.wav", 11.0, 14.0)


@pytest.fixture(scope="session")
def birds(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return three seconds of birds."""
    return _excerpt(demo, tmp_path_factory.mktemp("sounds") / "birds.wav", 0.8, 3.8)


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """Return a text that calls itself a sound."""
    path = tmp_path / "bad.wav"
    path.write_text("This is not a sound.\n" * 100)
    return path
