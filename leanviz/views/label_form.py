"""A label, its times and its frequencies, to be typed: of an event that is there, or a new one."""

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
from leanviz.core.events import Band
from leanviz.core.taxonomy import Taxonomy
from leanviz.models.time_text import elapsed
from leanviz.views.navigation import parse_time
from leanviz.views.plain import PlainLabel

UNKNOWN = "LEAN has no such class: the label is kept as you write it."
NO_LABEL, NO_TIME = "Type a label.", "Type both times as seconds, m:ss or h:mm:ss."
NO_BAND = "Type both frequencies in hertz, the lower one first, up to {:g}; or neither."
BACKWARDS, BEYOND = "It ends before it begins.", "The recording is only {} long."
WIDTH = 360

Take = Callable[[str, Span, Band], object]
Answer = tuple[str, Span, Band]


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
        Is given a label, an extent and frequencies if the user agrees to them.
    band_hz : tuple of float
        The frequencies that stand there at first; empty for none.
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
        band_hz: Band = (),
    ) -> None:
        super().__init__(parent)
        self._rate, self._n_samples = limits
        self._taxonomy, self._take, self._extent = taxonomy, take, extent
        self._band = band_hz
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.label, self.remark = QLineEdit(label), PlainLabel()
        self.onset, self.offset = (
            QLineEdit(self._time(extent.start)),
            QLineEdit(self._time(extent.stop)),
        )
        self.low, self.high = (QLineEdit(_hertz(hz)) for hz in band_hz or (None, None))
        buttons = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(buttons.Ok | buttons.Cancel)
        self._set_up()
        self._check()

    def answer(self) -> Answer | str:
        """Return what is typed: label, extent, frequencies; or a sentence on what is wrong."""
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
        band = self._typed_band()
        if band is None:
            return NO_BAND.format(self._rate / 2)
        return label, Span(extent.start, min(extent.stop, self._n_samples)), band

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

    def _typed_band(self) -> Band | None:
        """Return the frequencies, None if they are wrong; what was not touched stays exact."""
        typed = self.low.text(), self.high.text()
        if self._band and typed == tuple(map(_hertz, self._band)):
            return self._band
        if not any(text.strip() for text in typed):
            return ()
        try:
            low, high = (float(text.strip().replace(",", ".")) for text in typed)
        except ValueError:
            return None
        return (low, high) if 0.0 <= low < high <= self._rate / 2 else None

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
            ("Lo&west frequency, Hz", self.low),
            ("&Highest frequency, Hz", self.high),
        ):
            form.addRow(words, field)
            field.setAccessibleName(words.replace("&", ""))
            field.textChanged.connect(self._check)
        form.addRow(self.remark)
        form.addRow(self.buttons)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

        for field in (self.low, self.high):
            field.setPlaceholderText("none")
            field.setToolTip("Ctrl+drag on the spectrogram selects frequencies too")

    def _check(self) -> None:
        """Say what is wrong, and let only what is right be agreed to."""
        answer = self.answer()
        wrong = isinstance(answer, str)
        known = wrong or self._taxonomy.find(answer[0]) is not None
        self.remark.setText(answer if isinstance(answer, str) else "" if known else UNKNOWN)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not wrong)


def _hertz(hz: float | None) -> str:
    return "" if hz is None else f"{hz:.10g}"
