"""The plot of a spectrum as a picture."""

from pathlib import Path

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from leanviz.sessions.writing import replacing
from leanviz.views.picture_file import painting_svg, write_png
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
        if path.suffix.lower() == ".svg":
            _draw_svg(plot, place)
        else:
            _draw_png(plot, place)


def _draw_svg(plot: SpectrumPlot, place: Path) -> None:
    with painting_svg(place, plot.size(), title=plot.accessibleName()) as painter:
        painter.fillRect(plot.rect(), plot.backgroundBrush())
        plot.render(painter, QRectF(plot.rect()), plot.rect())


def _draw_png(plot: SpectrumPlot, place: Path) -> None:
    picture = QImage(plot.size() * RATIO, QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(RATIO)
    picture.fill(plot.backgroundBrush().color())
    painter = QPainter(picture)
    plot.render(painter, QRectF(plot.rect()), plot.rect())
    painter.end()
    write_png(picture, place)
