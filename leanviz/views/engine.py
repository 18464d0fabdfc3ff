"""What takes too long before the first picture: loaded on worker threads, handed over whole."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from leanviz.core.errors import AudioDeviceError

if TYPE_CHECKING:
    from leanviz.audio.devices import Device
    from leanviz.audio.playback import Player
    from leanviz.audio.source import AudioSource
    from leanviz.core.decisions import DecisionRules
    from leanviz.inference.model import LeanModel
    from leanviz.pipeline.clip import ClipJob
    from leanviz.pipeline.live import LivePipeline
    from leanviz.pipeline.sinks import EventSink


@dataclass(frozen=True, slots=True)
class Engine:
    """The model and what is made from it.

    Attributes
    ----------
    model : LeanModel
    source : callable
        Makes the audio source of a device and a channel; None is the default input, 0 the mix.
    player : callable
        Makes what plays files.
    """

    model: "LeanModel"
    source: "Callable[[Device | None, int], AudioSource]"
    player: "Callable[[], Player]"

    def clip_job(self) -> "ClipJob":
        """Return a worker that analyses files."""
        from leanviz.pipeline.clip import ClipJob

        return ClipJob(self.model)

    def live_pipeline(
        self,
        device: "Device | None",
        channel: int,
        rules: "DecisionRules",
        sinks: "Sequence[EventSink]" = (),
    ) -> "LivePipeline":
        """Return a pipeline, not yet started, that listens to a channel of a device."""
        from leanviz.pipeline.live import LivePipeline

        return LivePipeline(self.source(device, channel), self.model, rules, sinks=sinks)


def load_engine(folder: Path | None = None) -> Engine:
    """Load the model and what runs it, about half a second; ModelError if it is damaged.

    Parameters
    ----------
    folder : Path or None
        A model folder; None is the bundled one.
    """
    from leanviz.audio.capture import DeviceSource
    from leanviz.audio.playback import Player
    from leanviz.inference.model import LeanModel
    from leanviz.pipeline import clip, live

    # imported here for their time, which must not be the GUI thread's
    assert clip
    assert live
    return Engine(LeanModel.open(folder), DeviceSource, Player)


@dataclass(frozen=True, slots=True)
class AudioDevices:
    """What this machine can hear and play with.

    Attributes
    ----------
    inputs : tuple of Device
    no_input, no_output : str
        Why there is none, as a sentence; empty if there is one.
    """

    inputs: "tuple[Device, ...]" = ()
    no_input: str = ""
    no_output: str = ""


def find_devices() -> AudioDevices:
    """Look for inputs and an output; may take a while, and loads PortAudio."""
    from leanviz.audio.devices import input_devices

    return _devices(input_devices)


def find_devices_anew() -> AudioDevices:
    """Look again for what was plugged in since; running streams live on."""
    from leanviz.audio.devices import refreshed_input_devices

    return _devices(refreshed_input_devices)


def lost_streams() -> tuple[int, str]:
    """Return how many streams the sound library keeps for good, and the sentence that says so."""
    from leanviz.audio import portaudio

    return portaudio.lost_streams(), portaudio.LOST


def _devices(list_inputs: "Callable[[], list[Device]]") -> AudioDevices:
    from leanviz.audio.devices import output_available

    no_input = ""
    try:
        inputs = tuple(list_inputs())
    except AudioDeviceError as error:
        # a sound system that hangs is not asked again: each question would leave a thread hanging
        return AudioDevices((), str(error), str(error))
    if not inputs:
        no_input = no_input or "There is no microphone: connect one, or open a sound file."
    return AudioDevices(inputs, no_input, output_available() or "")
