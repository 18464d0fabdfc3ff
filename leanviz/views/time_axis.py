"""The time axis under the panes."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Sequence

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem, QWidget

from leanviz.core.clock import PixelMap
from leanviz.models.time_text import TimeFormat
from leanviz.models.time_ticks import time_ticks
from leanviz.models.viewport import Viewport
from leanviz.views.drawing import LEAST_AHEAD, Area, PaneItem, colour, small_font
from leanviz.views.left_axis import LEFT, PAD
from leanviz.views.pane import RIGHT, Pane
from leanviz.views.plain import plain_tip
from leanviz.views.strip import REACH, Strip

HEIGHT = 24
TICK = 5
# Times kept as pictures.
MANY_TEXTS = 200


class TimeMarks(PaneItem):
    """Ticks, times, and the time under the pointer."""

    def __init__(self, parent: QGraphicsItem, time: Viewport) -> None:
        super().__init__(parent)
        self._time = time
        self.format = TimeFormat()
        self._texts: dict[Hashable, QImage] = {}
        # what is in view and a little beyond: pixel column and picture of each tick
        self._key: Hashable = None
        self._first = 0
        self._ticks: list[tuple[int, int, QImage]] = []
        self._columns: list[int] = []
        self._strip = Strip()

    def boundingRect(self) -> QRectF:
        """Return the plot area and the margins, into which the outermost times reach."""
        return super().boundingRect().adjusted(-LEFT, 0, RIGHT, 0)

    def draw(self, painter: QPainter, width: int, height: int, ratio: float) -> None:
        """Draw ticks with times under them; the pointer's time covers what it hits."""
        axis, rolls = self._time.pixel_map(width), self._time.follow
        first = axis.first_column
        key = (axis.span_s, width, height, ratio, self.theme.name, self.format)
        if key != self._key or not 0 <= first - self._first <= REACH - LEAST_AHEAD:
            self._key, self._first = key, first
            self._ticks = self._ticks_from(axis, height, ratio)
            self._columns = [column for column, _, _ in self._ticks]
        left, right = round(LEFT * ratio), round(RIGHT * ratio)
        ground = colour(self.theme.background)
        if rolls:  # times come and go at the edges of the plot, as all else does
            part, seen = (0, len(self._ticks)), axis
            painter.fillRect(-left, 0, left, height, ground)
            painter.fillRect(width, 0, right, height, ground)
        else:  # a tick in view is written in full, into the margins too; others are not
            part, step = self._in_view(first, width), axis.seconds_per_pixel
            all_of_it = left + width + right
            seen = PixelMap((first - left) * step, all_of_it * step, all_of_it)
            painter.translate(-left, 0)
        self._strip.show(
            painter, (key, part, rolls, self._first), (seen, height, ground),
            lambda brush, shown: self._draw_ticks(brush, shown, slice(*part)),
        )  # fmt: skip
        if not rolls:
            painter.translate(left, 0)
        hovered_s = self._time.hover.time_s
        # else there is more than the strip
        self.moves = rolls and hovered_s is None
        if self.format.origin is not None:
            # left of the plot, where no tick reaches
            day = self._written(self.format.day(max(axis.start_s, 0.0)), height, ratio, False)
            painter.drawImage(round((PAD - LEFT) * ratio), 0, day)
        if hovered_s is not None and hovered_s >= 0.0:
            painter.setFont(small_font(ratio, 0.85))
            place = QRectF(self._x(axis, hovered_s), 0, 0, height)
            self._text(painter, place, self.format.text(hovered_s), ratio, chip=True)

    def go_on(self, axis: PixelMap, arrived: bool) -> Sequence[Area] | None:
        """Go on, until the strip ends; all of it is small."""
        if self._strip.go_to(axis.first_column) is None:
            return None
        width, height = self._strip.size
        return ((0, 0, width, height),)

    def draw_again(self, painter: QPainter) -> None:
        """Copy the times from where they are now."""
        self._strip.copy(painter)

    def ahead(self) -> int:
        """Return how many columns there are until the strip ends."""
        return self._strip.ahead

    def draw_columns(self, painter: QPainter, at: QPoint, first: int, count: int) -> None:
        """Copy columns of the times."""
        self._strip.copy_columns(painter, at, first, count)

    def _in_view(self, first: int, width: int) -> tuple[int, int]:
        """Return the range of all ticks that is in view."""
        return bisect_left(self._columns, first), bisect_right(self._columns, first + width)

    def covers(self) -> bool:
        """Tell that there is a ground below all times."""
        return True

    def _draw_ticks(self, painter: QPainter, axis: PixelMap, part: slice) -> None:
        first = axis.first_column
        for column, half, picture in self._ticks[part]:
            painter.drawImage(column - first - half, 0, picture)

    def _ticks_from(
        self, axis: PixelMap, height: int, ratio: float
    ) -> list[tuple[int, int, QImage]]:
        """Return column, half width and picture of ticks whose times reach into the strip."""
        wide = QFontMetricsF(small_font(ratio, 0.85)).horizontalAdvance("00:00:00.00")
        step, least = axis.seconds_per_pixel, math.ceil(wide)
        reach = axis.width + REACH + 2 * least
        # of the time of day, ticks are at its own round times
        start_s = self.format.after_midnight_s + axis.start_s - least * step
        times, decimals = time_ticks(start_s, start_s + reach * step, reach / (1.3 * wide))
        ticks: list[tuple[int, int, QImage]] = []
        for round_s in times:
            time_s = round_s - self.format.after_midnight_s
            if time_s >= 0.0:
                text = self.format.tick(round_s, decimals)
                picture = self._written(text, height, ratio)
                column = axis.first_column + self._x(axis, time_s)
                ticks.append((column, picture.width() // 2, picture))
        return ticks

    def _x(self, axis: PixelMap, time_s: float) -> int:
        # round times are mostly at the left of a column: not in the one before, by a rounding error
        return math.floor(axis.x(time_s) + 1e-6)

    def _written(self, text: str, height: int, ratio: float, ticks: bool = True) -> QImage:
        """Return a time, mostly with its tick: it is shown in many frames, moved a pixel each."""
        key = (text, height, ratio, self.theme.name, ticks)
        if key not in self._texts:
            if len(self._texts) >= MANY_TEXTS:
                self._texts.clear()
            self._texts[key] = self._picture(text, height, ratio, ticks)
        return self._texts[key]

    def _picture(self, text: str, height: int, ratio: float, ticks: bool) -> QImage:
        font = small_font(ratio, 0.85)
        half = math.ceil(QFontMetricsF(font).horizontalAdvance(text) / 2 + 6 * ratio)
        image = QImage(2 * half, height, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        if ticks:
            painter.fillRect(half, 0, max(1, round(ratio)), round(TICK * ratio), self._ink())
        painter.setFont(font)
        self._text(painter, QRectF(half, 0, 0, height), text, ratio)
        painter.end()
        return image

    def _ink(self) -> QColor:
        return colour(self.theme.muted)

    def _text(
        self, painter: QPainter, place: QRectF, text: str, ratio: float, chip: bool = False
    ) -> None:
        """Write a time under a place, on a chip if it covers others."""
        half = QFontMetricsF(painter.font()).horizontalAdvance(text) / 2 + 6 * ratio
        area = place.adjusted(-half, TICK * ratio, half, 0)
        if chip:
            painter.fillRect(area, colour(self.theme.surface))
        painter.setPen(colour(self.theme.text) if chip else self._ink())
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)


class TimeAxisPane(Pane):
    """Times, aligned with the panes above and below."""

    # times move, even where there is nothing
    clips, moves_empty, moves_left = False, True, False

    def __init__(self, time: Viewport, parent: QWidget | None = None) -> None:
        super().__init__(time, "Time axis", "", parent)
        self._marks = TimeMarks(self.box, time)
        self.markers.is_off = True
        self.add(self._marks)
        time.hover_changed.connect(self._marks.update)
        self.setFixedHeight(HEIGHT)

    def tell_origin(self, text: str) -> None:
        """Have the pointer, and a screen reader, told how times of day are known; "" if not."""
        self._marks.setToolTip(plain_tip(text))
        self.setAccessibleDescription(text)

    def set_time_format(self, time_format: TimeFormat) -> None:
        """Write times as elapsed or by the clock."""
        self._marks.format = time_format
        self._marks.update()
