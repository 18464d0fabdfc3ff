"""The attention map while it grows: what is computed of it in parts is what all of it would be."""

from types import SimpleNamespace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from leanviz.core.alignment import WINDOW_PATCHES, first_wave, wave_count
from leanviz.core.attention import AttentionRow
from leanviz.core.decisions import PatchClock
from leanviz.core.scales import Brightness
from leanviz.views.attention_live import LiveMap
from leanviz.views.workspace import RESTING, Workspace

HOP_S = 0.48
RATE = 44_100


def row(patch: int, seed: int) -> AttentionRow:
    """Return what a patch looks at, in a window like LEAN's; another seed, something else."""
    first = first_wave(max(0, patch - WINDOW_PATCHES + 2))
    width = min(wave_count(WINDOW_PATCHES), first_wave(patch + 1) + wave_count(1) - first)
    weights = np.random.default_rng((patch, seed)).dirichlet(np.full(width, 0.1), 2)
    return AttentionRow(patch, weights.astype(np.float32), first, PatchClock(RATE))


def hop(live: LiveMap, patch: int) -> None:
    """Have a patch come as it does live: first provisional, then decided with the next one."""
    for number, final in ((patch - 1, True), (patch, False)):
        if number >= 0:
            live.take(SimpleNamespace(row=row(number, seed=final), final=final))  # pyright: ignore[reportArgumentType]
    live.draw()


@pytest.mark.parametrize("brightness", list(Brightness))
@pytest.mark.parametrize("span_s", [8.0, 120.0], ids=["close", "a pixel holds several rows"])
def test_a_map_that_grows_is_what_would_be_drawn_anew(
    qtbot: QtBot, span_s: float, brightness: Brightness
) -> None:
    workspace = Workspace()
    qtbot.addWidget(workspace)
    workspace.resize(500, 400)
    workspace.show()
    time, pane, model = workspace.time, workspace.attention, workspace.attention_model
    live = LiveMap(workspace)
    live.begin()
    live.show(True)
    time.show_live(span_s)
    model.set_brightness(brightness)
    for patch in range(30):
        hop(live, patch)
        time.follow_to(patch * HOP_S + 1.2)
        pane.grab()
        grown = pane.picture.picture()
        if patch % 5 == 0:
            assert (grown != grown[0, 0]).any(), "there is a map"
            pane.picture.invalidate()
            pane.grab()
            np.testing.assert_array_equal(pane.picture.picture(), grown)


@pytest.mark.parametrize("span_s", [8.0, 120.0], ids=["close", "a pixel holds several rows"])
def test_a_map_that_scrolls_far_is_what_would_be_drawn_anew(qtbot: QtBot, span_s: float) -> None:
    workspace = Workspace()
    qtbot.addWidget(workspace)
    workspace.resize(500, 400)
    workspace.show()
    time, pane = workspace.time, workspace.attention
    live = LiveMap(workspace)
    live.begin()
    live.show(True)
    time.show_live(span_s)
    for patch in range(30):
        hop(live, patch)
    for part in (0.0, 0.14, 0.27, 0.4, 0.75):
        time.follow_to(10.0 + part * span_s)
        pane.grab()
        scrolled = pane.picture.picture()
        pane.picture.invalidate()
        pane.grab()
        np.testing.assert_array_equal(pane.picture.picture(), scrolled)
    assert (scrolled != scrolled[0, -1]).any(), "there is a map"


def test_only_new_rows_are_told_as_new(qtbot: QtBot) -> None:
    workspace = Workspace()
    qtbot.addWidget(workspace)
    workspace.show()
    model = workspace.attention_model
    live = LiveMap(workspace)
    live.begin()
    live.show(True)
    told: list[float] = []
    model.changed.connect(lambda: told.append(model.same_before_s))
    for patch in range(4):
        hop(live, patch)
    assert told[0] == -np.inf
    # the row before the provisional one is decided anew each time
    assert told[3] == pytest.approx(HOP_S + 0.975 / 2 - HOP_S / 2, abs=1e-3)
    model.set_head(1)
    model.set_band(None)
    live.draw()
    assert told[-3:] == [-np.inf] * 3


def test_a_map_that_nobody_wants_leaves_its_room_to_the_other_panes(qtbot: QtBot) -> None:
    workspace = Workspace()
    qtbot.addWidget(workspace)
    workspace.resize(500, 600)
    workspace.show()
    usual, kept = workspace.divided.sizes(), workspace.heights()
    live = LiveMap(workspace)
    live.begin()
    assert workspace.attention.height() == RESTING
    assert all(new >= old for new, old in zip(workspace.divided.sizes()[:-1], usual, strict=False))
    assert workspace.heights() == kept, "what is remembered is not of the moment"
    assert workspace.attention.height() == RESTING
    live.show(True)
    assert workspace.divided.sizes() == usual
    live.show(False)
    live.forget()
    assert workspace.divided.sizes() == usual
