"""What the panes of a window show, drawn in one go: what scrolls by is moved on the screen.

Qt takes longer to ask each pane for its picture, sixty times a second, than that to be drawn.
And where the view follows a live sound, nearly all of a picture is the one before, moved: Qt moves
it (on X11 the server does, without a copy of ours), and only what is new is drawn.
"""

from collections.abc import Iterable, Sequence
from typing import cast

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QWidget

from leanviz.core.clock import PixelMap
from leanviz.views.drawing import Area, PaneItem
from leanviz.views.pane import Pane
from leanviz.views.reel import Reel

# Logical pixels between two panes that are moved in one piece: of one colour from left to right.
DIVIDER = 1
# To draw into if nobody is to see it.
_NOTHING = QImage(1, 1, QImage.Format.Format_RGB32)


class Part:
    """A pane on the stage.

    No object of Qt's, on which every attribute takes two to ten times as long to be found or set.

    Attributes
    ----------
    pane : Pane
    area, plot : QRect
        What of the pane is drawn here, in pixels of the stage, and its plot area.
    mover : PaneItem or None
        What can be moved on the screen; None while all has to be drawn, as it is before the first
        time, and while more than one thing moves.
    first : int
        Absolute pixel column at the left of what is on the screen.
    ahead : int
        How many columns right of what is in view can be drawn.
    """

    __slots__ = (
        "_changed", "_stage", "_still", "ahead", "area", "first", "mover", "pane", "plot", "x", "y",
    )  # fmt: skip

    def __init__(self, stage: "Stage", pane: Pane, corner: QPoint) -> None:
        self._stage, self.pane = stage, pane
        self.area = pane.area.translated(corner)
        # where its plot area begins, and the pane
        self.x, self.y = pane.plot.left() + corner.x(), corner.y()
        self.plot = pane.plot.translated(corner)
        self.mover: PaneItem | None = None
        self._still: PaneItem | None = None
        self._changed: Sequence[Area] = ()
        self.first = self.ahead = 0

    def redraw(self) -> None:
        """Have all of it drawn anew."""
        self.mover = None
        self._stage.update(self.area)
        if self in self._stage.reel.parts:
            self._stage.reel.wait()

    def advance(self, axis: PixelMap, arrived: bool) -> int | None:
        """Go on to another time.

        Returns
        -------
        int or None
            Pixel columns to the left by which what is on the screen has to be moved before
            `redraw_changed` is called; None if all of it is drawn anew, or nothing.
        """
        mover = self.mover
        if mover is None:
            self.pane.tick(arrived, axis)
            return None
        first = axis.first_column
        moved, self.first = first - self.first, first
        changed = mover.go_on(axis, arrived) if 0 <= moved < axis.width else None
        if changed is None:
            self.redraw()
            return None
        self._changed = changed
        return moved

    def take(self, axis: PixelMap, arrived: bool) -> Sequence[tuple[int, int]] | None:
        """Go on to another time, to be drawn by columns.

        Returns
        -------
        sequence of tuple of int, or None
            Columns of what is in view that are to be drawn again, the first one and how many; None
            if it cannot be drawn like this.
        """
        mover = self.mover
        changed = None if mover is None else mover.go_on(axis, arrived)
        if changed is None:
            self.pane.tick(arrived, axis)
            painter = QPainter(_NOTHING)
            self._hold(self.pane.paint(painter, self.pane.area))
            painter.end()
        if self.mover is None:
            return None
        self.ahead = self.mover.ahead()
        if changed is None:
            return ((0, axis.width),)
        # all of what does not scroll by itself is drawn again, wherever it is
        return [(x, width) for x, _, width, _ in changed] if self.pane.moves_left else ()

    def redraw_changed(self) -> None:
        """Have drawn again what is not just moved."""
        for x, y, width, height in self._changed:
            self._stage.redraw(self.x + x, self.y + y, width, height)

    def touches(self, below: "Part") -> bool:
        """Tell whether nothing but a divider is between a part and the one below it."""
        return below.area.top() - self.area.bottom() - 1 <= DIVIDER

    def draw(self, painter: QPainter, exposed: QRegion) -> None:
        """Draw what is exposed of it."""
        pane, mover, area = self.pane, self.mover, self.area
        pane.pictures += 1
        if mover is not None and self.plot.contains(exposed.boundingRect()):
            self._draw_again(painter, mover, exposed)
            return
        painter.save()
        painter.setClipRect(area)
        painter.translate(self.x - pane.plot.left(), self.y)
        shown = pane.paint(painter, pane.area)
        painter.restore()
        if exposed.rectCount() == 1 and exposed.boundingRect() == area:
            self._hold(shown)
        elif not (self._stage.visibleRegion() & area).subtracted(exposed).isEmpty():
            self.redraw()  # there is more to do than was thought

    def _draw_again(self, painter: QPainter, mover: PaneItem, exposed: QRegion) -> None:
        """Draw parts of what was drawn, where it is now."""
        still, plot = self._still, self.pane.plot
        exposed.translate(-self.x, -self.y)
        painter.translate(self.x, self.y)
        # one by one: into an area that is not one rectangle Qt draws slowly, and on more threads
        for area in cast("Iterable[QRect]", exposed):
            painter.setClipRect(area)
            mover.draw_again(painter)
            if still is not None:
                still.draw(painter, plot.width(), plot.height(), 1.0)
        painter.resetTransform()

    def _hold(self, shown: Sequence[PaneItem]) -> None:
        """Note what a picture was made of, if it is one that moves and one that stands still."""
        pane = self.pane
        if not 0 < len(shown) <= 2 or pane.drawn_ratio != 1.0 or not pane.time.follow:
            return
        mover, still = shown[0], shown[1] if len(shown) > 1 else None
        if mover.moves and (still is None or still.stands):
            self.mover, self._still = mover, still
            self.first = pane.pixel_map().first_column
            pane.let_draw(self.redraw)  # any other time than the one that is moved to


