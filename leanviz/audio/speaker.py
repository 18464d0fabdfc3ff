"""One open output stream, and which of its samples is heard right now."""

import threading
import time
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from leanviz.audio import portaudio
from leanviz.audio.devices import Device, find
from leanviz.core.errors import AudioDeviceError
from leanviz.core.ring import Ring

Float32 = npt.NDArray[np.float32]

_BLOCKS_PER_S = 50
_LONGEST_DELAY_S = 2.0


class Speaker:
    """A running output stream that plays what is written into its ring, and silence meanwhile.

    Opening and closing block as long as PortAudio does.

    Parameters
    ----------
    device : Device
        Played to at its own rate, on two channels if it has them.

    Attributes
    ----------
    sample_rate, channels : int
        What is to be written.
    ring : Ring
        Half a second or more, items of shape (channels,); write no more than `room`.
    called_at : float or None
        When the device last asked for samples, on the monotonic clock.
    """

    def __init__(self, device: Device) -> None:
        self._sounddevice = portaudio.load()
        self.sample_rate = device.sample_rate
        self.channels = min(device.channels, 2)
        self.ring = Ring(max(device.sample_rate // 2, 1 << 15), (self.channels,))
        self._ended = threading.Event()
        self.called_at: float | None = None
        # NB: the callback alone stores the next two; the tuple is replaced as a whole.
        self._taken = 0
        self._clock = (0, 0, 0.0)
        self._muted = False
        self._latency_s = 0.0
        self._stream: Any = self._sounddevice.OutputStream(
            device=device.index,
            samplerate=self.sample_rate,
            channels=self.channels,
            dtype="float32",
            blocksize=self.sample_rate // _BLOCKS_PER_S,
            latency="high",
            callback=self._fill,
            finished_callback=self._ended.set,
        )
        try:
            portaudio.start(self._stream, self._ended)
        except self._sounddevice.PortAudioError:
            self._stream.close()
            raise
        self._latency_s = self._stream.latency

    @property
    def finished(self) -> bool:
        """Whether the stream has ended by itself: the device or the sound server died."""
        return self._ended.is_set()

    @property
    def room(self) -> int:
        """How many samples may be written now."""
        return self.ring.capacity - (self.ring.written - self._taken)

    @property
    def heard(self) -> int:
        """How many of the written samples have been heard by now. Any thread."""
        first, stop, heard_from = self._clock
        since = round((time.monotonic() - heard_from) * self.sample_rate)
        return max(0, min(first + since, stop))

    def mute(self) -> None:
        """Fall silent at the next block."""
        self._muted = True

    def close(self) -> None:
        """Give the device back."""
        self._stream.abort()
        self._stream.close()
        portaudio.release()

    def _fill(self, block: Float32, frames: int, timing: Any, _status: Any) -> None:
        """Hand samples to the device. Runs in PortAudio's thread: no lock, no waiting."""
        if self._muted:
            block.fill(0)
            raise self._sounddevice.CallbackAbort
        first = self._taken
        stop = min(first + frames, self.ring.written)
        # NB: never a Gap, for no more than `room` is written.
        block[: stop - first] = cast("Float32", self.ring.read(first, stop - first))
        block[stop - first :] = 0
        self._taken = stop
        self.called_at = time.monotonic()
        if stop > first:
            self._clock = (first, stop, self.called_at + self._delay_s(timing))

    def _delay_s(self, timing: Any) -> float:
        """Return the seconds until the current block is heard."""
        delay_s = timing.outputBufferDacTime - timing.currentTime
        # Some drivers leave these times at zero.
        return delay_s if 0 < delay_s < _LONGEST_DELAY_S else self._latency_s


def open_speaker() -> Speaker:
    """Open the default sound output, as things are plugged now.

    Raises
    ------
    AudioDeviceError
        If there is none, or it cannot be opened.
    """
    portaudio.refresh()
    portaudio.hold()
    try:
        device = find("output", None)
        return _open(device)
    except BaseException:
        portaudio.release()
        raise


def _open(device: Device) -> Speaker:
    try:
        return Speaker(device)
    except (portaudio.load().PortAudioError, ValueError, AudioDeviceError) as error:
        raise AudioDeviceError(
            f"The sound output “{device.name}” cannot be opened: {portaudio.cause(error)}."
        ) from error
