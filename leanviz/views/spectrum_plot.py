"""The curve of a mean power spectrum, with what is read on it by pointer and arrow keys."""

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QBrush, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from leanviz.core.power_spectrum import PowerSpectrum, SpectrumMeasures
from leanviz.core.scales import Scale
from leanviz.models.frequency import LOWEST_LOG_HZ, FrequencyAxis
from leanviz.views.drawing import colour, small_font
from leanviz.views.spectrogram import MODEL_BAND
from leanviz.views.theme import DARK, Theme

# What is farther below the highest level than this is not worth the room.
DEEPEST_DB = 110.0
STEP_DB = 10.0
# Least distance of two marks, in logical pixels.
MARKS_APART = 44.0
MARGIN = 0.02


class LevelAxis(pg.AxisItem):
    """Levels with a true minus sign."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Return what stands at levels."""
        return [f"{value * scale:.0f}".replace("-", "\N{MINUS SIGN}") for value in values]


class SpectrumPlot(pg.PlotWidget):
    """Level in dBFS over frequency; what LEAN cannot hear is hatched.

    Signals
    -------
    pointed : int
        The bin under the pointer, or chosen by arrow keys; -1 for none.
    """

    pointed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, axisItems={"left": LevelAxis("left")})
        self._spectrum: PowerSpectrum | None = None
        self._axis = FrequencyAxis(Scale.LOG, LOWEST_LOG_HZ, 8000.0)
        self._scale, self.at, self.theme = Scale.LOG, -1, DARK
        self.setAccessibleName("Mean spectrum")
        self.setToolTip("Left and right arrow keys read it bin by bin, Home goes to the peak")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMouseEnabled(x=False, y=False)
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMinimumSize(320, 200)
        self._curve = pg.PlotDataItem(antialias=True)
        self._energy = pg.LinearRegionItem(movable=False)
        self._unheard = [pg.LinearRegionItem(movable=False) for _ in range(2)]
        self._reading = pg.InfiniteLine(movable=False)
        self._peak = pg.ScatterPlotItem(size=8)
        for item in (self._energy, *self._unheard, self._curve, self._peak, self._reading):
            self.getViewBox().addItem(item, ignoreBounds=True)
        self._peak_hz = 0.0
        self.show_spectrum(None, None)
        self.set_theme(DARK)

    @property
    def axis(self) -> FrequencyAxis:
        """The frequencies from the left edge to the right one."""
        return self._axis

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.theme = theme
        self.setBackground(theme.background)
        none = pg.mkPen(None)
        self._curve.setPen(pg.mkPen(colour(theme.waveform), width=1))
        self._reading.setPen(pg.mkPen(colour(theme.cursor), width=1))
        self._peak.setBrush(colour(theme.query))
        self._peak.setPen(none)
        hatching = QBrush(colour(theme.muted, 0.45), Qt.BrushStyle.BDiagPattern)
        for region, brush in (
            (self._energy, QBrush(colour(theme.accent, 0.12))),
            *((one, hatching) for one in self._unheard),
        ):
            region.setBrush(brush)
            for line in region.lines:
                line.setPen(none)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(pg.mkPen(colour(theme.line)))
            axis.setTextPen(pg.mkPen(colour(theme.muted)))
            axis.setStyle(tickFont=small_font(part=0.85), tickLength=-4)
            axis.setGrid(70)
        self.getAxis("left").setLabel("dBFS", color=theme.muted)

    def set_scale(self, scale: Scale) -> None:
        """Spread the frequencies otherwise."""
        self._scale = scale
        self._draw()

    def show_spectrum(
        self, spectrum: PowerSpectrum | None, measures: SpectrumMeasures | None
    ) -> None:
        """Show another spectrum, or none."""
        before, self._spectrum = self._spectrum, spectrum
        same = before is not None and spectrum is not None and before.bin_hz == spectrum.bin_hz
        self._peak_hz = 0.0 if measures is None else measures.peak_hz
        self._energy.setVisible(measures is not None)
        self._peak.setVisible(measures is not None)
        self._draw()
        if measures is not None:
            ends = self._axis.fraction([measures.low_hz, measures.high_hz])
            self._energy.setRegion(np.clip(ends, 0.0, 1.0))
            at = float(self._axis.fraction(measures.peak_hz))
            self._peak.setData([at], [measures.peak_dbfs])
        self.read(self.at if same else -1)

    def read(self, at: int) -> None:
        """Read a bin, or none (-1)."""
        self.at = at
        spectrum = self._spectrum
        self._reading.setVisible(spectrum is not None and at >= 0)
        if spectrum is not None and at >= 0:
            self._reading.setPos(float(self._axis.fraction(spectrum.hz[at])))
        self.pointed.emit(at)

    def keyPressEvent(self, ev: QKeyEvent) -> None:
        """Read the bin beside, or the peak."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        spectrum, key = self._spectrum, Qt.Key(ev.key())
        if spectrum is None or key not in {*steps, Qt.Key.Key_Home}:
            ev.ignore()
            return
        peak = round(self._peak_hz / spectrum.bin_hz)
        at = self.at + steps[key] if key in steps and self.at >= 0 else peak
        self.read(min(max(at, 0), len(spectrum.power) - 1))

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        """Read what is under the pointer."""
        super().mouseMoveEvent(ev)
        self.read(self._bin_at(ev.position()))

    def leaveEvent(self, ev: QEvent) -> None:
        """Read nothing."""
        super().leaveEvent(ev)
        self.read(-1)

    def resizeEvent(self, ev: QResizeEvent | None) -> None:
        """Place the marks for the new size."""
        super().resizeEvent(ev)
        # the base class is laid out before it is all there
        if hasattr(self, "_peak_hz"):
            self._mark()

    def _bin_at(self, at: QPointF) -> int:
        spectrum = self._spectrum
        place = self.getViewBox().mapSceneToView(self.mapToScene(at.toPoint())).x()
        if spectrum is None or not 0.0 <= place <= 1.0:
            return -1
        return min(round(float(self._axis.hz(place)) / spectrum.bin_hz), len(spectrum.power) - 1)

    def _draw(self) -> None:
        spectrum = self._spectrum
        if spectrum is None:
            self._curve.setData([], [])
            self._set_levels(-100.0, 0.0)
        else:
            low = LOWEST_LOG_HZ if self._scale is Scale.LOG else 0.0
            self._axis = FrequencyAxis(self._scale, low, spectrum.sample_rate / 2)
            # 0 Hz is no sound: every window has lost its mean
            inside = (spectrum.hz >= low) & (spectrum.hz > 0.0)
            levels = spectrum.level_dbfs[inside]
            self._curve.setData(self._axis.fraction(spectrum.hz[inside]), levels)
            self._set_levels(*_levels_shown(levels))
        self.getViewBox().setXRange(0.0, 1.0, padding=0)
        self._hatch()
        self._mark()

    def _set_levels(self, floor: float, ceiling: float) -> None:
        self.getViewBox().setYRange(floor, ceiling, padding=0)

    def _hatch(self) -> None:
        low, high = (float(each) for each in np.clip(self._axis.fraction(MODEL_BAND), 0.0, 1.0))
        for region, ends in zip(self._unheard, ((0.0, low), (high, 1.0)), strict=True):
            region.setRegion(ends)
            region.setVisible(ends[1] > ends[0])

    def _mark(self) -> None:
        width = max(1.0, self.getViewBox().width())
        self.getAxis("bottom").setTicks([self._axis.marks(width, MARKS_APART)])


def _levels_shown(levels: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return the lowest and the highest level of a plot, in whole steps."""
    ceiling = (np.floor(levels.max() / STEP_DB + MARGIN) + 1) * STEP_DB
    floor = np.floor(max(levels.min(), ceiling - DEEPEST_DB) / STEP_DB) * STEP_DB
    return float(min(floor, ceiling - 2 * STEP_DB)), float(ceiling)
