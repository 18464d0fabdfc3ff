"""The attention pane: which wave features (x) each patch (y) looked at."""

from functools import lru_cache

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from leanviz.core.alignment import WAVES_PER_PATCH_HOP
from leanviz.core.clock import PixelMap
from leanviz.models.attention import AttentionModel, AttentionPoint
from leanviz.models.time_text import elapsed
from leanviz.models.time_ticks import time_ticks
from leanviz.models.viewport import Hover, Viewport
from leanviz.views.attention_map import AttentionItem, query_axis
from leanviz.views.attention_marks import AttentionMarks
from leanviz.views.pane import Pane
from leanviz.views.readout import attention_text

# Rows up and columns to the right that a key moves the reading by; with Shift, six times as many.
STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (1, 0),
    Qt.Key.Key_Down: (-1, 0),
}
PIN_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
SHIFT = Qt.KeyboardModifier.ShiftModifier

# the same times as before, mostly, wherever they stand
_written = lru_cache(maxsize=64)(elapsed)


class AttentionPane(Pane):
    """The cross-attention of a recording on the same time axis as its sound.

    Signals
    -------
    readout : AttentionPoint or None
        Another cell is read.
    pinned : str, AttentionPoint
        A cell is to be held as A or B.
    released :
        What is held is to be let go.
    """

    moves_left = rolls = False
    readout = Signal(object)
    pinned = Signal(str, object)
    released = Signal()

    def __init__(
        self, time: Viewport, model: AttentionModel, parent: QWidget | None = None
    ) -> None:
        empty = "Open a clip to see where the model looked."
        super().__init__(time, "Attention", empty, parent)
        self._model = model
        self._read: AttentionPoint | None = None
        self._marked: PixelMap | None = None
        self.picture = AttentionItem(self.box, time, model)
        self.marks = AttentionMarks(self.box, time, model)
        self.markers.with_query = False
        self.picture.rows_moved = self._mark
        self.add(self.picture)
        self.add(self.marks)
        for signal in (time.cursor_moved, time.hover_changed, time.pins_changed):
            signal.connect(self.marks.update)
        time.changed.connect(self._mark)
        model.changed.connect(self._refresh)
        self._refresh()

    # -- reading with the pointer ---------------------------------------------------------------

    def point_at(self, at: QPointF) -> AttentionPoint | None:
        """Return the cell of the map at a place in logical pixels of the widget."""
        return self._model.point(self.query_at(at), self.time_at(at))

    def query_at(self, at: QPointF) -> float:
        """Return the query time, in seconds, at a place in logical pixels of the widget."""
        ratio = self.devicePixelRatioF()
        height = max(1, round(self.box.rect().height() * ratio))
        return query_axis(self.time, height).time(height - at.y() * ratio)

    def hover_at(self, at: QPointF) -> Hover:
        """Return the key time under the pointer, and the extents of query and key."""
        point = self.point_at(at)
        time_s = self.time_at(at)
        return Hover(time_s) if point is None else point.hover_at(time_s)

    def hovered(self, at: QPointF | None) -> None:
        """Tell every pane the query and the key under the pointer, and who listens the weight."""
        super().hovered(at)
        self._tell(None if at is None else self.point_at(at))

    def clicked(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Pin the cell as A and seek to its key; with Shift, pin it as B."""
        point = self.point_at(at)
        if point is None or not modifiers & SHIFT:
            super().clicked(at, modifiers)
        if point is not None:
            self.pinned.emit("B" if modifiers & SHIFT else "A", point)

    # -- reading with the keyboard --------------------------------------------------------------

    def read(self, patch: int, key: int) -> None:
        """Read a cell as if the pointer were on it, and bring it into view.

        A key that the patch could not look at becomes the nearest one that it could.
        """
        window = self._model.window_of(patch)
        point = self._model.cell(patch, min(max(key, window.start), window.stop - 1))
        for time_s in (sum(point.query_s) / 2, sum(point.key_s) / 2):
            if not self.time.start_s <= time_s < self.time.stop_s:
                self.time.show(time_s - self.time.span_s / 2, self.time.span_s)
        self.time.set_hover(point.hover_at(sum(point.key_hop_s) / 2))
        self._tell(point)

    def begin_reading(self) -> None:
        """Take the keyboard, at the cell read last or where the patch at the cursor looks most."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        band = self._model.band
        if band is None:
            return
        if self._read is not None:
            self.read(self._read.patch, self._read.key)
            return
        middle_s = self.time.start_s + self.time.span_s / 2
        patch = self._model.patch_at(self.time.cursor_s or middle_s)
        patch = band.n_patches - 1 if patch is None else patch
        self.read(patch, int(band.first_key[patch] + self._model.row(patch).argmax()))

    def event(self, event: QEvent) -> bool:
        """Keep the keys that read the map from the window's actions."""
        if (
            event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._reads(event)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, ev: QKeyEvent) -> None:
        """Move the reading, pin what is read, or let go."""
        if not self._reads(ev):
            super().keyPressEvent(ev)
            return
        ev.accept()
        shift = bool(ev.modifiers() & SHIFT)
        if ev.key() == Qt.Key.Key_Escape:
            self._let_go()
        elif self._read is None:
            self.begin_reading()
        elif ev.key() in PIN_KEYS:
            self.pinned.emit("B" if shift else "A", self._read)
        else:
            rows, columns = STEPS[Qt.Key(ev.key())]
            far = WAVES_PER_PATCH_HOP if shift else 1
            last = len(self._model.query_edges) - 2
            patch = min(max(self._read.patch + far * rows, 0), last)
            self.read(patch, self._read.key + far * columns)

    def _reads(self, event: QKeyEvent) -> bool:
        """Tell whether a key is one that reads the map."""
        plain = event.modifiers() & ~(SHIFT | Qt.KeyboardModifier.KeypadModifier)
        if plain != Qt.KeyboardModifier.NoModifier or self._model.band is None:
            return False
        if event.key() == Qt.Key.Key_Escape:
            return self._read is not None or bool(self.time.pins)
        return event.key() in PIN_KEYS or event.key() in STEPS

    def _let_go(self) -> None:
        self.time.set_hover()
        self._tell(None)
        self.released.emit()

    def _tell(self, point: AttentionPoint | None) -> None:
        """Tell which cell is read, a screen reader too."""
        self._read = point
        self.setAccessibleDescription(attention_text(point))
        self.readout.emit(point)

    # -- drawing --------------------------------------------------------------------------------

    def resized(self) -> None:
        """Place the marks for the new height."""
        self._mark()

    def _refresh(self) -> None:
        band = self._model.band
        self.markers.is_empty = band is None
        if self._read is not None:
            self._read = self._again(self._read)
            self.readout.emit(self._read)
        self.picture.invalidate(self._model.same_before_s)
        self._mark()

    def _again(self, point: AttentionPoint) -> AttentionPoint | None:
        """Return what is now at the middle of a cell: there may be other rows, or another head."""
        return self._model.point(sum(point.query_hop_s) / 2, sum(point.key_hop_s) / 2)

    def moved(self) -> None:
        """Put the times of the query axis where they are now."""
        self._mark()

    def _mark(self) -> None:
        """Put times on the query axis, if it has moved by a row of pixels."""
        if self._model.band is None:
            self._marked = None
            self.axis.set_marks([])
            return
        height = self._size[1]
        shown = query_axis(self.time, max(1, round(height * self._pixel_ratio())))
        if shown is self._marked or shown == self._marked:
            return
        self._marked = shown
        start, stop = shown.start_s, shown.time(shown.width)
        times, decimals = time_ticks(start, stop, height / 22)
        marks = [((t - start) / shown.span_s, _written(t, decimals)) for t in times if t >= 0.0]
        self.axis.set_marks(marks)
