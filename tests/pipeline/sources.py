"""A source and a model that tests hold in their hands."""

import threading
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from leanviz.audio.source import SourceState, SourceStatus
from leanviz.core.ring import Ring
from leanviz.inference.model import LeanModel

Float32 = npt.NDArray[np.float32]

PATIENCE_S = 30.0


class HandSource:
    """An `AudioSource` that hears what the test says.

    Parameters
    ----------
    sample_rate : int
    channels : int
    opening : callable or None
        What opening the device does.
    """

    def __init__(
        self, sample_rate: int, channels: int = 1, opening: Callable[[], None] | None = None
    ) -> None:
        self.ring = Ring(30 * sample_rate, (channels,))
        self.sample_rate = sample_rate
        self.channels = channels
        self.is_open = False
        self.heard_at: float | None = None
        self.stops = 0
        self._opening = opening

    def start(self) -> None:
        """Open."""
        if self._opening is not None:
            self._opening()
        self.is_open = True

    def stop(self) -> None:
        """Close."""
        self.stops += 1
        self.is_open = False

    def pause(self) -> None:
        """Hear nothing, which the test does by saying nothing."""

    def resume(self) -> None:
        """Hear again."""

    def rest(self, resting: bool) -> None:
        """The test looks after everything."""

    def status(self) -> SourceStatus:
        """Return how the source is."""
        state = SourceState.RUNNING if self.is_open else SourceState.STOPPED
        return SourceStatus(state, sample_rate=self.sample_rate)

    def hear(self, samples: Float32) -> None:
        """Write mono samples into every channel."""
        self.ring.write(np.repeat(samples[:, None], self.channels, 1))


class GatedModel(LeanModel):
    """The real model behind a gate that the test opens."""

    def __init__(self, model: LeanModel) -> None:
        self.__dict__.update(model.__dict__)
        self.gate = threading.Event()
        self.reached = threading.Event()

    def embed(self, patches: Float32) -> Float32:
        """Wait at the gate, then embed."""
        self.reached.set()
        assert self.gate.wait(PATIENCE_S)
        return super().embed(patches)


class SlowModel(LeanModel):
    """The real model on a machine that is too slow for it.

    Parameters
    ----------
    model : LeanModel
    patch_s : float
        Seconds that each patch takes at least.
    """

    def __init__(self, model: LeanModel, patch_s: float) -> None:
        self.__dict__.update(model.__dict__)
        self.patch_s = patch_s

    def embed(self, patches: Float32) -> Float32:
        """Take the time, then embed."""
        time.sleep(self.patch_s * len(patches))
        return super().embed(patches)


class BrokenModel(LeanModel):
    """A model that fails when it is used."""

    def __init__(self, model: LeanModel) -> None:
        self.__dict__.update(model.__dict__)

    def embed(self, patches: Float32) -> Float32:
        """Fail."""
        raise RuntimeError(f"no memory for {len(patches)} patches")
