"""An explanation as a figure: what LEAN got, the map, and what counted, on one time axis."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPen

import leanviz
from leanviz.core.clock import PixelMap
from leanviz.core.frontend import log_mel
from leanviz.core.scales import Brightness
from leanviz.evaluation.plain import number
from leanviz.inference.model import LeanModel
from leanviz.models.explanation import strips
from leanviz.models.time_text import elapsed
from leanviz.models.time_ticks import time_ticks
from leanviz.pipeline.explaining import FileExplanation
from leanviz.views.drawing import colour, small_font
from leanviz.views.explain_bars import draw_bars
from leanviz.views.palettes import UInt32, table
from leanviz.views.picture_file import painting_svg, write_png
from leanviz.views.render import offscreen_application
from leanviz.views.theme import THEMES

WIDTH, HEIGHT = 1000, 832
LEFT, RIGHT, TOP, BOTTOM = 84, 16, 56, 90
BAND, STRIP, GAP = 130, 34, 8
Float32 = npt.NDArray[np.float32]

# The quietest and the loudest log-mel that is told apart: digital silence and a loud sound.
LOG_MEL = (-6.9, 1.5)
# The scale of colours is so wide.
SCALE = 120
WORDS = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Look:
    """How an explanation is drawn.

    Attributes
    ----------
    theme : str
        One of `leanviz.views.theme.THEMES`.
    head : int or None
        Attention head, counted from 0; None is their mean.
    brightness : Brightness
        What the brightest colour of the map stands for: the most of its row, or of all.
    """

    theme: str = "dark"
    head: int | None = None
    brightness: Brightness = Brightness.ROW


def render_explanation(
    found: FileExplanation,
    model: LeanModel,
    path: Path,
    look: Look,
    command: str = "",
) -> None:
    """Draw an explanation into a PNG or SVG file, whichever its suffix names.

    In an SVG words, axes and bars are shapes; the two maps are pictures of one pixel per cell.

    Raises
    ------
    OSError
        If the picture cannot be written; `sessions.writing.replacing` makes a sentence of it.
    """
    offscreen_application()
    figure = _Figure(found, model, look, command)
    if path.suffix.lower() == ".svg":
        with painting_svg(path, QSize(WIDTH, HEIGHT), title=figure.title) as painter:
            figure.draw(painter)
    else:
        picture = QImage(2 * WIDTH, 2 * HEIGHT, QImage.Format.Format_RGB32)
        picture.setDevicePixelRatio(2.0)
        painter = QPainter(picture)
        figure.draw(painter)
        painter.end()
        write_png(picture, path)


class _Figure:
    """From top to bottom: title, log-mel, bars, map, time axis, caption."""

    def __init__(
        self,
        found: FileExplanation,
        model: LeanModel,
        look: Look,
        command: str,
    ) -> None:
        self._found, self._theme = found, THEMES[look.theme]
        made_by = f"{model.identity} \u00b7 leanviz {leanviz.__version__}"
        self._command = " \u00b7 ".join(filter(None, (made_by, command)))
        self._head, self._brightness = look.head, look.brightness
        self._moments = found.moment_s()
        start_s, stop_s = float(self._moments[0, 0]), float(self._moments[-1, 1])
        self._axis = PixelMap(start_s, stop_s - start_s, WIDTH - LEFT - RIGHT)
        title = model.taxonomy[found.inquiry.label].title
        self.title = f"Why {title}? {found.inquiry.sound.name}"

    def draw(self, painter: QPainter) -> None:
        """Draw all of it."""
        painter.fillRect(QRectF(0, 0, WIDTH, HEIGHT), colour(self._theme.background))
        painter.setFont(small_font(1.0, 1.0))
        painter.setPen(colour(self._theme.text))
        painter.drawText(QRectF(LEFT, 8, WIDTH, 20), self.title)
        painter.setPen(colour(self._theme.muted))
        painter.drawText(QRectF(LEFT, 28, WIDTH, 20), self._numbers())
        top = self._draw_sound(painter, TOP)
        top = self._draw_strips(painter, top + GAP)
        self._draw_map(
            painter, QRectF(LEFT, top + GAP, self._axis.width, HEIGHT - BOTTOM - top - GAP)
        )
        self._draw_times(painter)
        self._draw_scale(painter)
        painter.setFont(small_font(1.0, 0.85))
        painter.setPen(colour(self._theme.muted))
        for row, text in enumerate((self._facts(), self._command)):
            painter.drawText(QRectF(LEFT, HEIGHT - 44 + 18 * row, WIDTH, 18), text)

    def _numbers(self) -> str:
        explained = self._found.found
        agreement = explained.agreement(self._head)
        warning = "  they disagree" if explained.disagrees(self._head) else ""
        return (
            f"logit {explained.logit:.2f}   rank correlation of attention and occlusion "
            f"{number(agreement, 2)}{warning}"
        )

    def _facts(self) -> str:
        which = "mean of heads" if self._head is None else f"head {self._head + 1}"
        return (
            f"attention: {which}; bars: fall of the logit without a wave feature, a patch, "
            "0.48 s of both (occlusion) or of the sound (muted)"
        )

    def _draw_sound(self, painter: QPainter, top: float) -> float:
        """Draw what LEAN got; return where it ends."""
        frames = log_mel(self._found.evidence.samples)
        low, high = LOG_MEL
        levels = np.clip((frames.T[::-1] - low) / (high - low), 0.0, 1.0)
        area = QRectF(LEFT, top, self._axis.width, BAND)
        _draw_cells(painter, levels, area, self._theme.palette)
        self._name(painter, "LEAN hears", area)
        return area.bottom()

    def _draw_strips(self, painter: QPainter, top: float) -> float:
        for strip in strips(self._found, self._head):
            area = QRectF(LEFT, top, self._axis.width, STRIP)
            painter.fillRect(area, colour(self._theme.lane))
            draw_bars(painter, strip, self._axis, area, self._theme)
            self._name(painter, strip.name, area.adjusted(0, 0, 0, -STRIP / 2))
            self._name(painter, f"to {strip.largest:.2f}", area.adjusted(0, STRIP / 2, 0, 0))
            top += STRIP + 2
        return top

    def _draw_map(self, painter: QPainter, area: QRectF) -> None:
        """Draw the attention: key time to the right, query time upwards, a row for each patch."""
        rows = self._weights()
        by_row = self._brightness is Brightness.ROW
        levels = rows / np.maximum(rows.max(1, keepdims=True) if by_row else rows.max(), 1e-9)
        _draw_cells(painter, levels[::-1], area, self._theme.attention)
        count, asked = len(rows), self._found.found.question.weights
        tall = area.height() / count
        painter.setPen(colour(self._theme.muted))
        centres = self._found.query_s().mean(1)
        for patch in range(count):
            row = QRectF(area.left(), area.bottom() - (patch + 1) * tall, area.width(), tall)
            if asked[patch] > 0:
                painter.fillRect(QRectF(LEFT - 4, row.top(), 3, tall), colour(self._theme.query))
            if patch % 2 == 0:
                self._name(painter, elapsed(float(centres[patch]), 1), row)

    def _weights(self) -> Float32:
        weights = self._found.found.attention
        return weights.mean(0) if self._head is None else weights[self._head]

    def _draw_scale(self, painter: QPainter) -> None:
        """Draw which colour stands for which weight, below the map at the left."""
        area = QRectF(LEFT + 14, HEIGHT - BOTTOM + 26, SCALE, 9)
        _draw_cells(painter, np.linspace(0.0, 1.0, 256)[None], area, self._theme.attention)
        by_row = self._brightness is Brightness.ROW
        most = "largest of its row" if by_row else f"{self._weights().max():.2g}"
        painter.setPen(colour(self._theme.muted))
        painter.drawText(QRectF(LEFT, area.top() - 4, 12, 16), "0")
        painter.drawText(QRectF(area.right() + 5, area.top() - 4, 300, 16), f"{most} (weight)")

    def _draw_times(self, painter: QPainter) -> None:
        stop_s = self._axis.start_s + self._axis.span_s
        times, decimals = time_ticks(self._axis.start_s, stop_s, 12)
        bottom = HEIGHT - BOTTOM
        painter.setPen(QPen(colour(self._theme.muted), 1.0))
        for time_s in times:
            x = LEFT + self._axis.x(time_s)
            painter.drawLine(round(x), bottom, round(x), bottom + 4)
            place = QRectF(x - 40, bottom + 5, 80, 16)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, elapsed(time_s, decimals))
        axes = "\N{RIGHTWARDS ARROW} key time   \N{UPWARDS ARROW} query time; asked rows are marked"
        painter.drawText(QRectF(LEFT, bottom + 22, self._axis.width, 16), WORDS, axes)

    def _name(self, painter: QPainter, text: str, area: QRectF) -> None:
        painter.setPen(colour(self._theme.muted))
        middle = area.center().y()
        painter.drawText(QRectF(0, middle - 9, LEFT - 8, 18), WORDS, text)


def _draw_cells(painter: QPainter, levels: np.ndarray, area: QRectF, palette: str) -> None:
    """Draw levels in [0, 1], [height, width], as cells that fill an area."""
    height, width = levels.shape
    pixels: UInt32 = table(palette)[(levels * 255.0 + 0.5).astype(np.intp)]
    held = np.ascontiguousarray(pixels)
    image = QImage(held.data, width, height, 4 * width, QImage.Format.Format_RGB32)
    # a copy: the painter of an SVG may keep the picture
    painter.drawImage(area, image.copy())
