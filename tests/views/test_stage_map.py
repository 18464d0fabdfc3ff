"""The attention map of a live view, which moves to the left and down as time goes on."""

import pytest
from pytestqt.qtbot import QtBot

from leanviz.models.viewport import Hover
from leanviz.views.stage import Part
from leanviz.views.workspace import Workspace
from tests.views.panes_material import diagonal
from tests.views.test_stage import RATE, Live, at_once, on_screen, opened


@pytest.fixture
def shown(qtbot: QtBot) -> Workspace:
    return opened(qtbot, 600, 520)


def part_of(workspace: Workspace) -> Part:
    return next(part for part in workspace.stage.parts if part.pane is workspace.attention)


def test_the_map_on_the_screen_is_the_one_drawn_at_once(shown: Workspace) -> None:
    live, moved = Live(shown, 5), 0
    for step in range(40):
        live.hear()
        if step % 4 == 0:  # rows of what was heard come, a few a second
            shown.attention_model.set_band(diagonal(live.tracks.written + RATE))
        if step == 20:
            shown.time.set_hover(Hover(live.now_s - 1.0))
        if step == 24:
            shown.time.set_hover()
        marks = list(shown.attention.axis._marks)
        for _ in live.moved():
            moved += part_of(shown).mover is shown.attention.picture
        if step % 3 == 2:
            assert on_screen(shown) == at_once(shown)
            assert marks != shown.attention.axis._marks, "the times at the left stand still"
    assert moved > 40, "hardly ever was only another part of the map copied"
