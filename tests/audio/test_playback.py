"""Playing through a real PortAudio stream, and hearing on the sink's monitor what was played."""

import itertools
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from leanviz.audio.capture import DeviceSource, SourceState
from leanviz.audio.playback import Player
from leanviz.core.clock import Gap
from tests.support.programs import wait_until
from tests.support.starvation import ATTEMPTS, holed
from tests.support.virtual_mic import VirtualMic

RATE = 48_000


def noise(seconds: float, rate: int = RATE, channels: int = 1) -> np.ndarray:
    """Return the same in all channels: the sink has one, and what is in the middle stays."""
    n = round(seconds * rate)
    mono = np.random.default_rng(n).uniform(-0.3, 0.3, n).astype(np.float32)
    return np.repeat(mono[:, None], channels, axis=1)


def save(path: Path, samples: np.ndarray, rate: int = RATE) -> Path:
    subtype = "FLOAT" if path.suffix == ".wav" else None
    soundfile.write(path, samples, rate, subtype)
    return path


@pytest.fixture
def player() -> Iterator[Player]:
    player = Player()
    yield player
    player.close()
    player.close()


@pytest.fixture
def ear(virtual_mic: VirtualMic) -> Iterator[DeviceSource]:
    """Return a source that hears what is played."""
    source = DeviceSource()
    source.start()
    wait_until(lambda: source.status().state is SourceState.RUNNING, "the microphone")
    yield source
    source.stop()


def heard(ear: DeviceSource, start: int) -> np.ndarray:
    """Return what the ear heard from its sample `start` on, without the silence around it."""
    samples = since(ear, start)
    loud = np.flatnonzero(samples)
    return samples[loud[0] : loud[-1] + 1] if loud.size else samples[:0]


def since(ear: DeviceSource, start: int) -> np.ndarray:
    """Return all that came, of shape (n,), with a hole where a busy machine lost some of it."""
    samples = np.zeros(ear.ring.written - start, np.float32)
    at = 0
    while at < len(samples):
        piece = ear.ring.advance(start + at, len(samples) - at)
        if isinstance(piece, Gap):
            at = piece.stop - start
        else:
            samples[at : at + len(piece)] = piece[:, 0]
            at += len(piece)
    return samples


def likeness(a: np.ndarray, b: np.ndarray) -> float:
    """Return the correlation of two signals of about one length that begin together."""
    n = min(len(a), len(b))
    return float(np.corrcoef(a[:n], b[:n])[0, 1])


def play_to_the_end(player: Player, ear: DeviceSource, **arguments) -> np.ndarray:
    """Play and return what was heard; again, some times, where a busy machine left holes."""
    for _ in range(ATTEMPTS - 1):
        if not holed(arrived := play_once(player, ear, **arguments)):
            return arrived
    return play_once(player, ear, **arguments)


def play_once(player: Player, ear: DeviceSource, **arguments) -> np.ndarray:
    start = ear.ring.written
    player.play(**arguments)
    wait_until(lambda: not player.playing, "the end")
    assert player.error == ""
    let_arrive(ear)
    return heard(ear, start)


def play_and_watch(
    player: Player, ear: DeviceSource, n: int, per_s: float
) -> tuple[np.ndarray, float]:
    """Play `n` samples, so many a second; return what was heard and how far ahead positions were.

    Again, some times, where a busy machine left holes, behind which a position cannot be right.
    """
    for _ in range(ATTEMPTS - 1):
        arrived, lead_s = watch_once(player, ear, n, per_s)
        if not holed(arrived):
            return arrived, lead_s
    return watch_once(player, ear, n, per_s)


def watch_once(player: Player, ear: DeviceSource, n: int, per_s: float) -> tuple[np.ndarray, float]:
    """By the clock, not by how far the ear is just then: that is late at times, never early."""
    start, positions, ears = ear.ring.written, [], []
    player.play(start_sample=0)
    while player.playing:
        positions.append((player.position, time.monotonic()))
        ears.append(ear.ring.written / RATE - time.monotonic())
        time.sleep(0.002)  # or the player's thread, which shares the interpreter, starves
    assert all(after >= before for (before, _), (after, _) in itertools.pairwise(positions))
    assert player.position == n
    let_arrive(ear)
    began = (start + int(np.flatnonzero(since(ear, start))[0])) / RATE - max(ears)
    leads_s = [at / per_s - (now - began) for at, now in positions if 0 < at < n]
    return heard(ear, start), float(np.median(leads_s))


