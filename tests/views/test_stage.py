"""What is on the screen after pictures that were only moved is what is drawn at once."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from leanviz.core.clock import PixelMap
from leanviz.core.tracks import Tracks
from leanviz.models.viewport import Hover
from leanviz.views.stage import Part
from leanviz.views.workspace import Workspace
from tests.core.material import TAXONOMY, noise
from tests.views.test_panes_lanes import finding

RATE = 16_000
SPAN_S = 4.0


@pytest.fixture
def slid(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Note each time whether a picture was only moved."""
    noted: list[bool] = []
    advance = Part.advance

    def noting(part: Part, axis: PixelMap, arrived: bool) -> int | None:
        moved = advance(part, axis, arrived)
        noted.append(moved is not None)
        return moved

    monkeypatch.setattr(Part, "advance", noting)
    return noted


@pytest.fixture
def shown(qtbot: QtBot) -> Workspace:
    made = Workspace()
    qtbot.addWidget(made)
    made.set_taxonomy(TAXONOMY)
    made.resize(700, 500)
    made.show()
    qtbot.waitUntil(lambda: made.windowHandle().isExposed())
    return made


def on_screen(workspace: Workspace) -> QImage:
    """Return what is on the screen, without having all of it drawn anew."""
    return below_overview(workspace, workspace.screen().grabWindow(workspace.winId()))


def at_once(workspace: Workspace) -> QImage:
    """Return the picture with all of it drawn anew."""
    workspace.stage.draw_anew()
    return below_overview(workspace, workspace.grab())


def below_overview(workspace: Workspace, picture: QPixmap) -> QImage:
    """Return a picture without the overview, which is drawn a few times a second."""
    image = picture.toImage().convertToFormat(QImage.Format.Format_RGB32)
    return image.copy(image.rect().adjusted(0, workspace.overview.height(), 0, 0))


class Live:
    """A stream in a workspace, a little later with each step."""

    def __init__(self, workspace: Workspace, seed: int) -> None:
        self.workspace, self.random = workspace, np.random.default_rng(seed)
        self.tracks = Tracks(RATE, 60 * RATE)
        workspace.show_tracks(self.tracks)
        workspace.time.show_live(SPAN_S)
        self.now_s = 0.0

    def hear(self) -> None:
        """Take a little sound, of another loudness each time."""
        count = int(self.random.integers(1000, 3000))
        loud = np.float32(self.random.random() ** 2)
        self.tracks.push(loud * noise(count, int(self.random.integers(1 << 30))))

    def moved(self, pictures: int = 3) -> Iterator[None]:
        """Show some pictures up to the newest sound."""
        written_s = self.tracks.written / RATE
        for now_s in np.linspace(self.now_s, written_s, pictures + 1)[1:]:
            self.workspace.time.follow_to(float(now_s))
            self.workspace.tick()
            QApplication.processEvents()
            yield
        self.now_s = written_s


@pytest.mark.parametrize("seed", [0, 1])
def test_moved_pictures_are_those_drawn_at_once(
    shown: Workspace, slid: list[bool], seed: int
) -> None:
    live = Live(shown, seed)
    for step in range(48):
        live.hear()
        if step in {15, 16, 40}:
            live.tracks.skip(800)
        if step % 5 == 3:  # some lanes, of sounds that go on beyond the left edge
            first = int(live.now_s / 0.48)
            shown.timeline.take([finding("Siren", max(0, first - 9), first + 1)])
        if step == 30:
            shown.time.set_hover(Hover(live.now_s - 1.0))
        if step == 33:
            shown.time.set_hover()
        for _ in live.moved():
            pass
        if step % 4 == 1:
            assert on_screen(shown) == at_once(shown)
    assert sum(slid) > len(slid) / 3, "hardly a picture was moved"


def test_a_view_that_is_moved_by_hand_is_drawn_as_well(shown: Workspace, slid: list[bool]) -> None:
    live = Live(shown, 2)
    for _ in range(40):
        live.hear()
    for _ in live.moved(30):
        pass
    for act in (
        lambda: shown.time.scroll(-0.7),
        lambda: shown.time.zoom_at(live.now_s - 1.0, 0.5),
        lambda: shown.time.set_follow(True),
        lambda: shown.waveform.set_gain(8.0),
        lambda: shown.resize(640, 460),
        lambda: shown.time.set_paging(True),
        lambda: shown.time.set_paging(False),
    ):
        act()
        live.hear()
        for _ in live.moved():
            assert on_screen(shown) == at_once(shown)
        live.hear()
        for _ in live.moved():
            pass
        assert on_screen(shown) == at_once(shown)
    assert any(slid)
