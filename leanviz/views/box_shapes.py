"""How a label looks: what tells its state, its score and that somebody has looked at it."""

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from leanviz.core.events import Event, State
from leanviz.views.theme import Theme

# Logical pixels.
REVIEWED = 3
FAINTEST = 0.35
# What may still go is fainter.
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


def reviewed_edge(area: QRectF, ratio: float) -> QRectF:
    """Return the bar at the left of a box that a person has looked at."""
    return QRectF(area.left(), area.top(), min(REVIEWED * ratio, area.width()), area.height())


def strength(event: Event) -> float:
    """Return the opacity of an event: a faint score is a faint box, but never an invisible one."""
    part = PROVISIONAL if event.state is State.PROVISIONAL else 1.0
    return round(max(FAINTEST, event.score) * part, 2)


def announcements(event: Event, theme: Theme) -> Iterator[tuple[int, str]]:
    """Return at which source samples an event was announced, and what its ticks are filled with.

    They are hollow where it was first shown, grey where it was settled, and full where it was
    final.
    """
    grounds = (theme.background, theme.muted, theme.text)
    for sample, ground in zip((event.shown, event.settled, event.announced), grounds, strict=True):
        if sample >= 0:
            yield sample, ground
