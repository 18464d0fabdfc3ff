"""Icons in the colours of a theme, sharp at any scale, from the SVG files in ``resources/icons``.

They are Material Design Icons (https://pictogrammers.com/library/mdi/, Apache License 2.0). No
library of icons: to load one takes longer than to build the window.
"""

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from leanviz.core.resources import resource_path
from leanviz.views.style import disabled
from leanviz.views.theme import Theme

# What is left free around a drawing, as a part of the icon's side.
_MARGIN = 1 / 16


def icon(name: str, theme: Theme, on: str) -> QIcon:
    """Return an icon.

    Parameters
    ----------
    name : str
        What its file is called, without the suffix.
    theme : Theme
        Gives the colours for what can be used and what cannot.
    on : str
        The colour while it is switched on.
    """
    return QIcon(_Engine(name, theme, on))


class _Engine(QIconEngine):
    """Draws an icon at the size that is asked for, each once."""

    def __init__(self, name: str, theme: Theme, on: str) -> None:
        super().__init__()
        self._svg = resource_path("icons", f"{name}.svg").read_text(encoding="utf-8")
        self._theme, self._on = theme, on
        self._drawn: dict[tuple[int, int, QIcon.Mode, QIcon.State], QPixmap] = {}

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Return it as a picture."""
        key = size.width(), size.height(), mode, state
        if key not in self._drawn:
            picture = QPixmap(size)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
            painter.end()
            self._drawn[key] = picture
        return self._drawn[key]

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw it into a rectangle, as large as fits."""
        colour = self._on if state is QIcon.State.On else self._theme.text
        if mode is QIcon.Mode.Disabled:
            colour = disabled(self._theme)
        svg = QSvgRenderer(QByteArray(self._svg.replace("currentColor", colour).encode()))
        side = min(rect.width(), rect.height())
        area = QRectF(0.0, 0.0, side, side)
        area.moveCenter(QRectF(rect).center())
        margin = side * _MARGIN
        svg.render(painter, area.adjusted(margin, margin, -margin, -margin))
