"""The rules that hold for all classes: thresholds together, smoothing, durations."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from leanviz.core.choices import MAX_OFFSET, MAX_PATCHES, MAX_SMOOTHING_PATCHES
from leanviz.core.decisions import EVER_PRESENT, HOP_S
from leanviz.core.presence import PRESENCE_S
from leanviz.core.smoothing import Smoothing
from leanviz.models.decisions import DecisionsModel
from leanviz.views.drawing import small_font
from leanviz.views.number_field import NumberField
from leanviz.views.picker import Picker
from leanviz.views.plain import PlainLabel

HUNDRED = 100
# Room in a field beside its text, in logical pixels.
FIELD = 32
NAMES = {
    Smoothing.OFF: "Off",
    Smoothing.MEAN: "Mean",
    Smoothing.LOG_MEAN_EXP: "Log-mean-exp",
}
WHEN = "Smoothing and hang-over: in a file at once, live from now on. All else: at once."
QUIET = (
    "A class with others below it gets no new label while it was heard for "
    f"{EVER_PRESENT * PRESENCE_S / 60:.0f} of the last {PRESENCE_S / 60:.0f} minutes."
)


class RulesForm(QWidget):
    """Controls of the rules for all classes; they can be used at any time."""

    def __init__(self, decisions: DecisionsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._decisions = decisions
        self._showing = False
        self.slider, self.offset = QSlider(Qt.Orientation.Horizontal), PlainLabel()
        self.reset = QPushButton("Reset")
        self.smoothing = Picker()
        self.over = _seconds("Smoothing window", 1, MAX_SMOOTHING_PATCHES)
        self.shortest = _seconds("Shortest label", 1, MAX_PATCHES)
        self.hang_over = _seconds("Hang-over", 0, MAX_PATCHES)
        self.quiet = QCheckBox("Quiet ever-present classes")
        self._describe()
        self._lay_out()
        self._connect()
        self._show()

    def _describe(self) -> None:
        limit = round(MAX_OFFSET * HUNDRED)
        self.slider.setRange(-limit, limit)
        self.slider.setPageStep(5)
        self.slider.setAccessibleName("Threshold of every class")
        self.slider.setToolTip("To the left more labels, to the right fewer")
        self.offset.setAccessibleName("Threshold against what the model recommends")
        self.offset.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.offset.setFixedWidth(self.fontMetrics().horizontalAdvance("+0.00 "))
        self.reset.setAccessibleName("Reset all rules")
        self.reset.setToolTip("Everything on this page as the model recommends; presets are kept")
        self.smoothing.setAccessibleName("Smoothing")
        self.smoothing.setToolTip("How the scores of neighbouring patches are joined")
        for kind, name in NAMES.items():
            self.smoothing.addItem(name, kind)
        self.over.setFixedWidth(self.fontMetrics().horizontalAdvance("00.00 s") + FIELD)
        self.over.setToolTip("Over how much time scores are joined")
        self.shortest.setToolTip("Shorter sounds get no label")
        self.hang_over.setToolTip("A label goes on through a pause of this length")
        self.quiet.setToolTip(QUIET)
        self.quiet.setAccessibleDescription(QUIET)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.slider, 1)
        row.addWidget(self.offset)
        row.addWidget(self.reset)
        form = QFormLayout()
        form.setHorizontalSpacing(8)
        form.setVerticalSpacing(4)
        joined = QHBoxLayout()
        joined.addWidget(self.smoothing, 1)
        joined.addWidget(self.over)
        form.addRow("Smoothing", joined)
        form.addRow("Shortest label", self.shortest)
        form.addRow("Hang-over", self.hang_over)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row)
        layout.addLayout(form)
        layout.addWidget(self.quiet)
        layout.addWidget(_note(QUIET))
        layout.addWidget(_note(WHEN))

    def _connect(self) -> None:
        decisions = self._decisions
        decisions.changed.connect(self._show)
        self.slider.valueChanged.connect(self._set_offset)
        self.reset.clicked.connect(decisions.reset)
        self.smoothing.activated.connect(self._set_smoothing)
        self.over.valueChanged.connect(lambda: self._set("smoothing_patches", self.over))
        self.shortest.valueChanged.connect(lambda: self._set("min_patches", self.shortest))
        self.hang_over.valueChanged.connect(lambda: self._set("hang_over", self.hang_over))
        self.quiet.clicked.connect(self._set_quiet)

    def _show(self) -> None:
        """Show the choices of now."""
        choices, self._showing = self._decisions.choices, True
        self.slider.setValue(round(choices.offset * HUNDRED))
        self.offset.setText(f"{choices.offset:+.2f}".replace("-", "\N{MINUS SIGN}"))
        self.smoothing.setCurrentIndex(self.smoothing.findData(choices.smoothing))
        self.over.setEnabled(choices.smoothing is not Smoothing.OFF)
        self.over.setValue(choices.smoothing_patches * HOP_S)
        self.shortest.setValue(choices.min_patches * HOP_S)
        self.hang_over.setValue(choices.hang_over * HOP_S)
        self.quiet.setChecked(choices.quiet_ever_present)
        self._showing = False

    def _set_offset(self, hundredths: int) -> None:
        if not self._showing:
            self._decisions.set_offset(hundredths / HUNDRED)

    def _set_smoothing(self, index: int) -> None:
        kind = Smoothing(self.smoothing.itemData(index))
        self._decisions.change(replace(self._decisions.choices, smoothing=kind))

    def _set(self, name: str, box: NumberField) -> None:
        if self._showing:
            return
        patches = round(box.value() / HOP_S)
        before = self._decisions.choices
        self._decisions.change(replace(before, **{name: patches}), touching=name)
        # a time between two patches becomes the nearest of them
        self._show()

    def _set_quiet(self, quiet: bool) -> None:
        self._decisions.change(replace(self._decisions.choices, quiet_ever_present=quiet))


def _seconds(name: str, least: int, most: int) -> NumberField:
    """Return a field for a time in whole patch hops."""
    box = NumberField(name)
    box.setRange(least * HOP_S, most * HOP_S)
    box.setSingleStep(HOP_S)
    box.setSuffix(" s")
    return box


def _note(text: str) -> PlainLabel:
    label = PlainLabel(text)
    label.setWordWrap(True)
    label.setFont(small_font())
    label.setProperty("role", "name")
    return label
