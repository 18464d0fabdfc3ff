"""The bundled model, opened once, and real sound for it."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import settings

from leanviz.audio.file import read_mono
from leanviz.audio.resample import Resampler
from leanviz.inference.model import LeanModel
from tests.core.material import DEMO

# A busy machine is no failure.
settings.register_profile("leanviz", deadline=None)
settings.load_profile("leanviz")


@pytest.fixture(scope="session")
def model() -> LeanModel:
    """Return the bundled model."""
    return LeanModel.open()


@pytest.fixture(scope="session")
def demo() -> npt.NDArray[np.float32]:
    """Return the demo clip, 30 s at 16 kHz."""
    samples, rate = read_mono(DEMO)
    resampler = Resampler(rate)
    return np.concatenate((resampler.push(samples), resampler.finish()))
