"""A dot and words beside it: whether sound is being kept."""

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from leanviz.core.watching import WatchChoices
from leanviz.views.plain import plain_tip
from leanviz.views.theme import DARK, Theme

DOT = 10
SPACE = 6
# Above and below the words, as the menus beside it have it.
ROOM = 8
READY = "Clips on"
NO_RULE = "Clips on, but no rule"
WIDEST = "Keeping Musical instrum"


class RecorderBadge(QWidget):
    """Hidden while recording is off, a ring while it is on, a red dot while a clip is recorded."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Recorder")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.theme: Theme = DARK
        self._writing, self._ready, self._on = "", READY, False
        self.hide()

    @property
    def text(self) -> str:
        """The words shown."""
        return f"Keeping {self._writing}" if self._writing else self._ready

    def show_choices(self, choices: WatchChoices) -> None:
        """Show whether clips are kept."""
        self._ready = READY if choices.recording else NO_RULE
        self._on = choices.clips.record
        self.show_state("", 0)

    def show_state(self, writing: str, saved: int) -> None:
        """Show what is being recorded now, and how many clips there are."""
        self.setVisible(self._on or bool(writing))
        self._writing = writing
        clips = "1 clip" if saved == 1 else f"{saved} clips"
        words = f"{self.text}; {clips} saved since listening began"
        if words != self.accessibleDescription():
            self.setAccessibleDescription(words)
            self.setToolTip(plain_tip(words))
            self.update()

    def sizeHint(self) -> QSize:
        """Return a size that all words fit in, so that nothing moves when they change."""
        metrics = self.fontMetrics()
        width = DOT + SPACE + metrics.horizontalAdvance(WIDEST) + SPACE
        return QSize(width, metrics.height() + ROOM)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the dot, or the ring, and the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        red = QColor(self.theme.clip)
        painter.setPen(QPen(red, 2.0))
        painter.setBrush(red if self._writing else Qt.BrushStyle.NoBrush)
        radius = DOT / 2 - 1
        painter.drawEllipse(QPointF(DOT / 2, self.height() / 2), radius, radius)
        painter.setPen(QColor(self.theme.text))
        place = self.rect().adjusted(DOT + SPACE, 0, 0, 0)
        words = self.fontMetrics().elidedText(self.text, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, words)
