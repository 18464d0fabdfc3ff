"""What a user does to a window, for tests: its actions by their names."""

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QScrollArea

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


def fits(page: QScrollArea) -> bool:
    """Tell whether a page beside the panes is not cut off at its right."""
    column = page.widget()
    return column is not None and column.minimumSizeHint().width() <= page.viewport().width()
