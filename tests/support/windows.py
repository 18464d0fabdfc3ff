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


def says_how_far_behind(window: MainWindow, least_s: float = 2.5) -> bool:
    """Tell whether the view is so far behind and the button says so; no time stays for long."""
    time = window.workspace.time
    behind_s = time.limits[1] - time.stop_s
    said = window.workspace.back_to_live.text()
    return behind_s > least_s and said == f"LIVE  +{round(behind_s)} s"
