"""Which devices there are, and the sentences for when there is no sound system to ask."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from leanviz.audio import devices
from leanviz.audio.devices import (
    Device,
    find,
    input_devices,
    output_available,
    refreshed_input_devices,
)
from leanviz.core.errors import AudioDeviceError
from tests.support.programs import wait_until
from tests.support.virtual_mic import VirtualMic

REPOSITORY = Path(__file__).resolve().parents[2]

# Everything that a user can ask of a machine's sound, each answer on a line of its own.
ASK_FOR_ALL = """
import time
from leanviz.audio.capture import DeviceSource, SourceState
from leanviz.audio.devices import input_devices, output_available, refreshed_input_devices
from leanviz.audio.playback import Player
from leanviz.core.errors import AudioDeviceError

for ask in (input_devices, refreshed_input_devices, DeviceSource().start):
    try:
        print(ask())
    except AudioDeviceError as error:
        print(error)
print(output_available())
player = Player()
player.load(CLIP)
player.play()
while player.playing:
    time.sleep(0.01)
print(player.error, player.position)
player.close()
source = DeviceSource()
try:
    source.start()
except AudioDeviceError as error:
    assert source.status().state is SourceState.FAILED
    assert source.status().message == str(error)
source.stop()
source.stop()
"""
WITHOUT_LIBRARY = "import ctypes.util; ctypes.util.find_library = lambda name: None\n"


def answers(tmp_path: Path, before: str = "", **environment: str) -> list[str]:
    import numpy as np
    import soundfile

    clip = tmp_path / "clip.wav"
    soundfile.write(clip, np.zeros(1_000), 16_000)
    child = subprocess.run(
        [sys.executable, "-c", f"{before}CLIP = {str(clip)!r}\n{ASK_FOR_ALL}"],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    assert "Traceback" not in child.stderr
    return child.stdout.splitlines()


def test_without_portaudio_each_way_in_says_so(tmp_path) -> None:
    listing, _, opening, output, playing = answers(tmp_path, WITHOUT_LIBRARY)
    for answer in (listing, opening, output, playing):
        assert "PortAudio library is not installed" in answer


def test_with_a_broken_sound_system_each_way_in_says_so(tmp_path) -> None:
    broken = tmp_path / "alsa.conf"
    broken.write_text("pcm.!default { type hw card 7 } }}} {")
    for answer in answers(tmp_path, ALSA_CONFIG_PATH=str(broken)):
        assert "PortAudio does not start" in answer


def test_a_portaudio_that_aborts_does_not_take_leanviz_along(tmp_path) -> None:
    for answer in answers(tmp_path, ALSA_CONFIG_PATH=str(tmp_path / "missing.conf")):
        assert "PortAudio" in answer


def test_without_a_device_each_way_in_says_so(tmp_path) -> None:
    listing, refreshed, opening, output, playing = answers(
        tmp_path, XDG_RUNTIME_DIR=str(tmp_path), PULSE_SERVER=f"unix:{tmp_path}/none"
    )
    if listing != "[]":
        pytest.skip("this machine has a sound card, which needs no server")
    assert refreshed == "[]"
    assert opening.startswith("There is no microphone")
    assert output == "Nothing can be played: there is no sound output."
    assert playing == f"{output} 0"


def names(devices: list[Device]) -> list[str]:
    """Return what PortAudio lists, without the sources of a sound server."""
    return [device.name for device in devices if not device.source]


@pytest.mark.audio
def test_the_microphone_is_listed_as_the_default(virtual_mic: VirtualMic) -> None:
    listed = input_devices()
    default = [device for device in listed if device.is_default]
    assert len(default) == 1
    assert default[0].host_api == "ALSA"
    assert default[0].sample_rate == virtual_mic.sample_rate
    assert refreshed_input_devices() == listed
    assert output_available() is None


@pytest.mark.audio
def test_only_a_refreshed_list_knows_what_went_away(virtual_mic: VirtualMic) -> None:
    before = names(input_devices())
    virtual_mic.kill_server()
    assert names(input_devices()) == before
    assert names(refreshed_input_devices()) != before
    virtual_mic.start()
    wait_until(lambda: names(refreshed_input_devices()) == before, "the microphone in a new list")


def listed(*names: str) -> list[Device]:
    return [
        Device(name, "ALSA", index, channels=2, sample_rate=48_000, is_default=index == 1)
        for index, name in enumerate(names)
    ]


def test_a_device_is_known_by_its_name_wherever_it_stands(monkeypatch) -> None:
    old = listed("HDA Intel (hw:0,0)", "pulse", "Scarlett: USB Audio (hw:1,0)")
    new = listed("Scarlett: USB Audio (hw:2,0)", "HDA Intel (hw:0,0)", "Webcam (hw:1,0)", "pulse")
    monkeypatch.setattr(devices, "listed", lambda kind: list(new))
    assert [find("input", device).index for device in old] == [1, 3, 0]
    assert find("input", None).index == 1  # the default
    gone = Device("Webcam (hw:1,0)", "JACK", 2, 2, 48_000, is_default=False)
    with pytest.raises(AudioDeviceError, match=r"“Webcam \(hw:1,0\)” \(JACK\) is not there"):
        find("input", gone)


def test_of_two_devices_with_one_name_the_right_card_is_taken(monkeypatch) -> None:
    new = listed("Snowball (hw:1,0)", "Snowball (hw:2,0)")
    monkeypatch.setattr(devices, "listed", lambda kind: list(new))
    assert find("input", new[1]) == new[1]
