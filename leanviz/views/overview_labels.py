"""The labels and gaps of a whole session as a thin strip, of which only what is new is drawn."""

from collections.abc import Callable
from functools import cache
from operator import attrgetter

import numpy as np
from PySide6.QtCore import QModelIndex, QRect, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem

from leanviz.core.clock import Gap, PixelMap
from leanviz.core.events import Event, State
from leanviz.core.tracks import Tracks
from leanviz.models.timeline import TimelineModel
from leanviz.views.colours import family_hue
from leanviz.views.drawing import PaneItem, colour, is_vector
from leanviz.views.theme import Theme

STRIP = 5


class LabelStrip(PaneItem):
    """Where there are labels, in the colour of their family; and where there was no sound.

    Parameters
    ----------
    axis_of : callable
        Gives the time axis for a width in device pixels.
    """

    def __init__(self, parent: QGraphicsItem, axis_of: Callable[[int], PixelMap]) -> None:
        super().__init__(parent, z=2.0)
        self._axis_of = axis_of
        self._timeline: TimelineModel | None = None
        self._tracks: Tracks | None = None
        self._image = QImage()
        self._key: tuple[PixelMap, int] | None = None
        self._fresh: list[Event] = []
        self._gaps: tuple[Gap, ...] = ()

    def set_timeline(self, timeline: TimelineModel) -> None:
        """Show the events of another model; it lives as long as this."""
        self._timeline = timeline
        timeline.rowsInserted.connect(self._take_rows)
        timeline.modelReset.connect(self._redraw)
        self._redraw()

    def set_tracks(self, tracks: Tracks | None) -> None:
        """Show the gaps of another sound."""
        self._tracks, self._gaps = tracks, () if tracks is None else tracks.gaps
        self._redraw()

    def set_theme(self, theme: Theme) -> None:
        """Draw anew in other colours."""
        super().set_theme(theme)
        self._redraw()

    def tick(self) -> None:
        """Draw again if a gap has come or grown."""
        gaps = () if self._tracks is None else self._tracks.gaps
        if gaps != self._gaps:
            self._gaps = gaps
            self._redraw()

    def draw(self, painter: QPainter, width: int, height: int, ratio: float) -> None:
        """Add what is new to the picture, and copy it."""
        timeline, axis = self._timeline, self._axis_of(width)
        if timeline is None:
            return
        events, self._fresh = self._fresh, []
        if (axis, height) != self._key:
            self._key = (axis, height)
            self._image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
            self._image.fill(Qt.GlobalColor.transparent)
            events = timeline.events
            self._draw_gaps(axis, height, timeline.sample_rate)
        self._draw_events(timeline, events, axis, ratio)
        if self._gaps or is_vector(painter):
            painter.drawImage(0, 0, self._image)
        else:  # all above the labels is transparent
            tall = round(STRIP * ratio)
            painter.drawImage(0, height - tall, self._image, 0, height - tall, width, tall)

    def _draw_gaps(self, axis: PixelMap, height: int, rate: int) -> None:
        painter = QPainter(self._image)
        for gap in self._gaps:
            left, right = _columns(axis, gap.start / rate, gap.stop / rate)
            painter.fillRect(left, 0, right - left, height, colour(self.theme.gap))
        painter.end()

    def _draw_events(
        self, timeline: TimelineModel, events: list[Event], axis: PixelMap, ratio: float
    ) -> None:
        over = [event for event in events if event.state is State.FINAL]
        if not over:
            return
        # thousands of labels, most of them narrower than a pixel: columns of colours, drawn last
        wide, tall = self._image.width(), round(STRIP * ratio)
        columns = np.zeros(wide, np.uint32)
        hues = {label: _ink(timeline.family(label)) for label in {e.label for e in over}}
        inks = np.fromiter((hues[event.label] for event in over), np.uint32)
        onsets, offsets = (
            np.fromiter(map(attrgetter(end), over), np.int64) / timeline.sample_rate
            for end in ("onset", "offset")
        )
        # both ends within the strip, at least a column apart unless both are beside it
        left = axis.xs(onsets).astype(np.int64)
        right = np.maximum(left + 1, np.rint(axis.xs(offsets)).astype(np.int64))
        left, right = left.clip(0, wide), right.clip(0, wide)
        counts = right - left
        begin = np.cumsum(counts) - counts
        # where columns overlap, the later label is seen
        columns[np.arange(counts.sum()) + np.repeat(left - begin, counts)] = np.repeat(inks, counts)
        strip = QImage(columns.data, wide, 1, 4 * wide, self._image.format())
        painter = QPainter(self._image)
        painter.drawImage(QRect(0, self._image.height() - tall, wide, tall), strip)
        painter.end()

    def _take_rows(self, _parent: QModelIndex, first: int, last: int) -> None:
        assert self._timeline is not None
        rows = range(first, last + 1)
        fresh = [event for row in rows if not (event := self._timeline.event_at(row)).sounding]
        if fresh:
            self._fresh += fresh
            self.update()

    def _redraw(self) -> None:
        self._key, self._fresh = None, []
        self.update()


@cache
def _ink(family: str) -> int:
    return colour(family_hue(family)).rgba()


def _columns(axis: PixelMap, start_s: float, stop_s: float) -> tuple[int, int]:
    """Return at least one column of pixels: rare things must not vanish in a long session."""
    left = int(axis.x(start_s))
    return left, max(left + 1, round(axis.x(stop_s)))
