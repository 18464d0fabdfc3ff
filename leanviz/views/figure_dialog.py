"""What a figure is to show."""

from dataclasses import replace

from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from leanviz.models.analysis import TITLES
from leanviz.views.figure_colours import FigureColours
from leanviz.views.figure_spec import LOW, PANES, SIZE, FigureSpec
from leanviz.views.plain import plain_tip

WORDS = {
    "waveform": "&Waveform",
    "spectrogram": "&Spectrogram",
    "lanes": "&Labels",
    "reference": "&Reference labels",
    "attention": "&Attention",
}
LIMITS = (320, 16384), (240, 16384)


class FigureDialog(QDialog):
    """Asks what of a recording a figure shows, and how large it is.

    Parameters
    ----------
    spec : FigureSpec
        The figure of what is in view.
    reference : bool
        Whether there are reference labels.
    dated : bool
        Whether it is known when the recording began.
    """

    def __init__(
        self,
        spec: FigureSpec,
        reference: bool = True,
        dated: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export Figure")
        self._proposed = spec
        self.colours = FigureColours(spec.spectrogram)
        self.time_of_day = QCheckBox("Time of &day")
        self.time_of_day.setEnabled(dated)
        self.time_of_day.setChecked(dated and spec.time_of_day)
        known = "The axis tells the time of day" if dated else "It is not known when it began"
        self.time_of_day.setToolTip(plain_tip(known))
        self.panes = {name: QCheckBox(WORDS[name]) for name in PANES}
        self.view, self.whole = QRadioButton("What is in &view"), QRadioButton("The whole &file")
        (self.whole if spec.span_s is None else self.view).setChecked(True)
        self.view.setEnabled(spec.span_s is not None)
        self.width_px, self.height_px = (_pixels(*limits) for limits in LIMITS)
        for field, name in (
            (self.width_px, "Width in pixels"),
            (self.height_px, "Height in pixels"),
        ):
            field.setAccessibleName(name)
            field.setToolTip(plain_tip(name))
        self.view.setToolTip("From the left to the right edge of the panes")
        self.whole.setToolTip("From its beginning to its end")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.next = self.buttons.addButton("&Export\u2026", QDialogButtonBox.ButtonRole.AcceptRole)
        for name, box in self.panes.items():
            box.setChecked(name in spec.panes)
            box.setToolTip("Draw this pane")
            box.toggled.connect(self._adapt)
        self.panes["reference"].setEnabled(reference)
        kind = "" if spec.analysis is None else f": {TITLES[spec.analysis]}"
        self.analysis = QCheckBox(f"Anal&ysis{kind}")
        self.analysis.setChecked(spec.analysis is not None)
        self.analysis.setToolTip("What librosa makes of what is in view, where the pane shows it")
        for box in (self.analysis, self.view):
            box.toggled.connect(self._adapt)
        self._lay_out()
        self.width_px.setValue(spec.size[0])
        self._adapt()

    @property
    def spec(self) -> FigureSpec:
        """What is chosen."""
        return replace(
            self._proposed,
            panes=tuple(name for name, box in self.panes.items() if box.isChecked()),
            analysis=self._proposed.analysis if self._with_analysis else None,
            span_s=self._proposed.span_s if self.view.isChecked() else None,
            time_of_day=self.time_of_day.isChecked(),
            spectrogram=self.colours.settings,
            size=(self.width_px.value(), self.height_px.value()),
        )

    @property
    def _with_analysis(self) -> bool:
        return self.analysis.isEnabled() and self.analysis.isChecked()

    def _lay_out(self) -> None:
        form, size = QFormLayout(self), QHBoxLayout()
        for words, boxes in (
            ("Panes", (*self.panes.values(), self.analysis)),
            ("Time", (self.view, self.whole, self.time_of_day)),
        ):
            column = QVBoxLayout()
            for box in boxes:
                column.addWidget(box)
            form.addRow(words, column)
        form.addRow("Colours", self.colours)
        size.addWidget(self.width_px)
        size.addWidget(self.height_px)
        form.addRow("Size", size)
        form.addRow(self.buttons)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _adapt(self) -> None:
        """Propose a height that fits the panes; without a pane there is nothing to export."""
        known = self._proposed.analysis is not None
        self.analysis.setEnabled(known and (self.view.isChecked() or not self.view.isEnabled()))
        chosen = sum(box.isChecked() and box.isEnabled() for box in self.panes.values())
        self.next.setEnabled(chosen > 0)
        self.colours.setEnabled(self.panes["spectrogram"].isChecked() or self._with_analysis)
        self.height_px.setValue(LOW if chosen == 1 and not self._with_analysis else SIZE[1])


def _pixels(least: int, most: int) -> QSpinBox:
    made = QSpinBox()
    made.setRange(least, most)
    made.setSuffix(" px")
    return made
