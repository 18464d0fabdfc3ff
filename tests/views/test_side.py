"""The column beside the panes is as wide as the user made it, and stays so."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from leanviz.settings import DEFAULTS, Settings
from leanviz.views.inspector import WIDTH
from leanviz.views.main_window import MainWindow
from leanviz.views.side import MOST, STEP, Beside
from tests.support.windows import trigger

Opener = Callable[[Settings], MainWindow]


@pytest.fixture
def opened(qtbot: QtBot) -> Opener:
    def open_window(settings: Settings) -> MainWindow:
        window = MainWindow(settings)
        qtbot.addWidget(window)
        window.resize(1280, 800)
        window.show()
        return window

    return open_window


def divided(window: MainWindow) -> Beside:
    found = window.centralWidget()
    assert isinstance(found, Beside)
    return found


def test_the_column_is_widened_remembered_and_kept(opened: Opener) -> None:
    window = opened(DEFAULTS)
    assert window.side.width() == WIDTH
    trigger(window, "wider inspector")
    assert window.side.width() == WIDTH + STEP
    window.resize(1000, 700)
    assert window.side.width() == WIDTH + STEP
    trigger(window, "show inspector")
    trigger(window, "show inspector")
    assert window.side.width() == WIDTH + STEP
    again = opened(window.settings)
    assert again.side.width() == WIDTH + STEP
    for _ in range(MOST // STEP):
        trigger(again, "wider inspector")
    assert again.side.width() == MOST
    for _ in range(MOST // STEP):
        trigger(again, "narrower inspector")
    assert again.side.width() == WIDTH, "no page has room in less"


def test_the_divider_is_dragged_and_put_back_by_a_double_click(
    qtbot: QtBot, opened: Opener
) -> None:
    window = opened(DEFAULTS)
    divider = divided(window).handle(1)
    left = Qt.MouseButton.LeftButton
    at = divider.rect().center()
    qtbot.mousePress(divider, left, pos=at)
    qtbot.mouseMove(divider, at - QPoint(100, 0))
    qtbot.mouseRelease(divider, left, pos=at)
    # the place at which the divider is grasped is not its middle, to the pixel
    assert window.side.width() == window.settings.side_width == pytest.approx(WIDTH + 100, abs=8)
    qtbot.mouseDClick(divider, left, pos=at)
    assert window.side.width() == window.settings.side_width == WIDTH
