"""What lies over every pane: cursor, pointer, query and key, selection, unanalysed spans."""

import math
from collections.abc import Callable, Iterable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QFontMetricsF, QPainter
from PySide6.QtWidgets import QGraphicsItem

from leanviz.core.clock import PixelMap
from leanviz.models.viewport import TimeRange, Viewport
from leanviz.views.drawing import PaneItem, colour, draw_letter, small_font
from leanviz.views.notes import Note

# Nothing outside this is drawn: QPainter's raster engine counts in 16 bits after clipping.
FAR = 16000


class Markers(PaneItem):
    """The marks that stand at the same x in all panes.

    Parameters
    ----------
    time : Viewport
        Has the cursor, the pointer and the selection.
    axis_of : callable
        Gives the time axis for a width in device pixels.
    empty : str
        The sentence shown while `is_empty`.

    Attributes
    ----------
    notes : callable
        Gives what is to be said of the time that an axis shows.
    has_notes : callable
        Tells whether there may be something to be said at all.
    is_off : bool
        Whether nothing is to be marked here, ever.
    with_query, with_key, with_letters, with_words : bool
        Whether to mark the extents of query and key, to name pins by their letters, and to write
        the notes' words.
    """

    def __init__(
        self,
        parent: QGraphicsItem,
        time: Viewport,
        axis_of: Callable[[int], PixelMap],
        empty: str,
    ) -> None:
        super().__init__(parent, z=10.0)
        self._time, self._axis_of = time, axis_of
        self.empty = empty
        self.is_empty = self.with_query = self.with_key = True
        self.with_words = self.with_letters = self.is_off = False
        self.notes: Callable[[PixelMap], Iterable[Note]] = _nothing
        self.has_notes: Callable[[], bool] = bool

    def moved(self) -> None:
        """Draw again: something on the time axis has moved."""
        self.update()

    def idle(self) -> bool:
        """Tell whether nothing is marked: so it is in most pictures of a live view."""
        return self.is_off or not (self.is_empty or self._time.marked or self.has_notes())

    def draw(self, painter: QPainter, width: int, height: int, ratio: float) -> None:
        """Draw all marks, the cursor last."""
        if self.is_empty:
            self._draw_empty(painter, QRectF(0, 0, width, height), ratio)
            return
        axis = self._axis_of(width)
        for note in self.notes(axis):
            area = column_area(axis, (note.start_s, note.stop_s), height)
            self._draw_note(painter, note, area.intersected(QRectF(0, 0, width, height)), ratio)
        if self._time.selection is not None:
            self._draw_selection(painter, column_area(axis, self._time.selection, height), ratio)
        if self._time.pins:
            self._draw_pins(painter, axis, height, ratio)
        self._draw_hover(painter, axis, height, ratio)
        now_s = self._time.limits[1] if self._time.turns_pages else None
        for line_s in (self._time.cursor_s, now_s):
            if line_s is not None:
                self._line(painter, axis, line_s, height, ratio)

    def _draw_note(self, painter: QPainter, note: Note, area: QRectF, ratio: float) -> None:
        """Hatch what is not seen otherwise, and write the word where there is room for it."""
        if note.hatched:
            brush = QBrush(colour(self.theme.muted, 0.45), Qt.BrushStyle.BDiagPattern)
            painter.fillRect(area, brush)
        if not self.with_words:
            return
        painter.setFont(small_font(ratio, 0.85))
        metrics = QFontMetricsF(painter.font())
        wide = metrics.horizontalAdvance(note.word) + 12 * ratio
        if wide <= area.width():
            chip = QRectF(0, 0, wide, metrics.height() + 4 * ratio)
            chip.moveCenter(area.center())
            painter.fillRect(chip, colour(self.theme.surface, 0.85))
            painter.setPen(colour(self.theme.text))
            painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, note.word)

    def _draw_empty(self, painter: QPainter, area: QRectF, ratio: float) -> None:
        painter.setFont(small_font(ratio, 1.0))
        painter.setPen(colour(self.theme.muted))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(area, flags, self.empty)

    def _draw_selection(self, painter: QPainter, area: QRectF, ratio: float) -> None:
        painter.fillRect(area, colour(self.theme.accent, 0.16))
        edge = max(1, round(ratio))
        for x in (area.left(), area.right() - edge):
            painter.fillRect(QRectF(x, 0, edge, area.height()), colour(self.theme.accent, 0.9))

    def _draw_hover(self, painter: QPainter, axis: PixelMap, height: int, ratio: float) -> None:
        hover = self._time.hover
        for wanted, sees, stands_for, name, depth in (
            (self.with_query, hover.query_s, hover.query_hop_s, self.theme.query, ratio),
            (self.with_key, hover.key_s, hover.key_hop_s, self.theme.key, -ratio),
        ):
            if wanted and sees is not None:
                self._bracket(painter, column_area(axis, sees, height), name, depth)
                if stands_for is not None:
                    self._core(painter, column_area(axis, stands_for, height), name, depth)
        if hover.time_s is not None and hover.key_s is None:
            x = math.floor(axis.x(hover.time_s))
            area = QRectF(x, 0, max(1, round(ratio)), height)
            painter.fillRect(area, colour(self.theme.text, 0.35))

    def _bracket(self, painter: QPainter, area: QRectF, name: str, depth: float) -> None:
        """Mark an extent: a faint fill, and a bracket open downwards, or upwards if depth < 0."""
        painter.fillRect(area, colour(name, 0.12))
        line, arm = max(2, round(2 * abs(depth))), round(7 * abs(depth))
        top = 0 if depth > 0 else area.height() - line
        end = 0 if depth > 0 else area.height() - arm
        for part in (
            QRectF(area.left(), top, area.width(), line),
            QRectF(area.left(), end, line, arm),
            QRectF(area.right() - line, end, line, arm),
        ):
            painter.fillRect(part, colour(name))

    def _core(self, painter: QPainter, area: QRectF, name: str, depth: float) -> None:
        """Mark what a query or key stands for within what it sees: stronger, with a broad edge."""
        painter.fillRect(area, colour(name, 0.12))
        edge = round(5 * abs(depth))
        top = 0 if depth > 0 else area.height() - edge
        painter.fillRect(QRectF(area.left(), top, area.width(), edge), colour(name))

    def _draw_pins(self, painter: QPainter, axis: PixelMap, height: int, ratio: float) -> None:
        """Mark the middles of pinned queries and keys by a line each, and their letter."""
        line = max(1, round(ratio))
        for held in self._time.pins:
            for wanted, span, name, y in (
                (self.with_query, held.query_s, self.theme.query, 12 * ratio),
                (self.with_key, held.key_s, self.theme.key, height - 12 * ratio),
            ):
                if wanted and axis.start_s <= sum(span) / 2 < axis.time(axis.width):
                    x = math.floor(axis.x(sum(span) / 2))
                    painter.fillRect(QRectF(x, 0, line, height), colour(name, 0.7))
                    if self.with_letters:
                        draw_letter(painter, held.letter, (x, y), (name, ratio))

    def _line(
        self, painter: QPainter, axis: PixelMap, time_s: float, height: int, ratio: float
    ) -> None:
        """Draw the cursor: bright, with an outline that shows it on any picture."""
        x, line = math.floor(axis.x(time_s)), max(1, round(ratio))
        outline = QRectF(x - line, 0, 3 * line, height)
        painter.fillRect(outline, colour(self.theme.outline, 0.75))
        painter.fillRect(QRectF(x, 0, line, height), colour(self.theme.cursor))


def _nothing(_axis: PixelMap) -> Iterable[Note]:
    return ()


def column_area(axis: PixelMap, span: TimeRange, height: int) -> QRectF:
    """Return the whole pixel columns that a time range touches, cut to what can be drawn."""
    left = max(-FAR, math.floor(axis.x(span[0])))
    right = min(FAR, max(left + 1, math.ceil(axis.x(span[1]))))
    return QRectF(left, 0, right - left, height)
