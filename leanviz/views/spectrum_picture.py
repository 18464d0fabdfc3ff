"""The plot of a spectrum as a picture."""

from pathlib import Path

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from leanviz.core.errors import ExportError
from leanviz.sessions.writing import replacing
from leanviz.views.drawing import vectors
from leanviz.views.spectrum_plot import SpectrumPlot

# Pixels of a PNG for each of the window.
RATIO = 2.0


def draw_plot(plot: SpectrumPlot, path: Path) -> None:
    """Draw a plot as large as it is shown into a PNG or SVG file, whichever its suffix names.

    Raises
    ------
    ExportError
        If the picture cannot be written.
    """
    with replacing(path) as place:
        svg = path.suffix.lower() == ".svg"
        written = _draw_svg(plot, place) if svg else _draw_png(plot, place)
        if not written:
            raise ExportError(f"The picture cannot be written to {path}.")


def _draw_svg(plot: SpectrumPlot, place: Path) -> bool:
    canvas = QSvgGenerator()
    canvas.setFileName(str(place))
    canvas.setSize(plot.size())
    canvas.setViewBox(plot.rect())
    canvas.setTitle(plot.accessibleName())
    painter = QPainter()
    begun = painter.begin(canvas)
    if begun:
        painter.fillRect(plot.rect(), plot.backgroundBrush())
        with vectors(canvas):
            plot.render(painter, QRectF(plot.rect()), plot.rect())
        painter.end()
    return begun


def _draw_png(plot: SpectrumPlot, place: Path) -> bool:
    picture = QImage(plot.size() * RATIO, QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(RATIO)
    picture.fill(plot.backgroundBrush().color())
    painter = QPainter(picture)
    plot.render(painter, QRectF(plot.rect()), plot.rect())
    painter.end()
    return picture.save(str(place))
