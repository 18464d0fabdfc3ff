"""What a sound server can record from, as `pactl` tells it."""

import os
from pathlib import Path
from typing import Any

import pytest

from leanviz.audio import pulse
from leanviz.audio.devices import input_devices
from tests.support.programs import wait_until
from tests.support.virtual_mic import VirtualMic


def entry(name: str, description: str, monitored: str = "", channels: str = "mono") -> Any:
    return {
        "name": name,
        "description": description,
        "monitor_source": monitored,
        "channel_map": channels,
        "sample_specification": "s16le 2ch 44100Hz",
    }


def test_microphones_come_first_and_monitors_are_called_system_audio() -> None:
    found = pulse.parsed([
        entry("out.monitor", "Monitor of Headphones", "out", "front-left,front-right"),
        entry("in", "Webcam"),
    ])  # fmt: skip
    assert found == [
        pulse.PulseSource("in", "Webcam", 1, 44_100),
        pulse.PulseSource("out.monitor", "System audio: Headphones", 2, 44_100),
    ]


def test_two_of_one_make_have_two_names() -> None:
    found = pulse.parsed([entry("usb-1", "Snowball"), entry("usb-2", "Snowball")])
    assert [source.name for source in found] == ["Snowball (usb-1)", "Snowball (usb-2)"]


@pytest.mark.parametrize("words", ["", "echo no JSON", "echo '[{}]'", "exit 1"])
def test_a_pactl_that_is_old_or_missing_leaves_the_list_to_portaudio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    if words:
        program = tmp_path / "pactl"
        program.write_text(f"#!/bin/sh\n{words}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert pulse.sources() == []


def test_the_environment_is_as_it_was_when_the_stream_is_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PULSE_SOURCE", "theirs")
    monkeypatch.delenv("PULSE_PROP", raising=False)
    seen: list[str] = []

    def open_and_fail() -> None:
        with pulse.opening("ours"):
            seen.append(os.environ["PULSE_SOURCE"])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        open_and_fail()
    assert seen == ["ours"]
    assert os.environ["PULSE_SOURCE"] == "theirs"
    assert "PULSE_PROP" not in os.environ


@pytest.mark.audio
def test_the_servers_sources_are_among_the_inputs(virtual_mic: VirtualMic) -> None:
    def names() -> list[str]:
        return [device.name for device in input_devices() if device.host_api == "PulseAudio"]

    assert names() == ["System audio: virtual-mic Audio/Sink sink"]
    with virtual_mic.output("speakers", channels=6):
        listed = {device.source: device for device in input_devices()}
        assert listed["speakers.monitor"].channels == 6
    wait_until(lambda: len(names()) == 1, "the output to be taken off the list")
