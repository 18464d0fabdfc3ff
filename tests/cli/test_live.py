"""`leanviz live`: the events of `analyze`, one line each, and a clean end however it ends."""

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from leanviz.audio.devices import Device
from leanviz.audio.source import SourceState, SourceStatus
from leanviz.cli.devices import find_device
from leanviz.cli.live import Remarks
from leanviz.core.errors import AudioDeviceError
from leanviz.pipeline.live_stats import LiveStats
from leanviz.sessions.session_reader import read_session
from tests.cli.running import Run, command, environment
from tests.support.virtual_mic import VirtualMic

HOP_S = 0.48
BELL, HORN = "Church_bell", "Vehicle_horn_and_car_horn_and_honking"
NO_OUTPUT = "Listening ended: nobody reads the output any more."


Line = dict[str, Any]


def _events(run: Run, sound: Path) -> list[Line]:
    return json.loads(run("analyze", sound, "--format", "json").out)[0]["events"]


def _lines(out: str, kind: str = "") -> list[Line]:
    """Return the lines of a kind, all for none."""
    lines = [json.loads(line) for line in out.splitlines()]
    return [line for line in lines if line["type"] == kind or not kind]


def test_a_file_heard_live_gives_the_events_of_the_file(run: Run, siren: Path) -> None:
    """And ends by itself where the file ends."""
    outcome = run("live", "--source", siren, "--jsonl")
    assert outcome.code == 0
    begin, end = outcome.err.splitlines()
    assert begin == "Listening to siren.wav (file, 44100 Hz). Ctrl+C ends."
    assert end.startswith("Heard 3.0 s from siren.wav at 44100 Hz: ")
    assert "0 samples lost, 0 windows not analysed, 0 events not taken" in end
    heard, expected = _lines(outcome.out, "event"), _events(run, siren)
    assert [event["label"] for event in heard] == [event["label"] for event in expected]
    for event, reference in zip(heard, expected, strict=True):
        assert abs(event["onset_s"] - reference["onset_s"]) <= HOP_S
        assert event["score"] == pytest.approx(reference["score"], abs=1e-4)


def test_it_stops_after_the_seconds_asked_for(run: Run, demo: Path) -> None:
    outcome = run("live", "--source", demo, "--seconds", "1.5")
    assert outcome.code == 0
    heard_s = float(outcome.err.splitlines()[-1].split()[1])
    assert 1.5 <= heard_s < 29.0, "and not to the end of the file"
    # what still sounds at the end is told, not lost
    assert "Chirp, tweet" in outcome.out


Listening = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def listening() -> Iterator[Listening]:
    """Return a function that starts `leanviz live`; what is left of it in the end is killed."""
    with ExitStack() as started:

        def start(*args: object) -> "subprocess.Popen[str]":
            process = subprocess.Popen(
                command("live", *args),
                env=environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            started.enter_context(process)
            started.callback(process.kill)
            return process

        yield start


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(demo: Path, listening: Listening, number: signal.Signals) -> None:
    process = listening("--source", demo, "--jsonl", "--provisional")
    assert process.stdout is not None
    first = process.stdout.readline() + process.stdout.readline()
    assert [line["type"] for line in _lines(first)] == ["session", "sounding"]
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert err.splitlines()[-1].startswith("Heard ")
    # what sounded when it was stopped is told to its end
    [sounding, *_] = _lines(first, "sounding")
    assert sounding["events"][0]["label"] in {event["label"] for event in _lines(out, "event")}
    assert _lines(out)[-1]["type"] == "end"


@pytest.mark.parametrize("shape", ["table", "jsonl"])
def test_a_reader_may_leave(demo: Path, listening: Listening, shape: str) -> None:
    """At once, and though there is nothing to tell it for as long as the file lasts."""
    options = ("--source", demo, "--format", shape, "--threshold", "1", "--only", "Siren")
    process = listening(*options)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stderr.readline().startswith("Listening to ")
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, f"{NO_OUTPUT}\n")


def test_what_is_printed_is_a_session(run: Run, siren: Path, tmp_path: Path) -> None:
    """It can be opened like one that the window logged."""
    outcome = run("live", "--source", siren, "--jsonl", "--provisional")
    path = tmp_path / "siren.jsonl"
    path.write_text(outcome.out, encoding="utf-8")
    session = read_session(path)
    told = _lines(outcome.out, "event")
    assert [event.label for event in session.events] == [line["label"] for line in told]
    assert (session.stopped, session.damaged, session.dropped) == (True, 0, 0)
    assert session.n_samples == 3 * 44_100
    assert session.head.device == "siren.wav"


