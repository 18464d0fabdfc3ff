"""A label and its times, to be typed: of an event that is there, or of a new one."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QWidget,
)

from leanviz.core.annotations import own_label
from leanviz.core.clock import Span, seconds, to_sample
from leanviz.core.taxonomy import Taxonomy
from leanviz.models.time_text import elapsed
from leanviz.views.navigation import parse_time
from leanviz.views.plain import PlainLabel

UNKNOWN = "LEAN has no such class: the label is kept as you write it."
NO_LABEL, NO_TIME = "Type a label.", "Type both times as seconds, m:ss or h:mm:ss."
BACKWARDS, BEYOND = "It ends before it begins.", "The recording is only {} long."
WIDTH = 360

Take = Callable[[str, Span], object]


class LabelForm(QDialog):
    """Asks, without holding up the window, and hands the answer on.

    Parameters
    ----------
    title : str
        What the window is called.
    label : str
        What stands there at first.
    extent : Span
        In source samples.
    limits : tuple of int
        Rate of the source in hertz, and its length in samples.
    taxonomy : Taxonomy
        Its titles are offered while one types.
    take : callable
        Is given a label and an extent if the user agrees to them.
    """

    def __init__(  # noqa: PLR0913  (what it shows, and who is told)
        self,
        title: str,
        label: str,
        extent: Span,
        limits: tuple[int, int],
        *,
        taxonomy: Taxonomy,
        take: Take,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._rate, self._n_samples = limits
        self._taxonomy, self._take, self._extent = taxonomy, take, extent
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.label, self.remark = QLineEdit(label), PlainLabel()
        self.onset, self.offset = (
            QLineEdit(self._time(extent.start)),
            QLineEdit(self._time(extent.stop)),
        )
        buttons = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(buttons.Ok | buttons.Cancel)
        self._set_up()
        self._check()

    def answer(self) -> tuple[str, Span] | str:
        """Return what is typed as a label and an extent, or a sentence on what is wrong with it."""
        label = own_label(self.label.text())
        onset = self._sample(self.onset, self._extent.start)
        offset = self._sample(self.offset, self._extent.stop)
        if not label:
            return NO_LABEL
        if onset is None or offset is None:
            return NO_TIME
        extent = Span(onset, offset)
        if extent.stop <= extent.start:
            return BACKWARDS
        if extent.start >= self._n_samples:
            return BEYOND.format(self._time(self._n_samples))
        return label, Span(extent.start, min(extent.stop, self._n_samples))

    def accept(self) -> None:
        """Hand the answer on, if it is one."""
        answer = self.answer()
        if not isinstance(answer, str):
            self._take(*answer)
            super().accept()

    def _time(self, sample: int) -> str:
        return elapsed(seconds(sample, self._rate))

    def _sample(self, field: QLineEdit, sample: int) -> int | None:
        """Return what a field says; what was not touched stays exact to the sample."""
        if field.text() == self._time(sample):
            return sample
        time_s = parse_time(field.text())
        return None if time_s is None else to_sample(time_s, self._rate)

    def _set_up(self) -> None:
        titles = QCompleter(sorted(label.title for label in self._taxonomy.labels), self)
        titles.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        titles.setFilterMode(Qt.MatchFlag.MatchContains)
        self.label.setCompleter(titles)
        self.label.setMinimumWidth(WIDTH)
        self.label.selectAll()
        self.remark.setProperty("role", "name")
        self.remark.setMinimumHeight(self.remark.fontMetrics().height())
        form = QFormLayout(self)
        for words, field in (
            ("&Label", self.label),
            ("&Onset", self.onset),
            ("O&ffset", self.offset),
        ):
            form.addRow(words, field)
            field.setAccessibleName(words.replace("&", ""))
            field.textChanged.connect(self._check)
        form.addRow(self.remark)
        form.addRow(self.buttons)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _check(self) -> None:
        """Say what is wrong, and let only what is right be agreed to."""
        answer = self.answer()
        wrong = isinstance(answer, str)
        known = wrong or self._taxonomy.find(answer[0]) is not None
        self.remark.setText(answer if isinstance(answer, str) else "" if known else UNKNOWN)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not wrong)
