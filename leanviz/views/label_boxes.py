"""Labels as boxes in lanes: every event at its extent, in one graphics item."""

import math
from collections.abc import Sequence
from itertools import chain

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem

from leanviz.core.clock import Gap, PixelMap
from leanviz.core.events import Event, State
from leanviz.core.tracks import Tracks
from leanviz.models.event_rows import mark_of
from leanviz.models.lanes import Lane
from leanviz.models.timeline import TimelineModel
from leanviz.models.viewport import Viewport
from leanviz.views.box_shapes import (
    Box,
    announcements,
    draw_tick,
    fading,
    open_box,
    pen,
    reviewed_edge,
    strength,
)
from leanviz.views.colours import family_hue, readable_on
from leanviz.views.drawing import Area, PaneItem, colour, small_font
from leanviz.views.event_words import box_text
from leanviz.views.markers import column_area
from leanviz.views.notes import gaps_in_view
from leanviz.views.pinned import Pinned, laid_out, write
from leanviz.views.strip import REACH, Strip

# Logical pixels.
TALLEST, LOWEST = 24, 16
PAD = 5
TICK = 3
# Boxes that begin or end beyond the view are cut here, out of sight with their rounded corners.
BEYOND = 8
TINT = 0.16
MANY_TEXTS = 2000
# From the end of a text on a long box that scrolls by to where it is written again.
APART = 120
# From one sentence to the next where there are no lanes.
FAR_APART = 600


