"""The bar beside the lanes that tells which of them are shown."""

from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from leanviz.views.drawing import mixed
from leanviz.views.theme import DARK, Theme

# In logical pixels: its width, and the gap between it and the lanes.
BAR, GAP = 3, 2


class PositionBar(QWidget):
    """Tells which of all lanes are shown; not there while all of them are."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._places: tuple[int, ...] = ()
        self._total = 0
        self._theme: Theme = DARK
        self.hide()

    def show_places(self, places: Sequence[int], total: int) -> None:
        """Show that of so many lanes, these are in view, counted from 0."""
        if (tuple(places), total) != (self._places, self._total):
            self._places, self._total = tuple(places), total
            self.update()
        self.setVisible(bool(places))

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a stretch for each run of lanes."""
        painter = QPainter(self)
        bar = mixed(self._theme.muted, 0.7, self._theme.background)
        for top, tall in _stretches(self._places, self._total, self.height()):
            painter.fillRect(0, top, self.width(), tall, bar)
        painter.end()


@lru_cache(maxsize=4)
def _stretches(places: tuple[int, ...], total: int, height: int) -> list[tuple[int, int]]:
    """Return top and height of what some of all lanes are of a bar, neighbours in one."""
    firsts = [place for place in places if place - 1 not in places]
    stops = [place + 1 for place in places if place + 1 not in places]
    edges = [[round(height * n / total) for n in ends] for ends in zip(firsts, stops, strict=True)]
    return [(top, stop - top) for top, stop in edges]
