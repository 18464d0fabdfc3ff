"""A real PortAudio stream from a microphone that is played into, unplugged, killed and held."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from leanviz.audio import portaudio, supervisor
from leanviz.audio.capture import DeviceSource, SourceState, SourceStatus
from leanviz.audio.devices import Device, input_devices, refreshed_input_devices
from leanviz.core.clock import Gap
from leanviz.core.errors import AudioDeviceError
from tests.support.programs import wait_until
from tests.support.starvation import assert_heard
from tests.support.virtual_mic import VirtualMic

pytestmark = pytest.mark.audio

REPOSITORY = Path(__file__).resolve().parents[2]
RATE = 48_000


def noise(seconds: float) -> np.ndarray:
    n = round(seconds * RATE)
    return np.random.default_rng(n).uniform(-0.5, 0.5, n).astype(np.float32)


@pytest.fixture
def source(virtual_mic: VirtualMic) -> Iterator[DeviceSource]:
    """Return a source that runs."""
    with running() as source:
        yield source


@contextmanager
def running(device: Device | None = None, channel: int = 0) -> Generator[DeviceSource]:
    source = DeviceSource(device, channel)
    source.start()
    try:
        wait_for(source, SourceState.RUNNING)
        yield source
    finally:
        source.stop()


@pytest.fixture
def speakers(virtual_mic: VirtualMic) -> Iterator[Callable[[], None]]:
    """Have a stereo output beside the microphone; return what takes it away."""
    with virtual_mic.output("speakers") as take_away:
        yield take_away


def system_audio() -> Device:
    """Return the source that has what is played to the speakers."""
    return next(device for device in input_devices() if device.source == "speakers.monitor")


def wait_for(source: DeviceSource, state: SourceState) -> SourceStatus:
    """Return the first status with that state: a second look may find another."""
    seen: list[SourceStatus] = []

    def reached() -> bool:
        seen.append(source.status())
        return seen[-1].state is state

    wait_until(reached, f"the source {state}")
    return seen[-1]


def heard_since(source: DeviceSource, start: int) -> np.ndarray:
    """Return what came from sample `start` on, from the first that is not zero."""
    samples = source.ring.read(start, source.ring.written - start)
    assert not isinstance(samples, Gap), samples
    loud = np.flatnonzero(samples.any(axis=1))
    return samples[loud[0] :] if loud.size else samples[:0]


def assert_hears(
    source: DeviceSource, microphone: VirtualMic, played: np.ndarray, sink: str = "virtual-mic"
) -> None:
    def play() -> np.ndarray:
        wait_for_silence(source)
        start = source.ring.written
        microphone.start_playing(played, sink=sink)
        wait_until(lambda: len(heard_since(source, start)) >= len(played), "what is played")
        microphone.stop_playing()
        left, *others = heard_since(source, start)[: len(played)].T
        for channel in others:
            np.testing.assert_array_equal(channel, left)
        return left

    assert_heard(play, played)


def assert_sounds_well(source: DeviceSource, microphone: VirtualMic) -> SourceStatus:
    """Nothing is complained of while there is sound; silence is, soon after it."""
    microphone.start_playing(noise(30))
    start = source.ring.written
    wait_until(lambda: heard_since(source, start).size, "sound")
    wait_until(lambda: source.status().message == "", "the all-clear")
    status = source.status()
    assert status.state is SourceState.RUNNING
    assert status.silent_s < 1.5
    return status


def wait_for_silence(source: DeviceSource) -> None:
    """Wait until nothing is on its way any more of what was played before."""
    start = source.ring.written

    def silent() -> bool:
        latest = source.ring.written - RATE // 5
        return latest >= start and not heard_since(source, latest).size

    wait_until(silent, "silence")


def test_what_is_played_is_captured_bit_for_bit(virtual_mic, source) -> None:
    assert source.sample_rate == RATE
    assert_hears(source, virtual_mic, noise(1.0))
    status = assert_sounds_well(source, virtual_mic)
    assert (status.overflows, status.lost_samples) == (0, 0)
    assert (status.sample_rate, status.channels) == (RATE, 2)
    assert status.host_api == "ALSA"


def test_a_real_clip_is_captured_bit_for_bit(virtual_mic, source, shared_data) -> None:
    path = min((shared_data / "audio/esc50").glob("*.ogg"))
    clip, rate = soundfile.read(path, dtype="float32")
    # The server takes float as it is; the first sample must not be zero to be found again.
    played = soxr.resample(clip, rate, RATE)
    assert_hears(source, virtual_mic, played[np.flatnonzero(played)[0] :][:RATE])


def test_a_device_can_be_chosen(virtual_mic) -> None:
    device = input_devices()[0]
    with running(device) as source:
        assert source.status().device == device.name


def test_the_list_is_refreshed_while_the_stream_goes_on(virtual_mic, source) -> None:
    start = source.ring.written
    assert refreshed_input_devices()
    wait_until(lambda: source.ring.written > start + RATE // 2, "another half second")
    assert source.status().state is SourceState.RUNNING
    assert source.ring.gaps == ()


def test_two_sources_share_one_microphone(virtual_mic, source) -> None:
    with running():
        assert_hears(source, virtual_mic, noise(0.5))
    assert_hears(source, virtual_mic, noise(0.7))
    assert source.ring.gaps == ()


# -- channels, and the sound of outputs ---------------------------------------------------------


@pytest.mark.parametrize("channel", [1, 2])
def test_one_channel_is_heard_by_itself(virtual_mic, speakers, channel) -> None:
    sides = np.stack([noise(0.6), noise(0.7)[: round(0.6 * RATE)]], axis=1)
    with running(system_audio(), channel) as source:
        status = source.status()
        assert (status.channel, status.channels) == (channel, 1)

        def play() -> np.ndarray:
            wait_for_silence(source)
            start = source.ring.written
            virtual_mic.start_playing(sides, sink="speakers")
            wait_until(lambda: len(heard_since(source, start)) >= len(sides), "what is played")
            virtual_mic.stop_playing()
            return heard_since(source, start)[: len(sides), 0]

        assert_heard(play, sides[:, channel - 1])


def test_a_channel_that_is_not_there_fails_the_start_in_a_sentence(virtual_mic, speakers) -> None:
    source = DeviceSource(system_audio(), channel=5)
    with pytest.raises(AudioDeviceError, match="has no channel 5: choose the mix"):
        source.start()
    source.stop()


def test_what_an_output_plays_is_captured_bit_for_bit(virtual_mic, speakers) -> None:
    """And what goes into the microphone meanwhile is not."""
    played = noise(0.5)
    with running(system_audio()) as source:
        virtual_mic.start_playing(noise(20))
        assert_hears(source, virtual_mic, played, sink="speakers")
        assert source.status().device == "System audio: speakers Audio/Sink sink"
    with running() as source:
        assert_hears(source, virtual_mic, played)


def test_an_output_that_is_taken_away_is_gone_and_no_other_is_heard(virtual_mic, speakers) -> None:
    """A server would move the stream to the default microphone."""
    with running(system_audio()) as source:
        speakers()
        assert "has gone" in wait_for(source, SourceState.GONE).message
        virtual_mic.start_playing(noise(5))
        with virtual_mic.output("speakers"):
            wait_for(source, SourceState.RUNNING)
            start = source.ring.gaps[0].stop
            assert not heard_since(source, start).size
            assert_hears(source, virtual_mic, noise(0.5), sink="speakers")


def test_full_scale_is_counted(virtual_mic, source) -> None:
    played = noise(0.3)
    played[[500, 7_000]] = 1.0, -1.0
    assert source.status().clipped == 0
    assert_hears(source, virtual_mic, played)
    # a player that starved was given another chance, and more of them came
    full = int((np.abs(heard_since(source, 0)) >= 1.0).any(axis=1).sum())
    assert full >= 2
    wait_until(lambda: source.status().clipped == full, "all samples at full scale")


# -- three ways of being gone -------------------------------------------------------------------


def test_unplugged_it_gives_digital_silence_and_says_so(virtual_mic, source) -> None:
    """PipeWire hides that the microphone is gone: the stream runs on, all zero."""
    assert_sounds_well(source, virtual_mic)
    virtual_mic.unplug()
    wait_until(lambda: source.status().message != "", "a message")
    status = source.status()
    assert status.silent_s >= 1.5
    assert "digital silence" in status.message
    assert status.state is SourceState.RUNNING
    virtual_mic.plug()
    assert_hears(source, virtual_mic, noise(0.5))
    assert assert_sounds_well(source, virtual_mic).lost_samples == 0


def ahead_s(source: DeviceSource) -> float:
    """Return how far the index is ahead of the clock: blocks come late at times, never early."""
    start, seen = source.ring.written, []

    def enough() -> bool:
        seen.append(source.ring.written / RATE - time.monotonic())
        return source.ring.written > start + RATE // 2

    wait_until(enough, "half a second")
    return max(seen)


def assert_gap_is_true(source: DeviceSource, before_s: float) -> None:
    """The index has gone on as the clock has, and what was not heard is one gap."""
    # within the jitter of a busy machine; without the gap it would be off by seconds
    assert ahead_s(source) == pytest.approx(before_s, abs=0.5)
    assert len(source.ring.gaps) == 1
    assert source.ring.gaps[0].length == source.status().lost_samples
    assert source.ring.gaps[0].length > RATE


def test_killed_it_is_gone_and_comes_back_with_a_gap(virtual_mic, source) -> None:
    assert_hears(source, virtual_mic, noise(0.5))
    before_s = ahead_s(source)
    virtual_mic.kill_server()
    status = wait_for(source, SourceState.GONE)
    assert "has gone" in status.message
    assert status.message.endswith(".")
    stopped_at = source.ring.written
    wait_until(
        lambda: source.status().last_callback_age_s > 1.5, "a gap wide enough to be measured"
    )
    virtual_mic.start()
    wait_for(source, SourceState.RUNNING)
    assert_hears(source, virtual_mic, noise(0.5))
    assert_gap_is_true(source, before_s)
    assert source.ring.gaps[0].start == stopped_at
    assert_sounds_well(source, virtual_mic)


def test_killed_twice_it_comes_back_twice(virtual_mic, source) -> None:
    for times in (1, 2):
        virtual_mic.kill_server()
        wait_for(source, SourceState.GONE)
        virtual_mic.start()
        wait_for(source, SourceState.RUNNING)
        assert len(source.ring.gaps) == times
    assert_hears(source, virtual_mic, noise(0.5))


def test_frozen_it_is_gone_and_comes_back_with_a_gap(virtual_mic, source) -> None:
    before_s = ahead_s(source)
    with virtual_mic.frozen():
        status = wait_for(source, SourceState.GONE)
        assert "no longer delivers" in status.message
        assert status.last_callback_age_s >= 0.9
    wait_for(source, SourceState.RUNNING)
    assert_gap_is_true(source, before_s)
    assert_hears(source, virtual_mic, noise(0.5))


# -- stopping -----------------------------------------------------------------------------------


def assert_stops_twice(source: DeviceSource) -> None:
    for _ in range(2):
        source.stop()
        assert source.status().state is SourceState.STOPPED
    source.start()  # a stopped source stays stopped
    assert source.status().state is SourceState.STOPPED


def test_stops_before_it_started(virtual_mic) -> None:
    source = DeviceSource()
    assert source.status() == SourceStatus(SourceState.STARTING)
    with pytest.raises(RuntimeError):
        source.ring  # noqa: B018
    assert_stops_twice(source)


def test_stops_while_waiting_for_the_first_sample(virtual_mic) -> None:
    source = DeviceSource()
    source.start()
    assert_stops_twice(source)


def test_stops_while_running(source) -> None:
    assert_stops_twice(source)
    written = source.ring.written
    assert not isinstance(source.ring.read(0, written), Gap)  # what was heard stays


def test_stops_while_gone(virtual_mic, source) -> None:
    virtual_mic.kill_server()
    wait_for(source, SourceState.GONE)
    assert_stops_twice(source)


@pytest.mark.parametrize("server", ["pipewire", "pipewire-pulse"])
def test_stops_while_portaudio_hangs(virtual_mic, source, server, monkeypatch) -> None:
    monkeypatch.setattr(supervisor, "_CLOSE_LIMIT_S", 1.0)
    process = virtual_mic._servers[server]
    process.send_signal(signal.SIGSTOP)
    try:
        wait_for(source, SourceState.GONE)
        assert_stops_twice(source)
    finally:
        process.send_signal(signal.SIGCONT)


def test_stops_right_after_freezing(virtual_mic, source, monkeypatch) -> None:
    monkeypatch.setattr(supervisor, "_CLOSE_LIMIT_S", 1.0)
    process = virtual_mic._servers["pipewire-pulse"]
    process.send_signal(signal.SIGSTOP)
    try:
        assert_stops_twice(source)
    finally:
        process.send_signal(signal.SIGCONT)


def test_a_sound_system_that_hangs_fails_the_start_in_a_sentence(virtual_mic, monkeypatch) -> None:
    input_devices()  # PortAudio is loaded
    source = DeviceSource()
    process = virtual_mic._servers["pipewire-pulse"]
    process.send_signal(signal.SIGSTOP)
    try:
        with monkeypatch.context() as impatient:
            impatient.setattr(portaudio, "within", partial(portaudio.within, limit_s=1.0))
            with pytest.raises(AudioDeviceError, match="has not answered for 1 s"):
                source.start()
        assert source.status().state is SourceState.FAILED
        source.stop()
        source.stop()
    finally:
        process.send_signal(signal.SIGCONT)
    # what was opened too late is closed again, and the microphone can be used
    with running():
        pass


def test_a_device_that_is_not_there_fails_the_start_in_a_sentence(virtual_mic) -> None:
    source = DeviceSource(Device("Snowball (hw:7,0)", "ALSA", 0, 1, 44_100, is_default=False))
    with pytest.raises(AudioDeviceError, match=r"“Snowball \(hw:7,0\)” \(ALSA\) is not there"):
        source.start()
    status = source.status()
    assert status.state is SourceState.FAILED
    assert "Snowball" in status.message
    source.stop()


def test_the_process_ends_though_portaudio_hangs(virtual_mic) -> None:
    program = (
        "import time\n"
        "from leanviz.audio.capture import DeviceSource, SourceState\n"
        "source = DeviceSource()\n"
        "source.start()\n"
        "for state in SourceState.RUNNING, SourceState.GONE:\n"
        "    while source.status().state is not state: time.sleep(0.01)\n"
        "    print(state, flush=True)\n"
        "source.stop()\n"
    )
    server = virtual_mic._servers["pipewire-pulse"]
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=REPOSITORY, env=os.environ, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"running\n"
        server.send_signal(signal.SIGSTOP)
        try:
            assert child.wait(timeout=60) == 0
        finally:
            server.send_signal(signal.SIGCONT)
            child.kill()
