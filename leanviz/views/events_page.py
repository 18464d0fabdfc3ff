"""The page of all labels: searched, sorted, and reviewed one after the other."""

from collections.abc import Sequence

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from leanviz.models.timeline import TimelineModel
from leanviz.views.event_table import EventTable
from leanviz.views.page_parts import action_button, side_by_side
from leanviz.views.plain import PlainLabel

TIP = "Words of labels, of what is above them, or of the review: confirmed, by hand"
# What the buttons below the table and below the selected label do.
REVIEW = ("confirm", "edit label", "delete label", "add label")


class EventsPage(QWidget):
    """A field to search, the table, and buttons for the selected label.

    Parameters
    ----------
    actions : sequence of QAction
        What the buttons do.
    """

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search, self.count, self.table = QLineEdit(), PlainLabel(), EventTable()
        self.search.setPlaceholderText("Search labels")
        self.search.setAccessibleName("Search labels")
        self.search.setToolTip(TIP)
        self.search.setClearButtonEnabled(True)
        self.count.setAccessibleName("Labels listed")
        self.count.setProperty("role", "name")
        self.search.textChanged.connect(self._search)
        self.search.returnPressed.connect(self.table.setFocus)
        self.table.rows_changed.connect(self._tell_count)
        row = QHBoxLayout()
        row.addWidget(self.search, 1)
        row.addWidget(self.count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(row)
        layout.addWidget(self.table, 1)
        layout.addWidget(review_buttons(actions))

    def set_timeline(self, timeline: TimelineModel) -> None:
        """Show the events of a timeline."""
        self.table.set_timeline(timeline)
        self._search()

    def _search(self) -> None:
        if self.table.rows is not None:
            self.table.rows.search(self.search.text())
        self._tell_count()

    def _tell_count(self) -> None:
        rows = self.table.rows
        if rows is not None:
            shown, count = rows.rowCount(), rows.timeline.rowCount()
            self.count.setText(str(count) if shown == count else f"{shown} of {count}")


def review_buttons(actions: Sequence[QAction]) -> QWidget:
    """Return a row of buttons."""
    return side_by_side(action_button(action, "remedy") for action in actions)
