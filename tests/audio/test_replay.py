"""A file as a source: the same samples at the same pace as from a microphone."""

import time

import numpy as np
import pytest
import soundfile

from leanviz.audio.capture import FileSource, SourceState
from leanviz.core.clock import Gap
from leanviz.core.errors import AudioFileError
from tests.support.programs import wait_until

RATE = 16_000


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.wav"
    noise = np.random.default_rng(3).uniform(-0.5, 0.5, (2 * RATE, 2)).astype(np.float32)
    soundfile.write(path, noise, RATE, "FLOAT")
    return path


def test_every_sample_arrives_and_the_source_stops_by_itself(clip) -> None:
    source = FileSource(clip, speed=50)
    source.start()
    wait_until(lambda: source.status().state is SourceState.STOPPED, "the end of the file")
    samples = source.ring.read(0, source.ring.written)
    assert not isinstance(samples, Gap)
    expected = soundfile.read(clip, dtype="float32")[0].mean(axis=1)
    np.testing.assert_array_equal(samples[:, 0], expected)
    status = source.status()
    assert (status.device, status.host_api) == ("clip.wav", "file")
    assert (status.sample_rate, status.channels, status.message) == (RATE, 1, "")
    source.stop()


def test_it_is_never_ahead_of_the_clock(clip) -> None:
    source = FileSource(clip)
    began = time.monotonic()
    source.start()
    while source.ring.written < RATE // 2:
        assert source.ring.written / RATE <= time.monotonic() - began
    assert source.status().state is SourceState.RUNNING
    source.stop()


def test_stops_in_every_state_twice(clip) -> None:
    never_started = FileSource(clip)
    with pytest.raises(RuntimeError):
        never_started.ring  # noqa: B018
    running = FileSource(clip)
    running.start()
    running.start()
    ended = FileSource(clip, speed=100)
    ended.start()
    wait_until(lambda: ended.status().state is SourceState.STOPPED, "the end of the file")
    for source in (never_started, running, ended):
        for _ in range(2):
            source.stop()
            assert source.status().state is SourceState.STOPPED
        source.start()
        assert source.status().state is SourceState.STOPPED


def test_a_bad_file_fails_in_a_sentence(tmp_path) -> None:
    source = FileSource(tmp_path / "none.wav")
    with pytest.raises(AudioFileError, match=r"none\.wav does not exist\."):
        source.start()
    source.stop()
    status = source.status()
    assert status.state is SourceState.FAILED
    assert "does not exist" in status.message


def test_a_file_that_turns_bad_on_the_way_fails_in_a_sentence(tmp_path) -> None:
    samples = np.ones(RATE, np.float32)
    samples[8_000] = np.nan
    soundfile.write(tmp_path / "x.wav", samples, RATE, "FLOAT")
    source = FileSource(tmp_path / "x.wav", speed=20)
    source.start()
    wait_until(lambda: source.status().state is SourceState.FAILED, "the failure")
    assert "not a number" in source.status().message
    assert 7_000 < source.ring.written <= 8_000
    source.stop()
