"""What every source of live sound offers, and how it says how it is."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from leanviz.core.ring import Ring

# What clips can reach back to. At 48 kHz and two channels this is 46 MB.
HISTORY_S = 120


class SourceState(StrEnum):
    """Where a source stands."""

    STARTING = "starting"
    WAITING = "waiting"
    """Opened; no samples have come yet."""
    RUNNING = "running"
    GONE = "gone"
    """The device went away; it is used again when it returns."""
    PAUSED = "paused"
    """The user wants nothing heard; the device is given back until `resume`."""
    STOPPED = "stopped"
    FAILED = "failed"


class Standing(NamedTuple):
    """What a source says of itself in one piece; the attributes are those of `SourceStatus`."""

    state: SourceState
    message: str = ""
    interruptions: int = 0
    interruption: str = ""


@dataclass(frozen=True)
class SourceStatus:
    """How a source is at one moment.

    Attributes
    ----------
    state : SourceState
    message : str
        A sentence for the user where something is wrong, else "".
    device, host_api : str
        What is heard; "" before it is known.
    sample_rate : int
        In hertz; 0 before it is known.
    channels : int
        How many of it are heard; 0 before it is known.
    channel : int
        The one that is heard, counted from 1; 0 for the mix of all.
    overflows : int
        Blocks that PortAudio marked as following dropped samples.
    lost_samples : int
        Samples that passed while the device was gone.
    silent_s : float
        Seconds for which every sample has been exactly zero.
    clipped : int
        Samples at full scale since the beginning, in any channel.
    last_callback_age_s : float
        Seconds since samples last came; 0 before the first.
    interruptions : int
        How often the device went away after it had been heard: it may be back before anybody looks.
    interruption : str
        The sentence for the latest of them, else "".
    """

    state: SourceState
    message: str = ""
    device: str = ""
    host_api: str = ""
    sample_rate: int = 0
    channels: int = 0
    channel: int = 0
    overflows: int = 0
    lost_samples: int = 0
    silent_s: float = 0.0
    clipped: int = 0
    last_callback_age_s: float = 0.0
    interruptions: int = 0
    interruption: str = ""


class AudioSource(Protocol):
    """Samples that arrive in real time, from a device or a file."""

    @property
    def ring(self) -> Ring:
        """The latest 120 s, float32 [channels] per item; lost samples are gaps. From `start` on."""
        ...

    @property
    def sample_rate(self) -> int:
        """Rate of the ring in hertz. From `start` on."""
        ...

    @property
    def heard_at(self) -> float | None:
        """When samples last came, on the monotonic clock; None before the first. Any thread."""
        ...

    def start(self) -> None:
        """Begin; may take seconds. Raises a UserError where that is impossible."""
        ...

    def stop(self) -> None:
        """End, in any state and within seconds; twice is harmless."""
        ...

    def pause(self) -> None:
        """Hear nothing until `resume`; the time passes as a gap. Returns at once, in any state."""
        ...

    def resume(self) -> None:
        """Hear again. Returns at once, in any state."""
        ...

    def rest(self, resting: bool) -> None:
        """Look after the sound less often, while nobody sees what is said of it. Any thread."""
        ...

    def status(self) -> SourceStatus:
        """Return how the source is. Any thread."""
        ...
