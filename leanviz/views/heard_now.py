"""What is heard now in letters that are read from across a room."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from leanviz.core.events import Event
from leanviz.models.timeline import TimelineModel
from leanviz.models.viewport import Viewport
from leanviz.views.colours import family_hue
from leanviz.views.drawing import colour
from leanviz.views.theme import DARK, Theme
from leanviz.views.workspace import Workspace

# Logical pixels. Capitals of this size are a centimetre high on most screens: read from two metres.
LETTERS, LEAST_LETTERS = 48, 28
HEIGHT, BLOCK, PAD, GAP = 72, 12, 12, 32
MOST = 3
# Of so many that began last, that which ended last was heard last.
LATE = 16
QUIET = "nothing"
MIDDLE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Heard:
    """A label as it is shown.

    Attributes
    ----------
    title, hue : str
        What is written, and the colour of its family.
    when : str
        When it was heard last; empty while it sounds.
    """

    title: str
    hue: str
    when: str = ""

    @property
    def text(self) -> str:
        """What it says in words."""
        return f"{self.title} {self.when}".rstrip()


class HeardNow(QWidget):
    """Names what sounds, the surest first; of a file, what sounds at the cursor.

    Parameters
    ----------
    workspace : Workspace
        Whose events are told.
    """

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._shown: tuple[Heard, ...] = ()
        self.theme: Theme = DARK
        self.setAccessibleName("Heard now")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        workspace.timeline_changed.connect(self._take_timeline)
        workspace.time.cursor_moved.connect(self.refresh)
        self._take_timeline()
        self.hide()

    @property
    def shown(self) -> tuple[Heard, ...]:
        """What is named, from left to right."""
        return self._shown

    def sizeHint(self) -> QSize:
        """Return a height that does not change with what is heard."""
        return QSize(200, HEIGHT)

    def refresh(self) -> None:
        """Name what sounds now; nothing is drawn while that is the same, or nobody looks."""
        if not self.isVisible():
            return
        shown = heard(self._workspace.timeline, self._workspace.time)
        if shown != self._shown:
            self._shown = shown
            self.setAccessibleDescription(", ".join(each.text for each in shown) or QUIET)
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.theme = theme
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        """Name what sounds since before this was seen."""
        super().showEvent(event)
        self.refresh()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write one name beside the other, as many as have room, and how many have none."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour(self.theme.background))
        shown = self._shown or (Heard(QUIET, self.theme.background, when=" "),)
        painter.setFont(self._font(shown))
        left = PAD
        for at, each in enumerate(shown):
            stop = self._stop(painter, len(shown) - at - 1)
            after = None if at == MOST else self._write(painter, each, left, stop)
            if after is None:
                rest = QRect(left, 0, self.width() - left, HEIGHT)
                painter.setPen(colour(self.theme.muted))
                painter.drawText(rest, MIDDLE, f"+{len(shown) - at}")
                break
            left = after

    def _stop(self, painter: QPainter, others: int) -> int:
        """Return where a name has to end, to leave room for how many others there are."""
        tail = QFontMetrics(painter.font()).horizontalAdvance(f"+{others}") if others else 0
        return self.width() - PAD - (tail + GAP if others else 0)

    def _write(self, painter: QPainter, each: Heard, left: int, stop: int) -> int | None:
        """Write a name beside the block of its family; return where the next one begins.

        The first one is there at any rate, and shortened if need be; None if there is no room.
        """
        at, metrics = left + BLOCK + PAD, QFontMetrics(painter.font())
        when = f"  {each.when}" if each.when else ""
        title = each.title
        if left == PAD:
            room = stop - at - metrics.horizontalAdvance(when)
            title = metrics.elidedText(title, Qt.TextElideMode.ElideRight, room)
        wide = metrics.horizontalAdvance(title + when)
        if left > PAD and at + wide > stop:
            return None
        painter.fillRect(left, 8, BLOCK, HEIGHT - 16, colour(each.hue))
        painter.setPen(colour(self.theme.muted if each.when else self.theme.text))
        painter.drawText(QRect(at, 0, wide + PAD, HEIGHT), MIDDLE, title + when)
        return at + wide + GAP

    def _font(self, shown: tuple[Heard, ...]) -> QFont:
        """Return letters in which the surest sound has room, no smaller than `LEAST_LETTERS`."""
        font = QFont(self.font())
        font.setPixelSize(LETTERS)
        first, *others = shown
        tail = f"  +{len(others)}" if others else ""
        wide = QFontMetrics(font).horizontalAdvance(f"{first.text}  {tail}")
        room = self.width() - 2 * (PAD + BLOCK)
        font.setPixelSize(max(LEAST_LETTERS, min(LETTERS, LETTERS * room // max(wide, 1))))
        return font

    def _take_timeline(self) -> None:
        timeline = self._workspace.timeline
        timeline.lanes_changed.connect(self.refresh)
        timeline.format_changed.connect(self.refresh)
        self.refresh()


def heard(timeline: TimelineModel, time: Viewport) -> tuple[Heard, ...]:
    """Return what sounds: live now, else at the cursor; live without any, what was heard last."""
    if time.live:
        sounding = list(timeline.sounding)
    else:
        at = -1 if time.cursor_s is None else round(time.cursor_s * timeline.sample_rate)
        sounding = [event for lane in timeline.lanes for event in lane.between(at, at + 1)]
    if sounding or not (time.live and timeline.rowCount()):
        surest = sorted(sounding, key=lambda event: -event.score)
        return tuple(_told(timeline, event) for event in surest)
    count = timeline.rowCount()
    latest = map(timeline.event_at, range(max(0, count - LATE), count))
    last = max(latest, key=lambda event: event.offset)
    when = timeline.time_format.text(last.onset / timeline.sample_rate, 0)
    return (replace(_told(timeline, last), when=when),)


def _told(timeline: TimelineModel, event: Event) -> Heard:
    return Heard(timeline.title(event.label), family_hue(timeline.family(event.label)))
