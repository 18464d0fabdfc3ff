"""Pictures that Qt moves by itself are those that would be drawn."""

from itertools import pairwise

import pytest
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from leanviz.core.clock import PixelMap
from leanviz.views import label_boxes
from leanviz.views import reel as reel_module
from leanviz.views.stage import Stage
from leanviz.views.theme import LIGHT
from leanviz.views.workspace import Workspace
from tests.core.material import noise
from tests.views.test_panes_lanes import finding
from tests.views.test_stage import RATE, SPAN_S, Live, at_once, begun, follow, on_screen, opened


@pytest.fixture
def shown(qtbot: QtBot) -> Workspace:
    return opened(qtbot, 700, 500)


def rolling(workspace: Workspace) -> Live:
    """Return a stream that Qt moves, of which 2 s are heard and not shown yet."""
    live = begun(workspace, 1)
    follow(live, 6)
    assert workspace.stage.reel.parts
    live.tracks.push(noise(2 * RATE, 1))
    return live


def roll_to(workspace: Workspace, now_s: float) -> None:
    """Show a time from which on pictures come by themselves."""
    workspace.time.follow_to(now_s)
    workspace.pictures.tick(rolling=True)


def test_pictures_come_by_themselves_as_time_goes_on(qtbot: QtBot, shown: Workspace) -> None:
    live = rolling(shown)
    reel = shown.stage.reel
    roll_to(shown, live.now_s + 0.05)
    begun_at, count = reel.column, reel.pictures
    step_s = SPAN_S / shown.time_axis.drawn_width
    qtbot.waitUntil(lambda: reel.column > begun_at + 3)  # nobody looks
    assert reel.pictures > count + 1
    columns = []
    for _ in range(5):
        qtbot.wait(30)
        columns.append(reel.column)
        roll_to(shown, max(shown.time.limits[1], (reel.column - 1) * step_s + SPAN_S))
    assert columns == sorted(columns), "it went back"
    assert reel.column > begun_at + 3
    shown.tick()
    QApplication.processEvents()
    assert on_screen(shown) == at_once(shown)


def test_they_end_where_nothing_is_drawn_yet(qtbot: QtBot, shown: Workspace) -> None:
    live = rolling(shown)
    roll_to(shown, live.now_s + 0.05)
    reel, width = shown.stage.reel, shown.time_axis.drawn_width
    qtbot.waitUntil(lambda: not reel.moves, timeout=5000)
    # as many columns beyond the newest one that was asked for as are always drawn, and some more
    ahead = reel.column - PixelMap(shown.time.start_s, SPAN_S, width).first_column
    assert label_boxes.REACH // 4 <= ahead <= label_boxes.REACH
    shown.time.follow_to(live.now_s + 1.9)
    shown.tick()
    QApplication.processEvents()
    assert on_screen(shown) == at_once(shown)


def test_a_change_is_shown_though_nobody_looks(qtbot: QtBot, shown: Workspace) -> None:
    rolling(shown)
    before = on_screen(shown)
    shown.waveform.set_gain(8.0)
    qtbot.waitUntil(lambda: not shown.stage.reel.parts)
    qtbot.wait(20)
    assert before != on_screen(shown) == at_once(shown)


def test_a_change_is_shown_with_the_next_look_while_pictures_go_on(shown: Workspace) -> None:
    live = rolling(shown)
    shown.waveform.set_gain(8.0)
    shown.timeline.take([finding("Siren", 1, 4)])
    shown.time.follow_to(live.now_s + 0.3)
    shown.tick()
    QApplication.processEvents()
    assert len(shown.stage.reel.parts) == 4
    assert on_screen(shown) == at_once(shown)


def test_whoever_freezes_the_view_sees_what_is_drawn_at_once(shown: Workspace) -> None:
    rolling(shown)
    shown.time.set_follow(False)
    QApplication.processEvents()
    assert not shown.stage.reel.parts
    assert on_screen(shown) == at_once(shown)


def test_what_is_scaled_is_never_moved(shown: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    live = rolling(shown)
    monkeypatch.setattr(Stage, "is_scaled", lambda _: True)
    live.hear()
    for _ in live.moved():
        pass
    assert not shown.stage.reel.parts


def test_a_long_label_that_scrolls_by_is_written_again_and_again(
    shown: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[float] = []
    draw = label_boxes.write

    def noting(painter: QPainter, left: float, *place: object) -> None:
        written.append(left)
        draw(painter, left, *place)  # type: ignore[arg-type]

    monkeypatch.setattr(label_boxes, "write", noting)
    live = begun(shown, 2)
    live.tracks.push(noise(8 * RATE, 2))
    shown.timeline.take([finding("Siren", 0, 16)])
    for _ in live.moved(12):
        pass
    written.clear()
    shown.set_theme(LIGHT)
    QApplication.processEvents()
    texts = [left for left in written if left > 0]
    apart = {round(b - a) for a, b in pairwise(texts)}
    assert len(texts) > 2, "the box is wider than the view"
    assert len(apart) == 1


def test_it_does_not_go_back_where_the_picture_is_begun_anew(
    qtbot: QtBot, shown: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = rolling(shown)
    reel = shown.stage.reel
    roll_to(shown, live.now_s + 0.05)
    qtbot.waitUntil(lambda: reel.moves and reel.column > first_of(shown) + 1)
    monkeypatch.setattr(reel_module, "ROOM", reel_module.KEPT - 1)
    before = reel.column
    shown.pictures.tick(rolling=True)
    assert reel.column >= before
    monkeypatch.undo()
    shown.tick()
    QApplication.processEvents()
    assert on_screen(shown) == at_once(shown)


def first_of(workspace: Workspace) -> int:
    return workspace.time.pixel_map(workspace.time_axis.drawn_width).first_column
