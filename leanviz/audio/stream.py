"""One open input stream. Everything here blocks as long as PortAudio does."""

import threading
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from leanviz.audio import portaudio, pulse
from leanviz.audio.devices import Device, find
from leanviz.audio.intake import Intake, Tap
from leanviz.core.channels import MIX
from leanviz.core.errors import AudioDeviceError

# Measured through PipeWire beside busy processes: at PortAudio's "low" (20 ms) the server works in
# such small steps that every run had holes; from 60 ms on none had. Each block costs the same
# whatever its length: 40 ms halve what 20 ms take of a core, and come every 43 ms (p99 65 ms).
_LATENCY_S = 0.12
# Without a sound server between, only the buffer asked for here bridges a busy moment.
_HARDWARE_LATENCY_S = 0.2
_BLOCKS_PER_S = 25


class CaptureStream:
    """A running input stream with the callback that fills an `Intake`.

    Parameters
    ----------
    device : Device
        As it is listed now.
    intake : Intake
    on_finished : callable
        Called when PortAudio ends the stream.
    channel : int
        The one to hear; 0 for as many as the intake takes.

    Attributes
    ----------
    device : Device
        What is open.
    heard_before : float or None
        When the latest block had come, from whichever stream, before this one was opened.
    """

    def __init__(
        self, device: Device, intake: Intake, on_finished: Callable[[], None], channel: int = MIX
    ) -> None:
        sounddevice = portaudio.load()
        self.device = device
        self.heard_before = intake.heard_at
        self._ended = threading.Event()
        self._on_finished = on_finished
        self._tap = Tap(intake, channel)
        with pulse.opening(device.source) if device.source else nullcontext():
            self._stream: Any = sounddevice.InputStream(
                device=device.index,
                samplerate=intake.sample_rate,
                channels=_opened(device, intake, channel),
                dtype="float32",
                blocksize=intake.sample_rate // _BLOCKS_PER_S,
                latency=_HARDWARE_LATENCY_S if "(hw:" in device.name else _LATENCY_S,
                callback=self._tap,
                finished_callback=self._finish,
            )
        try:
            portaudio.start(self._stream, self._ended)
        except sounddevice.PortAudioError:
            self._stream.close()
            raise

    @property
    def finished(self) -> bool:
        """Whether PortAudio has ended the stream: the device or the sound server died."""
        return self._ended.is_set()

    def _finish(self) -> None:
        self._ended.set()
        self._on_finished()

    def retire(self) -> None:
        """Let nothing more of this stream into the ring. Returns at once, whatever hangs."""
        self._tap.retire()

    def close(self) -> None:
        """Give the device back."""
        self._stream.abort()
        self._stream.close()
        portaudio.release()


def _opened(device: Device, intake: Intake, channel: int) -> int:
    """Return how many channels to open, so that `channel` is itself and not a mix of several."""
    if channel == MIX:
        return intake.channels
    # A server mixes a source's channels down to as many as are asked for. What it has itself is
    # known; the 32 of its ALSA device are not real.
    return device.channels if device.source else max(channel, min(device.channels, 2))


def connect(
    wanted: Device | None,
    prepare: Callable[[Device], Intake],
    on_finished: Callable[[], None],
    channel: int = MIX,
) -> CaptureStream:
    """Find a microphone, as things are plugged now, and open it.

    Parameters
    ----------
    wanted : Device or None
        None: the default microphone.
    prepare : callable
        Returns the intake for the device that was found.
    on_finished : callable
        Called when PortAudio ends the stream, from a thread of its own.
    channel : int
        The one to hear; 0 for as many as the intake takes.

    Raises
    ------
    AudioDeviceError
        If it is not there, has no such channel or cannot be opened.
    """
    portaudio.refresh()
    portaudio.hold()
    try:
        device = find("input", wanted)
        return _open(device, prepare(device), on_finished, channel)
    except BaseException:
        portaudio.release()
        raise


def _open(
    device: Device, intake: Intake, on_finished: Callable[[], None], channel: int
) -> CaptureStream:
    if channel > device.channels:
        raise AudioDeviceError(
            f"The microphone “{device.name}” has no channel {channel}: choose the mix."
        )
    try:
        return CaptureStream(device, intake, on_finished, channel)
    except (portaudio.load().PortAudioError, ValueError, AudioDeviceError) as error:
        raise AudioDeviceError(
            f"The microphone “{device.name}” cannot be opened: {portaudio.cause(error)}."
        ) from error
