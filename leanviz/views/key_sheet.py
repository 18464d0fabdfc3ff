"""The sheet of keys, made from the table of actions."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from leanviz.views.action_table import MOUSE, SPECS
from leanviz.views.actions import key_text
from leanviz.views.plain import PlainLabel
from leanviz.views.scrolled import Scrolled

COLUMNS = 2
HEADING_ROWS = 2


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One line of the sheet: the keys as they are printed on a keyboard, and what they do."""

    group: str
    keys: tuple[str, ...]
    help: str

    @property
    def text(self) -> str:
        """The keys in a line; of a long row only the ends."""
        many = len(self.keys) > 3
        return f"{self.keys[0]} \u2026 {self.keys[-1]}" if many else "  ".join(self.keys)


def key_rows() -> list[KeyRow]:
    """Return every key of the window in the order of the menus, then the mouse.

    Keys that do the same are one row.
    """
    rows: dict[tuple[str, str], KeyRow] = {}
    for spec in SPECS:
        if spec.keys:
            group = spec.menu.partition("/")[0].replace("&", "")
            before = rows.get((group, spec.help), KeyRow(group, (), spec.help))
            keys = (*before.keys, *(key_text(key) for key in spec.keys))
            rows[group, spec.help] = KeyRow(group, tuple(dict.fromkeys(keys)), spec.help)
    return [*rows.values(), *(KeyRow("Mouse", (keys,), text) for keys, text in MOUSE)]


class KeySheet(QDialog):
    """All keys on one page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(16)
        page = QWidget()
        page.setLayout(_columns(key_rows()))
        layout.addWidget(Scrolled(page, "Keys"), 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)


def _columns(rows: list[KeyRow]) -> QHBoxLayout:
    """Return the groups below each other, in columns of about equal height."""
    columns = QHBoxLayout()
    columns.setSpacing(48)
    groups = list(dict.fromkeys(row.group for row in rows))
    height = (len(rows) + HEADING_ROWS * len(groups)) / COLUMNS
    column: list[KeyRow] = []
    for group in groups:
        heading = HEADING_ROWS * len({row.group for row in column})
        if len(column) + heading >= 0.8 * height and columns.count() + 1 < COLUMNS:
            columns.addLayout(_grid(column))
            column = []
        column += [row for row in rows if row.group == group]
    columns.addLayout(_grid(column))
    return columns


def _grid(rows: list[KeyRow]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(2)
    group = ""
    for row in rows:
        at = grid.rowCount()
        if row.group != group:
            group = row.group
            grid.addWidget(_heading(group), at, 0, 1, 2)
            at += 1
        text = PlainLabel(row.help)
        text.setProperty("role", "name")
        grid.addWidget(PlainLabel(row.text), at, 0)
        grid.addWidget(text, at, 1)
    grid.setRowStretch(grid.rowCount(), 1)
    grid.setColumnStretch(1, 1)
    return grid


def _heading(group: str) -> PlainLabel:
    heading = PlainLabel(group.upper())
    heading.setProperty("role", "heading")
    heading.setMinimumHeight(32)
    heading.setAlignment(Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft)
    return heading
