"""What the pages beside the panes are put together from."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QTableView,
    QToolButton,
    QWidget,
)

from leanviz.views.drawing import small_font
from leanviz.views.plain import OneLine


def page_heading(text: str) -> OneLine:
    """Return the heading of a part of a page."""
    label = OneLine(text)
    label.setProperty("role", "heading")
    label.setMinimumHeight(24)
    return label


def side_by_side(widgets: Iterable[QWidget], spacing: int = 4) -> QWidget:
    """Return widgets side by side, from the left."""
    made = QWidget()
    layout = QHBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for widget in widgets:
        layout.addWidget(widget)
    layout.addStretch(1)
    return made


def action_button(action: QAction, role: str = "") -> QToolButton:
    """Return a button for an action; a click leaves the focus where it is, Tab reaches it."""
    button = QToolButton()
    button.setDefaultAction(action)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if role:  # for the style sheet
        button.setProperty("role", role)
    return button


def make_small_table(table: QTableView) -> int:
    """Have a table show plain rows in small type, one selected at a time; return a row's height."""
    table.setFont(small_font())
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.verticalHeader().hide()
    tall = table.fontMetrics().height() + 6
    table.verticalHeader().setDefaultSectionSize(tall)
    return tall