class LanesItem(PaneItem):
    """All events in view.

    Parameters
    ----------
    timeline : TimelineModel
        Where the events are.
    time : Viewport
        The time axis.

    Attributes
    ----------
    places : sequence of int
        The lanes shown, from the top, counted from 0.
    empty : str
        The sentence for a view that follows and has no lanes.
    """

    draws_what_comes = moves = True

    def __init__(self, parent: QGraphicsItem, timeline: TimelineModel, time: Viewport) -> None:
        super().__init__(parent)
        self._timeline, self._time = timeline, time
        self.places: Sequence[int] = range(0)
        self.empty = ""
        self.lane_height = TALLEST
        self.selected: Event | None = None
        # an event, and as it would be where the pointer has one of its edges
        self._moved: tuple[Event, Event] | None = None
        self._tracks: Tracks | None = None
        self._gaps: tuple[Gap, ...] = ()
        self._strip, self._version = Strip(), 0
        self._pinned: list[Pinned] = []
        timeline.lanes_changed.connect(self._count_change)
        timeline.lanes_ahead.connect(self._count_change)
        # of texts, in a font
        self._widths: dict[str, float] = {}
        self._measured: tuple[QFont, QFontMetricsF] | None = None

    def shown_lanes(self) -> list[Lane]:
        """Return the lanes shown, from the top."""
        lanes = list(self._timeline.lanes)
        return [lanes[place] for place in self.places]

    def show_places(self, places: Sequence[int]) -> None:
        """Show these of the lanes, counted from 0."""
        if places != self.places:
            self.places = places
            self._version += 1
            self.update()

    def show_moved(self, event: Event, moved: Event | None) -> None:
        """Draw an event as it would be with other edges; None draws it as it is."""
        self._moved = None if moved is None else (event, moved)
        self._version += 1
        self.update()

    def boxes(self, lane: Lane, row: int, width: int, ratio: float) -> list[Box]:
        """Return the visible events of a lane as boxes, from left to right.

        Parameters
        ----------
        row : int
            Position of the lane from the top.
        width : int
            Width of the pane in device pixels.
        ratio : float
            Device pixels per logical pixel.
        """
        return self._boxes(lane, row, self._time.pixel_map(width), width, ratio)

    def _boxes(self, lane: Lane, row: int, axis: PixelMap, width: int, ratio: float) -> list[Box]:
        """Return the events on a time axis as boxes whose texts stand within `width`."""
        rate, step = self._timeline.sample_rate, axis.seconds_per_pixel
        first = int((axis.start_s - BEYOND * step) * rate)
        events = lane.between(first, int((axis.time(axis.width) + BEYOND * step) * rate) + 1)
        if not events:
            return []
        if self._moved is not None:
            events = [self._moved[1] if event == self._moved[0] else event for event in events]
        areas = [self._area(event, axis, row, ratio) for event in events]
        metrics = self._metrics(ratio)
        found: list[Box] = []
        end = 0.0
        for i, (event, area) in enumerate(zip(events, areas, strict=True)):
            limit = min(areas[i + 1].left() if i + 1 < len(areas) else width, float(width))
            left = max(area.left(), 0.0)
            if self._time.follow:  # where it is written does not depend on what is in view
                left = float(math.floor(axis.x(event.onset / rate)))
            box = self._lettered(event, (left, area), (end, limit), metrics, ratio)
            end = max(area.right(), box.text_stop)
            found.append(box)
        return found

    def set_tracks(self, tracks: Tracks | None) -> None:
        """Take the sound whose gaps are shown."""
        self._tracks = tracks

    def tick(self) -> None:
        """Draw again if audio was lost since."""
        if self._tracks is not None and self._tracks.gaps != self._gaps:
            self.update()

    def draw(self, painter: QPainter, width: int, height: int, ratio: float) -> None:
        """Draw the lanes, what was lost, then the events."""
        self._gaps = () if self._tracks is None else self._tracks.gaps
        axis = self._time.pixel_map(width)
        key = (
            self._version, self._gaps, self.lane_height, self.selected, self.theme.name, ratio,
            axis.span_s, width, height, self._time.follow,
        )  # fmt: skip
        painter.setFont(self._font(ratio))
        moved = self._strip.show(
            painter, key, (axis, height, colour(self.theme.background)),
            lambda strip, wide: self._draw_lanes(strip, wide, height, ratio),
        )  # fmt: skip
        for pinned in self._pinned:
            pinned.draw(painter, moved, PAD * ratio)

    def go_on(self, axis: PixelMap, arrived: bool) -> Sequence[Area] | None:
        """Go on, until the strip ends: while the view follows, all of it scrolls by."""
        return None if self._strip.go_to(axis.first_column) is None else ()

    def draw_again(self, painter: QPainter) -> None:
        """Copy the lanes from where they are now."""
        self._strip.copy(painter)

    def ahead(self) -> int:
        """Return how many columns there are until the strip ends."""
        return self._strip.ahead

    def draw_columns(self, painter: QPainter, at: QPoint, first: int, count: int) -> None:
        """Copy columns of the lanes."""
        self._strip.copy_columns(painter, at, first, count)

    def covers(self) -> bool:
        """Tell that lanes cover all, even where they are empty."""
        return True

    def _count_change(self) -> None:
        self._version += 1
        self.update()

    def _draw_lanes(self, painter: QPainter, axis: PixelMap, height: int, ratio: float) -> None:
        """Draw all that scrolls by, and note the boxes whose texts do not."""
        lanes = self.shown_lanes()
        self._draw_ground(painter, axis, height, ratio)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._pinned = []
        rolls = self._time.follow
        # of a file that is opened, when labels would have been announced is no news
        announced = self._time.live or self._tracks is None
        for row, lane in enumerate(lanes):
            self._draw_parents(painter, lane, row, axis, ratio)
            boxes = self._boxes(lane, row, axis, axis.width - REACH, ratio)
            hue = family_hue(lane.family)
            for box in boxes:
                self._draw_box(painter, box, hue, ratio)
                if not box.inside:
                    self._draw_text(painter, box, hue)
                elif rolls:
                    self._draw_texts(painter, box, hue)
                elif box.area.left() < REACH:
                    self._pinned.append(self._pin(box, hue, painter, ratio))
                else:
                    self._draw_text(painter, box, hue)
            if boxes and announced:
                self._draw_announcements(painter, boxes, axis, ratio)

    def _draw_ground(self, painter: QPainter, axis: PixelMap, height: int, ratio: float) -> None:
        """Draw the lanes, and what was lost; where there are none, the sentence that says so."""
        for row in range(0, len(self.places), 2):
            top, tall = round(row * self.lane_height * ratio), round(self.lane_height * ratio)
            painter.fillRect(QRectF(0, top, axis.width, tall), colour(self.theme.lane))
        if self._tracks is not None:
            for gap in gaps_in_view(self._tracks, axis):
                lost = column_area(axis, (gap.start_s, gap.stop_s), height)
                painter.fillRect(lost, colour(self.theme.gap))
        if not self._time.follow or self._timeline.lanes:
            return
        # again and again, so that it can scroll by
        painter.setFont(small_font(ratio, 1.0))
        painter.setPen(colour(self.theme.muted))
        first, apart = axis.first_column, round(FAR_APART * ratio)
        for column in range(first // apart * apart, first + axis.width, apart):
            write(painter, column - first, QRectF(0, 0, axis.width, height), self.empty)

    def _font(self, ratio: float) -> QFont:
        return small_font(ratio, min(0.9, self.lane_height / 20))

    def _area(self, event: Event, axis: PixelMap, row: int, ratio: float) -> QRectF:
        """Return the extent of an event in device pixels."""
        rate = self._timeline.sample_rate
        beyond = BEYOND * ratio
        left = max(-beyond, math.floor(axis.x(event.onset / rate)))
        right = min(axis.width + beyond, math.floor(axis.x(event.offset / rate)))
        top, gap = round(row * self.lane_height * ratio), max(1, round(2 * ratio))
        tall = round(self.lane_height * ratio) - 2 * gap
        return QRectF(left, top + gap, max(right - left, 2 * ratio), tall)

    def _lettered(
        self,
        event: Event,
        place: tuple[float, QRectF],
        room: tuple[float, float],
        metrics: QFontMetricsF,
        ratio: float,
    ) -> Box:
        """Place the text of an event: on its box, else beside it, else shortened on it."""
        text = self._words(event)
        pad, wide = PAD * ratio, self._width(text, metrics)
        left, area = place
        right = min(area.right(), room[1])
        if wide + 2 * pad <= right - left:
            return Box(event, area, text, left + pad, left + pad + wide, True)
        if right + pad + wide <= room[1]:
            return Box(event, area, text, right + pad, right + pad + wide, False)
        if left - pad - wide >= room[0]:
            return Box(event, area, text, left - pad - wide, left - pad, False)
        short = metrics.elidedText(text, Qt.TextElideMode.ElideRight, right - left - 2 * pad)
        return Box(event, area, short if len(short) > 2 else "", left + pad, right, True)

    def _words(self, event: Event) -> str:
        return box_text(event, self._timeline)

    def _metrics(self, ratio: float) -> QFontMetricsF:
        """Return the measures of the font."""
        font = self._font(ratio)
        if self._measured is None or self._measured[0] is not font:
            self._measured, self._widths = (font, QFontMetricsF(font)), {}
        return self._measured[1]

    def _width(self, text: str, metrics: QFontMetricsF) -> float:
        """Return the width of a text, measured once."""
        if len(self._widths) > MANY_TEXTS:
            self._widths = {}
        if text not in self._widths:
            self._widths[text] = metrics.horizontalAdvance(text)
        return self._widths[text]

    def _draw_box(self, painter: QPainter, box: Box, hue: str, ratio: float) -> None:
        """Draw a box and its outline."""
        event = box.event
        ground = colour(hue, strength(event))
        painter.setBrush(ground)
        painter.setPen(self._outline(event, hue, ratio))
        half = 0.5 * max(1.0, ratio)
        radius = 3 * ratio
        area = box.area.adjusted(half, half, -half, -half)
        if event.state is State.SETTLED:
            painter.setBrush(fading(area, ground, ratio))
            painter.drawPath(open_box(area, radius))
        else:
            painter.drawRoundedRect(area, radius, radius)
        if mark_of(event):
            painter.fillRect(reviewed_edge(box.area, ratio), colour(self.theme.text))

    def _draw_text(self, painter: QPainter, box: Box, hue: str) -> None:
        """Write the text of a box, on it or beside it."""
        painter.setPen(self._ink(box, hue))
        write(painter, box.text_x, box.area, box.text)

    def _draw_texts(self, painter: QPainter, box: Box, hue: str) -> None:
        """Write the text of a box that scrolls by, again and again if the box is long.

        So some of it is in view as long as the box is, and nothing has to stand while it moves.
        """
        self._draw_text(painter, box, hue)
        if box.text != self._words(box.event):  # there was no room for all of it
            return
        wide = box.text_stop - box.text_x
        step = wide + APART
        begun = max(1, math.floor(-box.text_x / step))  # those that have gone by are left out
        for number in range(begun, int((box.area.right() - PAD - wide - box.text_x) / step) + 1):
            write(painter, box.text_x + number * step, box.area, box.text)

    def _ink(self, box: Box, hue: str) -> QColor:
        if not box.inside:
            return colour(self.theme.text)
        return readable_on(hue, strength(box.event), self.theme.background)

    def _pin(self, box: Box, hue: str, painter: QPainter, ratio: float) -> Pinned:
        """Return what is to be known of a box to write on it in every picture."""
        text, metrics = self._words(box.event), self._metrics(ratio)
        font, ink = painter.font(), self._ink(box, hue)
        top = box.area.top() + (box.area.height() - metrics.height()) / 2
        left, right, wide = box.area.left(), box.area.right(), self._width(text, metrics)
        return Pinned(left, right, text, wide, ink, laid_out(text, font), top)

    def _draw_parents(
        self, painter: QPainter, lane: Lane, row: int, axis: PixelMap, ratio: float
    ) -> None:
        """Tint the row where the labels of a lane stand for more general classes."""
        parents = self._timeline.parents_of(lane.label)
        if parents is None:
            return
        rate = self._timeline.sample_rate
        start, stop = round(axis.start_s * rate), round(axis.time(axis.width) * rate) + 1
        tint = colour(family_hue(lane.family), TINT)
        for parent in parents.between(start, stop):
            painter.fillRect(self._area(parent, axis, row, ratio), tint)

    def _draw_announcements(
        self, painter: QPainter, boxes: Sequence[Box], axis: PixelMap, ratio: float
    ) -> None:
        """Draw a tick where and when a label was first shown, was settled and was final."""
        rate, foot = self._timeline.sample_rate, boxes[0].area.bottom() + ratio
        painter.setPen(pen(self.theme.text, max(1.0, ratio)))
        for sample, filled in chain.from_iterable(announcements(box.event) for box in boxes):
            x = axis.x(sample / rate)
            if -BEYOND * ratio < x < axis.width + BEYOND * ratio:
                draw_tick(painter, QPointF(x, foot), (TICK * ratio, filled), self.theme)

    def _outline(self, event: Event, hue: str, ratio: float) -> QPen:
        """Return the outline: dashed while all of an event may change, bright when selected."""
        if event == self.selected or (self._moved is not None and event == self._moved[1]):
            return pen(self.theme.text, 2 * ratio)
        dashed = event.state is State.PROVISIONAL
        style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
        return pen(hue, max(1.0, ratio), style, 100 if self.theme.dark else 135)