class Stage(QWidget):
    """Lies over the plot areas of panes; the mouse, and all else, reaches them as before.

    Attributes
    ----------
    parts : list of Part
        The panes from top to bottom; always the same list.
    reel : Reel
        Lies over it and shows those that just scroll; always the same.
    """

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        # panes, where they are in the parent, and what of them is drawn here
        self._placed: list[tuple[Pane, QPoint, QRect]] = []
        self.parts: list[Part] = []
        self.reel = Reel(over)
        self._painter = QPainter()
        # bound once: on its objects Qt's methods take longer to be found than to run
        self.redraw, self._scroll = self.update, self.scroll
        self._ratio = self.devicePixelRatioF

    def lay_out(self, panes: Iterable[Pane]) -> None:
        """Lie over panes, each of which can be seen."""
        placed = [(p, p.viewport().mapTo(self._over, QPoint()), p.area) for p in panes]
        if placed == self._placed:
            return
        self._placed = placed
        self.reel.end()
        for part in self.parts:
            part.pane.let_draw(None)
        areas = QRegion()
        for _, corner, area in placed:
            areas += area.translated(corner)
        around = areas.boundingRect()
        self.setVisible(not areas.isEmpty())
        self.setGeometry(around)
        self.setMask(areas.translated(-around.topLeft()))
        self.parts[:] = [Part(self, pane, at - around.topLeft()) for pane, at, _ in placed]
        for part in self.parts:
            part.pane.let_draw(part.redraw)
        self.update()

    def draw_anew(self) -> None:
        """Have everything drawn from scratch."""
        self.reel.end()
        for part in self.parts:
            part.redraw()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what is exposed of the panes."""
        painter, exposed = self._painter, event.region()
        if self._ratio() != 1.0:  # perhaps since now: the window has gone to another screen
            for part in self.parts:
                part.mover = None
        painter.begin(self)
        try:
            for part in self.parts:
                here = exposed.intersected(part.area)
                if not here.isEmpty():
                    part.draw(painter, here)
        finally:  # one that is still at work could not begin again
            painter.end()

    def is_scaled(self) -> bool:
        """Tell whether device pixels are not logical ones."""
        return self._ratio() != 1.0

    def shift(self, run: Sequence[Part], columns: int) -> None:
        """Move parts that lie below each other to the left, on the screen."""
        self._scroll(-columns, 0, run[0].area.united(run[-1].area))
