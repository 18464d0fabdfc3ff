"""Eight hours in minutes: a long stream through the window, as fast as the machine takes it."""

import os
import sys
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from leanviz.audio.file import read_mono
from leanviz.cli.bench_proc import resident_bytes
from leanviz.core.frontend import YAMNET
from leanviz.core.resources import resource_path
from leanviz.pipeline.live import LivePipeline
from leanviz.settings import DEFAULTS
from leanviz.views.action_table import Mode
from leanviz.views.engine import load_engine
from leanviz.views.main_window import MainWindow
from leanviz.views.tidying import Tidying
from tests.pipeline.sources import HandSource

HOURS = float(os.environ.get("LEANVIZ_SOAK_HOURS", "8"))
# By then everything that is kept for some time is full: ten minutes of picture, two of sound.
WARM_HOURS = HOURS / 4
BLOCK_S = 0.5
# The stream is never so far ahead of the analysis that anything would be skipped.
AHEAD_S = 5.0
LOOK_S = 600.0
MEGABYTE = 1_000_000
# The table of events, which is bounded too but not full, grows by less than this.
MOST_GROWTH_MB = 16.0
HOP_S = YAMNET.patch_hop / YAMNET.sample_rate


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_eight_hours_lose_nothing_and_grow_no_more(qtbot: QtBot) -> None:
    """Whatever is kept per second of sound, by engine or window, shows as growth."""
    clip, rate = read_mono(resource_path("demo", "demo.flac"))
    source = HandSource(rate)
    window = MainWindow(DEFAULTS, lambda: replace(load_engine(), source=lambda *_: source))
    qtbot.addWidget(window)
    window.show()
    window.begin([])
    qtbot.waitUntil(lambda: window.director.engine is not None)
    window.director.listen(None, 0)
    qtbot.waitUntil(lambda: window.director.mode is Mode.LIVE)
    looks: list[tuple[float, float]] = []

    def look(heard_s: float) -> None:
        looks.append((heard_s / 3600.0, resident_bytes(os.getpid()) / MEGABYTE))
        labels = window.workspace.timeline.rowCount()
        sys.stderr.write(f"{looks[-1][0]:5.2f} h  {looks[-1][1]:6.1f} MB  {labels} labels\n")

    pipeline = window.director.listening._pipeline
    assert pipeline is not None
    with Tidying():
        feed(qtbot, pipeline, source, clip, look)
    stats = pipeline.stats()
    assert (stats.lost_samples, stats.windows_skipped, stats.updates_dropped) == (0, 0, 0)
    assert window.workspace.timeline.rowCount() >= 4 * HOURS * 3600.0 / 30.0
    hours, megabytes = np.array([one for one in looks if one[0] >= WARM_HOURS]).T
    slope = np.polyfit(hours, megabytes, 1)[0]
    assert slope * HOURS < MOST_GROWTH_MB
    window.close()


def feed(
    qtbot: QtBot,
    pipeline: LivePipeline,
    source: HandSource,
    clip: np.ndarray,
    look: Callable[[float], None],
) -> None:
    """Say the clip over and over, as fast as it is analysed, and call `look` now and then."""
    block, rate = int(BLOCK_S * source.sample_rate), source.sample_rate
    heard, looked_s = 0, 0.0
    while (heard_s := heard / rate) < HOURS * 3600.0:
        at = heard % len(clip)
        source.hear(clip[at : at + block])
        heard += len(clip[at : at + block])
        done_s = heard / rate - AHEAD_S
        qtbot.waitUntil(lambda: pipeline.stats().hops * HOP_S > done_s, timeout=60_000)  # noqa: B023
        if heard_s - looked_s >= LOOK_S:
            looked_s = heard_s
            look(heard_s)
