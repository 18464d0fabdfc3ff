"""Drawing in device pixels: what every item of a pane does the same way."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontInfo,
    QGuiApplication,
    QImage,
    QPaintDevice,
    QPaintEngine,
    QPainter,
)
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from leanviz.core.clock import PixelMap
from leanviz.core.tracks import Tracks
from leanviz.views.theme import DARK, Theme

# A part of a plot area: x, y, width and height in device pixels.
Area = tuple[int, int, int, int]

# Whether a widget can be seen: Qt's methods take longer to be found on their objects than to run.
is_visible = QWidget.isVisible

# Columns right of the view that are always drawn where a picture scrolls: they may come into view
# before anybody looks again.
LEAST_AHEAD = 32

# Lightness of a ground from which black letters are read better than white ones.
LIGHT = 0.4


@contextmanager
def device_pixels(painter: QPainter) -> Generator[float]:
    """Let a painter count in device pixels from the item's corner; give the pixel ratio.

    One unit is then one pixel of the screen or image, at any scale, so pictures are copied and
    never resampled, and the same x is the same pixel in every pane.
    """
    painter.save()
    try:
        yield count_in_device_pixels(painter)
    finally:
        painter.restore()


def count_in_device_pixels(painter: QPainter) -> float:
    """Do what `device_pixels` does, for callers whose painter is restored by others."""
    at = painter.deviceTransform()
    ratio = at.m11()
    if ratio != 1.0:
        painter.scale(1.0 / ratio, 1.0 / ratio)
    x, y = at.dx(), at.dy()
    if not (x.is_integer() and y.is_integer()):
        painter.translate(round(x) - x, round(y) - y)
    return ratio


@lru_cache(maxsize=1024)
def colour(name: str, alpha: float = 1.0) -> QColor:
    """Return a colour of the theme at an opacity in [0, 1]; not to be changed."""
    made = QColor(name)
    made.setAlphaF(alpha)
    return made


@lru_cache(maxsize=64)
def mixed(name: str, alpha: float, below: str) -> QColor:
    """Return what a colour at an opacity looks like on a ground: opaque, so quick to draw."""
    top, ground = QColor(name), QColor(below)
    red = top.redF() * alpha + ground.redF() * (1.0 - alpha)
    green = top.greenF() * alpha + ground.greenF() * (1.0 - alpha)
    blue = top.blueF() * alpha + ground.blueF() * (1.0 - alpha)
    return QColor.fromRgbF(red, green, blue)


@lru_cache(maxsize=64)
def small_font(ratio: float = 1.0, part: float = 0.9, bold: bool = False) -> QFont:
    """Return the application's font a little smaller, with figures of equal width.

    Parameters
    ----------
    ratio : float
        Device pixels per logical pixel: text drawn inside `device_pixels` needs it.
    """
    font = QFont(QGuiApplication.font())
    font.setPixelSize(max(8, round(QFontInfo(font).pixelSize() * part * ratio)))
    font.setFeature(QFont.Tag("tnum"), 1)
    font.setBold(bold)
    return font


_svgs: list[QPaintDevice] = []


@contextmanager
def vectors(svg: QPaintDevice) -> Generator[None]:
    """Have `is_vector` look for an SVG that is drawn: on the screen, asking takes long."""
    _svgs.append(svg)
    try:
        yield
    finally:
        _svgs.pop()


def is_vector(painter: QPainter) -> bool:
    """Return whether shapes and words are kept as such: an SVG is drawn (see `vectors`)."""
    return bool(_svgs) and painter.paintEngine().type() is QPaintEngine.Type.SVG


def draw_part(painter: QPainter, x: int, image: QImage, part: QRect) -> None:
    """Copy a part of a picture, pixel by pixel."""
    if is_vector(painter):
        # only whole pictures can be drawn there
        painter.drawImage(x, 0, image.copy(part))
    else:
        painter.drawImage(x, 0, image, part.x(), part.y(), part.width(), part.height())


def draw_letter(
    painter: QPainter, letter: str, at: tuple[float, float], look: tuple[str, float]
) -> None:
    """Draw the letter of a pin in a disc around a place; `look` is its colour and the ratio."""
    name, ratio = look
    radius = 8 * ratio
    disc = QRectF(at[0] - radius, at[1] - radius, 2 * radius, 2 * radius)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(name))
    painter.drawEllipse(disc)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setFont(small_font(ratio, 0.85, bold=True))
    painter.setPen(colour("#000000" if colour(name).lightnessF() > LIGHT else "#ffffff"))
    painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, letter)


def nowhere() -> None:
    """Draw nothing again: who would have to is not known yet."""


class PaneItem(QGraphicsItem):
    """Something drawn over the whole plot area of a pane, in device pixels.

    Attributes
    ----------
    repaint : callable
        Has the pane drawn again.
    draws_what_comes : bool
        Whether `draw` looks itself for what `tick` is for: then that is not called in a picture
        that is drawn anyway, since the view has moved.
    moves, stands : bool
        Whether `go_on` may be asked for; whether `draw` draws the same, whatever time is in view.
    is_shown : bool
        What `setVisible` was told, without a way to Qt: asked for with every picture.
    """

    draws_what_comes = moves = stands = False

    def __init__(self, parent: QGraphicsItem, z: float = 0.0) -> None:
        super().__init__(parent)
        self._rect = QRectF()
        self.is_shown = True
        self.theme: Theme = DARK
        self.repaint: Callable[[], None] = nowhere
        self.setZValue(z)

    def update(self, *_: Any, **__: Any) -> None:
        """Draw again with the next picture: the pane does so, and not its scene."""
        self.repaint()

    def setVisible(self, visible: bool) -> None:
        """Show or hide it from the next picture on."""
        super().setVisible(visible)
        self.is_shown = visible
        self.repaint()

    def fill(self, area: QRectF) -> None:
        """Take the size of the plot area, in logical pixels."""
        self.prepareGeometryChange()
        self._rect = area

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.theme = theme
        self.update()

    def set_tracks(self, tracks: Tracks | None) -> None:
        """Take another sound, if it draws sound."""

    def tick(self) -> None:
        """Draw what has arrived since the previous call, if anything."""

    def boundingRect(self) -> QRectF:
        """Return the plot area, in logical pixels."""
        return self._rect

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw nothing: the pane calls `draw`, and its scene is never shown."""

    def covers(self) -> bool:
        """Tell whether `draw` leaves nothing to be seen of what is below."""
        return False

    def idle(self) -> bool:
        """Tell whether `draw` would draw nothing now: it is not called then."""
        return False

    def draw(self, painter: QPainter, width: int, height: int, ratio: float) -> None:
        """Draw into `width` x `height` device pixels."""
        raise NotImplementedError

    def go_on(self, axis: PixelMap, arrived: bool) -> Sequence[Area] | None:
        """Go on to another time, without drawing: what `draw` has drawn last is moved there.

        Asked for where device pixels are logical ones, the span is the same, and since `draw`
        `update` was not called.

        Parameters
        ----------
        axis : PixelMap
            What is in view now.
        arrived : bool
            Whether there can be more sound than before.

        Returns
        -------
        sequence of Area or None
            What is to be drawn again, apart from columns that come into view at the right; None if
            all is to be drawn, by `draw`.
        """
        return None

    def draw_again(self, painter: QPainter) -> None:
        """Draw what `draw` would draw, where `go_on` has gone to."""
        raise NotImplementedError

    def ahead(self) -> int:
        """Return how many columns right of those in view can be drawn; 0 if none are known."""
        return 0

    def draw_columns(self, painter: QPainter, at: QPoint, first: int, count: int) -> None:
        """Draw absolute pixel columns, in view or at most `ahead` right of it.

        Parameters
        ----------
        at : QPoint
            Where the painter draws the uppermost pixel of the first of them.
        """
        raise NotImplementedError
