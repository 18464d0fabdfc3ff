"""Nothing is drawn for nobody, and nothing twice; what changes is drawn nevertheless."""

from pytestqt.qtbot import QtBot

from leanviz.models.viewport import Viewport
from leanviz.views.spectrogram import SpectrogramPane
from leanviz.views.visibility import SeenWindow


def test_a_window_tells_when_nobody_sees_it(qtbot: QtBot) -> None:
    window, told = SeenWindow(), list[bool]()
    qtbot.addWidget(window)
    window.seen_changed.connect(told.append)
    window.show()
    window.showMinimized()
    assert told == [False]
    window.showNormal()
    qtbot.waitUntil(lambda: window.seen)
    window.hide()
    window.show()
    assert told == [False, True, False, True]


def test_on_another_workspace_nobody_sees_it(qtbot: QtBot) -> None:
    """There Qt takes the window's surface away, and tells no widget."""
    window = SeenWindow()
    qtbot.addWidget(window)
    window.show()
    handle = window.windowHandle()
    handle.setVisible(False)
    qtbot.waitUntil(lambda: not window.seen)
    handle.setVisible(True)
    qtbot.waitUntil(lambda: window.seen)


def test_new_marks_of_an_axis_are_drawn(qtbot: QtBot) -> None:
    """They were not, as long as the axis asked a scene that is never shown."""
    pane = SpectrogramPane(Viewport())
    qtbot.addWidget(pane)
    pane.show()
    qtbot.waitUntil(lambda: pane.pictures > 0)
    qtbot.wait(1)
    before = pane.pictures
    pane.axis.set_marks([(0.5, "1 kHz")])
    qtbot.waitUntil(lambda: pane.pictures > before)


def test_following_the_newest_sound_is_silent(qtbot: QtBot) -> None:
    """Sixty times a second, whoever listened would be called for nothing."""
    time, told = Viewport(), list[str]()
    time.show_live()
    time.changed.connect(lambda: told.append("changed"))
    time.follow_to(30.0)
    assert (time.stop_s, told) == (30.0, [])
    time.scroll(-5.0)
    assert told == ["changed"]
