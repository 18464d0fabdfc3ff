"""Panes that scroll by as one picture, which Qt moves: between two looks, nothing runs here.

Sixty times a second, a call into this program takes longer than what it has drawn: caches are cold
by then. What comes into view is drawn into the picture a little before it does, some times less
often, and an animation of Qt's moves a label that shows it.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import (
    QAbstractAnimation,
    QObject,
    QPoint,
    QPropertyAnimation,
    QRect,
    Qt,
    QTimer,
)
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from leanviz.core.clock import PixelMap
from leanviz.views.drawing import nowhere
from leanviz.views.palettes import UInt32
from leanviz.views.plain import PlainLabel

if TYPE_CHECKING:
    from leanviz.views.stage import Part

# Columns for which the picture has room beyond what is in view, before it is begun anew.
ROOM = 512
# Of these, columns that are kept for what is drawn before it comes into view.
KEPT = 128
# For how long the motion can go on by itself, at least, if nobody looks.
ALONE_S = 0.1
# How far it may be late before it is told where it should be: columns, and seconds of Qt's timer.
LAG, LAG_S = 2.0, 0.03
# Columns by which it may be wrong before it is put right at once.
FAR = 8
# Milliseconds for which a change may wait to be taken.
PATIENCE_MS = 150


class Reel:
    """Shows parts of the stage that only scroll.

    Parameters
    ----------
    over : QWidget
        Parent of the stage; it lies above that.

    Attributes
    ----------
    parts : sequence of Part
        Those that are shown, from top to bottom; none while the stage shows all.
    pictures : int
        How many have been shown so far.
    on_picture, on_end : callable
        Called when another one is shown, and when no more come by themselves.
    """

    def __init__(self, over: QWidget) -> None:
        self.parts: Sequence[Part] = ()
        self.pictures = 0
        self.on_picture: Callable[[], None] = nowhere
        self.on_end: Callable[[], None] = nowhere
        self._over, self._frame = over, QWidget(over)
        self._label = PlainLabel(parent=self._frame)
        for widget in (self._frame, self._label):
            _set_cover(widget)
        self._frame.hide()
        self._motion = QPropertyAnimation(self._label, b"pos", self._frame)
        self._motion.valueChanged.connect(self._count)
        self._patience = QTimer(self._frame)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._give_up)
        self._canvas, self._painter = QImage(), QPainter()
        self._counted = 0
        self._width, self._pixels = 0, np.zeros((0, 0), np.uint32)
        # whether this Qt lets a label show what is drawn later; if not, the stage shows all
        self._shares = False
        # absolute pixel columns: the first one, and behind the last one that is drawn
        self._first = self._stop = 0
        # column of the picture that is at the left when the motion ends
        self._end = 0

    @property
    def column(self) -> int:
        """Absolute pixel column that is shown at the left."""
        return self._first - self._label.x()

    @property
    def moves(self) -> bool:
        """Whether pictures come by themselves now."""
        return self._motion.state() is QAbstractAnimation.State.Running

    def show_events_to(self, watcher: QObject) -> None:
        """Have an event filter see when pictures are painted."""
        self._label.installEventFilter(watcher)

    def begin(self, parts: Sequence["Part"], corner: QPoint, axis: PixelMap) -> None:
        """Show parts, if they lie below each other and can be; `corner` is that of the stage."""
        together = all(high.touches(low) for high, low in pairwise(parts))
        if not parts or not together or any(part.mover is None for part in parts):
            return
        rows = [QRect(p.x, p.area.top(), axis.width, p.area.height()) for p in parts]
        around = rows[0].united(rows[-1])
        self._frame.setGeometry(around.translated(corner))
        self._width = axis.width
        self._make_room(around.height())
        if not self._shares:
            return
        self._draw_dividers(rows)
        self.parts = tuple(parts)
        if self._refill(axis):
            self._frame.show()
            self._label.update()  # all that was asked for while it was hidden is forgotten
        else:
            self.end()

    def end(self) -> None:
        """Leave all to the stage."""
        parts, self.parts = self.parts, ()
        self._patience.stop()
        self._motion.stop()
        self._frame.hide()
        for part in parts:
            part.redraw()
        if parts:
            self.on_end()

    def wait(self) -> None:
        """Have a change be taken soon: by the next look, or there is none."""
        if not self._patience.isActive():
            self._patience.start()

    def go_on(self, axis: PixelMap, arrived: bool) -> bool:
        """Draw what has come; return whether all of it can be shown like this."""
        first = axis.first_column
        if not self._first <= first <= self._first + ROOM - KEPT:
            return self._refill(axis)
        late = first + axis.width + round(ALONE_S / axis.seconds_per_pixel) > self._stop
        if arrived or late or any(part.mover is None for part in self.parts):
            return self._take(axis, arrived)
        return True

    def move_to(self, axis: PixelMap) -> None:
        """Show a time, and stand still."""
        self._motion.stop()
        self._label.move(self._first - axis.first_column, 0)

    def roll(self, axis: PixelMap, start_s: float) -> None:
        """Show a time, and go on as time does until there is no more; never backwards.

        Parameters
        ----------
        start_s : float
            The time at the left, which need not be that of a whole column.
        """
        step = axis.seconds_per_pixel
        wanted, shown = start_s / step - self._first, -self._label.x()
        end = self._stop - self._width - self._first
        lag = wanted - shown
        fits = -1.0 <= lag <= LAG + LAG_S / step and self._end - shown >= ALONE_S / step
        if fits and self.moves:
            return
        self._motion.stop()
        if lag > FAR:
            shown = round(wanted)
            self._label.move(-shown, 0)
        if lag < -FAR or end <= max(wanted, shown):
            return  # it stands still till time has come so far
        # a little faster or slower than time goes by, so that they meet at the end
        self._end = end
        self._motion.setStartValue(QPoint(-shown, 0))
        self._motion.setEndValue(QPoint(-end, 0))
        self._motion.setDuration(round(1000.0 * (end - wanted) * step))
        self._motion.start()

    def _make_room(self, height: int) -> None:
        """Have a picture that is some columns wider than what is in view."""
        wide = self._width + ROOM
        if (self._canvas.width(), self._canvas.height()) == (wide, height):
            return
        pixels = np.zeros((height, wide), np.uint32)
        # twice the same pixels: Qt would not draw into an image that a label shows, but into a copy
        shown, self._canvas = QPixmap.fromImage(_image(pixels)), _image(pixels)
        pixels[0, 0] = 1
        self._shares = shown.toImage().pixel(0, 0) & 1 == 1
        self._label.setPixmap(shown)
        self._label.resize(wide, height)
        self._pixels = pixels  # those images keep nothing alive

    def _draw_dividers(self, rows: Sequence[QRect]) -> None:
        """Draw what is seen between parts: Qt draws into what has no holes far more quickly."""
        painter, corner = self._painter, self._frame.pos()
        painter.begin(self._canvas)
        for high, low in pairwise(rows):
            for y in range(high.bottom() + 1, low.top()):
                row = y - rows[0].top()
                behind = self._over.grab(QRect(corner.x(), corner.y() + row, 1, 1))
                painter.fillRect(0, row, self._canvas.width(), 1, behind.toImage().pixelColor(0, 0))
        painter.end()

    def _refill(self, axis: PixelMap) -> bool:
        """Begin anew with what is in view now."""
        # what moves may be a little ahead of those who look: it does not go back
        early = self.column - axis.first_column if self.moves else 0
        self._motion.stop()
        self._first = axis.first_column
        self._label.move(-early if 0 < early <= FAR else 0, 0)
        self._label.update()
        return self._take(axis, arrived=True, anew=True)

    def _take(self, axis: PixelMap, arrived: bool, anew: bool = False) -> bool:
        """Draw what is new; return whether all parts go on."""
        self._patience.stop()
        painter, first, width = self._painter, axis.first_column, axis.width
        ahead = ROOM - (first - self._first)
        painter.begin(self._canvas)
        try:
            for part in self.parts:
                changed = part.take(axis, arrived)
                if changed is None:
                    return False
                row = part.area.top() - self.parts[0].area.top()
                for x, columns in ((0, width),) if anew else changed:
                    self._draw(part, row, first + x, columns)
                    self._label.update(first + x - self._first, row, columns, part.area.height())
                # what was drawn of it before was not complete
                self._draw(part, row, first + width, min(part.ahead, ahead))
        finally:
            painter.end()
        self._stop = first + width + min(ahead, *(part.ahead for part in self.parts))
        early = -self._label.x() - (first - self._first)
        if early > 0:  # in view already, as it was
            self._label.update(first + width - self._first, 0, early, self._label.height())
        return True

    def _draw(self, part: "Part", row: int, first: int, count: int) -> None:
        """Draw columns of a part into the picture."""
        if part.mover is not None and count > 0:
            at = QPoint(first - self._first, row)
            part.mover.draw_columns(self._painter, at, first, count)

    def _count(self) -> None:
        """Note that another picture is shown, if it is another one."""
        x = self._label.x()
        if x != self._counted:
            self._counted = x
            self.pictures += 1
            self.on_picture()

    def _give_up(self) -> None:
        """Have the stage show what nobody has taken: time does not go on."""
        if any(part.mover is None for part in self.parts):
            self.end()


def _image(pixels: UInt32) -> QImage:
    """Return a picture of pixels [height, width] that shows whatever they are."""
    height, width = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)


def _set_cover(widget: QWidget) -> None:
    """Have a widget be drawn over all of its area, and let the mouse through."""
    widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    widget.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
