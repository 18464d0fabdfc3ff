"""The horizontal half of a crosshair on the spectrogram; the vertical one is in every pane."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from leanviz.models.spectrogram import Readout
from leanviz.views.drawing import PaneItem, colour
from leanviz.views.spectrogram import SpectrogramPane


class Crosshair(PaneItem):
    """A line at the frequency under the pointer, while it is switched on."""

    def __init__(self, pane: SpectrogramPane) -> None:
        super().__init__(pane.box, z=9.0)
        self._pane = pane
        self._height: float | None = None
        self.setVisible(False)
        pane.readout.connect(self._follow)

    def idle(self) -> bool:
        """Tell whether the pointer is elsewhere."""
        return self._height is None

    def draw(self, painter: QPainter, width: int, height: int, ratio: float) -> None:
        """Draw the line."""
        if self._height is not None:
            y = round((1.0 - self._height) * height)
            line = QRectF(0, y, width, max(1, round(ratio)))
            painter.fillRect(line, colour(self.theme.text, 0.35))

    def _follow(self, readout: Readout | None) -> None:
        self._height = None
        if readout is not None and self._pane.tracks is not None:
            band = self._pane.settings.axis(self._pane.tracks.sample_rate)
            self._height = float(band.fraction(readout.hz))
        self.update()
