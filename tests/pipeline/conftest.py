"""The bundled model and ten seconds of the demo clip at several rates."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from leanviz.audio.file import read_mono
from leanviz.audio.resample import Resampler
from leanviz.inference.model import LeanModel
from leanviz.pipeline.clip import analyze_file
from leanviz.pipeline.results import ClipAnalysis
from tests.core.material import DEMO

Float32 = npt.NDArray[np.float32]
Write = Callable[[str, Float32, int], Path]


@pytest.fixture(scope="session")
def model() -> LeanModel:
    """Return the bundled model."""
    return LeanModel.open()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes a sound file exactly as it is given."""

    def write_file(name: str, samples: Float32, rate: int) -> Path:
        soundfile.write(tmp_path / name, samples, rate, subtype="FLOAT")
        return tmp_path / name

    return write_file


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """Return a function that gives 9.7 s of real sounds as a file at some rate."""
    folder = tmp_path_factory.mktemp("clips")
    samples, demo_rate = read_mono(DEMO, 44_100, 427_770)

    @cache
    def clip_at(rate: int) -> Path:
        path = folder / f"{rate}.wav"
        resampler = Resampler(demo_rate, rate)
        converted = np.concatenate((resampler.push(samples), resampler.finish()))
        soundfile.write(path, converted, rate, subtype="FLOAT")
        return path

    return clip_at


@pytest.fixture(scope="session")
def analysed(model: LeanModel, clip: Callable[[int], Path]) -> Callable[[int], ClipAnalysis]:
    """Return a function that gives the analysis of that file."""
    return cache(lambda rate: analyze_file(clip(rate), model))
