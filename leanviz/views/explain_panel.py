"""The page that says why: numbers, what drove a label, what if, and moments alike."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFrame,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from leanviz.core.inquiry import AGREEMENT, ALIKE_FROM
from leanviz.core.taxonomy import Taxonomy
from leanviz.models.time_text import TimeFormat, elapsed
from leanviz.views.explain_table import ExplainTable
from leanviz.views.facts import Facts
from leanviz.views.page_parts import action_button, page_heading, side_by_side
from leanviz.views.picker import Picker
from leanviz.views.plain import PlainLabel, plain_tip

if TYPE_CHECKING:
    from leanviz.pipeline.counterfactual import Counterfactual
    from leanviz.pipeline.explaining import FileExplanation
    from leanviz.pipeline.similar import Alike

ASKED, LOGIT = "asked about", "logit"
AGREE, TRUST = "occlusion vs attention", "occlusion vs muting"
FACTS = (ASKED, LOGIT, AGREE, TRUST)
DISAGREE = (
    f"Attention and occlusion disagree (rank correlation below {AGREEMENT:g}): what LEAN looked at "
    "is not what the label hangs on."
)
NOTHING_DROVE = (
    "Nothing in this window drives the label: no moment lowers it when it is taken away."
)
WHERE = ("in this file", "in its folder")
IN_STREAM = ("in memory",)
CHANGES = 8


class ExplainPanel(QScrollArea):
    """A page beside the panes.

    Parameters
    ----------
    actions : sequence of QAction
        What can be done: play what drove it, play the rest, mute, isolate, find similar, export.

    Attributes
    ----------
    times : TimeFormat
        How times of what is shown are written from now on.
    """

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.times = TimeFormat()
        self.setAccessibleName("Why")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        play, rest, mute, isolate, similar, export = (action_button(action) for action in actions)
        self._title, self.remark = page_heading("WHY"), _words()
        self.changed, self.looked = _words(), _words()
        self.facts = Facts(FACTS)
        self.facts.setToolTip("Rank correlations over the moments of the window, from -1 to 1")
        self.drivers = ExplainTable("What drove the label", ("Without", "Logit falls"), 3)
        self.changes = ExplainTable("What changes", ("Label", "Before", "After", "Change"))
        self.alike = ExplainTable("Moments alike", ("Moment", "Cosine"))
        self.where, self.threshold = _where(), _threshold()
        column = QWidget()
        layout = QVBoxLayout(column)
        layout.setContentsMargins(16, 8, 16, 8)
        layout.setSpacing(4)
        for part in (
            self._title, self.remark, self.facts, self.drivers, side_by_side((play, rest, export)),
            page_heading("WHAT IF"), side_by_side((mute, isolate)), self.changed, self.changes,
            page_heading("ALIKE"), side_by_side((similar, self.where, self.threshold)), self.looked,
            self.alike,
        ):  # fmt: skip
            layout.addWidget(part)
        layout.addStretch(1)
        self.setWidget(column)
        self.say("")

    def say(self, sentence: str) -> None:
        """Show a sentence in place of numbers."""
        self._title.setText("WHY")
        self._tell(sentence)
        self.facts.show_values({})
        self.drivers.show_rows(())

    def show_explanation(self, found: "FileExplanation", title: str, head: int | None) -> None:
        """Show the numbers of an explanation, with the attention of one head or their mean."""
        explained = found.found
        asked_s = found.query_s()[explained.question.weights > 0]
        self._title.setText(f"WHY  {title}?")
        self._title.setToolTip(plain_tip(title))
        self.facts.show_values({
            ASKED: self.extent(asked_s[0, 0], asked_s[-1, 1]),
            LOGIT: _signed(f"{explained.logit:.2f}"),
            AGREE: _correlation(explained.agreement(head)),
            TRUST: _correlation(explained.trust),
        })  # fmt: skip
        driving, rate = found.driving(), found.inquiry.sample_rate
        remarks = [] if driving else [NOTHING_DROVE]
        remarks += [DISAGREE] if explained.disagrees(head) else []
        self._tell(" ".join(remarks))
        spans = [(span.start / rate, span.stop / rate, fall) for span, fall in driving]
        self.drivers.show_rows([
            (self.extent(start_s, stop_s), f"{fall:.2f}") for start_s, stop_s, fall in spans
        ])  # fmt: skip

    def extent(self, start_s: float, stop_s: float) -> str:
        """Return a time range in words, without the day, which the axis has."""
        return " \u2013 ".join(self.times.text(end_s, 2, False) for end_s in (start_s, stop_s))

    def _tell(self, remark: str) -> None:
        self.remark.setText(remark)
        self.remark.setVisible(bool(remark))

    def show_changes(self, found: "Counterfactual | None", taxonomy: Taxonomy, what: str) -> None:
        """Show which labels fall and rise; `what` was done."""
        self.changed.setText(what)
        rows = [] if found is None else found.changes(CHANGES)
        self.changes.show_rows([
            (taxonomy[label].title, f"{before:.2f}", f"{after:.2f}", _signed(f"{change:+.2f}"))
            for label, before, after, change in rows
        ])  # fmt: skip

    def offer(self, places: Sequence[str]) -> None:
        """Offer places to look for moments alike; the one chosen stays if it is among them."""
        if places != [self.where.itemText(at) for at in range(self.where.count())]:
            self.where.offer([(place, place) for place in places], self.where.currentText())

    def show_alike(self, found: "Sequence[Alike]", path: Path | None) -> None:
        """Show moments, the likest first; with the names of their files if there are several."""
        several = any(moment.path != path for moment in found)
        self.alike.show_rows(
            [(self._moment(moment, path, several), f"{moment.cosine:.2f}") for moment in found]
        )

    def _moment(self, moment: "Alike", path: Path | None, several: bool) -> str:
        # when another file began is not known here
        here = moment.path == path
        text = self.times.text(moment.onset_s, 2) if here else elapsed(moment.onset_s, 2)
        return f"{text}  {moment.path.name}" if several and moment.path else text


def _correlation(value: float) -> str:
    return "\N{EN DASH}" if np.isnan(value) else _signed(f"{value:.2f}")


def _signed(number: str) -> str:
    return number.replace("-", "\N{MINUS SIGN}")


def _words() -> PlainLabel:
    label = PlainLabel()
    label.setWordWrap(True)
    return label


def _where() -> Picker:
    box = Picker()
    box.offer([(place, place) for place in WHERE], WHERE[0])
    box.setAccessibleName("Where to look for similar moments")
    box.setToolTip("Where to look for similar moments")
    return box


def _threshold() -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(0.3, 1.0)
    box.setSingleStep(0.05)
    box.setValue(ALIKE_FROM)
    box.setAccessibleName("Least cosine")
    box.setToolTip("Least cosine of the embeddings, up to 1")
    return box
