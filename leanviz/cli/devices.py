"""``leanviz devices``, and finding a microphone by its name."""

from rich.table import Table
from rich.text import Text

from leanviz.audio.devices import Device, input_devices
from leanviz.cli.console import as_text
from leanviz.core.channels import channel_number
from leanviz.core.errors import AudioDeviceError


def devices_text() -> str:
    """Return the microphones as a table.

    Raises
    ------
    AudioDeviceError
        If there is none, or if PortAudio is missing or broken.
    """
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("Name", "Host API"):
        table.add_column(column, overflow="fold")
    for column in ("Channels", "Rate"):
        table.add_column(column, justify="right")
    table.add_column("")
    for device in _present():
        facts = str(device.channels), f"{device.sample_rate} Hz"
        default = "default" if device.is_default else ""
        table.add_row(Text(device.name), Text(device.host_api), *facts, default)
    return as_text(table)


def find_device(name: str) -> Device:
    """Return the microphone of that name, or the only one whose name contains it.

    Raises
    ------
    AudioDeviceError
        If no microphone or more than one fits.
    """
    present = _present()
    wanted = name.casefold()
    exact = [device for device in present if device.name.casefold() == wanted]
    # one name under several host APIs is one microphone: PortAudio lists the best first
    fitting = exact[:1] or [device for device in present if wanted in device.name.casefold()]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(sorted({device.name for device in fitting or present}))
    if fitting:
        raise AudioDeviceError(f'More than one microphone fits "{name}": {names}.')
    raise AudioDeviceError(f'There is no microphone called "{name}". There are: {names}.')


def find_channel(name: str) -> int:
    """Return the channel of that name: ``mix``, ``left``, ``right`` or its number.

    Raises
    ------
    AudioDeviceError
        If no input has such a channel.
    """
    try:
        return channel_number(name)
    except ValueError:
        raise AudioDeviceError(
            f'There is no channel called "{name}": mix, left, right, or a number from 1 on.'
        ) from None


def _present() -> list[Device]:
    present = input_devices()
    if not present:
        raise AudioDeviceError(
            "There is no microphone: plug one in, or check that the sound server runs."
        )
    return present
