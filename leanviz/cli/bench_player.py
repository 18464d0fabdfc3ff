"""Plays a sound, and knows when each of its samples left the player."""

import threading
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from leanviz.audio import portaudio
from leanviz.audio.devices import Device, find
from leanviz.core.errors import AudioDeviceError

Float32 = npt.NDArray[np.float32]

_BLOCKS_PER_S = 50
# The delay that the server reports wavers from block to block: the median over so many counts.
_AROUND = 12
_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Playback:
    """A sound that has been played to its end.

    Attributes
    ----------
    sample_rate : int
    begun_s : numpy.ndarray [n_blocks]
        When its first sample would have left the player by what was known at each block, on the
        clock of `time.perf_counter`: it stays the same unless the sound server has to wait.
    """

    sample_rate: int
    begun_s: npt.NDArray[np.float64]

    def left_s(self, sample: int) -> float:
        """Return when a sample left the player, from what was known around it."""
        block = sample * _BLOCKS_PER_S // self.sample_rate
        around = self.begun_s[max(0, block - _AROUND) : block + _AROUND + 1]
        return float(np.median(around)) + sample / self.sample_rate


def output_device() -> Device:
    """Return the default sound output; AudioDeviceError if there is none."""
    portaudio.refresh()
    return find("output", None)


def play(sound: Float32, device: Device) -> Playback:
    """Play mono samples [n] at the device's rate to their end.

    A sample leaves when the device asks for it, plus the delay that the sound server reports for it
    (``outputBufferDacTime``).

    Raises
    ------
    AudioDeviceError
        If the device cannot be opened, or stops asking.
    """
    sounddevice = portaudio.load()
    begun: list[float] = []
    taken, over = 0, threading.Event()

    def fill(block: Float32, frames: int, timing: Any, _status: Any) -> None:
        nonlocal taken
        delay_s = timing.outputBufferDacTime - timing.currentTime
        begun.append(time.perf_counter() + delay_s - taken / device.sample_rate)
        part = sound[taken : taken + frames]
        block[: len(part), 0], block[len(part) :] = part, 0.0
        taken += frames
        if not len(part):
            raise sounddevice.CallbackStop

    try:
        with sounddevice.OutputStream(
            device=device.index,
            samplerate=device.sample_rate,
            channels=1,
            dtype="float32",
            blocksize=device.sample_rate // _BLOCKS_PER_S,
            callback=fill,
            finished_callback=over.set,
        ):
            ended = over.wait(len(sound) / device.sample_rate + _PATIENCE_S)
    except sounddevice.PortAudioError as error:
        raise AudioDeviceError(
            f"The sound output “{device.name}” cannot be opened: {portaudio.cause(error)}."
        ) from error
    if not ended:
        raise AudioDeviceError(f"The sound output “{device.name}” stopped playing.")
    return Playback(device.sample_rate, np.array(begun))