def let_arrive(ear: DeviceSource) -> None:
    reached = ear.ring.written
    wait_until(lambda: ear.ring.written > reached + RATE // 5, "what is still on its way")


# -- what sounds --------------------------------------------------------------------------------


@pytest.mark.audio
@pytest.mark.parametrize(
    ("rate", "channels"), [(48_000, 1), (48_000, 2), (8_000, 1), (44_100, 6), (96_000, 2)]
)
def test_all_that_is_in_the_file_sounds(tmp_path, player, ear, rate, channels) -> None:
    written = noise(0.5, rate, channels)
    player.load(save(tmp_path / "x.wav", written, rate))
    arrived = play_to_the_end(player, ear)
    expected = soxr.resample(written[:, 0], rate, RATE)
    assert len(arrived) == pytest.approx(len(expected), abs=5)
    assert likeness(arrived, expected) > 0.99
    assert player.position == len(written)


@pytest.mark.audio
@pytest.mark.parametrize("kind", ["flac", "ogg", "mp3"])
def test_a_selection_sounds_and_nothing_else(tmp_path, player, ear, kind) -> None:
    path = save(tmp_path / f"x.{kind}", noise(3.0))
    whole = soundfile.read(path, dtype="float32")[0]
    player.load(path)
    arrived = play_to_the_end(player, ear, start_sample=70_000, stop_sample=100_000)
    assert len(arrived) == pytest.approx(30_000, abs=5)
    assert likeness(arrived, whole[70_000:100_000]) > 0.99
    assert player.position == 100_000


@pytest.mark.audio
def test_a_real_clip_sounds(player, ear, shared_data) -> None:
    path = sorted((shared_data / "audio/esc50").glob("*.ogg"))[1]
    player.load(path)
    clip, rate = soundfile.read(path, dtype="float32")
    length = round(1.3 * rate)
    arrived = play_to_the_end(player, ear, start_sample=0, stop_sample=length)
    expected = soxr.resample(clip[:length], rate, RATE)
    window = arrived[RATE : RATE + 4_800]
    # the clip may begin with zeros, which do not count as heard
    missing = len(expected) - len(arrived)
    shifts = range(RATE - 5, RATE + missing + 5)
    assert max(likeness(window, expected[shift:]) for shift in shifts) > 0.99
    assert missing < RATE // 10


@pytest.mark.audio
def test_a_loop_goes_round_without_a_seam(tmp_path, player, ear) -> None:
    written = noise(1.0)
    player.load(save(tmp_path / "x.wav", written))

    def play() -> np.ndarray:
        start = ear.ring.written
        player.play(10_000, 17_000, loop=True)
        wait_until(lambda: len(heard(ear, start)) > 40_000, "several rounds")
        assert 10_000 <= player.position < 17_000
        assert player.playing
        player.stop()
        assert player.position == 10_000
        let_arrive(ear)
        return heard(ear, start)[:40_000]

    arrived = play()
    for _ in range(ATTEMPTS - 1):
        arrived = play() if holed(arrived) else arrived
    assert likeness(arrived, np.tile(written[10_000:17_000, 0], 6)) > 0.99


# -- slower and faster --------------------------------------------------------------------------


@pytest.mark.audio
@pytest.mark.parametrize(("speed", "seconds"), [(0.5, 0.75), (2.0, 2.0)])
def test_a_tone_plays_at_its_pitch_and_the_position_is_what_is_heard(
    tmp_path, player, ear, speed, seconds
) -> None:
    rate = 44_100
    tone = 0.3 * np.cos(2 * np.pi * 1_000 * np.arange(round(seconds * rate)) / rate)
    player.load(save(tmp_path / "x.wav", tone.astype(np.float32)[:, None], rate))
    player.set_speed(speed)

    arrived, lead_s = play_and_watch(player, ear, len(tone), speed * rate)
    # slow sound may end with up to 20 ms of silence
    assert len(arrived) / RATE == pytest.approx(seconds / speed, rel=0.01, abs=0.02)
    spectrum = np.abs(np.fft.rfft(arrived * np.hanning(len(arrived))))
    assert np.argmax(spectrum) * RATE / len(arrived) == pytest.approx(1_000, rel=0.01)
    assert abs(lead_s) < 0.05


@pytest.mark.audio
def test_speed_and_loop_change_while_it_plays_and_it_plays_on(tmp_path, player, ear) -> None:
    player.load(save(tmp_path / "x.wav", noise(20.0)))
    player.play(start_sample=100_000, stop_sample=240_000, begin=120_000)
    wait_until(lambda: player.position > 125_000, "5,000 samples")
    player.set_speed(2.0)
    at = player.position
    assert player.playing
    assert 125_000 < at < 240_000
    player.set_loop(True)
    wait_until(lambda: 100_000 <= player.position < 120_000, "the next round")
    player.seek(230_000)
    player.set_loop(False)
    wait_until(lambda: not player.playing, "the end")
    assert player.position == 240_000


# -- where it is --------------------------------------------------------------------------------


@pytest.mark.audio
def test_the_position_is_what_is_heard(tmp_path, player, ear) -> None:
    written = noise(1.0)
    player.load(save(tmp_path / "x.wav", written))
    _, lead_s = play_and_watch(player, ear, len(written), RATE)
    # a position without the output's latency is 60 ms ahead
    assert abs(lead_s) < 0.05


@pytest.mark.audio
def test_pause_seek_and_play_go_on_from_there(tmp_path, player, ear) -> None:
    player.load(save(tmp_path / "x.wav", noise(20.0)))
    player.play(start_sample=100_000)
    wait_until(lambda: player.position > 110_000, "10,000 samples")
    player.pause()
    paused_at = player.position
    assert paused_at > 110_000
    assert not player.playing
    player.play()
    assert player.position == paused_at
    wait_until(lambda: player.position > paused_at + 5_000, "5,000 more")
    player.seek(500_000)
    assert player.playing
    assert 500_000 <= player.position < 960_000
    wait_until(lambda: player.position > 505_000, "5,000 from there")
    player.pause()
    player.seek(7)
    assert player.position == 7
    assert not player.playing
    player.play()
    wait_until(lambda: player.position > 5_000, "5,000 from the beginning")
    player.stop()
    assert player.position == 7


@pytest.mark.audio
def test_after_the_end_it_plays_again(tmp_path, player, ear) -> None:
    written = noise(0.4)
    player.load(save(tmp_path / "x.wav", written))
    for _ in range(2):
        assert likeness(play_to_the_end(player, ear), written[:, 0]) > 0.99
    play_to_the_end(player, ear, start_sample=3_000, stop_sample=9_000)
    assert len(play_to_the_end(player, ear)) == pytest.approx(6_000, abs=5)


@pytest.mark.audio
def test_a_file_that_is_cut_plays_as_far_as_it_goes(tmp_path, player, ear) -> None:
    path = save(tmp_path / "x.flac", noise(1.0))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    player.load(path)
    arrived = play_to_the_end(player, ear)
    assert len(arrived) > 10_000
    assert likeness(arrived, noise(1.0)[:, 0]) > 0.99


@pytest.mark.audio
def test_another_file_replaces_the_first(tmp_path, player, ear) -> None:
    player.load(save(tmp_path / "long.wav", noise(20.0)))
    player.play(start_sample=200_000)
    wait_until(lambda: player.position > 210_000, "10,000 samples")
    player.load(save(tmp_path / "short.wav", noise(0.5)))
    assert player.position == 0
    assert not player.playing
    assert len(play_to_the_end(player, ear)) >= RATE // 2 - 5


# -- what goes wrong ----------------------------------------------------------------------------


def test_nothing_loaded_plays_nothing(player) -> None:
    player.play()
    player.seek(5)
    player.pause()
    player.stop()
    assert (player.position, player.playing, player.error) == (0, False, "")


def test_a_bad_file_ends_in_a_sentence(tmp_path, player) -> None:
    player.load(tmp_path / "none.wav")
    player.play()
    wait_until(lambda: not player.playing, "the failure")
    assert player.error == f"{tmp_path}/none.wav does not exist."
    player.load(tmp_path)
    assert player.error == ""


@pytest.mark.audio
def test_a_server_that_dies_ends_playing_in_a_sentence(tmp_path, virtual_mic, player) -> None:
    player.load(save(tmp_path / "x.wav", noise(20.0)))
    player.play()
    wait_until(lambda: player.position > 5_000, "the first samples")
    virtual_mic.kill_server()
    wait_until(lambda: not player.playing, "the failure")
    assert "sound output" in player.error
    assert player.error.endswith(".")
    virtual_mic.start()
    player.play()
    at = player.position
    wait_until(lambda: player.position > at + 5_000, "playing to go on")
    assert player.error == ""


@pytest.mark.audio
def test_a_server_that_hangs_ends_playing_in_a_sentence(tmp_path, virtual_mic, player) -> None:
    player.load(save(tmp_path / "x.wav", noise(20.0)))
    player.play()
    wait_until(lambda: player.position > 5_000, "the first samples")
    server = virtual_mic._servers["pipewire-pulse"]
    server.send_signal(signal.SIGSTOP)
    try:
        wait_until(lambda: not player.playing, "the failure")
        assert "no longer answers" in player.error
        player.close()
    finally:
        server.send_signal(signal.SIGCONT)


@pytest.mark.audio
def test_playing_leaves_a_running_microphone_alone(tmp_path, player, ear) -> None:
    player.load(save(tmp_path / "x.wav", noise(0.3)))
    for _ in range(3):
        play_to_the_end(player, ear)
    assert ear.status().state is SourceState.RUNNING
    assert ear.ring.gaps == ()
