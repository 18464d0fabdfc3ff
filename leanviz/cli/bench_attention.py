"""``leanviz bench --attention``: how long the attention map of a long recording makes one wait."""

import gc
import json
import os
import platform
import time
from collections.abc import Callable, Iterator

import numpy as np
from PySide6.QtCore import QPointF
from rich.table import Table

from leanviz.cli.console import as_text
from leanviz.core.alignment import WINDOW_PATCHES, first_wave, wave_count
from leanviz.core.attention import AttentionBand, AttentionRow, band_of
from leanviz.core.clock import seconds
from leanviz.core.decisions import PatchClock
from leanviz.core.frontend import YAMNET
from leanviz.core.tracks import Tracks
from leanviz.views.attention_live import LiveMap
from leanviz.views.render import offscreen_application
from leanviz.views.workspace import Workspace

HOUR_S = 3600.0
SIZE = (960, 720)
HEADS = 4
SPANS_S = (20.0, 600.0, HOUR_S)
RATE = YAMNET.sample_rate


def recording(duration_s: float, seed: int = 1) -> tuple[Tracks, list[AttentionRow]]:
    """Return noise as the panes draw it, and rows of random attention in windows like LEAN's."""
    rng = np.random.default_rng(seed)
    tracks = Tracks.for_file(RATE, round(duration_s * RATE))
    for _ in range(round(duration_s)):
        tracks.push(rng.normal(0.0, 0.1, RATE).astype(np.float32))
    tracks.finish()
    clock = PatchClock(RATE)
    n_patches = round((duration_s - 1.0) / seconds(YAMNET.patch_hop, RATE))
    rows: list[AttentionRow] = []
    for patch in range(n_patches):
        first = first_wave(max(0, patch - WINDOW_PATCHES + 2))
        width = min(wave_count(WINDOW_PATCHES), first_wave(patch + 1) + wave_count(1) - first)
        weights = rng.dirichlet(np.full(width, 0.1), HEADS).astype(np.float32)
        rows.append(AttentionRow(patch, weights, first, clock))
    return tracks, rows


def shown(tracks: Tracks, band: AttentionBand, duration_s: float) -> Workspace:
    """Return the panes of a window, filled, on a screen nobody sees."""
    workspace = Workspace()
    workspace.resize(*SIZE)
    workspace.show()
    workspace.show_tracks(tracks)
    workspace.time.show_recording(duration_s)
    workspace.attention_model.set_band(band, "an hour")
    return workspace


def painted(workspace: Workspace) -> None:
    """Have the panes drawn, whole, as at worst the next turn of the event loop would."""
    for pane in (workspace.waveform, workspace.spectrogram, workspace.attention):
        pane.grab()


def waits(workspace: Workspace) -> Iterator[tuple[str, Callable[[int], None]]]:
    """Yield what is done, by name; each is given the number of the turn."""
    pane, model, time_ = workspace.attention, workspace.attention_model, workspace.time
    for span_s in SPANS_S:
        name = f"{span_s:.0f} s in view"

        def scroll(turn: int, span_s: float = span_s) -> None:
            part = (turn * 0.618) % 1.0 if turn % 4 == 0 else 0.0
            start_s = part * (HOUR_S - span_s) if part else time_.start_s + 0.1 * span_s
            time_.show(start_s, span_s)
            painted(workspace)

        def hover(turn: int) -> None:
            area = pane.box.rect()
            pane.hovered(QPointF(100.0 + 7 * turn % (area.width() - 20), area.height() / 2))
            painted(workspace)

        def switch(turn: int) -> None:
            model.set_head(turn % HEADS)
            painted(workspace)

        time_.show(HOUR_S / 3, span_s)
        painted(workspace)
        yield f"scroll, {name}", scroll
        yield f"hover to markers, {name}", hover
        yield f"another head, {name}", switch


def bench_attention(turns: int, as_json: bool) -> str:
    """Return the waits for a recording of an hour as text, in milliseconds."""
    # no window is seen, and a screen is not needed
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    offscreen_application()
    tracks, rows = recording(HOUR_S)
    workspace = shown(tracks, band_of(rows), HOUR_S)
    # as a window that has settled: the collector does not look at all of it again (views.tidying)
    gc.collect()
    gc.freeze()
    found: dict[str, list[float]] = {}
    for name, act in waits(workspace):
        found[name] = [_timed(lambda turn=turn, act=act: act(turn)) for turn in range(turns)]
    live = LiveMap(workspace)
    live.begin()
    live.show(True)
    live.keep(rows)
    found["live: the news of a hop"] = [
        _timed(lambda: (live.draw(), painted(workspace))) for _ in range(turns)
    ]
    gc.unfreeze()
    workspace.close()
    if as_json:
        waits_ms = {name: _ranked(values) for name, values in found.items()}
        described = {"machine": platform.platform(), "turns": turns, "wait_ms": waits_ms}
        return json.dumps(described, indent=1) + "\n"
    table = Table("what", "median ms", "95 % ms", "longest ms")
    for name, values in found.items():
        table.add_row(name, *(f"{value:.1f}" for value in _ranked(values)))
    return as_text(table)


def _timed(act: Callable[[], object]) -> float:
    # that of the one thread that works: what one waits where nothing else runs
    began = time.thread_time()
    act()
    return 1e3 * (time.thread_time() - began)


def _ranked(values: list[float]) -> list[float]:
    """Return the median, the 95th percentile and the longest."""
    return [float(np.percentile(values, part)) for part in (50, 95, 100)]
