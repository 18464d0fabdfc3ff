"""A sound heard through a real PortAudio stream gives the events that its file gives."""

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
from tests.support.programs import wait_until
from tests.support.starvation import assert_heard
from tests.support.virtual_mic import VirtualMic

HOP_S = YAMNET.patch_hop / YAMNET.sample_rate
# Of events nearer to a threshold, where the stream is cut may decide.
MARGIN_LOGITS = 2.0
CLIP_S = 2


@dataclass(frozen=True)
class Heard:
    """A label, and when it began after the start of the clip."""

    label: str
    onset_s: float
    score: float


@dataclass(frozen=True)
class Stream:
    """What came of a live stream: its sound, without the silence around it, and what it said."""

    sound: np.ndarray
    first: int
    """The stream's sample at which the sound begins."""
    said: list[Heard]


def _listen(mic: VirtualMic, model: LeanModel, clip: np.ndarray) -> Stream:
    """Play a clip into the microphone and return what a live stream makes of it."""
    streams: list[Stream] = []

    def play() -> np.ndarray:
        streams.append(_listen_once(mic, model, clip))
        return streams[-1].sound

    # at the microphone's rate it is heard as it is, from its first sample that is not zero
    assert_heard(play, clip[np.flatnonzero(clip)[0] : np.flatnonzero(clip)[-1] + 1])
    return streams[-1]


def _listen_once(mic: VirtualMic, model: LeanModel, clip: np.ndarray) -> Stream:
    source = DeviceSource()
    pipeline = LivePipeline(source, model)
    try:
        pipeline.start()
        wait_until(lambda: pipeline.stats().status.state is SourceState.RUNNING, "the microphone")
        before = source.ring.written
        mic.play(clip)
        played = source.ring.written
        wait_until(lambda: source.ring.written > played + source.sample_rate, "all of it heard")
        assert pipeline.stats().lost_samples == 0
        heard = np.asarray(source.ring.read(before, source.ring.written - before))
    finally:
        pipeline.close()
    events = [event for update in pipeline.drain() for event in update.events]
    loud = np.flatnonzero(heard[:, 0])
    start, rate = before + int(np.flatnonzero(np.abs(heard).max(1) > 1e-4)[0]), source.sample_rate
    said = [Heard(e.label, (e.onset - start) / rate, e.score) for e in events]
    return Stream(heard[loud[0] : loud[-1] + 1, 0], before + int(loud[0]), said)


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
    path, mic_rate = tmp_path / "clip.wav", virtual_mic.sample_rate
    clip = soxr.resample(samples[: CLIP_S * rate], rate, mic_rate)
    model = LeanModel.open()
    live = _listen(virtual_mic, model, clip)
    # Silence around the clip, as the live stream has it: patches begin at the same samples.
    padded = np.pad(live.sound, (live.first, mic_rate))
    soundfile.write(path, padded, mic_rate, subtype="FLOAT")
    filed = _read(model, path)
    assert not _missing(filed, live.said, model), (filed, live)
    assert not _missing(live.said, filed, model), (filed, live)
