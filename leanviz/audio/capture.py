"""The microphone as a source of sound."""

import threading
import time

from leanviz.audio import portaudio
from leanviz.audio.devices import Device
from leanviz.audio.intake import Intake
from leanviz.audio.replay import FileSource
from leanviz.audio.source import HISTORY_S, AudioSource, SourceState, SourceStatus, Standing
from leanviz.audio.stream import CaptureStream, connect
from leanviz.audio.supervisor import Supervisor
from leanviz.core.channels import MIX
from leanviz.core.errors import AudioDeviceError
from leanviz.core.ring import Ring

__all__ = ["AudioSource", "DeviceSource", "FileSource", "SourceState", "SourceStatus"]

MOST_CHANNELS = 2


class DeviceSource:
    """A microphone at its own rate, up to two channels (an `AudioSource`).

    When the device goes away, the same one is waited for, and the time without it becomes a gap of
    true width (see `Supervisor`). A stopped source stays stopped.

    Parameters
    ----------
    device : Device or None
        None: the default microphone.
    channel : int
        The one to hear, counted from 1; 0 hears the first two.
    """

    def __init__(self, device: Device | None = None, channel: int = MIX) -> None:
        self._channel = channel
        # NB: stored by whichever thread connects, one at a time; `status` loads each once.
        self._device = device
        self._intake: Intake | None = None
        self._supervisor: Supervisor | None = None
        self._failure = ""
        self._stopping, self._resting = threading.Event(), threading.Event()
        self._wake = threading.Event()
        self._unseen = False

    @property
    def ring(self) -> Ring:
        """The latest 120 s, float32 [channels] per item; lost samples are gaps. From `start` on."""
        return self._prepared().ring

    @property
    def sample_rate(self) -> int:
        """Rate of the ring in hertz. From `start` on."""
        return self._prepared().sample_rate

    @property
    def heard_at(self) -> float | None:
        """When samples last came, on the monotonic clock; None before the first. Any thread."""
        return self._intake.heard_at if self._intake else None

    def start(self) -> None:
        """Open the device; takes up to 5 s, so call it off the GUI thread. Twice is harmless.

        Raises
        ------
        AudioDeviceError
            If there is no microphone, or it cannot be opened.
        """
        if self._supervisor is not None or self._stopping.is_set():
            return
        try:
            stream = portaudio.within(self._connect, late=CaptureStream.close)
        except AudioDeviceError as error:
            self._failure = str(error)
            raise
        self._supervisor = Supervisor(stream, self._prepared(), self._connect, self._wake)
        self._supervisor.unseen = self._unseen
        if self._resting.is_set():  # while the device was being opened
            self._supervisor.pause()
        self._supervisor.start()
        if self._stopping.is_set():  # while the device was being opened
            self._supervisor.stop()

    def stop(self) -> None:
        """Give the device back, in any state and within 3 s; twice is harmless."""
        self._stopping.set()
        if self._supervisor is not None:
            self._supervisor.stop()

    def pause(self) -> None:
        """Give the device back until `resume`; the time until then is a gap. Returns at once."""
        self._resting.set()
        if self._supervisor is not None:
            self._supervisor.pause()

    def resume(self) -> None:
        """Open the device again, on a thread of its own."""
        self._resting.clear()
        if self._supervisor is not None:
            self._supervisor.resume()

    def rest(self, resting: bool) -> None:
        """Look after the sound less often, while nobody sees what is said of it. Any thread."""
        self._unseen = resting
        if self._supervisor is not None:
            self._supervisor.unseen = resting

    def status(self) -> SourceStatus:
        """Return how the source is. Any thread."""
        standing = self._standing()
        supervisor, intake, device = self._supervisor, self._intake, self._device
        heard_at = intake.heard_at if intake else None
        return SourceStatus(
            **standing._asdict(),
            device=device.name if device else "",
            host_api=device.host_api if device else "",
            sample_rate=intake.sample_rate if intake else 0,
            channels=intake.channels if intake else 0,
            overflows=intake.overflows if intake else 0,
            lost_samples=intake.lost_samples if intake else 0,
            channel=self._channel,
            silent_s=supervisor.silent_s if supervisor else 0.0,
            clipped=supervisor.clipped if supervisor else 0,
            last_callback_age_s=0.0 if heard_at is None else time.monotonic() - heard_at,
        )

    def _standing(self) -> Standing:
        if self._supervisor is not None:
            return self._supervisor.standing
        if self._failure:
            return Standing(SourceState.FAILED, self._failure)
        return Standing(SourceState.STOPPED if self._stopping.is_set() else SourceState.STARTING)

    def _prepared(self) -> Intake:
        if self._intake is None:
            raise RuntimeError("the source has not been started")
        return self._intake

    def _connect(self) -> CaptureStream:
        return connect(self._device, self._prepare, self._wake.set, self._channel)

    def _prepare(self, device: Device) -> Intake:
        """Return where samples go; the device that is opened first settles rate and channels."""
        self._device = device
        if self._intake is None:
            rate = device.sample_rate
            channels = min(device.channels, MOST_CHANNELS) if self._channel == MIX else 1
            self._intake = Intake(rate, channels, HISTORY_S * rate)
        return self._intake
