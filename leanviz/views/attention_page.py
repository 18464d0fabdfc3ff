"""The page beside the panes that has the attention map in numbers."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHeaderView,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from leanviz.core.realignment import MEANINGS, Realignment, Summary
from leanviz.models.attention_pins import Pin, PinsModel, head_name
from leanviz.models.attention_reading import ReadingModel
from leanviz.models.time_text import elapsed
from leanviz.views.attention_compare import RowsView
from leanviz.views.drawing import small_font
from leanviz.views.explain_table import ExplainTable
from leanviz.views.facts import Facts
from leanviz.views.page_parts import action_button, page_heading, side_by_side
from leanviz.views.plain import OneLine, PlainLabel, plain_tip
from leanviz.views.theme import Theme

LOOKS, LAG, SPREAD, SHAPE = "looks at", "lag", "spread", "shape"
ROW_FACTS = (LOOKS, LAG, SPREAD, SHAPE)
COMMON = "in common"
COLUMNS = ("Head", "Lag ms", "Spread ms", "Shape")
TIPS = (
    "What is shown: the mean or the highest of the heads, or one of them; a click shows it",
    "Mean of the ridge against the middle of the patch: 0 is the diagonal, + looks ahead",
    "Effective number of keys, exp(entropy), times 80 ms",
    "That of most rows. " + "; ".join(f"{v}: {text}" for v, text in MEANINGS.items()),
)
HEADS = 6


class AttentionPage(QScrollArea):
    """Realignment of each head in view, the row that is read, and the rows that are pinned.

    Signals
    -------
    looked_at : bool
        The page is in front, or no longer.
    """

    looked_at = Signal(bool)

    def __init__(
        self,
        reading: ReadingModel,
        pins: PinsModel,
        actions: tuple[QAction, ...],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName("Attention map in numbers")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._reading, self._pins = reading, pins
        self._span, self._a, self._b = page_heading(""), OneLine(), OneLine()
        self.heads = _table_of_heads()
        self.shapes = PlainLabel("\n".join(f"{v}: {text}" for v, text in MEANINGS.items()))
        self.shapes.setFont(small_font(part=0.85))
        self.shapes.setProperty("role", "name")
        self.shapes.setWordWrap(True)
        self.row, self.common = Facts(ROW_FACTS), Facts((COMMON,))
        self.row.setToolTip(TIPS[3])
        self.common.setToolTip("Part of the weight that A and B put at the same lags")
        self.rows = RowsView(pins)
        column = QWidget()
        layout = QVBoxLayout(column)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(4)
        buttons = side_by_side(action_button(action) for action in actions)
        for part in (
            self._span, self.heads, self.shapes, page_heading("ROW"), self.row,
            page_heading("PINNED"), buttons, self._a, self._b, self.rows, self.common,
        ):  # fmt: skip
            layout.addWidget(part)
        layout.addStretch(1)
        self.setWidget(column)
        reading.changed.connect(self._show_heads)
        pins.changed.connect(self._show_pins)
        self._show_heads()
        self._show_pins()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.rows.set_theme(theme)

    def show_row(self, read: Realignment | None) -> None:
        """Show what the row under the pointer says."""
        self.row.show_values({} if read is None else row_values(read))

    def showEvent(self, event: QShowEvent) -> None:
        """Tell that somebody looks."""
        super().showEvent(event)
        self.looked_at.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Tell that nobody looks."""
        super().hideEvent(event)
        self.looked_at.emit(False)

    def _show_heads(self) -> None:
        heads = self._reading.heads
        summaries = [self._reading.summary(head) for head in heads]
        extent_s = self._reading.extent_s
        words = ["REALIGNMENT"]
        if extent_s is not None and summaries:
            span = " \u2013 ".join(elapsed(max(0.0, edge), 1) for edge in extent_s)
            words.append(f"{span}, {summaries[0].n_patches} patches")
        self._span.setText("  ".join(words))
        self.heads.show_rows([
            [head_name(head).removeprefix("head "), *summary_texts(summary)]
            for head, summary in zip(heads, summaries, strict=True)
        ])  # fmt: skip
        for row, summary in enumerate(summaries):
            cell = self.heads.item(row, len(COLUMNS) - 1)
            if cell is not None:
                cell.setToolTip(plain_tip(shares_text(summary)))

    def _show_pins(self) -> None:
        for letter, label in (("A", self._a), ("B", self._b)):
            held = self._pins[letter]
            label.setText("" if held is None else f"{letter}  {held.title}")
            label.setVisible(held is not None)
            label.setToolTip("" if held is None else plain_tip(pin_text(held)))
        comparison = self._pins.comparison
        overlap = {} if comparison is None else {COMMON: f"{comparison.overlap:.2f} of the weight"}
        self.common.show_values(overlap)


def signed(value: float) -> str:
    """Return a whole number with its sign."""
    return f"{value:+.0f}".replace("-", "\N{MINUS SIGN}")


def summary_texts(summary: Summary) -> tuple[str, str, str]:
    """Return lag, spread and shape of many rows."""
    if summary.verdict is None:
        return "", "", ""
    share = summary.shares[summary.verdict]
    return signed(summary.lag_ms), f"{summary.spread_ms:.0f}", f"{summary.verdict} {share:.2f}"


def shares_text(summary: Summary) -> str:
    """Return what part of the rows has each shape, and what that means."""
    return "\n".join(f"{v} {summary.shares[v]:.2f}: {MEANINGS[v]}" for v in MEANINGS)


def row_values(read: Realignment) -> Mapping[str, str]:
    """Return what one row says."""
    return {
        LOOKS: f"{elapsed(float(read.ridge_s[0]), 2)} on average",
        LAG: f"{signed(float(read.lag_ms[0]))} ms",
        SPREAD: f"{read.spread_ms[0]:.0f} ms, {read.keys[0]:.1f} keys",
        SHAPE: str(read.verdicts[0]),
    }


def pin_text(held: Pin) -> str:
    """Return all there is to say of a pinned row."""
    values = row_values(held.reading)
    return "\n".join((held.source, *(f"{name}: {value}" for name, value in values.items())))


def _table_of_heads() -> ExplainTable:
    """Return the empty table of the numbers of each head."""
    table = ExplainTable("Realignment of each head", COLUMNS, HEADS)
    # names of heads are short and to be read whole; the shape has room to spare
    header = table.horizontalHeader()
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(len(COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
    for column, tip in enumerate(TIPS):
        item = table.horizontalHeaderItem(column)
        if item is not None:
            item.setToolTip(plain_tip(tip))
    return table
