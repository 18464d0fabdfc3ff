"""The overview: everything there is, with a frame around what the panes show."""

import math
from collections.abc import Hashable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QWidget

from leanviz.core.clock import PixelMap
from leanviz.models.viewport import Viewport, on_whole_columns
from leanviz.views.drawing import PaneItem, colour
from leanviz.views.overview_labels import LabelStrip
from leanviz.views.pane import Pane
from leanviz.views.waveform import EnvelopeItem

HEIGHT = 40
# A live overview widens in few steps, so that it stands still, and costs nothing, in between.
LEAST_LIVE_S = 60.0
LIVE_STEP = 1.25
LOOKS_PER_S = 3


class Window(PaneItem):
    """The frame around what the panes show; the rest is dimmed."""

    def __init__(self, parent: QGraphicsItem, pane: "OverviewPane") -> None:
        super().__init__(parent, z=5.0)
        self._pane = pane

    def draw(self, painter: QPainter, width: int, height: int, ratio: float) -> None:
        """Dim both sides and draw the frame."""
        axis, time = self._pane.axis_for(width), self._pane.time
        left = min(max(round(axis.x(time.start_s)), 0), width)
        right = max(min(round(axis.x(time.stop_s)), width), left + round(4 * ratio))
        nothing_yet = time.limits[1] <= time.limits[0]
        if nothing_yet or (left <= 0 and right >= width):
            return
        dimmed, frame = colour(self.theme.background, 0.6), colour(self.theme.accent)
        wide, line = right - left, max(1, round(ratio))
        painter.fillRect(0, 0, left, height, dimmed)
        painter.fillRect(right, 0, width - right, height, dimmed)
        painter.fillRect(left, 0, wide, height, colour(self.theme.accent, 0.10))
        painter.fillRect(left, 0, wide, line, frame)
        painter.fillRect(left, height - line, wide, line, frame)
        painter.fillRect(left, 0, line, height, frame)
        painter.fillRect(right - line, 0, line, height, frame)


class OverviewPane(Pane):
    """A small waveform of everything, to move about in."""

    def __init__(self, time: Viewport, parent: QWidget | None = None) -> None:
        super().__init__(time, "Overview", "Open a file or listen.", parent)
        self.picture = EnvelopeItem(self.box, self.axis_for, quiet=True)
        self.labels = LabelStrip(self.box, self.axis_for)
        self.add(self.picture)
        self.add(self.labels)
        self.add(Window(self.box, self))
        self.markers.with_query = self.markers.with_key = False
        self._grip_s: float | None = None
        self._look = 0
        self.setFixedHeight(HEIGHT)

    def axis_for(self, width: int) -> PixelMap:
        """Return the map from everything there is to `width` device pixels."""
        start, stop = self.time.limits
        span = max(stop - start, 1e-3)
        if self.time.live:
            steps = math.ceil(math.log(max(span / LEAST_LIVE_S, 1.0), LIVE_STEP))
            span = LEAST_LIVE_S * LIVE_STEP**steps
        return on_whole_columns(start, span, width)

    def tick(self, arrived: bool = True, axis: PixelMap | None = None) -> None:
        """Draw what has come, a few times a second: a look at the whole has time."""
        look = math.floor(self.time.limits[1] * LOOKS_PER_S)
        if look != self._look:
            self._look = look
            # much has come since the look before, whatever there is now
            super().tick()

    def view_key(self) -> Hashable:
        """Return what decides where things stand: the frame too."""
        axis = self.pixel_map()
        return axis, round(axis.x(self.time.start_s)), round(axis.x(self.time.stop_s))

    def clicked(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Centre the panes on a time."""
        self._centre(self.time_at(at))

    def dragged(self, start: QPointF, at: QPointF, finished: bool) -> None:
        """Move the frame, by where it was taken hold of."""
        if self._grip_s is None:
            taken = self.time_at(start) - self.time.start_s
            inside = 0.0 <= taken <= self.time.span_s
            self._grip_s = taken if inside else self.time.span_s / 2
        self.time.scroll(self.time_at(at) - self._grip_s - self.time.start_s)
        if finished:
            self._grip_s = None

    def _centre(self, time_s: float) -> None:
        self.time.scroll(time_s - self.time.span_s / 2 - self.time.start_s)
