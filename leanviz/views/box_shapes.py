"""How a label looks: what tells its state, its score and that somebody has looked at it."""

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QLinearGradient, QPainterPath

from leanviz.core.events import Event, State

# In logical pixels: the bar of what a person has looked at, and the end of what goes on.
REVIEWED_WIDTH = 3
FADING_WIDTH = 14
# Least opacity of a faint score; and the part of it that is left of a label that may still go.
FAINTEST = 0.35
PROVISIONAL = 0.6


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
