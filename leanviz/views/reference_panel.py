"""How well what is shown agrees with the reference labels: figures of all, and class by class."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from leanviz.core.taxonomy import Taxonomy
from leanviz.evaluation.plain import number
from leanviz.views.drawing import small_font
from leanviz.views.facts import Facts
from leanviz.views.plain import PlainLabel, plain_tip

if TYPE_CHECKING:
    from leanviz.evaluation.detection import Hits
    from leanviz.evaluation.reference import ReferenceFigures

COLUMNS = ("", "Precision", "Recall", "F1")
TIPS = (
    "",
    "Share of the labels shown that the reference has",
    "Share of the reference's labels that are shown",
    "Harmonic mean of the two",
)
LABELS, SECONDS = "All labels", "All seconds"
ROW_TIPS = {
    LABELS: "Event-based: right if the reference has one that begins within 0.5 s",
    SECONDS: "Segment-based: in how many stretches of 1 s both say the same",
}
PSDS = "PSDS 1, 2"
OTHERS = "labels of other classes"
WAITING = "Compared as soon as the file is analysed."


class ReferencePanel(QWidget):
    """A page with the figures."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Comparison with the reference")
        self._name, self._remark = PlainLabel(), PlainLabel()
        for label in (self._name, self._remark):
            label.setWordWrap(True)
        self.facts = Facts((PSDS, OTHERS))
        self.facts.setToolTip(
            "PSDS: agreement over all positions of the threshold, as to when (1) and as to what (2)"
        )
        self.table = _table()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 8)
        for part in (self._name, self.facts, self._remark):
            layout.addWidget(part)
        layout.addWidget(self.table, 1)

    @property
    def remark(self) -> str:
        """The sentence below the figures."""
        return self._remark.text()

    def wait(self, name: str, remark: str) -> None:
        """Show whose labels these are, and no figures as yet."""
        self._name.setText(name)
        self._remark.setText(remark)
        self.facts.show_values({})
        self.table.setRowCount(0)

    def show_figures(self, figures: "ReferenceFigures", taxonomy: Taxonomy, remark: str) -> None:
        """Show figures; the remark says what is not among them."""
        self._remark.setText(remark)
        self.facts.show_values({
            PSDS: f"{number(figures.psds_located, 2)}, {number(figures.psds_recognised, 2)}",
            OTHERS: f"{figures.others}, not compared",
        })  # fmt: skip
        rows = [(LABELS, figures.event_based), (SECONDS, figures.segment_based)]
        rows += [(taxonomy[each.label].title, each.event_based) for each in figures.classes]
        self.table.setRowCount(len(rows))
        for row, (title, hits) in enumerate(rows):
            for column, text in enumerate((title, *_rates(hits))):
                self.table.setItem(row, column, _cell(text, column))


def _rates(hits: "Hits") -> Sequence[str]:
    return [number(rate, 2) for rate in (hits.precision, hits.recall, hits.f1)]


def _table() -> QTableWidget:
    table = QTableWidget(0, len(COLUMNS))
    table.setAccessibleName("Comparison by class")
    table.setFont(small_font())
    table.setHorizontalHeaderLabels(COLUMNS)
    for column, tip in enumerate(TIPS):
        item = table.horizontalHeaderItem(column)
        if item is not None:
            item.setToolTip(plain_tip(tip))
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 6)
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    return table


def _cell(text: str, column: int) -> QTableWidgetItem:
    cell = QTableWidgetItem(text)
    side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
    cell.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    cell.setToolTip("" if column else plain_tip(ROW_TIPS.get(text, text)))
    return cell
