"""The pane of labels: one lane per label, its name on the left."""

import math
import sys
from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from leanviz.core.events import Event
from leanviz.core.tracks import Tracks
from leanviz.models.lanes import Lane
from leanviz.models.timeline import TimelineModel
from leanviz.models.viewport import Viewport
from leanviz.views.event_words import event_tip, parent_tip
from leanviz.views.label_boxes import LOWEST, TALLEST, LanesItem
from leanviz.views.label_edges import LabelEdges
from leanviz.views.left_axis import LEFT
from leanviz.views.pane import Pane
from leanviz.views.plain import plain_tip
from leanviz.views.position_bar import BAR, GAP, PositionBar
from leanviz.views.theme import Theme

# Logical pixels beside a box in which a click still means it.
NEAR = 3
# Of a file that was heard to its end.
NO_LABELS = "Nothing in this file is sure enough to be labelled."


class LanesPane(Pane):
    """What was heard, one lane per label."""

    # gaps move, even where there are no labels
    moves_empty = True
    event_clicked = Signal(object)
    event_double_clicked = Signal(object)
    event_hovered = Signal(object)

    def __init__(
        self, time: Viewport, timeline: TimelineModel, parent: QWidget | None = None
    ) -> None:
        empty = "Sounds get their labels here as they are recognised."
        self._position = PositionBar()
        super().__init__(time, "Labels", empty, parent)
        self._timeline = timeline
        self.picture = LanesItem(self.box, timeline, time)
        self.picture.empty = empty
        self.add(self.picture)
        self._position.setParent(self.viewport())
        self.edges = LabelEdges(self, lambda: timeline.sample_rate)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._hovered_event: Event | None = None
        # of the lanes there is reason to show, the first that has room
        self._turned, self._first_lane = 0.0, 0
        self._eligible: Sequence[int] = range(0)
        # the labels on the left, and the part of the height that each has
        self._named: tuple[list[str], float] = [], 0.0
        # of more lanes than fit: those heard last, or those from the first lane on
        self._heard_last = False
        timeline.lanes_changed.connect(self._take_events)
        timeline.lanes_ahead.connect(self._take_events)
        time.follow_changed.connect(self._take_follow)
        self._arrange()

    @property
    def selected(self) -> Event | None:
        """The event with the bright outline."""
        return self.picture.selected

    @property
    def n_in_view(self) -> int:
        """How many lanes have a label in view."""
        return len(self._timeline.lanes.heard_between(*self._samples_in_view()))

    def select(self, event: Event | None) -> None:
        """Outline an event, and bring its lane into view."""
        self.picture.selected = event
        lane = self._selected_lane()
        if lane >= 0 and lane not in self.picture.places:
            self._reveal(lane)
        self.picture.update()

    def set_tracks(self, tracks: Tracks | None) -> None:
        """Take the sound whose gaps are shown."""
        super().set_tracks(tracks)
        self._heard_last = self.time.follow
        self._arrange()

    def event_at(self, at: QPointF) -> Event | None:
        """Return the event at a place in logical pixels of the widget."""
        found = self._lane_at(at)
        if found is None:
            return None
        ratio = self.devicePixelRatioF()
        x = (at.x() - LEFT) * ratio
        near = NEAR * ratio
        boxes = self.picture.boxes(*found, self.plot_width(), ratio)
        hit = [b for b in boxes if b.area.left() - near <= x <= b.area.right() + near]
        return min(hit, key=lambda b: abs(b.area.center().x() - x)).event if hit else None

    def parent_at(self, at: QPointF) -> tuple[Event, str] | None:
        """Return the general class tinted at a place, and the label that stands for it."""
        label = self.label_at(at)
        parents = None if label is None else self._timeline.parents_of(label)
        sample = round(self.time_at(at) * self._timeline.sample_rate)
        found = [] if parents is None else parents.between(sample, sample + 1)
        return (found[0], label) if found and label is not None else None

    def label_at(self, at: QPointF) -> str | None:
        """Return the label of the lane at a place."""
        found = self._lane_at(at)
        return None if found is None else found[0].label

    def _lane_at(self, at: QPointF) -> tuple[Lane, int] | None:
        """Return the lane at a place, and in which row it is."""
        lanes, row = self.picture.shown_lanes(), int(at.y() / self.picture.lane_height)
        return (lanes[row], row) if self.in_plot(at) and 0 <= row < len(lanes) else None

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        """Take the edge of the selected label, if one is there."""
        if ev.button() == Qt.MouseButton.LeftButton:
            self.edges.take(ev.position())
        super().mousePressEvent(ev)

    def dragged(self, start: QPointF, at: QPointF, finished: bool) -> None:
        """Move the edge that was taken; without one, select the time range."""
        if not self.edges.drag(at, finished):
            super().dragged(start, at, finished)

    def clicked(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Tell which event was clicked; beside all events, seek."""
        self.edges.let_go()
        event = self.event_at(at)
        self.event_clicked.emit(event)
        if event is None:
            super().clicked(at, modifiers)

    def double_clicked(self, at: QPointF) -> None:
        """Tell which event was double-clicked."""
        event = self.event_at(at)
        if event is not None:
            self.event_double_clicked.emit(event)

    def hovered(self, at: QPointF | None) -> None:
        """Tell which event is under the pointer."""
        super().hovered(at)
        self.edges.point(at)
        event = None if at is None else self.event_at(at)
        if event != self._hovered_event:
            self._hovered_event = event
            self.event_hovered.emit(event)
        self.picture.setToolTip("" if at is None else plain_tip(self._tip(event, at)))

    def _tip(self, event: Event | None, at: QPointF) -> str:
        times = self._timeline.time_format
        if event is not None:
            return event_tip(event, self._timeline, times)
        parent = self.parent_at(at)
        return "" if parent is None else parent_tip(*parent, self._timeline, times)

    def wheel_vertical(self, notches: float, at: QPointF) -> None:
        """Scroll by lanes; a touch pad's small steps add up."""
        self._turned -= notches
        lanes = int(self._turned)
        self._turned -= lanes
        if lanes:
            self._scroll_to(self._first_lane + lanes)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        super().set_theme(theme)
        self._position.set_theme(theme)

    def resized(self) -> None:
        """Fit the lanes into the new height; that of the selected label stays in view."""
        lane = self._selected_lane()
        in_view = lane in self.picture.places
        self._position.setGeometry(self.plot.right() + 1 + GAP, 0, BAR, self.plot.height())
        self._arrange()
        if in_view and lane not in self.picture.places:
            self._reveal(lane)

    def moved(self) -> None:
        """Show the lanes of another time; what follows changes with its events alone."""
        if self._heard_last and not self.time.follow:
            self._arrange()
        elif not self.time.live and self._find_eligible() != self._eligible:
            lane = self._selected_lane()
            appears = lane not in self._eligible
            self._arrange()
            if appears:
                self._reveal(lane)

    def _selected_lane(self) -> int:
        """Return the lane of the selected label, -1 if there is none."""
        labels = [lane.label for lane in self._timeline.lanes]
        selected = self.selected
        return labels.index(selected.label) if selected and selected.label in labels else -1

    def _reveal(self, lane: int) -> None:
        if lane in self._eligible:
            first, shown, at = self._first_lane, self._capacity(), self._eligible.index(lane)
            self._scroll_to(min(max(first, at - shown + 1), at))

    def _take_events(self) -> None:
        """Arrange other lanes; what is heard now is in view, also after scrolling away."""
        self._arrange()
        if self.time.follow and not self._heard_last:
            newest = self._timeline.lanes.heard_last(1, sys.maxsize)
            if not set(newest) <= set(self.picture.places):
                self._take_follow(True)

    def _take_follow(self, follow: bool) -> None:
        """Follow what is heard; a view that is held, or looks back, goes on from there."""
        if follow or not self.time.live:
            self._heard_last = follow
            self._arrange()
        self._tell_empty()

    def _scroll_to(self, lane: int) -> None:
        self._heard_last = False
        self._first_lane = max(0, lane)
        self._arrange()

    def _capacity(self) -> int:
        """Return how many lanes fit."""
        return max(1, int(self.box.rect().height() / self.picture.lane_height))

    def _arrange(self) -> None:
        """Choose the height of lanes, and name them on the left."""
        height, lanes = self.box.rect().height(), list(self._timeline.lanes)
        fitting = int(height / max(1, len(lanes)))
        picture = self.picture
        picture.lane_height = min(TALLEST, max(LOWEST, fitting))
        places = self._chosen(len(lanes))
        picture.show_places(places)
        self._position.show_places(() if len(places) == len(self._eligible) else places, len(lanes))
        shown = picture.shown_lanes()
        tall = picture.lane_height / max(height, 1.0)
        labels = [lane.label for lane in shown]
        # what comes is mostly of the labels that are there: they are not named anew
        if (labels, tall) != self._named:
            self._named = labels, tall
            titles = map(self._timeline.title, labels)
            names = [(1.0 - (i + 0.5) * tall, title) for i, title in enumerate(titles)]
            self.axis.set_marks(names, ticks=False)
        self._tell_empty()

    def _tell_empty(self) -> None:
        """Say why there is nothing: in the middle, or where time goes on, as it scrolls by."""
        empty = not self._timeline.lanes and not self.time.follow
        if self.markers.is_empty != empty:
            self.markers.is_empty = empty
            self.markers.update()

    def _chosen(self, count: int) -> Sequence[int]:
        """Return the places of the lanes that have room, of `count`."""
        fitting, self._eligible = self._capacity(), self._find_eligible()
        if not self._heard_last or count <= fitting:
            self._first_lane = max(0, min(self._first_lane, len(self._eligible) - fitting))
            return self._eligible[self._first_lane : self._first_lane + fitting]
        edge = math.ceil(self.time.stop_s * self._timeline.sample_rate)
        # the newest label may be a moment ahead of a picture that follows
        before = sys.maxsize if self.time.follow else edge
        return self._timeline.lanes.heard_last(fitting, before)

    def _find_eligible(self) -> Sequence[int]:
        """Return the places of all lanes; of a recording with too many, of those in view."""
        lanes = self._timeline.lanes
        if self.time.live or len(lanes) <= self._capacity():
            return range(len(lanes))
        return lanes.heard_between(*self._samples_in_view())

    def _samples_in_view(self) -> tuple[int, int]:
        rate = self._timeline.sample_rate
        return math.floor(self.time.start_s * rate), math.ceil(self.time.stop_s * rate)
