"""A sound heard through a real PortAudio stream gives the events that its file gives."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from leanviz.audio.capture import DeviceSource
from leanviz.audio.file import read_mono
from leanviz.audio.source import SourceState
from leanviz.core.frontend import YAMNET
from leanviz.inference.model import LeanModel
from leanviz.pipeline.clip import analyze_file
from leanviz.pipeline.live import LivePipeline
from tests.support.starvation import assert_heard
from tests.support.virtual_mic import VirtualMic

HOP_S = YAMNET.patch_hop / YAMNET.sample_rate
# A live stream meets the sound at any phase of the hop, which moves scores near a threshold.
MARGIN_LOGITS = 2.0


def _wait(condition: Callable[[], bool], timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "nothing happened in time"
        time.sleep(0.02)


@dataclass(frozen=True)
class Heard:
    """A label, and when it began after the start of the clip."""

    label: str
    onset_s: float
    score: float


def _listen(mic: VirtualMic, model: LeanModel, path: Path) -> list[Heard]:
    """Play a file into the microphone and return what a live stream says of it."""
    said: list[Heard] = []

    def play() -> np.ndarray:
        heard, said[:] = _listen_once(mic, model, path)
        return heard

    # at the microphone's rate it is heard as it is, from its first sample that is not zero
    played = read_mono(path)[0]
    assert_heard(play, played[np.flatnonzero(played)[0] : np.flatnonzero(played)[-1] + 1])
    return said


def _listen_once(mic: VirtualMic, model: LeanModel, path: Path) -> tuple[np.ndarray, list[Heard]]:
    source = DeviceSource()
    pipeline = LivePipeline(source, model)
    try:
        pipeline.start()
        _wait(lambda: pipeline.stats().status.state is SourceState.RUNNING, 20)
        before = source.ring.written
        mic.play(path)
        played = source.ring.written
        _wait(lambda: source.ring.written > played + source.sample_rate, 20)
        assert pipeline.stats().lost_samples == 0
        heard = np.asarray(source.ring.read(before, source.ring.written - before))
    finally:
        pipeline.close()
    events = [event for update in pipeline.drain() for event in update.events]
    loud = np.flatnonzero(heard[:, 0])
    start, rate = before + int(np.flatnonzero(np.abs(heard).max(1) > 1e-4)[0]), source.sample_rate
    said = [Heard(e.label, (e.onset - start) / rate, e.score) for e in events]
    return heard[loud[0] : loud[-1] + 1, 0], said


def _read(model: LeanModel, path: Path) -> list[Heard]:
    analysis = analyze_file(path, model)
    samples, _ = read_mono(path)
    start = int(np.flatnonzero(np.abs(samples) > 1e-4)[0])
    rate = analysis.sample_rate
    return [Heard(e.label, (e.onset - start) / rate, e.score) for e in analysis.events]


def _logit(score: float) -> float:
    return float(np.log(score) - np.log1p(-min(score, 1 - 1e-7)))


def _missing(wanted: list[Heard], found: list[Heard], model: LeanModel) -> list[Heard]:
    """Return the clear events of one side that the other does not have within one hop."""
    index, thresholds = model.taxonomy.index, model.thresholds
    clear = [
        e for e in wanted if _logit(e.score) > _logit(thresholds[index(e.label)]) + MARGIN_LOGITS
    ]
    assert clear, "the clip has no clear event: choose another"
    return [
        e
        for e in clear
        if not any(f.label == e.label and abs(f.onset_s - e.onset_s) <= HOP_S for f in found)
    ]


@pytest.mark.audio
@pytest.mark.parametrize("name", ["4-191687-A-0", "4-164064-A-1", "4-150364-A-46"])
def test_live_events_are_the_files_events(
    virtual_mic: VirtualMic, shared_data: Path, tmp_path: Path, name: str
) -> None:
    """Every clear event of one must be in the other, its onset within one hop."""
    samples, rate = read_mono(shared_data / "audio" / "esc50" / f"{name}.ogg")
    # Silence around the clip, as the live stream has it.
    path, mic_rate = tmp_path / "clip.wav", virtual_mic.sample_rate
    clip = np.pad(soxr.resample(samples, rate, mic_rate), (mic_rate, 2 * mic_rate))
    soundfile.write(path, clip, mic_rate, subtype="FLOAT")
    model = LeanModel.open()
    live, filed = _listen(virtual_mic, model, path), _read(model, path)
    assert not _missing(filed, live, model), (filed, live)
    assert not _missing(live, filed, model), (filed, live)
