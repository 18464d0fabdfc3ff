"""The window with the mean spectrum of a part of the sound."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from leanviz.core.events import Band
from leanviz.core.power_spectrum import PowerSpectrum, SpectrumMeasures, measured
from leanviz.core.scales import Scale
from leanviz.views.drawing import small_font
from leanviz.views.facts import Facts
from leanviz.views.page_parts import page_heading
from leanviz.views.picker import Picker
from leanviz.views.plain import OneLine, PlainLabel, plain_tip
from leanviz.views.spectrum_plot import SpectrumPlot
from leanviz.views.theme import Theme

SIZE = (760, 460)
WINDOWS_MS = (8, 16, 32, 64, 128, 256, 512, 1024)
WINDOW_MS = 64
SCALES = (Scale.LOG, Scale.LINEAR, Scale.MEL)
POINTER, PEAK, CENTROID, LOW, HIGH, WIDE, MADE = (
    "here", "peak", "centroid", "5 % below", "95 % below", "bandwidth", "bins",
)  # fmt: skip
FACTS = (POINTER, PEAK, CENTROID, LOW, HIGH, WIDE, MADE)
FACTS_WIDTH = 232
LEGEND = "hatched: not heard by LEAN \u00b7 shaded: from 5 to 95 % of the energy \u00b7 dot: peak"
MINUS = "\N{MINUS SIGN}"


class SpectrumWindow(QDialog):
    """Shows a spectrum beside what it says in numbers; does not hold up the main window.

    Signals
    -------
    wanted :
        Another length of the windows is chosen: measure anew.
    copied, saved :
        The user wants the numbers on the clipboard, or in a file.
    """

    wanted = Signal()
    copied = Signal()
    saved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Spectrum")
        self.spectrum: PowerSpectrum | None = None
        self.heading, self.remark = page_heading(""), OneLine()
        self.remark.setProperty("role", "name")
        self._legend = OneLine(LEGEND)
        self._legend.setProperty("role", "name")
        self._legend.setFont(small_font(part=0.85))
        self.plot, self.facts = SpectrumPlot(), Facts(FACTS)
        self.scale, self.window_ms = Picker(), Picker()
        self.scale.offer([(scale.capitalize(), scale) for scale in SCALES], Scale.LOG)
        self.window_ms.offer([(f"{ms} ms", ms) for ms in WINDOWS_MS], WINDOW_MS)
        self.copy, self.save = QPushButton("&Copy"), QPushButton("&Save\u2026")
        for button in (self.copy, self.save):
            button.setAutoDefault(False)
        self._describe()
        self._lay_out()
        self._connect()
        self.resize(*SIZE)
        self.show_nothing("")

    @property
    def window_s(self) -> float:
        """How long a window is, in seconds."""
        return float(self.window_ms.currentData()) / 1e3

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.plot.set_theme(theme)

    def show_part(self, what: str) -> None:
        """Say what is measured."""
        self.heading.setText(what)

    def show_spectrum(self, spectrum: PowerSpectrum, band_hz: Band = ()) -> None:
        """Show what was measured; its numbers are of some frequencies, if any are given."""
        self.spectrum = spectrum
        measures = measured(spectrum, *(band_hz or (0.0, spectrum.sample_rate / 2)))
        self._values = _values(spectrum, measures)
        self.plot.show_spectrum(spectrum, measures)
        self._show("" if measures is not None else "There is nothing but silence here.")

    def show_nothing(self, why: str) -> None:
        """Say why there is no spectrum."""
        self.spectrum, self._values = None, {}
        self.plot.show_spectrum(None, None)
        self._show(why)

    def _show(self, remark: str) -> None:
        self.remark.setText(remark)
        self.remark.setVisible(bool(remark))
        for button in (self.copy, self.save):
            button.setEnabled(self.spectrum is not None)

    def _describe(self) -> None:
        for part, name, tip in (
            (self.scale, "Frequency axis", "How frequencies are spread"),
            (
                self.window_ms, "Length of the windows",
                "Longer windows tell frequencies apart that are close together",
            ),
            (self.copy, "", "Copy frequency and level of each bin, for a spreadsheet"),
            (self.save, "", "Write the numbers as CSV, or the picture as PNG or SVG"),
        ):  # fmt: skip
            part.setToolTip(plain_tip(tip))
            if name:
                part.setAccessibleName(name)

    def _lay_out(self) -> None:
        choices = QFormLayout()
        for words, field in (("&Axis", self.scale), ("&Window", self.window_ms)):
            label = PlainLabel(words)
            label.setBuddy(field)
            choices.addRow(label, field)
        buttons = QHBoxLayout()
        for button in (self.copy, self.save):
            buttons.addWidget(button)
        beside = QWidget()
        beside.setFixedWidth(FACTS_WIDTH)
        column = QVBoxLayout(beside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.facts)
        column.addStretch(1)
        column.addLayout(choices)
        column.addLayout(buttons)
        both = QHBoxLayout()
        both.setSpacing(16)
        both.addWidget(self.plot, 1)
        both.addWidget(beside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 16)
        layout.addWidget(self.heading)
        layout.addWidget(self.remark)
        layout.addLayout(both, 1)
        layout.addWidget(self._legend)

    def _connect(self) -> None:
        self.plot.pointed.connect(self._read)
        self.scale.activated.connect(lambda: self.plot.set_scale(Scale(self.scale.currentData())))
        self.window_ms.activated.connect(self.wanted)
        self.copy.clicked.connect(self.copied)
        self.save.clicked.connect(self.saved)

    def _read(self, at: int) -> None:
        """Tell frequency and level of a bin."""
        values = dict(self._values)
        if self.spectrum is not None and at >= 0:
            hz, level = self.spectrum.hz[at], self.spectrum.level_dbfs[at]
            values[POINTER] = hz_and_level(float(hz), float(level))
        self.facts.show_values(values)
        self.plot.setAccessibleDescription(values.get(POINTER, self.remark.text()))


def exact_hz(hz: float) -> str:
    """Return a frequency to a tenth of a hertz, its thousands apart."""
    return f"{hz:,.1f} Hz".replace(",", "\N{NARROW NO-BREAK SPACE}")


def hz_and_level(hz: float, level_dbfs: float) -> str:
    """Return a frequency and a level."""
    return f"{exact_hz(hz)}  {level_dbfs:.1f} dB".replace("-", MINUS)


def _values(spectrum: PowerSpectrum, measures: SpectrumMeasures | None) -> Mapping[str, str]:
    """Return what a spectrum says, by the names of `FACTS`."""
    count = spectrum.n_windows
    made = {MADE: f"{exact_hz(spectrum.bin_hz)}, {count} window{'s' if count > 1 else ''}"}
    if measures is None:
        return made
    return made | {
        PEAK: hz_and_level(measures.peak_hz, measures.peak_dbfs),
        CENTROID: exact_hz(measures.centroid_hz),
        LOW: exact_hz(measures.low_hz),
        HIGH: exact_hz(measures.high_hz),
        WIDE: exact_hz(measures.bandwidth_hz),
    }
