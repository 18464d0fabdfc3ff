"""The edges of the selected label, to be moved with the mouse."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, Qt, Signal

from leanviz.core.clock import Span, to_sample
from leanviz.core.events import Event
from leanviz.views.left_axis import LEFT

if TYPE_CHECKING:
    from leanviz.views.lanes import LanesPane

# Logical pixels beside an edge in which the pointer takes it; within a narrow box fewer.
REACH = 4
# Nothing is made shorter than this, in seconds.
SHORTEST_S = 0.01


class Edge(StrEnum):
    """Which end of a label it is; the name is that of the event's attribute."""

    ONSET = "onset"
    OFFSET = "offset"


@dataclass(frozen=True, slots=True)
class Held:
    """An edge that the pointer has taken: of which event, and where the pointer was."""

    event: Event
    edge: Edge
    start_s: float


class LabelEdges(QObject):
    """Takes, moves and lets go of an edge; what becomes of the label is for others to say.

    Signals
    -------
    moved : Event and Span
        The label gets this extent, in source samples.
    """

    moved = Signal(object, object)

    def __init__(self, pane: "LanesPane", rate: Callable[[], int]) -> None:
        super().__init__(pane)
        self._pane, self._rate = pane, rate
        self._held: Held | None = None
        self.movable: Callable[[], bool] = lambda: False

    def at(self, at: QPointF) -> Edge | None:
        """Return the edge of the selected label at a place in logical pixels of the pane."""
        event, pane = self._pane.selected, self._pane
        if event is None or not self.movable() or pane.label_at(at) != event.label:
            return None
        axis, ratio = pane.pixel_map(), pane.devicePixelRatioF()
        onset, offset = (axis.x(s / self._rate()) for s in (event.onset, event.offset))
        x, outside = (at.x() - LEFT) * ratio, REACH * ratio
        inside = min(outside, (offset - onset) / 4)
        if -outside <= x - onset <= inside:
            return Edge.ONSET
        return Edge.OFFSET if -inside <= x - offset <= outside else None

    def point(self, at: QPointF | None) -> None:
        """Show by the pointer's shape that there is an edge under it."""
        over = self._held is not None or (at is not None and self.at(at) is not None)
        shape = Qt.CursorShape.SizeHorCursor if over else Qt.CursorShape.ArrowCursor
        if self._pane.viewport().cursor().shape() != shape:
            self._pane.viewport().setCursor(shape)

    def take(self, at: QPointF) -> None:
        """Take the edge at a place, if there is one."""
        self._held, edge, event = None, self.at(at), self._pane.selected
        if edge is not None and event is not None:
            self._held = Held(event, edge, self._pane.time_at(at))

    def let_go(self) -> None:
        """Leave the edge where it was: there was a click."""
        self._held = None

    def drag(self, at: QPointF, finished: bool) -> bool:
        """Move the edge that was taken, and at last tell where it is; False if there is none."""
        held = self._held
        if held is None:
            return False
        extent = self._extent(held, self._pane.time_at(at) - held.start_s)
        moved = replace(held.event, onset=extent.start, offset=extent.stop)
        self._pane.picture.show_moved(held.event, None if finished else moved)
        if finished:
            self._held = None
            if moved != held.event:
                self.moved.emit(held.event, extent)
        return True

    def _extent(self, held: Held, moved_s: float) -> Span:
        """Return the extent of a label one of whose edges is moved."""
        event, rate = held.event, self._rate()
        shortest, moved = to_sample(SHORTEST_S, rate), round(moved_s * rate)
        if held.edge is Edge.ONSET:
            onset = max(0, min(event.onset + moved, event.offset - shortest))
            return Span(onset, event.offset)
        last = to_sample(self._pane.time.limits[1], rate)
        return Span(event.onset, min(last, max(event.offset + moved, event.onset + shortest)))
