"""What every pane of a window shares: the visible time, the cursor, the selection, the hover."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, SignalInstance

from leanviz.core.clock import PixelMap

TimeRange = tuple[float, float]

# What is heard live rushes by.
MIN_SPAN_S, MIN_LIVE_SPAN_S = 0.05, 0.5
LIVE_SPAN_S = 20.0
MAX_LIVE_SPAN_S = 120.0
# The coarsest waveform and the labels are kept about as long.
LONGEST_LIVE_S = 48 * 3600.0
# A whole file up to this long is shown when it is opened; of a longer one, its first part.
WHOLE_FILE_S = 60.0
# What stays in view of the old page, at its left, when a page is turned.
PAGE_KEPT = 0.1


@dataclass(frozen=True, slots=True)
class Hover:
    """What the pointer means, wherever it is.

    Attributes
    ----------
    time_s : float or None
        Time under the pointer.
    query_s, key_s : tuple of float or None
        Seconds [start, stop) that the patch and the wave feature under the pointer see; only the
        attention pane knows them, every pane draws them.
    query_hop_s, key_hop_s : tuple of float or None
        Seconds that they stand for, within what they see: neighbours overlap.
    """

    time_s: float | None = None
    query_s: TimeRange | None = None
    key_s: TimeRange | None = None
    query_hop_s: TimeRange | None = None
    key_hop_s: TimeRange | None = None


@dataclass(frozen=True, slots=True)
class PinMark:
    """A cell of the attention map that is held: its letter or both, what query and key see."""

    letter: str
    query_s: TimeRange
    key_s: TimeRange


NOTHING = Hover()


def on_whole_columns(start_s: float, span_s: float, width: int) -> PixelMap:
    """Return the map whose left edge is the whole pixel column nearest to a time."""
    step = span_s / width
    return PixelMap(round(start_s / step) * step, span_s, width)


class _Signals(QObject):
    changed = Signal()
    cursor_moved = Signal()
    hover_changed = Signal()
    selection_changed = Signal()
    pins_changed = Signal()
    follow_changed = Signal(bool)
    seek_requested = Signal(float)


class Viewport:
    """The time axis of a window. Seconds are those of the source; 0 is its first sample.

    It has signals, and is no object of Qt's: on those, attributes take two to ten times as long to
    be found, and these are asked for many times with every picture.

    Signals
    -------
    changed :
        Another time is visible. `follow_to` is silent: it comes with every picture, and whoever
        draws a live view looks for itself.

    Attributes
    ----------
    turns_pages : bool
        Whether this is a live view that turns pages: "now" is then marked.
    marked : bool
        Whether anything is marked over the panes: mostly nothing is.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        self._signals = signals = _Signals(parent)
        self.changed, self.cursor_moved = signals.changed, signals.cursor_moved
        self.hover_changed, self.pins_changed = signals.hover_changed, signals.pins_changed
        self.selection_changed = signals.selection_changed
        self.follow_changed, self.seek_requested = signals.follow_changed, signals.seek_requested
        self._start_s, self._span_s = 0.0, LIVE_SPAN_S
        # noted when they change: every pane asks for them with every picture
        self.turns_pages = self.marked = False
        # asked for many times per frame, nearly always for the same width
        self._map: PixelMap | None = None
        self._column = 0
        self._latest = on_whole_columns(0.0, LIVE_SPAN_S, 1)
        self._limits: TimeRange = (0.0, 0.0)
        self._session_s = 0.0
        self._live = self._follow = False
        self._paging = False
        self._cursor_s: float | None = None
        self._selection: TimeRange | None = None
        self._hover = NOTHING
        self._pins: tuple[PinMark, ...] = ()

    @property
    def start_s(self) -> float:
        """Time at the left edge; negative while a live view has less than one span to show."""
        return self._start_s

    @property
    def span_s(self) -> float:
        """Seconds from the left to the right edge."""
        return self._span_s

    @property
    def stop_s(self) -> float:
        """Time at the right edge."""
        return self._start_s + self._span_s

    @property
    def limits(self) -> TimeRange:
        """First and last time there is anything to show, in seconds."""
        return self._limits

    @property
    def live(self) -> bool:
        """Whether the end moves on with the microphone."""
        return self._live

    @property
    def follow(self) -> bool:
        """Whether the right edge keeps up with the newest sound."""
        return self._follow

    @property
    def paging(self) -> bool:
        """Whether a live view turns pages instead of scrolling."""
        return self._paging

    @property
    def cursor_s(self) -> float | None:
        """The play position of a file; None where there is none."""
        return self._cursor_s

    @property
    def hover(self) -> Hover:
        """What the pointer means."""
        return self._hover

    @property
    def marks_changed(self) -> tuple[SignalInstance, ...]:
        """The signals of everything that is marked over the panes."""
        return self.cursor_moved, self.hover_changed, self.selection_changed, self.pins_changed

    @property
    def pins(self) -> tuple[PinMark, ...]:
        """The cells of the attention map that are held."""
        return self._pins

    @property
    def selection(self) -> TimeRange | None:
        """The selected time range, in order."""
        return self._selection

    def pixel_map(self, width: int) -> PixelMap:
        """Return the map onto `width` device pixels.

        Every pane of the same width gets the same map, so an instant has one x; its left edge is on
        a whole pixel column, so scrolling moves by whole pixels. It is the same object until then.
        """
        held = self._map
        if held is None or held.width != width:
            span_s, held = self._span_s, self._latest
            column = round(self._start_s / (span_s / width))
            if (column, span_s, width) != (self._column, held.span_s, held.width):
                held = self._latest = PixelMap(column * (span_s / width), span_s, width)
                self._column = column
            self._map = held
        return held

    def rest_s(self, width: int) -> float | None:
        """Return the seconds until a live view of `width` device pixels differs by a pixel.

        None if it stands still: then only the user moves it.
        """
        axis = self.pixel_map(width)
        step = axis.seconds_per_pixel
        if self.turns_pages:
            return step - (self._limits[1] - axis.start_s) % step
        # the left edge is on the nearest whole column
        return (self._column + 0.5) * step - self._start_s if self._follow else None

    def show_recording(self, duration_s: float) -> None:
        """Begin with a file: all of it, or the first part of a long one."""
        self._begin((0.0, max(duration_s, MIN_SPAN_S)), live=False)
        self._place(0.0, min(duration_s, WHOLE_FILE_S))

    def show_live(self, span_s: float = LIVE_SPAN_S, session_s: float = LONGEST_LIVE_S) -> None:
        """Begin with a microphone: the newest sound in view, and up to `session_s` to go back."""
        self._session_s = session_s
        self._begin((0.0, 0.0), live=True)
        self._place(-span_s, span_s)

    def follow_to(self, now_s: float) -> None:
        """Tell how far the live sound has come; moves the view, silently, if it follows."""
        self._limits = (max(0.0, now_s - self._session_s), now_s)
        if not self._follow:
            return
        if self._paging:
            self._follow_on(silently=True)
            return
        # what ends at the newest sound is within all limits
        self._start_s = now_s - self._span_s
        held = self._map
        if held is not None and self._column != round(self._start_s / held.seconds_per_pixel):
            self._map = None

    def set_paging(self, paging: bool) -> None:
        """Have a live view turn pages, or scroll."""
        if paging != self._paging:
            self._paging = paging
            self._note_marks()
            if self._follow:
                self._follow_on()
            self.cursor_moved.emit()  # so has "now": it is marked, or no more

    def set_follow(self, follow: bool) -> None:
        """Freeze a live view, or take it back to the newest sound."""
        follow = follow and self._live
        if follow == self._follow:
            return
        self._follow = follow
        self.follow_changed.emit(follow)
        if follow:
            self._follow_on()

    def show(self, start_s: float, span_s: float) -> None:
        """Show a range, as far as the limits allow; a live view stops following."""
        self.set_follow(False)
        self._place(start_s, span_s)

    def scroll(self, seconds: float) -> None:
        """Move by some seconds; reaching the newest sound takes up following again."""
        if self._follow and seconds >= 0.0:
            return
        self.show(self._start_s + seconds, self._span_s)
        self.set_follow(seconds > 0.0 and self.stop_s >= self._limits[1])

    def zoom_at(self, time_s: float, factor: float) -> None:
        """Show `factor` times as much, keeping a time in its place (a live view: its end)."""
        span_s = self._clamped_span(self._span_s * factor)
        anchor = self._limits[1] if self._follow and not self._paging else time_s
        start_s = anchor - (anchor - self._start_s) * span_s / self._span_s
        self._place(start_s, span_s)

    def fit(self) -> None:
        """Show everything there is."""
        start, stop = self._limits
        self.show(start, stop - start)

    def reveal(self, time_s: float) -> None:
        """Turn the page if a time, such as the play position, has left the view."""
        if not self._start_s <= time_s < self.stop_s:
            self.show(time_s, self._span_s)

    def set_cursor(self, time_s: float | None) -> None:
        """Move the play cursor; None takes it away."""
        if time_s != self._cursor_s:
            self._cursor_s = time_s
            self._note_marks()
            self.cursor_moved.emit()

    def set_hover(self, hover: Hover = NOTHING) -> None:
        """Tell every pane what the pointer means; nothing by default."""
        if hover != self._hover:
            self._hover = hover
            self._note_marks()
            self.hover_changed.emit()

    def set_pins(self, pins: tuple[PinMark, ...]) -> None:
        """Tell every pane which cells of the attention map are held."""
        if pins != self._pins:
            self._pins = pins
            self._note_marks()
            self.pins_changed.emit()

    def select(self, selection: TimeRange | None) -> None:
        """Select a time range, given in either order; None selects nothing."""
        ordered = None if selection is None else (min(selection), max(selection))
        if ordered != self._selection:
            self._selection = ordered
            self._note_marks()
            self.selection_changed.emit()

    def seek(self, time_s: float) -> None:
        """Ask for the play position to move; whoever plays answers with `set_cursor`."""
        self.seek_requested.emit(min(max(time_s, self._limits[0]), self._limits[1]))

    def _begin(self, limits: TimeRange, live: bool) -> None:
        self._limits, self._live = limits, live
        self.select(None)
        self.set_hover()
        self.set_cursor(None)
        self._note_marks()
        if self._follow != live:
            self._follow = live
            self.follow_changed.emit(live)

    def _note_marks(self) -> None:
        """Note whether there is anything to be marked."""
        self.turns_pages = self._paging and self._live
        self.marked = bool(
            self._selection is not None
            or self._pins
            or self._hover != NOTHING
            or self._cursor_s is not None
            or self.turns_pages
        )

    def _follow_on(self, silently: bool = False) -> None:
        """Bring the newest sound into view: at the right edge, or somewhere on a page."""
        now_s, start_s = self._limits[1], self._start_s
        if not self._paging:
            start_s = now_s - self._span_s
        elif not start_s <= now_s < self.stop_s:
            start_s = max(0.0, now_s - PAGE_KEPT * self._span_s)
        self._place(start_s, self._span_s, silently)

    def _clamped_span(self, span_s: float) -> float:
        longest = self._limits[1] - self._limits[0]
        if self._live:
            longest = max(longest, MAX_LIVE_SPAN_S)
        least = MIN_LIVE_SPAN_S if self._live else MIN_SPAN_S
        return min(max(span_s, least), max(longest, least))

    def _place(self, start_s: float, span_s: float, silently: bool = False) -> None:
        span_s = self._clamped_span(span_s)
        first, last = self._limits
        # A live view keeps the newest sound at the right edge even before it fills the span.
        lowest = min(first, last - span_s) if self._live else first
        # A page is there before the sound that will fill it.
        highest = last if self._live and self._paging else last - span_s
        start_s = max(min(start_s, highest), lowest)
        if (start_s, span_s) != (self._start_s, self._span_s):
            self._start_s, self._span_s, self._map = start_s, span_s, None
            if not silently:
                self.changed.emit()
