"""The frame all panes share: axes of equal width, one time axis, markers, mouse, theme."""

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

import pyqtgraph as pg
from PySide6.QtCore import QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QHideEvent,
    QMoveEvent,
    QPainter,
    QPaintEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QSizePolicy, QStyleOptionGraphicsItem, QWidget

from leanviz.core.clock import PixelMap, Span
from leanviz.core.tracks import Tracks
from leanviz.models.viewport import Hover, Viewport
from leanviz.views.drawing import PaneItem, colour, count_in_device_pixels, is_visible
from leanviz.views.gestures import GesturePlot
from leanviz.views.left_axis import LEFT, LeftAxis, beside
from leanviz.views.markers import Markers
from leanviz.views.notes import Note, gaps_in_view, skipped_in_view
from leanviz.views.theme import DARK, Theme

RIGHT = 16
ZOOM_STEP = 1.25
SCROLL_STEP = 0.1


class Pane(GesturePlot):
    """A plot on the window's time axis.

    Parameters
    ----------
    time : Viewport
        The time axis, the same object for every pane of a window.
    name : str
        What a screen reader calls the pane.
    empty : str
        The sentence shown while there is nothing to draw.

    Attributes
    ----------
    pictures : int
        How often it has been drawn.
    plot, area : QRect
        The plot area, and all that is drawn again when time moves, in logical pixels of the pane.
    drawn_ratio : float
        Device pixels per logical pixel in the latest picture.

    Signals
    -------
    placed :
        It is shown or hidden, or has another place or size.
    """

    context_requested = Signal(QPoint, float)
    placed = Signal()
    # Whether what is drawn ends where the plot area does, and whether it moves while it is empty.
    clips, moves_empty = True, False
    # Whether time moves all that is drawn to the left; all in the plot area, and nothing else does.
    moves_left = rolls = True

    def __init__(
        self, time: Viewport, name: str, empty: str, parent: QWidget | None = None
    ) -> None:
        self.axis = LeftAxis()
        self.box = pg.ViewBox(enableMouse=False, enableMenu=False, defaultPadding=0.0)
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.enableMouse(False)
        self.setCentralItem(beside(self.axis, self.box, RIGHT))
        self.time = time
        self.theme: Theme = DARK
        self.tracks: Tracks | None = None
        self._pointer: QPointF | None = None
        self._key: Hashable = None
        self._skipped: tuple[Span, ...] = ()
        self._empty = empty
        self._told: tuple[Note, ...] = ()
        self._now_x = 0
        self._items: list[PaneItem] = []
        # of these, those that draw what arrives
        self._taking: list[PaneItem] = []
        # and of those, the ones that `draw` alone does not tell all that arrives
        self._always_taking: list[PaneItem] = []
        self.plot, self.area, self._plot_width = QRect(), QRect(), 1.0
        self._size, self._device_width = (0, 0), 1
        self.drawn_ratio = 1.0
        self._redraw: Callable[[], None] = self._repaint_area
        self._on_stage = False
        # of most panes, neither: not asked with every picture
        self._adapts = type(self).moved is not Pane.moved
        self._has_own_key = type(self).view_key is not Pane.view_key
        self._canvas = self.viewport()
        # kept: to make one takes longer than to begin with it
        self._painter = QPainter()
        # bound once: on its objects Qt's methods take longer to be found than to run
        self._pixel_ratio = self.devicePixelRatioF
        self.axis.repaint, self.pictures = self._repaint_axis, 0
        # all of it is painted here: nothing below needs to be
        self._canvas.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.markers = Markers(self.box, time, self.axis_for, empty)
        self.markers.notes, self.markers.has_notes = self.notes, self.has_notes
        self.add(self.markers)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMinimumHeight(24)
        self.box.sigResized.connect(self._resized)
        time.changed.connect(self._moved)
        for signal in time.marks_changed:
            signal.connect(self.markers.moved)
        self.set_theme(DARK)

    def add(self, item: PaneItem) -> None:
        """Keep an item as large as the plot area, and drawn again when time moves."""
        self._items = sorted([*self._items, item], key=lambda other: other.zValue())
        self._taking = [each for each in self._items if type(each).tick is not PaneItem.tick]
        self._always_taking = [each for each in self._taking if not each.draws_what_comes]
        item.repaint = self._repaint
        item.fill(self.box.rect())
        item.set_theme(self.theme)
        item.set_tracks(self.tracks)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.theme = theme
        self.setBackground(theme.background)
        self.axis.set_theme(theme)
        for item in self._items:
            item.set_theme(theme)

    def set_tracks(self, tracks: Tracks | None) -> None:
        """Show another sound; None shows the empty state."""
        self.tracks = tracks
        self.markers.is_empty, self.markers.empty = tracks is None, self._empty
        self._skipped, self._told = (), ()
        for item in self._items:
            item.set_tracks(tracks)
            item.update()

    def set_skipped(self, spans: tuple[Span, ...]) -> None:
        """Hatch the source samples that the model has not analysed."""
        self._skipped = spans
        self.markers.moved()

    def explain(self, sentence: str, notes: Iterable[Note] = ()) -> None:
        """Say why there is no sound, and what is known of its time, until there is some."""
        self.markers.empty, self._told = sentence, tuple(notes)
        self.markers.moved()

    def has_notes(self) -> bool:
        """Tell whether there may be something to be said of the time in view: mostly there is not.

        What is over before it is passed by quickly: a live view follows the newest sound.
        """
        tracks = self.tracks
        if tracks is None or self._told:
            return bool(self._told)
        last = [spans[-1].stop for spans in (tracks.gaps, self._skipped) if spans]
        return bool(last) and max(last) > self.pixel_map().start_s * tracks.sample_rate

    def notes(self, axis: PixelMap) -> Iterator[Note]:
        """Yield what is to be said of the time that an axis shows."""
        if self.tracks is not None and (self.tracks.gaps or self._skipped):
            yield from gaps_in_view(self.tracks, axis)
            yield from skipped_in_view(self._skipped, axis, self.tracks.sample_rate)
        start_s, stop_s = axis.start_s, axis.time(axis.width)
        yield from (n for n in self._told if n.start_s < stop_s and n.stop_s > start_s)

    def tick(self, arrived: bool = True, axis: PixelMap | None = None) -> None:
        """Follow the time axis, and draw the sound that has arrived; once per frame.

        Parameters
        ----------
        arrived : bool
            Whether there can be any: if not, only the view has moved.
        axis : PixelMap
            What is in view, in the pixels of most panes, if the caller knows it.
        """
        moves = self._follow(axis)
        if arrived:
            for item in self._always_taking if moves else self._taking:
                item.tick()
        if self.time.turns_pages:
            self._mark_now()

    def _follow(self, axis: PixelMap | None) -> bool:
        """Draw another view, if time has moved; tell whether it has."""
        key: Hashable = axis
        if axis is None or axis.width != self._device_width or self._has_own_key:
            key = self.view_key()
        # mostly the same object: comparing what is in it takes longer than all else here
        if key is self._key or key == self._key:
            return False
        self._go_to(key)
        return True

    def _mark_now(self) -> None:
        """Draw "now" again, if it has moved by a pixel."""
        x, self._now_x = self._now_x, math.floor(self.pixel_map().x(self.time.limits[1]))
        if x != self._now_x:
            self.markers.moved()

    @property
    def drawn_width(self) -> int:
        """Width of the plot area in device pixels, in the latest picture."""
        return self._device_width

    def plot_width(self, ratio: float | None = None) -> int:
        """Return the width of the plot area in device pixels."""
        ratio = self._pixel_ratio() if ratio is None else ratio
        return max(1, round(self._plot_width * ratio))

    def axis_for(self, width: int) -> PixelMap:
        """Return the map from seconds to `width` device pixels."""
        return self.time.pixel_map(width)

    def pixel_map(self) -> PixelMap:
        """Return the map from seconds to device pixels of the plot area."""
        return self.axis_for(self.plot_width())

    def time_at(self, at: QPointF) -> float:
        """Return the time, in seconds, at a place given in logical pixels of the widget."""
        return self.pixel_map().time((at.x() - LEFT) * self.devicePixelRatioF())

    def fraction_at(self, at: QPointF) -> float:
        """Return the height of a place in the plot area: 0 at its bottom, 1 at its top."""
        return min(1.0, max(0.0, 1.0 - at.y() / max(self.box.rect().height(), 1.0)))

    def in_plot(self, at: QPointF) -> bool:
        """Tell whether a place is within the plot area from left to right."""
        return LEFT <= at.x() < self.width() - RIGHT

    def clicked(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Seek; with Shift, select from the cursor to here."""
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        if shift and self.time.cursor_s is not None:
            self.time.select((self.time.cursor_s, self.time_at(at)))
        else:
            self.time.select(None)
            self.time.seek(self.time_at(at))

    def dragged(self, start: QPointF, at: QPointF, finished: bool) -> None:
        """Select the time range from where the drag began."""
        self.time.select((self.time_at(start), self.time_at(at)))

    def hovered(self, at: QPointF | None) -> None:
        """Tell every pane what time is under the pointer."""
        self._pointer = at
        self.time.set_hover(Hover() if at is None else self.hover_at(at))

    def hover_at(self, at: QPointF) -> Hover:
        """Return what the pointer means at a place."""
        return Hover(self.time_at(at))

    def wheel_time(self, notches: float, at: QPointF, zoom: bool) -> None:
        """Scroll by a tenth of the span per notch, or zoom at the pointer."""
        if zoom:
            self.time.zoom_at(self.time_at(at), ZOOM_STEP**-notches)
        else:
            self.time.scroll(-notches * SCROLL_STEP * self.time.span_s)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Leave the menu to the window, which knows the actions."""
        self.context_requested.emit(event.globalPos(), self.time_at(QPointF(event.pos())))
        event.accept()

    def let_draw(self, redraw: Callable[[], None] | None) -> None:
        """Have `redraw` called when its area is to be drawn again; None if the pane does it."""
        self._redraw, self._on_stage = redraw or self._repaint_area, redraw is not None
        self._key = None  # meanwhile time may have moved, and back

    def moveEvent(self, event: QMoveEvent) -> None:
        """Tell that it has another place."""
        super().moveEvent(event)
        self.placed.emit()

    def showEvent(self, event: QShowEvent) -> None:
        """Tell that it can be seen."""
        super().showEvent(event)
        self.placed.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        """Tell that it cannot be seen."""
        super().hideEvent(event)
        self.placed.emit()

    def paintEvent(self, ev: QPaintEvent) -> None:
        """Draw the items here: their scene takes longer to find them than they to be drawn."""
        painter, beside = self._painter, self._on_stage and not ev.region().intersects(self.area)
        painter.begin(self._canvas)
        try:
            if beside:
                self._paint_ground(painter, ev.rect())
            else:
                self.pictures += 1
                self.paint(painter, ev.rect())
        finally:  # one that is still at work could not begin again
            painter.end()
        if self._on_stage and not beside:  # elsewhere: its items are ahead of the screen now
            self._redraw()

    def paint(self, painter: QPainter, exposed: QRect) -> Sequence[PaneItem]:
        """Draw a part of the pane, from whose corner the painter counts; return what was drawn."""
        items, more = self._items, exposed != self.area
        # most pictures are of this area alone, and all of it is drawn over
        if more or not items[0].covers():
            self._paint_ground(painter, exposed)
        if more and self.clips:
            painter.setClipRect(self.plot)
        painter.translate(LEFT, 0)
        if more or not self.clips or self._pixel_ratio() != 1.0:
            width, height, ratio = self._device_size(painter)
        else:  # a part of what is on the screen, and by far the most frequent case
            (width, height), ratio = self._size, 1.0
            self._device_width = max(1, width)
        self.drawn_ratio = ratio
        shown = [item for item in items if item.is_shown and not item.idle()]
        if not (shown and width > 0 and height > 0):
            return ()
        for item in shown[:-1]:
            painter.save()
            item.draw(painter, width, height, ratio)
            painter.restore()
        shown[-1].draw(painter, width, height, ratio)  # what it leaves behind, nobody meets
        return shown

    def _device_size(self, painter: QPainter) -> tuple[int, int, float]:
        """Let a painter count in device pixels; return the plot area in them, and their ratio."""
        width, height = self._size
        if painter.deviceTransform().m11() == 1.0:  # as nearly always: they are the same
            self._device_width = max(1, width)
            return width, height, 1.0
        ratio = count_in_device_pixels(painter)
        width, height = round(width * ratio), round(height * ratio)
        self._device_width = max(1, width)
        return width, height, ratio

    def _paint_ground(self, painter: QPainter, exposed: QRect) -> None:
        """Draw what is below the items, and beside them."""
        painter.fillRect(exposed, colour(self.theme.background))
        if exposed.left() < LEFT and self.axis.has_marks:
            self._paint_axis(painter)

    def _paint_axis(self, painter: QPainter) -> None:
        painter.save()
        painter.translate(self.axis.scenePos())
        self.axis.paint(painter, QStyleOptionGraphicsItem())
        painter.restore()

    def _repaint(self) -> None:
        """Have the plot area drawn again."""
        self._redraw()

    def _repaint_area(self) -> None:
        self._canvas.update(self.area)

    def _repaint_axis(self) -> None:
        self._canvas.update(0, 0, LEFT, self.height())

    def _resized(self) -> None:
        area = self.box.rect()
        self._plot_width = area.width()
        self._size = round(area.width()), round(area.height())
        self.plot = QRect(LEFT, 0, *self._size)
        self.area = self.plot if self.clips else self.rect()
        for item in self._items:
            item.fill(area)
        self.resized()
        self.placed.emit()

    def resized(self) -> None:
        """Adapt to a new size of the plot area."""

    def moved(self) -> None:
        """Adapt to another place of the time axis."""

    def view_key(self) -> Hashable:
        """Return what decides where things stand, to tell whether anything has moved."""
        return self.time.pixel_map(self._device_width)

    def _moved(self) -> None:
        """Draw again if the view has moved by at least a pixel, and anybody sees it."""
        key = self.view_key()
        if key != self._key and is_visible(self):
            self._go_to(key)

    def _go_to(self, key: Hashable) -> None:
        """Draw another view."""
        self._key = key
        if self._adapts:
            self.moved()
        if self.moves_empty or not self.markers.is_empty:
            self._redraw()
        if self._pointer is not None:
            self.hovered(self._pointer)
