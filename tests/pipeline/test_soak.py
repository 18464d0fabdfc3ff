"""Hours in minutes: a long stream through the live path, faster than real time."""

import resource
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from leanviz.audio.capture import FileSource
from leanviz.audio.file import read_mono
from leanviz.core.resources import resource_path
from leanviz.inference.model import LeanModel
from leanviz.pipeline.live import LivePipeline

SPEED = 15.0
REPEATS = 120
WARM_S = 900.0


def _memory() -> int:
    """Return the most memory this process has held, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_an_hour_loses_nothing_and_grows_no_more(tmp_path: Path) -> None:
    """Whatever is kept per second of sound shows as growth after the history is full."""
    clip, rate = read_mono(resource_path("demo", "demo.flac"))
    path = tmp_path / "hour.flac"
    with soundfile.SoundFile(path, "w", rate, 1) as file:
        for _ in range(REPEATS):
            file.write(clip)
    pipeline = LivePipeline(FileSource(path, speed=SPEED), LeanModel.open(), history_s=60.0)
    warm, labels = 0, 0
    try:
        pipeline.start()
        total_s = REPEATS * len(clip) / rate
        while (stats := pipeline.stats()).heard_s < total_s - 1.0:
            labels += sum(len(update.events) for update in pipeline.drain())
            if not warm and stats.heard_s > WARM_S:
                warm = _memory()
            time.sleep(0.05)
    finally:
        pipeline.close()
    stats = pipeline.stats()
    labels += sum(len(update.events) for update in pipeline.drain())
    assert (stats.lost_samples, stats.windows_skipped, stats.updates_dropped) == (0, 0, 0)
    assert labels >= REPEATS * 4
    assert np.log(_memory() / warm) < 0.05
