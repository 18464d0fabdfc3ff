"""Moving about: in time, and from label to label."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QInputDialog, QWidget

from leanviz.core.events import Event
from leanviz.models.time_text import elapsed
from leanviz.views.actions import Actions
from leanviz.views.workspace import Workspace

SMALL_STEP = 0.1
ZOOM_STEP = 1.5
# A label that is zoomed to fills this part of the width.
LABEL_PART = 0.25


class Navigation(QObject):
    """What the Go menu does, and which label is selected.

    Signals
    -------
    selected : Event or None
        Another label is selected.
    """

    selected = Signal(object)

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self._workspace, self._window = workspace, parent
        self._time = workspace.time
        self._event: Event | None = None

    @property
    def selection(self) -> Event | None:
        """The selected label."""
        return self._event

    def serve(self, actions: Actions) -> None:
        """Have the actions of the Go menu do their work."""
        time = self._time
        actions.connect({
            "back": lambda: time.scroll(-SMALL_STEP * time.span_s),
            "forward": lambda: time.scroll(SMALL_STEP * time.span_s),
            "page back": lambda: time.scroll(-time.span_s),
            "page forward": lambda: time.scroll(time.span_s),
            "start": self.to_start,
            "end": self.to_end,
            "go to": self.ask_for_time,
            "next label": lambda: self.step(1),
            "previous label": lambda: self.step(-1),
            "zoom in": lambda: self.zoom(1.0 / ZOOM_STEP),
            "zoom out": lambda: self.zoom(ZOOM_STEP),
            "fit": time.fit,
        })  # fmt: skip

    def select(self, event: Event | None) -> None:
        """Select a label, or none."""
        if event != self._event:
            self._event = event
            self._workspace.lanes.select(event)
            self.selected.emit(event)

    def reveal(self, event: Event) -> None:
        """Select a label and bring it into view."""
        self.select(event)
        onset_s = event.onset / self._workspace.timeline.sample_rate
        if not self._time.start_s <= onset_s < self._time.stop_s:
            self._time.show(onset_s - self._time.span_s / 4, self._time.span_s)

    def zoom_to(self, event: Event) -> None:
        """Select a label and show it large."""
        self.select(event)
        rate = self._workspace.timeline.sample_rate
        length_s = max((event.offset - event.onset) / rate, 0.1)
        span_s = length_s / LABEL_PART
        self._time.show(event.onset / rate + length_s / 2 - span_s / 2, span_s)

    def step(self, direction: int) -> None:
        """Select the next label (1) or the previous one (-1)."""
        timeline = self._workspace.timeline
        if self._event is not None and timeline.row_of(self._event) >= 0:
            row = timeline.row_of(self._event) + direction
            if 0 <= row < timeline.rowCount():
                self.reveal(timeline.event_at(row))
            return
        at_s = self._time.cursor_s if self._time.cursor_s is not None else self._time.start_s
        edge = round(at_s * timeline.sample_rate) - direction
        event = timeline.neighbour(edge, direction)
        if event is not None:
            self.reveal(event)

    def zoom(self, factor: float) -> None:
        """Show `factor` times as much time around the pointer, the cursor, or the middle."""
        time = self._time
        for anchor_s in (time.hover.time_s, time.cursor_s):
            if anchor_s is not None and time.start_s <= anchor_s < time.stop_s:
                break
        else:
            anchor_s = time.start_s + time.span_s / 2
        time.zoom_at(anchor_s, factor)

    def to_start(self) -> None:
        """Go to the start; the play position too."""
        first = self._time.limits[0]
        self._time.show(first, self._time.span_s)
        self._time.seek(first)

    def to_end(self) -> None:
        """Go to the end; a live view follows again."""
        if self._time.live:
            self._time.set_follow(True)
            return
        last = self._time.limits[1]
        self._time.show(last - self._time.span_s, self._time.span_s)
        self._time.seek(last)

    def ask_for_time(self) -> None:
        """Ask for a time, and show it in the middle."""
        shown = elapsed(self._time.cursor_s or max(0.0, self._time.start_s))
        text, wanted = QInputDialog.getText(
            self._window, "Go to Time", "Time as seconds, m:ss or h:mm:ss:", text=shown
        )
        time_s = parse_time(text) if wanted else None
        if time_s is not None:
            self._time.show(time_s - self._time.span_s / 2, self._time.span_s)
            self._time.seek(time_s)


def parse_time(text: str) -> float | None:
    """Return the seconds that ``83.5``, ``1:23.5`` or ``0:01:23.5`` mean; None if it is no time."""
    parts = text.strip().replace(",", ".").split(":")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        return None
    if not 1 <= len(parts) <= 3 or any(not 0.0 <= number < 1e9 for number in numbers):
        return None
    seconds = 0.0
    for number in numbers:
        seconds = 60.0 * seconds + number
    return seconds
