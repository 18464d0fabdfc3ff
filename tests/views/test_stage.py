"""What is on the screen after pictures that were only moved is what is drawn at once."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import numpy as np
import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from leanviz.core.clock import Cause, PixelMap, Span
from leanviz.core.tracks import Tracks
from leanviz.models.time_text import TimeFormat
from leanviz.models.viewport import Hover
from leanviz.views.stage import Part
from leanviz.views.theme import DARK, LIGHT
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
    take = Part.take

    def noting_columns(
        part: Part, axis: PixelMap, arrived: bool
    ) -> Sequence[tuple[int, int]] | None:
        columns = take(part, axis, arrived)
        noted.append(columns is not None and (0, axis.width) not in columns)
        return columns

    monkeypatch.setattr(Part, "take", noting_columns)
    return noted


@pytest.fixture
def shown(qtbot: QtBot) -> Workspace:
    return opened(qtbot, 700, 500)


def opened(qtbot: QtBot, width: int, height: int) -> Workspace:
    """Return panes that are on the screen."""
    made = Workspace()
    qtbot.addWidget(made)
    made.set_taxonomy(TAXONOMY)
    made.resize(width, height)
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
@pytest.mark.parametrize("by_qt", [False, True])
def test_moved_pictures_are_those_drawn_at_once(
    shown: Workspace, slid: list[bool], seed: int, by_qt: bool
) -> None:
    shown.attention.setVisible(not by_qt)  # what it shows does not only scroll
    live, rolled = Live(shown, seed), 0
    for step in range(48):
        live.hear()
        if step in {36, 37, 42}:
            live.tracks.skip(800)
        if step % 5 == 3:  # some lanes, of sounds that go on beyond the left edge
            first = int(live.now_s / 0.48)
            shown.timeline.take([finding("Siren", max(0, first - 9), first + 1)])
        if step == 30:
            shown.time.set_hover(Hover(live.now_s - 1.0))
        if step == 33:
            shown.time.set_hover()
        for _ in live.moved():
            rolled += bool(shown.stage.reel.parts)
        if step % 4 == 1:
            assert on_screen(shown) == at_once(shown)
    assert sum(slid) > len(slid) / 3, "hardly a picture was moved"
    assert rolled > 20 if by_qt else not rolled


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


def follow(live: Live, steps: int = 2) -> None:
    """Hear a little, and show it."""
    for _ in range(steps):
        live.hear()
        for _ in live.moved():
            pass


def begun(workspace: Workspace, seed: int) -> Live:
    """Return a stream of which something is moved on the screen already."""
    workspace.attention.hide()  # without a model it shows a sentence
    live = Live(workspace, seed)
    follow(live, 4)
    return live


def test_words_on_the_spectrogram_scroll_by_with_it(shown: Workspace) -> None:
    shown.attention.hide()
    shown.resize(900, 900)
    live = Live(shown, 3)
    follow(live, 40)
    before, first = spectrogram_of(shown), shown.time.pixel_map(shown.spectrogram.drawn_width)
    follow(live, 1)
    after, axis = spectrogram_of(shown), shown.time.pixel_map(first.width)
    moved = axis.first_column - first.first_column
    words = slice(30, 430)  # of the columns, one of the words at least
    top = before[: before.shape[0] // 8]  # of noise of any loudness, the same colours
    assert len(np.unique(top[:, words])) > 2
    known = slice(moved, -8)  # beyond, there was not all of the sound yet
    np.testing.assert_array_equal(after[:, : -8 - moved], before[:, known])
    assert on_screen(shown) == at_once(shown)


def spectrogram_of(workspace: Workspace) -> np.ndarray:
    """Return the pixels of the spectrogram on the screen."""
    pane = workspace.spectrogram
    corner = pane.viewport().mapTo(workspace, pane.plot.topLeft())
    shown = on_screen(workspace).copy(
        corner.x(), corner.y() - workspace.overview.height(), pane.plot.width(), pane.plot.height()
    )
    return np.array(shown.constBits()).view(np.uint32).reshape(shown.height(), shown.width())


def test_other_heights_of_a_live_view_are_drawn_at_once(shown: Workspace, slid: list[bool]) -> None:
    live = begun(shown, 3)
    for act in (
        lambda: shown.divided.setSizes([150, 60, 0, 120, 90]),
        lambda: shown.divided.moveSplitter(shown.divided.handle(1).y() + 25, 1),
        shown.analysis.show,
        shown.explanation.show,
        shown.spectrogram.hide,
        shown.overview.hide,
        shown.reference.show,
        lambda: shown.resize(620, 540),
        shown.attention.show,
        shown.explanation.hide,
        shown.lanes.hide,
        shown.spectrogram.show,
        shown.overview.show,
        shown.lanes.show,
        lambda: shown.resize(700, 480),
    ):
        act()
        QApplication.processEvents()
        slid.clear()
        follow(live)
        assert on_screen(shown) == at_once(shown)
        assert any(slid)


@pytest.mark.parametrize("cause", [Cause.LOST, Cause.PAUSED])
def test_a_gap_is_named_and_once_it_has_left_pictures_are_moved_again(
    shown: Workspace, slid: list[bool], cause: Cause
) -> None:
    live = begun(shown, 4)
    live.tracks.skip(2 * RATE, cause)
    shown.set_skipped((Span(0, 3 * RATE),))
    follow(live)
    assert shown.waveform.has_notes()
    assert on_screen(shown) == at_once(shown)
    live.tracks.push(noise(6 * RATE, 4))
    for _ in live.moved(30):
        pass
    assert on_screen(shown) == at_once(shown)
    slid.clear()
    follow(live)
    assert not shown.waveform.has_notes()
    assert sum(slid) > len(slid) / 2, "a gap that has long gone had pictures drawn anew"
    assert on_screen(shown) == at_once(shown)


def test_more_sound_than_is_kept_is_moved_as_before(shown: Workspace, slid: list[bool]) -> None:
    live = Live(shown, 5)
    live.tracks.push(noise(70 * RATE, 5))
    assert live.tracks.forgets
    for _ in live.moved():
        pass
    follow(live)
    slid.clear()
    follow(live)
    assert sum(slid) > len(slid) / 2
    assert on_screen(shown) == at_once(shown)


def test_a_pane_that_is_drawn_elsewhere_leaves_nothing_old_on_the_screen(shown: Workspace) -> None:
    live = begun(shown, 6)
    for pane in (shown.waveform, shown.spectrogram, shown.lanes, shown.time_axis):
        live.hear()
        pane.grab()  # draws what has come, and the screen does not show it yet
        for _ in live.moved(1):
            pass
        assert on_screen(shown) == at_once(shown)


def test_what_stands_on_the_time_axis_is_in_any_picture_of_it(shown: Workspace) -> None:
    live = begun(shown, 7)
    for act in (
        lambda: shown.time.set_hover(Hover(live.now_s - 1.0)),
        shown.time.set_hover,
        lambda: shown.set_time_format(TimeFormat(datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC))),
        lambda: shown.set_time_format(TimeFormat()),
    ):
        act()
        follow(live, 1)
        held = below_overview(shown, shown.grab())
        assert held == at_once(shown)
        assert on_screen(shown) == held


def test_pages_are_marked_from_the_first_picture_on(shown: Workspace) -> None:
    live = begun(shown, 8)
    for now_s in np.linspace(live.now_s, live.now_s + 0.3, 8):
        shown.time.follow_to(float(now_s))
        shown.tick()
        QApplication.processEvents()
        for paging in (True, False):
            shown.time.set_paging(paging)
            QApplication.processEvents()
            assert on_screen(shown) == at_once(shown)
        shown.time.set_follow(True)


@pytest.mark.parametrize("held", [False, True])
def test_another_window_of_the_spectra_is_drawn_though_no_sound_comes(
    shown: Workspace, held: bool
) -> None:
    live = Live(shown, 9)
    live.tracks = Tracks(RATE, 60 * RATE, keep_sound=True)
    shown.show_tracks(live.tracks)
    follow(live, 4)
    if held:  # with what comes beyond the view
        shown.time.scroll(-1.0)
        follow(live)
    before = on_screen(shown)
    live.tracks.set_window(0.008)
    while live.tracks.catch_up():
        pass
    shown.tick()
    QApplication.processEvents()
    assert before != on_screen(shown) == at_once(shown)


def test_a_time_that_was_drawn_before_is_drawn_again(shown: Workspace) -> None:
    live = begun(shown, 10)
    shown.stage.draw_anew()
    QApplication.processEvents()
    start_s = shown.time.start_s
    follow(live)
    shown.time.show(start_s, SPAN_S)  # nobody looks for what is new: the stream is over
    QApplication.processEvents()
    assert on_screen(shown) == at_once(shown)


def test_what_is_partly_covered_is_not_drawn_over_and_over(shown: Workspace) -> None:
    begun(shown, 11)
    lid = QLabel("over it", shown)
    lid.setAutoFillBackground(True)
    lid.setGeometry(QRect(150, 60, 100, 200))
    lid.show()
    shown.stage.draw_anew()
    for _ in range(3):
        QApplication.processEvents()
    before = shown.spectrogram.pictures
    for _ in range(5):
        QApplication.processEvents()
    assert shown.spectrogram.pictures == before
    assert on_screen(shown) == at_once(shown)
    lid.hide()
    QApplication.processEvents()
    assert on_screen(shown) == at_once(shown)


def test_what_was_moved_is_what_another_beginning_gives(shown: Workspace) -> None:
    live = begun(shown, 12)
    for _ in range(12):
        follow(live)
        moved = on_screen(shown)
        for theme in (LIGHT, DARK):  # nothing that was drawn before is of use then
            shown.set_theme(theme)
            QApplication.processEvents()
        assert moved == on_screen(shown)
