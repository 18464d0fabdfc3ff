"""Every control of the live window by keyboard, and by name for a screen reader."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QScrollBar,
    QTabBar,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from leanviz.audio.capture import FileSource
from leanviz.core.resources import resource_path
from leanviz.settings import DEFAULTS
from leanviz.views.action_table import SPECS, TOOLBAR, Mode
from leanviz.views.engine import Engine, load_engine
from leanviz.views.key_sheet import KeySheet
from leanviz.views.level_meter import LevelMeter
from leanviz.views.main_window import MainWindow
from leanviz.views.pane import Pane
from leanviz.views.window_parts import LEAST_SIZE

DEMO = resource_path("demo", "demo.flac")
CONTROLS = (
    QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit,
    QTabBar, LevelMeter,
)  # fmt: skip
# More presses of Tab than the window has controls.
MANY = 300


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_engine()


@pytest.fixture
def live(qtbot: QtBot, engine: Engine) -> Iterator[MainWindow]:
    """Return a window that listens and shows all it has."""
    hearing = replace(engine, source=lambda *_: FileSource(DEMO, 4.0))
    window = MainWindow(DEFAULTS, lambda: hearing)
    qtbot.addWidget(window)
    window.resize(1280, 1600)
    window.show()
    window.begin([])
    qtbot.waitUntil(lambda: window.director.engine is not None)
    action = window.findChild(QAction, "listen")
    assert action is not None
    action.trigger()
    qtbot.waitUntil(lambda: window.director.mode is Mode.LIVE)
    qtbot.waitUntil(lambda: window.workspace.timeline.rowCount() > 1)
    yield window
    window.close()


def spoken(widget: QWidget) -> str:
    """Return what a screen reader says of a widget, as Qt tells it."""
    told = QAccessible.queryAccessibleInterface(widget)
    return told.text(QAccessible.Text.Name) if told else ""


def is_part(widget: QWidget) -> bool:
    """Return whether a widget belongs to a control that stands for it, or only scrolls."""
    above = widget.parentWidget()
    within = isinstance(
        above, QComboBox | QAbstractSpinBox | QAbstractItemView | QTabBar | QLineEdit
    )
    popup = widget.window().windowType() is Qt.WindowType.Popup
    extension = widget.objectName().startswith("qt_")
    return within or popup or extension or isinstance(widget, QScrollBar) or _is_header(widget)


def _is_header(widget: QWidget) -> bool:
    return widget.metaObject().className() in {"QHeaderView", "QTableCornerButton"}


def controls(window: QWidget) -> list[QWidget]:
    return [
        widget
        for widget in window.findChildren(QWidget)
        if isinstance(widget, CONTROLS) and widget.isVisible() and not is_part(widget)
    ]


def pages(window: MainWindow) -> Iterator[str]:
    """Bring each page of the inspector to the front."""
    tabs = window.findChildren(QTabWidget)
    yield "first"
    for tab in tabs:
        for index in range(1, tab.count()):
            tab.setCurrentIndex(index)
            yield tab.tabText(index)


def described(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()!r} {spoken(widget)!r}"


def test_every_control_has_a_name(live: MainWindow) -> None:
    for page in pages(live):
        mute = [described(widget) for widget in controls(live) if not spoken(widget).strip()]
        assert mute == [], page


def test_every_control_is_reached_by_tab(qtbot: QtBot, live: MainWindow) -> None:
    for page in pages(live):
        live.workspace.setFocus()
        visited: set[QWidget] = set()
        for _ in range(MANY):
            widget = live.focusWidget() or live
            qtbot.keyClick(widget, Qt.Key.Key_Tab)
            visited.add(live.focusWidget() or live)
        wanted = [widget for widget in controls(live) if widget.isEnabled()]
        missed = [described(widget) for widget in wanted if _focused(widget) not in visited]
        assert missed == [], page


def _focused(widget: QWidget) -> QWidget:
    return widget.focusProxy() or widget


def test_every_pane_has_a_name(live: MainWindow) -> None:
    names = [spoken(pane) for pane in live.findChildren(Pane)]
    assert all(names)
    assert len(names) == len(set(names))


def test_everything_in_the_menus_can_be_reached_and_says_what_it_does(live: MainWindow) -> None:
    found: list[QAction] = []
    bar = live.menuBar()
    waiting = [action.menu() for action in bar.actions()]
    assert all("&" in action.text() for action in bar.actions()), "Alt and a letter opens each"
    while waiting:
        menu = waiting.pop()
        assert isinstance(menu, QMenu)
        for action in menu.actions():
            below = action.menu()
            if isinstance(below, QMenu):
                waiting.append(below)
            elif not action.isSeparator():
                found.append(action)
    assert all(action.text().replace("&", "").strip() for action in found)
    assert {spec.name for spec in SPECS} <= {action.objectName() for action in found}


def test_the_level_is_a_text_for_those_who_do_not_see_it(qtbot: QtBot, live: MainWindow) -> None:
    told = QAccessible.queryAccessibleInterface(live.toolbar.meter)
    qtbot.waitUntil(lambda: "dBFS" in told.text(QAccessible.Text.Description))


def test_messages_are_spoken(live: MainWindow) -> None:
    live.banner.say("The microphone has gone.")
    told = QAccessible.queryAccessibleInterface(live.banner)
    assert told.text(QAccessible.Text.Name) == "Message"
    assert told.text(QAccessible.Text.Description) == "The microphone has gone."


def test_the_key_sheet_has_all_keys_and_closes_by_key(qtbot: QtBot, live: MainWindow) -> None:
    sheet = KeySheet(live)
    qtbot.addWidget(sheet)
    sheet.open()
    texts = {label.text() for label in sheet.findChildren(QLabel)}
    for spec in SPECS:
        assert not spec.keys or spec.help in texts, spec.name
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert sheet.result() == QDialog.DialogCode.Rejected
    assert not sheet.isVisible()


def test_a_narrow_window_shows_all_of_the_toolbar(qtbot: QtBot, live: MainWindow) -> None:
    for width, style in (
        (LEAST_SIZE[0], Qt.ToolButtonStyle.ToolButtonIconOnly),
        (1280, Qt.ToolButtonStyle.ToolButtonTextBesideIcon),
    ):
        live.resize(width, 700)
        qtbot.waitUntil(lambda style=style: live.toolbar.toolButtonStyle() is style)
        parts = [live.toolbar.widgetForAction(action) for action in live.toolbar.actions()]
        qtbot.waitUntil(lambda parts=parts: all(part.isVisible() for part in parts))
        assert live.toolbar.meter.isVisible()
        right = live.toolbar.meter.mapTo(live.toolbar, live.toolbar.meter.rect().topRight()).x()
        assert right <= live.toolbar.width()
        names = {spoken(part) for part in parts[: len(TOOLBAR)]}
        assert all(names)
        assert len(names) == len(TOOLBAR)
