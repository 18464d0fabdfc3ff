"""The colours of the spectrogram and their levels, beside its frequencies; dragged to change them.

A widget of its own left of the plot area: what moves in there never has it drawn again.
"""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QImage, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from leanviz.models.frequency import hertz
from leanviz.models.spectrogram import SpectrogramSettings, levels_between
from leanviz.views.drawing import colour, small_font
from leanviz.views.gestures import NOTCH
from leanviz.views.left_axis import GAP, LEFT, TICK
from leanviz.views.palettes import table
from leanviz.views.plain import plain_tip
from leanviz.views.spectrogram import SpectrogramPane

STEP_DB = 5.0
# Sound that is all but even would be fitted to so few levels that nothing but noise is seen.
LEAST_FIT_DB = 20
# In logical pixels.
BAR_WIDTH = 8
MARGIN = 3
# Below it, there is no room for two levels and colours between them.
LEAST_HEIGHT = 48
WIDEST_FREQUENCY = hertz(7550.0)
TIP = (
    "Levels of the colours, dBFS: drag the upper half for the brightest, the lower for the "
    "darkest; the wheel moves both, Shift and the wheel their distance; double-click: default "
    "({ } [ ] \\)"
)


class LevelScale(QWidget):
    """Says which level each colour is, and takes other levels by drag and wheel.

    Parameters
    ----------
    pane : SpectrogramPane

    Signals
    -------
    wanted : float, float
        Floor and ceiling are to be these, dBFS.
    default_wanted :
        Both are to be as by default.
    """

    wanted = Signal(float, float)
    default_wanted = Signal()

    def __init__(self, pane: SpectrogramPane) -> None:
        super().__init__(pane.viewport())
        self._pane = pane
        # the palette drawn last, by name
        self._drawn: tuple[str, QImage] | None = None
        # while an end is dragged: where it was pressed, and the levels then
        self._held: tuple[float, SpectrogramSettings] | None = None
        self.setAccessibleName("Levels of the colours")
        self.setToolTip(plain_tip(TIP))
        self.setCursor(Qt.CursorShape.SizeVerCursor)
        pane.settings_changed.connect(self._tell)
        # no event filter: all events of the pane, each picture's too, would pass through it
        pane.box.sigResized.connect(self._place)
        self._tell(pane.settings)
        self._place()

    def fit(self) -> None:
        """Ask for the levels of what is in view."""
        pane, tracks = self._pane, self._pane.tracks
        if tracks is None:
            return
        start_s, stop_s = max(pane.time.start_s, 0.0), pane.time.stop_s
        found = levels_between(tracks, start_s, stop_s, pane.settings.axis(tracks.sample_rate))
        if found is not None:
            floor_db, ceiling_db = (round(level) for level in found)
            self.wanted.emit(floor_db, max(ceiling_db, floor_db + LEAST_FIT_DB))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Hold the end of the range that is nearer."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = event.position().y(), self._pane.settings
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Have the end of the range that is held follow the pointer."""
        if self._held is None:
            return
        pressed, before = self._held
        range_db = before.ceiling_db - before.floor_db
        by_db = round((pressed - event.position().y()) / max(self.height(), 1) * range_db)
        if pressed < self.height() / 2:
            self.wanted.emit(before.floor_db, before.ceiling_db + by_db)
        else:
            self.wanted.emit(before.floor_db + by_db, before.ceiling_db)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._held = None
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Take the usual range."""
        self._held = None
        self.default_wanted.emit()
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Move both ends; with Shift, away from and towards each other."""
        settings, turn = self._pane.settings, event.angleDelta()
        by_db = STEP_DB * (turn.y() or turn.x()) / NOTCH
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        floor_db = settings.floor_db + (-by_db if shift else by_db)
        self.wanted.emit(floor_db, settings.ceiling_db + by_db)
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the colours, and the levels above and below them."""
        settings, theme = self._pane.settings, self._pane.theme
        painter = QPainter(self)
        painter.setFont(small_font(part=0.75))
        metrics = QFontMetricsF(painter.font())
        top = metrics.height() + 1 if self._has_words() else MARGIN
        bar = QRectF(MARGIN, top, BAR_WIDTH, self.height() - 2 * top)
        painter.fillRect(bar.adjusted(-1, -1, 1, 1), colour(theme.line))
        painter.drawImage(bar, self._colours())
        if self._has_words():
            painter.setPen(colour(theme.muted))
            for level, bottom in ((settings.ceiling_db, False), (settings.floor_db, True)):
                at = QPointF(
                    MARGIN, self.height() - metrics.descent() if bottom else metrics.ascent()
                )
                painter.drawText(at, f"{level:.0f}".replace("-", "\N{MINUS SIGN}"))
            painter.drawText(QPointF(MARGIN + BAR_WIDTH + MARGIN, top + metrics.ascent()), "dB")
        painter.end()

    def _colours(self) -> QImage:
        """Return the palette, the brightest on top."""
        name = self._pane.settings.palette or self._pane.theme.palette
        if self._drawn is None or self._drawn[0] != name:
            pixels = np.ascontiguousarray(table(name)[::-1])
            image = QImage(pixels.data, 1, len(pixels), 4, QImage.Format.Format_RGB32)
            self._drawn = name, image.copy()  # the pixels of `image` are those of the array
        return self._drawn[1]

    def _has_words(self) -> bool:
        """Tell whether levels have room beside the frequencies."""
        widest = QFontMetricsF(small_font(part=0.85)).horizontalAdvance(WIDEST_FREQUENCY)
        return self.width() <= LEFT - GAP - TICK - 4 - widest

    def _place(self) -> None:
        """Stay as high as the pane."""
        wide = QFontMetricsF(small_font(part=0.75)).horizontalAdvance("\N{MINUS SIGN}100")
        height = self._pane.viewport().height()
        self.setGeometry(0, 0, round(wide) + MARGIN + 1, height)
        self.setVisible(height >= LEAST_HEIGHT)

    def _tell(self, settings: SpectrogramSettings) -> None:
        """Say the levels to who cannot see them."""
        levels = f"{settings.floor_db:.0f} to {settings.ceiling_db:.0f} dBFS"
        self.setAccessibleDescription(levels.replace("-", "\N{MINUS SIGN}"))
        self.update()
