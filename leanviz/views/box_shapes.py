"""How a label looks: what tells its state, its score and that somebody has looked at it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPainterPath, QPen

from leanviz.core.events import Event, State
from leanviz.views.drawing import colour
from leanviz.views.theme import Theme

# In logical pixels: the bar of what a person has looked at, and the end of what goes on.
REVIEWED_WIDTH = 3
FADING_WIDTH = 14
# Least opacity of a faint score; and the part of it that is left of a label that may still go.
FAINTEST = 0.35
PROVISIONAL = 0.6


@dataclass(frozen=True, slots=True)
class Box:
    """An event as drawn, in device pixels.

    Attributes
    ----------
    area : QRectF
        The extent of the event, cut a little beyond the view.
    text : str
        Title and score; shortened or empty if there is no room.
    text_x, text_stop : float
        Where the text begins and ends.
    inside : bool
        Whether the text stands on the box.
    """

    event: Event
    area: QRectF
    text: str
    text_x: float
    text_stop: float
    inside: bool


def open_box(area: QRectF, radius: float) -> QPainterPath:
    """Return a box without its right edge: what goes on."""
    path = QPainterPath(area.topRight())
    path.lineTo(area.left() + radius, area.top())
    path.quadTo(area.topLeft(), QPointF(area.left(), area.top() + radius))
    path.lineTo(area.left(), area.bottom() - radius)
    path.quadTo(area.bottomLeft(), QPointF(area.left() + radius, area.bottom()))
    path.lineTo(area.bottomRight())
    return path


def fading(area: QRectF, ground: QColor, ratio: float) -> QLinearGradient:
    """Return what fills a box that goes on: it fades towards its right edge.

    Parameters
    ----------
    area : QRectF
        The box, in device pixels.
    ground : QColor
    ratio : float
        Device pixels of a logical one.
    """
    wide = min(FADING_WIDTH * ratio, area.width() / 2)
    gradient = QLinearGradient(area.right() - wide, 0, area.right(), 0)
    gradient.setColorAt(0, ground)
    gradient.setColorAt(1, QColor(ground.red(), ground.green(), ground.blue(), 0))
    return gradient


def reviewed_edge(area: QRectF, ratio: float) -> QRectF:
    """Return the bar at the left of a box that a person has looked at; units as of `fading`."""
    wide = min(REVIEWED_WIDTH * ratio, area.width())
    return QRectF(area.left(), area.top(), wide, area.height())


def strength(event: Event) -> float:
    """Return the opacity of an event: a faint score is a faint box, but never an invisible one."""
    part = PROVISIONAL if event.state is State.PROVISIONAL else 1.0
    return round(max(FAINTEST, event.score) * part, 2)


def announcements(event: Event) -> Iterator[tuple[int, float]]:
    """Return at which source samples an event was announced, and how far their ticks are filled.

    They are hollow where it was first shown, half full where it was settled, full where it was
    final.
    """
    moments = (event.shown, event.settled, event.announced)
    for sample, filled in zip(moments, (0.0, 0.5, 1.0), strict=True):
        if sample >= 0:
            yield sample, filled


def draw_tick(painter: QPainter, at: QPointF, look: tuple[float, float], theme: Theme) -> None:
    """Draw the tick of an announcement above a place, with the painter's pen.

    Parameters
    ----------
    look : tuple of float
        Half its width, in device pixels, and how far it is filled.
    """
    half, filled = look
    ink, ground = colour(theme.text), colour(theme.background)
    x, foot = at.x(), at.y()
    left, top = QPointF(x - half, foot), QPointF(x, foot - 1.5 * half)
    painter.setBrush(ground if filled < 1 else ink)
    painter.drawPolygon([left, top, QPointF(x + half, foot)])
    if 0 < filled < 1:
        painter.setBrush(ink)
        painter.drawPolygon([left, top, QPointF(x - half + 2 * half * filled, foot)])


@lru_cache(maxsize=64)
def pen(
    name: str, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine, darker: int = 100
) -> QPen:
    """Return a pen of a colour, made darker by a factor in per cent; not to be changed."""
    return QPen(QColor(name).darker(darker), width, style)
