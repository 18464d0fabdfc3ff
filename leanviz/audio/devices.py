"""Sound devices, known by host API and name: an index changes when anything is plugged in."""

import dataclasses
import json
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from leanviz.audio import portaudio, pulse
from leanviz.core.errors import AudioDeviceError


@dataclass(frozen=True)
class Device:
    """A sound device as it was listed.

    Attributes
    ----------
    name : str
        As the host API calls it.
    host_api : str
        ALSA, Core Audio, ...
    index : int
        PortAudio's number in this list; means nothing in a later one.
    channels : int
        The most it has.
    sample_rate : int
        Its own rate in hertz.
    is_default : bool
        Whether the system prefers it.
    source : str
        What a sound server calls it, if it is heard through one; else "".
    """

    name: str
    host_api: str
    index: int
    channels: int
    sample_rate: int
    is_default: bool
    source: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Host API and name, by which it is known from one list to the next."""
        return self.host_api, self.name


def input_devices() -> list[Device]:
    """Return the microphones that PortAudio knew when it last looked; [] if there are none.

    Raises
    ------
    AudioDeviceError
        If PortAudio is missing, broken, or does not answer.
    """
    return portaudio.within(lambda: listed("input"))


def refreshed_input_devices() -> list[Device]:
    """Return the microphones there are now, while streams of this process run on.

    Raises
    ------
    AudioDeviceError
        If PortAudio is missing, broken, or does not answer.
    """
    # A process of its own has a PortAudio of its own, which looks anew.
    try:
        child = portaudio.run_child(["-m", "leanviz.audio.devices"])
        answer = json.loads(child.stdout)
    except subprocess.TimeoutExpired as error:
        raise AudioDeviceError("The sound system does not answer.") from error
    except ValueError as error:  # it wrote something else, or crashed
        raise AudioDeviceError("The sound devices cannot be listed: PortAudio crashes.") from error
    if isinstance(answer, str):
        raise AudioDeviceError(answer)
    return [Device(**fields) for fields in answer]


def output_available() -> str | None:
    """Return None, or the sentence that says why nothing can be played."""
    try:
        found = portaudio.within(lambda: listed("output"))
    except AudioDeviceError as error:
        return str(error)
    return None if found else "Nothing can be played: there is no sound output."


def listed(kind: str) -> list[Device]:
    """Return the "input" or "output" devices; blocks as long as PortAudio does.

    The inputs that a sound server has, the sound of its outputs among them, follow PortAudio's.

    Raises
    ------
    AudioDeviceError
        If PortAudio is missing or broken.
    """
    devices = _of_portaudio(kind)
    way = next((device for device in devices if device.key == ("ALSA", pulse.ALSA_DEVICE)), None)
    if kind == "input" and way is not None:
        devices += [_through(way, source) for source in pulse.sources()]
    return devices


def _through(way: Device, source: pulse.PulseSource) -> Device:
    return Device(
        name=source.name,
        host_api=pulse.HOST_API,
        index=way.index,
        channels=source.channels,
        sample_rate=source.sample_rate,
        is_default=False,
        source=source.source,
    )


def _of_portaudio(kind: str) -> list[Device]:
    sounddevice = portaudio.load()
    portaudio.hold()
    try:
        apis = [api["name"] for api in sounddevice.query_hostapis()]
        default = sounddevice.default.device[kind]
        return [
            Device(
                name=info["name"],
                host_api=api,
                index=info["index"],
                channels=_real_channels(info[f"max_{kind}_channels"], info["name"], api),
                sample_rate=_own_rate(sounddevice, kind, info, api),
                is_default=info["index"] == default,
            )
            for info in sounddevice.query_devices()
            for api in (apis[info["hostapi"]],)
            if info[f"max_{kind}_channels"] > 0
        ]
    except sounddevice.PortAudioError as error:
        raise AudioDeviceError(
            f"The sound devices cannot be listed: {portaudio.cause(error)}."
        ) from error
    finally:
        portaudio.release()


def find(kind: str, wanted: Device | None) -> Device:
    """Return the device to open: the default one, or `wanted` as it is listed now.

    Blocks as long as PortAudio does. Call `portaudio.hold` first, so that the index stays true.

    Raises
    ------
    AudioDeviceError
        If there is no such device, or PortAudio is missing or broken.
    """
    devices = listed(kind)
    if wanted is not None:
        found = same(devices, wanted.key)
    else:
        found = min(devices, key=lambda device: not device.is_default, default=None)
    if found is None:
        raise AudioDeviceError(_absence(kind, wanted))
    return found


def same(devices: Iterable[Device], key: tuple[str, str]) -> Device | None:
    """Return the device of that host API and name, be it on another ALSA card number by now."""
    host_api, name = key
    named = [
        d
        for d in devices
        if d.host_api == host_api and _without_card(d.name) == _without_card(name)
    ]
    return min(named, key=lambda device: device.name != name, default=None)


def _without_card(name: str) -> str:
    return re.sub(r" \(hw:\d+,\d+\)$", "", name)


def _absence(kind: str, wanted: Device | None) -> str:
    if wanted is not None:
        return f"The sound device “{wanted.name}” ({wanted.host_api}) is not there."
    if kind == "output":
        return "Nothing can be played: there is no sound output."
    return "There is no microphone: connect one, or open a sound file."


def _real_channels(listed: int, name: str, host_api: str) -> int:
    """Return how many channels there are: what is no hardware, ALSA gives as many as one likes."""
    return min(listed, 2) if host_api == "ALSA" and "(hw:" not in name else listed


def _own_rate(sounddevice: Any, kind: str, info: dict[str, Any], host_api: str) -> int:
    """Return the rate a device runs at, as far as PortAudio knows it."""
    rate = round(info["default_samplerate"])
    if host_api != "ALSA" or rate != 44_100:
        return rate
    # Under ALSA PortAudio tries 44.1 kHz first and looks no further, though sound servers and
    # most hardware run at 48 kHz and would resample.
    check = getattr(sounddevice, f"check_{kind}_settings")
    try:
        check(device=info["index"], channels=1, samplerate=48_000)
    except sounddevice.PortAudioError:
        return rate
    return 48_000


def _main() -> None:
    """Write the microphones, or the sentence why there are none to list, as JSON."""
    try:
        answer: Any = [dataclasses.asdict(device) for device in listed("input")]
    except AudioDeviceError as error:
        answer = str(error)
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    _main()
