"""What a user does to a window, for tests: its actions by their names."""

from PySide6.QtGui import QAction

from leanviz.views.main_window import MainWindow


def action(window: MainWindow, name: str) -> QAction:
    """Return the action of that name."""
    found = window.findChild(QAction, name)
    assert found is not None, name
    return found


def trigger(window: MainWindow, name: str) -> None:
    """Use an action as a menu does: only one that is enabled can be."""
    wanted = action(window, name)
    assert wanted.isEnabled(), name
    wanted.trigger()
