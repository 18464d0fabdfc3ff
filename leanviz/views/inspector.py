"""The column at the right: what is heard now, what was nearly shown, what is selected, and why."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFrame,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from leanviz.core.events import Event
from leanviz.models.time_text import TimeFormat
from leanviz.models.timeline import TimelineModel
from leanviz.views.event_words import event_facts
from leanviz.views.events_page import review_buttons
from leanviz.views.facts import Facts
from leanviz.views.near_list import NearList
from leanviz.views.page_parts import action_button, page_heading, side_by_side
from leanviz.views.plain import plain_tip
from leanviz.views.score_list import ScoreList
from leanviz.views.score_rows import ScoreRow
from leanviz.views.theme import Theme

WIDTH = 320
NOW_ROWS, NOTHING_YET = 5, "nothing heard yet"
NEAR_ROWS = 3
SELECTED = ("on \u2013 off", "score", "review", "announced", "within", "frequencies")
ATTENTION = ("query", "key", "weight", "lag")


class Inspector(QScrollArea):
    """Numbers about what the panes show; scrolls where the window is too low for them.

    Parameters
    ----------
    heads : sequence of QAction
        The choice of attention heads.
    review : sequence of QAction
        What can be done to the selected label.
    """

    def __init__(
        self, heads: Sequence[QAction], review: Sequence[QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName("Inspector")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.now = ScoreList("Scores now", NOW_ROWS, NOTHING_YET)
        self.near = NearList(NEAR_ROWS)
        self.selected, self.attention = Facts(SELECTED), Facts(ATTENTION)
        self.review = review_buttons(review)
        self._now_heading, self._selected_heading = page_heading("NOW"), page_heading("SELECTED")
        self._heads = [action_button(head, "head") for head in heads]
        column = QWidget()
        layout = QVBoxLayout(column)
        layout.setContentsMargins(16, 8, 16, 8)
        layout.setSpacing(4)
        self._add(layout, self._now_heading, self.now)
        self._add(layout, page_heading("NEARLY"), self.near)
        layout.addWidget(self._selected_heading)
        layout.addWidget(self.selected)
        layout.addWidget(self.review)
        layout.addSpacing(8)
        layout.addWidget(page_heading("ATTENTION"))
        self._add(layout, self._head_row(), self.attention)
        layout.addStretch(1)
        self.setWidget(column)
        self.show_heads(0)

    @property
    def stops(self) -> list[QWidget]:
        """Where the Tab key stops, from top to bottom."""
        buttons = self.review.findChildren(QToolButton)
        return [*(row.button for row in self.near.rows), *buttons, *self._heads]

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.now.theme = theme
        self.now.update()

    def show_now(self, heading: str, rows: Sequence[ScoreRow], none: str = NOTHING_YET) -> None:
        """Show the best scores of a moment, which the heading names, or a word for none."""
        if heading != self._now_heading.text():
            self._now_heading.setText(heading)
        self.now.show_rows(rows, none)

    def show_heads(self, count: int) -> None:
        """Offer the mean, the highest and `count` heads; one head alone is no choice."""
        for number, button in enumerate(self._heads):
            button.setVisible(count > 1 and number <= count + 1)

    def show_event(self, event: Event | None, timeline: TimelineModel, times: TimeFormat) -> None:
        """Show an event in words."""
        title = "" if event is None else timeline.title(event.label)
        self._selected_heading.setText(f"SELECTED  {title}".rstrip())
        self._selected_heading.setToolTip(plain_tip(title))
        self.selected.show_values({} if event is None else event_facts(event, timeline, times))

    def show_attention(self, values: Mapping[str, str]) -> None:
        """Show where the pointer is on the attention map."""
        self.attention.show_values(values)

    def _head_row(self) -> QWidget:
        return side_by_side(self._heads, spacing=2)

    def _add(self, layout: QVBoxLayout, heading: QWidget, body: QWidget) -> None:
        layout.addWidget(heading)
        layout.addWidget(body)
        layout.addSpacing(8)
