"""Half an hour of real clips through a real microphone, beside the file of what was heard."""

import csv
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from leanviz.audio.capture import DeviceSource
from leanviz.audio.file import read_mono
from leanviz.audio.resample import Resampler
from leanviz.core.clock import Gap
from leanviz.core.events import Event
from leanviz.core.frontend import YAMNET
from leanviz.core.ring import Ring
from leanviz.inference.model import LeanModel
from leanviz.pipeline.clip import analyze_file
from leanviz.pipeline.live import LivePipeline
from leanviz.pipeline.session_log import SessionLog
from leanviz.sessions.session_reader import read_session
from tests.conftest import VirtualMic

Float32 = npt.NDArray[np.float32]

MINUTES = float(os.environ.get("LEANVIZ_TRIAL_MINUTES", "30"))
SECONDS = 60.0 * MINUTES
LOG_BYTES = 10_000_000


class Tape:
    """Keeps all that a ring gets, which holds half a minute itself; every loss is counted."""

    def __init__(self, ring: Ring) -> None:
        self.lost = 0
        self._ring = ring
        self._blocks: list[Float32] = []
        self._at = 0

    def wind(self) -> None:
        """Take what is new."""
        block = self._ring.advance(self._at, self._ring.capacity)
        if isinstance(block, Gap):
            self.lost += block.length
            self._at = block.stop
        else:
            self._blocks.append(block)
            self._at += len(block)

    @property
    def sound(self) -> Float32:
        """All of it, [n_samples, n_channels]."""
        return np.concatenate(self._blocks)


@pytest.mark.soak
@pytest.mark.audio
@pytest.mark.timeout(2 * SECONDS + 600)
def test_half_an_hour_live_gives_the_events_of_its_file(
    shared_data: Path, virtual_mic: VirtualMic, tmp_path: Path, model: LeanModel
) -> None:
    """The grid of patches is the same then, so nothing may differ."""
    played = tmp_path / "played.wav"
    soundfile.write(played, mixed_clips(shared_data, virtual_mic.sample_rate), 48_000, "FLOAT")
    source, log = DeviceSource(), SessionLog(tmp_path / "logs", LOG_BYTES)
    pipeline = LivePipeline(source, model, sinks=(log,))
    pipeline.start()
    while pipeline.stats().heard_s == 0.0:
        assert not pipeline.stats().failure
        time.sleep(0.05)
    tape = Tape(source.ring)
    player = virtual_mic.start_playing(played)
    while player.poll() is None:
        pipeline.drain()
        tape.wind()
        time.sleep(1.0)
    pipeline.close()
    tape.wind()
    stats = pipeline.stats()
    assert (stats.lost_samples, stats.windows_skipped, tape.lost) == (0, 0, 0)
    assert stats.heard_s > SECONDS

    heard = tmp_path / "heard.wav"
    soundfile.write(heard, tape.sound, source.sample_rate, subtype="FLOAT")
    expected = analyze_file(heard, model).events
    assert log.path is not None
    got = read_session(log.path).events
    assert len(expected) > MINUTES
    hop = YAMNET.patch_hop * source.sample_rate // YAMNET.sample_rate
    missing, more = unmatched(expected, got, hop), unmatched(got, expected, hop)
    said = f"{len(expected)} events in the file, {len(got)} live; {stats.heard_s:.0f} s heard\n"
    sys.stderr.write(said)
    assert (missing, more) == ([], [])


def mixed_clips(data: Path, sample_rate: int) -> Float32:
    """Return clips of the val split, one after the other and over each other, at several levels."""
    with (data / "manifest.csv").open(newline="") as file:
        names = [row["filename"] for row in csv.DictReader(file) if row["split"] == "val"]
    rng = np.random.default_rng(12)
    whole = np.zeros(int(SECONDS * sample_rate), np.float32)
    at = 0
    for name in endless(rng.permutation(names)):
        samples, rate = read_mono(data / name)
        resampler = Resampler(rate, sample_rate)
        clip = np.concatenate((resampler.push(samples), resampler.finish()))
        clip = clip[: len(whole) - at] * 10.0 ** rng.uniform(-1.5, 0.0)
        whole[at : at + len(clip)] += clip
        at += int(len(clip) * rng.uniform(0.6, 1.6))
        if at >= len(whole):
            return np.clip(whole, -1.0, 1.0)
    raise AssertionError


def endless(names: npt.NDArray[np.str_]) -> Iterator[str]:
    """Return the names over and over."""
    while True:
        yield from names


def unmatched(events: Sequence[Event], others: Sequence[Event], hop: int) -> list[Event]:
    """Return the events with no counterpart of their own: same label, onset within a hop."""
    free = list(others)
    left = []
    for event in events:
        fitting = [o for o in free if o.label == event.label and abs(o.onset - event.onset) <= hop]
        if fitting:
            free.remove(min(fitting, key=lambda other: abs(other.onset - event.onset)))
        else:
            left.append(event)
    return left


def test_an_event_answers_for_one_other_only() -> None:
    """A doubled one would be left over."""
    one = Event(onset=100, offset=200, label="Bark", score=0.9)
    assert unmatched([one, one], [one], 10) == [one]
