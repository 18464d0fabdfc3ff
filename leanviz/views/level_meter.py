"""The level of the input: peak, mean and the highest of late, and a lamp for clipping."""

import math
import time
from collections.abc import Callable

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from leanviz.views.drawing import colour
from leanviz.views.theme import DARK, Theme

# Qt's methods take longer to be found on their objects than to run.
_update = QWidget.update

BOTTOM_DBFS, SILENT_DBFS = -60.0, -120.0
BAR_WIDTH, BAR_HEIGHT = 72, 8
SPACE = 6
HOLD_S = 1.5
# How fast the bar falls back, as meters for programme levels do (IEC 60268-10, type I).
FALL_DB_PER_S = 20.0 / 1.7
# A screen reader is told no more often than this.
TELL_EVERY_S = 1.0
LAMP = "clip"
TIP = (
    "Peak level of the input, its highest of late, and below it the mean (RMS). The lamp stays lit "
    "when a sample has reached full scale, until you click here."
)


class LevelMeter(QWidget):
    """Shows the newest level; empty while nothing is heard.

    Parameters
    ----------
    clock : callable
        Returns seconds that only grow.
    """

    def __init__(
        self, parent: QWidget | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self.theme: Theme = DARK
        self._clock = clock
        self._bar_dbfs = self._held_dbfs = self._rms_dbfs = -math.inf
        self._shown_at = self._held_at = self._told_at = -math.inf
        self._clipped = self._seen = 0
        # where the peak, the mean and the highest of late end, and in what that is counted
        self._places, self._grid = (0, 0, -1), 1.0
        # kept: to make them takes longer than to draw with them
        self._painter, self._left = QPainter(), QRect()
        self._trough, self._bar, self._mean, self._mark = (QRectF() for _ in range(4))
        self.setAccessibleName("Input level")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setToolTip(TIP)
        # else all that lies below would be drawn again with every new level
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    @property
    def lit(self) -> bool:
        """Whether a sample has reached full scale since the user last looked."""
        return self._clipped > self._seen

    @property
    def held_dbfs(self) -> float:
        """The highest level of late; minus infinity while nothing is heard."""
        return self._held_dbfs

    def sizeHint(self) -> QSize:
        """Return the room that the widest number takes, so that it never moves."""
        metrics = self.fontMetrics()
        words = metrics.horizontalAdvance(LAMP) + metrics.horizontalAdvance(_text(-100.0))
        return QSize(BAR_WIDTH + 3 * SPACE + words, max(24, metrics.height()))

    def show_level(self, peak_dbfs: float, clipped: int, rms_dbfs: float = -math.inf) -> None:
        """Show a level in dBFS.

        Parameters
        ----------
        peak_dbfs, rms_dbfs : float
            Of the newest tenth of a second.
        clipped : int
            Samples at full scale since the stream began.
        """
        now, words, places = self._clock(), (self.lit, self._held_dbfs), self._places
        fallen_db = FALL_DB_PER_S * (now - self._shown_at)
        self._bar_dbfs = max(peak_dbfs, self._bar_dbfs - fallen_db)
        self._shown_at, self._rms_dbfs = now, rms_dbfs
        if peak_dbfs >= self._held_dbfs or now - self._held_at > HOLD_S:
            self._held_dbfs, self._held_at = peak_dbfs, now
        # a stream that begins anew counts from 0 again
        self._seen = min(self._seen, clipped)
        self._clipped = clipped
        self._tell(now)
        self._place()
        # letters take longest to draw, and are seldom others
        if (self.lit, self._held_dbfs) != words:
            self.update()
        elif self._places != places:
            _update(self, self._left)

    def clear(self) -> None:
        """Show that nothing is heard; what was clipped stays to be seen."""
        self._bar_dbfs = self._held_dbfs = self._rms_dbfs = -math.inf
        self._seen, self._clipped = 0, int(self.lit)
        self.setAccessibleDescription(LAMP if self.lit else "")
        self._place()
        self.update()

    def acknowledge(self) -> None:
        """Put the lamp out until another sample reaches full scale."""
        self._seen = self._clipped
        self._told_at = -math.inf
        self._tell(self._clock())
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Put the lamp out."""
        self.acknowledge()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Put the lamp out, as a button would be pressed."""
        if event.key() in {Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.acknowledge()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the trough, the peak over the mean, the highest of late, the lamp, the number."""
        theme, painter, exposed = self.theme, self._painter, event.rect()
        whole = exposed.right() >= BAR_WIDTH
        if whole:
            self._measure()
        grid, (bar, mean, mark) = self._grid, self._places
        self._bar.setWidth(bar / grid)
        self._mean.setWidth(mean / grid)
        self._mark.moveLeft(mark / grid)
        painter.begin(self)
        try:
            painter.fillRect(exposed, colour(theme.surface))
            painter.fillRect(self._trough, colour(theme.line))
            painter.fillRect(self._bar, colour(theme.waveform))
            painter.fillRect(self._mean, colour(theme.muted))
            if mark >= 0:
                painter.fillRect(self._mark, colour(theme.text))
            if whole:
                self._draw_words(painter)
            if self.hasFocus():
                painter.setPen(QPen(colour(theme.accent)))
                painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        finally:  # one that is still at work could not begin again
            painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place what is drawn at the middle of the height."""
        top = (self.height() - BAR_HEIGHT) / 2
        self._trough = QRectF(0, top, BAR_WIDTH, BAR_HEIGHT)
        self._bar = QRectF(0, top, 0, BAR_HEIGHT)
        self._mean = QRectF(0, top + BAR_HEIGHT, 0, 2)
        self._mark = QRectF(0, top - 2, 2, BAR_HEIGHT + 4)
        self._left = QRect(0, 0, BAR_WIDTH, self.height())

    def _place(self) -> None:
        """Find where the peak, the mean and the highest of late end; -1 for none of the last.

        Counted in whole pixels of the screen, so that it can be told whether anything has moved.
        """
        wide = BAR_WIDTH * self._grid
        per_db = wide / BOTTOM_DBFS
        bar = min(wide, max(0.0, wide - self._bar_dbfs * per_db))
        mean = min(wide, max(0.0, wide - self._rms_dbfs * per_db))
        held = wide - self._held_dbfs * per_db
        mark = int(min(wide - 2.0 * self._grid, held) + 0.5) if held > 0 else -1
        self._places = int(bar + 0.5), int(mean + 0.5), mark

    def _measure(self) -> None:
        """Take the pixels of the screen that the meter is on."""
        ratio = self.devicePixelRatioF()
        # where a pixel is no part of a logical one, it may begin anywhere: count far finer
        self._grid = ratio if ratio.is_integer() else 2.0**20 * ratio
        self._place()

    def _draw_words(self, painter: QPainter) -> None:
        words = self.rect().adjusted(BAR_WIDTH + SPACE, 0, 0, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        if self.lit:
            lamp = words.adjusted(0, 2, 0, -2)
            lamp.setWidth(self.fontMetrics().horizontalAdvance(LAMP) + SPACE)
            painter.fillRect(lamp, colour(self.theme.clip))
            painter.setPen(colour(self.theme.background))
            painter.drawText(lamp, Qt.AlignmentFlag.AlignCenter, LAMP)
        if math.isfinite(self._held_dbfs):
            painter.setPen(colour(self.theme.muted))
            painter.drawText(words, middle | Qt.AlignmentFlag.AlignRight, _text(self._held_dbfs))

    def _tell(self, now: float) -> None:
        if now - self._told_at >= TELL_EVERY_S:
            self._told_at = now
            level = _text(self._held_dbfs) if math.isfinite(self._held_dbfs) else ""
            self.setAccessibleDescription(
                ", ".join(filter(None, (level, LAMP if self.lit else "")))
            )


def _text(level_dbfs: float) -> str:
    if level_dbfs <= SILENT_DBFS:
        return "silent"
    return f"{level_dbfs:.1f} dBFS".replace("-", "\N{MINUS SIGN}")
