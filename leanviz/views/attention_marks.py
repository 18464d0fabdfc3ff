"""What lies over an attention map: pointer, cursor, pins, and what axes and colours mean."""

import math

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem

from leanviz.core.clock import PixelMap
from leanviz.models.attention import AttentionModel
from leanviz.models.attention_pins import head_name
from leanviz.models.viewport import PinMark, TimeRange, Viewport
from leanviz.views.attention_map import query_axis
from leanviz.views.drawing import PaneItem, colour, draw_letter, is_vector, small_font
from leanviz.views.palettes import table

# Logical pixels of the strip that shows the palette.
LEGEND = 64
# Logical pixels that the caption takes of the height.
CAPTION = 32


class AttentionMarks(PaneItem):
    """Marks at their query time, as `Markers` has them at their key time; and the caption.

    Attributes
    ----------
    note : str
        What else there is to be said of the map, in the caption.
    """

    def __init__(self, parent: QGraphicsItem, time: Viewport, model: AttentionModel) -> None:
        super().__init__(parent, z=11.0)
        self._time, self._model = time, model
        self.note = ""
        self._key: object = None
        # as written, and how far to the right and down it stands
        self._caption, self._at = QImage(), 0

    @property
    def stands(self) -> bool:
        """Whether there is nothing but the caption."""
        return not self._time.marked

    def draw(self, painter: QPainter, width: int, height: int, ratio: float) -> None:
        """Draw the cursor, the pointer, the pins and the caption."""
        if self._model.band is None:
            return
        if self._time.marked:
            self._draw_marks(painter, width, height, ratio)
        # the top rows of a single window are those it decided on; of a whole map, they are empty
        painter.translate(0.0, height - CAPTION * ratio if self._model.band.whole else 0.0)
        self._draw_caption(painter, width, ratio)

    def _draw_marks(self, painter: QPainter, width: int, height: int, ratio: float) -> None:
        keys, queries = self._time.pixel_map(width), query_axis(self._time, height)
        if self._time.cursor_s is not None:
            self._line(painter, queries, self._time.cursor_s, width, ratio, 0.6)
        self._draw_hover(painter, keys, queries, ratio)
        for held in self._time.pins:
            self._draw_pin(painter, held, keys, queries, ratio)

    def _line(
        self,
        painter: QPainter,
        queries: PixelMap,
        time_s: float,
        width: int,
        ratio: float,
        alpha: float,
    ) -> None:
        y = queries.width - 1 - math.floor(queries.x(time_s))
        line = QRectF(0, y, width, max(1, round(ratio)))
        painter.fillRect(line, colour(self.theme.cursor, alpha))

    def _draw_hover(
        self, painter: QPainter, keys: PixelMap, queries: PixelMap, ratio: float
    ) -> None:
        hover = self._time.hover
        if hover.query_s is None:
            if hover.time_s is not None:
                self._line(painter, queries, hover.time_s, keys.width, ratio, 0.35)
            return
        self._band(painter, row_area(queries, hover.query_s, keys.width), ratio)
        if hover.query_hop_s is not None and hover.key_hop_s is not None:
            self._draw_window(painter, hover.query_hop_s, keys, queries, ratio)
            self._frame(painter, cell_area(keys, queries, hover.key_hop_s, hover.query_hop_s))

    def _band(self, painter: QPainter, area: QRectF, ratio: float) -> None:
        """Mark what the query sees: a faint fill, and a bracket open to the right."""
        name, line, arm = self.theme.query, max(2, round(2 * ratio)), round(7 * ratio)
        painter.fillRect(area, colour(name, 0.12))
        for part in (
            QRectF(0, area.top(), line, area.height()),
            QRectF(0, area.top(), arm, line),
            QRectF(0, area.bottom() - line, arm, line),
        ):
            painter.fillRect(part, colour(name))

    def _draw_window(
        self,
        painter: QPainter,
        hop_s: TimeRange,
        keys: PixelMap,
        queries: PixelMap,
        ratio: float,
    ) -> None:
        """Outline the row as far as the window reaches that decided on it."""
        patch = self._model.patch_at(sum(hop_s) / 2)
        if patch is None:
            return
        window = self._model.window_of(patch)
        edges = self._model.key_edges
        reach = float(edges[window.start]), float(edges[window.stop])
        painter.setPen(QPen(colour(self.theme.query, 0.9), max(1.0, ratio), Qt.PenStyle.DotLine))
        painter.drawRect(cell_area(keys, queries, reach, hop_s))

    def _frame(self, painter: QPainter, area: QRectF) -> None:
        """Outline the cell that is read, so that it shows on any colour."""
        for name, by in (("#000000", 1.0), ("#ffffff", 0.0)):
            painter.setPen(QPen(colour(name), 1.0))
            painter.drawRect(area.adjusted(-by, -by, by, by))

    def _draw_pin(
        self, painter: QPainter, held: PinMark, keys: PixelMap, queries: PixelMap, ratio: float
    ) -> None:
        """Mark a pinned row by its letter at the left, and the cell by a ring."""
        middle_s = [sum(span) / 2 for span in (held.key_s, held.query_s)]
        x, y = keys.x(middle_s[0]), queries.width - queries.x(middle_s[1])
        line = QRectF(0, round(y), keys.width, max(1, round(ratio)))
        painter.fillRect(line, colour(self.theme.query, 0.55))
        for name, wide in (("#000000", 4.0), ("#ffffff", 1.6)):
            painter.setPen(QPen(colour(name), wide * ratio))
            painter.drawEllipse(QRectF(x - 5 * ratio, y - 5 * ratio, 10 * ratio, 10 * ratio))
        draw_letter(painter, held.letter, (14 * ratio, y), (self.theme.query, ratio))

    def _draw_caption(self, painter: QPainter, width: int, ratio: float) -> None:
        """Say what is shown, in the corner where the map is empty, and what its colours mean."""
        highest = self._model.brightest
        pieces = (
            f"attention, {_which(self._model)}   query \N{UPWARDS ARROW} key \N{RIGHTWARDS ARROW}",
            "0",
            "",
            "highest of the row" if highest is None else f"{highest:.2g}",
            *((self.note,) if self.note else ()),
        )
        if is_vector(painter):
            self._write_caption(painter, pieces, width, ratio)
            return
        # letters cost more than all else that a scrolling map draws: kept as a picture
        key = (pieces, width, ratio, self.theme.name)
        if key != self._key:
            self._key = key
            size = (width, round(CAPTION * ratio))
            self._caption = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
            self._caption.fill(Qt.GlobalColor.transparent)
            writer = QPainter(self._caption)
            written = self._write_caption(writer, pieces, width, ratio)
            writer.end()
            # what is empty costs as much to be drawn as what is written on
            low = QFontMetricsF(small_font(ratio, 0.85)).height() + 10 * ratio + 1
            self._at = math.floor(5 * ratio)
            size = math.ceil(written) + 1 - self._at, math.ceil(low) - self._at
            self._caption = self._caption.copy(self._at, self._at, *size)
        painter.drawImage(self._at, self._at, self._caption)

    def _write_caption(
        self, painter: QPainter, pieces: tuple[str, ...], width: int, ratio: float
    ) -> float:
        """Write pieces beside each other, as many as there is room for; return where they end.

        "" is the palette.
        """
        painter.setFont(small_font(ratio, 0.85))
        metrics = QFontMetricsF(painter.font())
        area = QRectF(6 * ratio, 6 * ratio, 0, metrics.height() + 4 * ratio)
        end = area.right()
        for piece in pieces:
            wide = metrics.horizontalAdvance(piece) + 8 * ratio if piece else LEGEND * ratio
            area = QRectF(area.right(), area.top(), wide, area.height())
            if area.right() > width:
                break
            end = area.right()
            if piece:
                painter.fillRect(area, colour(self.theme.background, 0.8))
                painter.setPen(colour(self.theme.muted))
                painter.drawText(area, Qt.AlignmentFlag.AlignCenter, piece)
            else:
                self._draw_palette(painter, area.adjusted(0, 4 * ratio, 0, -4 * ratio))
        return end

    def _draw_palette(self, painter: QPainter, area: QRectF) -> None:
        pixels = np.ascontiguousarray(table(self.theme.attention)[None, :])
        image = QImage(pixels.data, 256, 1, 1024, QImage.Format.Format_RGB32)
        painter.drawImage(area, image)


def _which(model: AttentionModel) -> str:
    names = {"mean": "mean of heads", "max": "highest of heads"}
    name = head_name(model.head)
    return names.get(name, name)


def row_area(queries: PixelMap, span: TimeRange, width: int) -> QRectF:
    """Return the whole pixel rows that a range of query time touches."""
    bottom = queries.width - math.floor(queries.x(span[0]))
    top = min(queries.width - math.ceil(queries.x(span[1])), bottom - 1)
    return QRectF(0, top, width, bottom - top)


def cell_area(keys: PixelMap, queries: PixelMap, key_s: TimeRange, query_s: TimeRange) -> QRectF:
    """Return the whole pixels that a range of key time and one of query time touch."""
    rows = row_area(queries, query_s, keys.width)
    left, right = math.floor(keys.x(key_s[0])), math.ceil(keys.x(key_s[1]))
    return QRectF(left, rows.top(), max(1, right - left), rows.height())