def test_what_sounds_is_told_each_time_it_changes_and_only_if_asked_for(
    run: Run, demo: Path
) -> None:
    told = run("live", "--source", demo, "--jsonl", "--provisional", "--duration", "7").out
    sets = [{event["label"] for event in line["events"]} for line in _lines(told, "sounding")]
    assert {"Church_bell"} in sets
    assert all(before != after for before, after in pairwise(sets))
    assert sets[-1] == set()
    assert all(line["provisional"] for line in _lines(told, "sounding"))
    quiet = run("live", "--source", demo, "--jsonl", "--duration", "1").out
    assert _lines(quiet, "sounding") == []


@pytest.mark.audio
def test_a_microphone_gives_the_events_of_the_file(
    demo: Path, listening: Listening, virtual_mic: VirtualMic, tmp_path: Path
) -> None:
    """The clip is played into a real PortAudio stream, at another rate than its own."""
    samples, rate = soundfile.read(demo)
    clip = tmp_path / "bell and horn.wav"
    parts = [samples[round(a * rate) : round(b * rate)] for a, b in ((4.2, 6.4), (8.4, 10.0))]
    soundfile.write(clip, np.concatenate(parts), rate)
    process = listening("--jsonl", "--channel", "left")
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stderr.readline().startswith("Listening to ")
    virtual_mic.start_playing(clip)
    onsets: dict[str, float] = {}
    for line in process.stdout:
        onsets |= {event["label"]: event["onset_s"] for event in _lines(line, "event")}
        if {BELL, HORN} <= onsets.keys():
            break
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    # when playing began is not known to the sample, how far apart two sounds are is
    assert abs(onsets[HORN] - onsets[BELL] - 2.2) <= 2 * HOP_S


@pytest.mark.audio
def test_a_microphone_that_goes_and_comes_back_is_told(
    listening: Listening, virtual_mic: VirtualMic
) -> None:
    """In sentences on standard error, and as a stretch that was not heard."""
    process = listening("--jsonl")
    assert process.stderr is not None
    said = iter(line for line in process.stderr if not line.startswith("Expression"))
    assert next(said).startswith("Listening to ")
    virtual_mic.kill_server()
    # where PortAudio does not notice, leanviz does: "no longer delivers sound"
    assert "; leanviz goes on as soon as it is back." in _next(said, "microphone")
    virtual_mic.start()
    assert "is heard again." in _next(said, "again")
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert [line["cause"] for line in _lines(out, "missed")] == ["lost"]


def test_an_interruption_between_two_looks_is_told_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []
    monkeypatch.setattr("leanviz.cli.live.say", said.append)
    fine = SourceStatus(SourceState.RUNNING, device="mic", host_api="ALSA", sample_rate=48_000)
    back = replace(fine, interruptions=1, interruption="It has gone.")
    gone = replace(back, state=SourceState.GONE, message="It has gone.")
    remarks = Remarks()
    for status in (fine, gone, gone, back, back, replace(back, interruptions=2)):
        remarks.tell(LiveStats(status, heard_s=1.0))
    assert said[0].startswith("Listening to mic ")
    assert said[1:] == 2 * ["It has gone.", "mic is heard again."]


def _next(lines: Iterator[str], word: str) -> str:
    """Return the next line with a word; PortAudio's and ALSA's own lines have others."""
    return next(line for line in lines if word in line)


def test_a_channel_that_nobody_has_is_a_sentence(run: Run) -> None:
    outcome = run("live", "--channel", "middle")
    assert (outcome.code, outcome.out) == (2, "")
    assert "middle" in outcome.sentence


def _device(name: str, api: str = "ALSA") -> Device:
    return Device(name, api, 0, 2, 48_000, is_default=False)


def test_a_microphone_is_found_by_part_of_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the whole name first: "USB" must not be taken for "USB 2"."""
    present = [_device("USB"), _device("USB", "JACK"), _device("USB 2"), _device("Built-in")]
    monkeypatch.setattr("leanviz.cli.devices.input_devices", lambda: present)
    assert find_device("usb") is present[0]
    assert find_device("usb 2") is present[2]
    assert find_device("built") is present[3]
    with pytest.raises(AudioDeviceError, match='More than one microphone fits "us": USB, USB 2'):
        find_device("us")
    with pytest.raises(AudioDeviceError, match="There is no microphone called"):
        find_device("line")


def test_no_microphone_is_said(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.setattr("leanviz.cli.devices.input_devices", list)
    outcome = run("devices")
    assert (outcome.code, outcome.out) == (2, "")
    assert "no microphone" in outcome.sentence


@pytest.mark.audio
def test_devices_lists_the_microphone(run_outside: Run, virtual_mic: VirtualMic) -> None:
    outcome = run_outside("devices", changes=virtual_mic.environment)
    assert (outcome.code, outcome.err) == (0, "")
    header, *lines = outcome.out.splitlines()
    assert header.split() == ["Name", "Host", "API", "Channels", "Rate"]
    assert any("default" in line for line in lines)
