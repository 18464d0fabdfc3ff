"""Labels that have frequencies as well as times, for drawing them on the spectrogram."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal


@dataclass(frozen=True, slots=True)
class Box:
    """What a label covers.

    Attributes
    ----------
    start_s, stop_s : float
        In seconds of the source.
    low_hz, high_hz : float
    title : str
        Its words.
    reference : bool
        Whether somebody else gave it: a label of the reference.
    selected : bool
        Whether it is the selected label.
    """

    start_s: float
    stop_s: float
    low_hz: float
    high_hz: float
    title: str
    reference: bool = False
    selected: bool = False


class BoxesModel(QObject):
    """The boxes of what is shown.

    Signals
    -------
    changed :
        There are others.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._boxes: tuple[Box, ...] = ()
        self._longest_s = 0.0

    def __bool__(self) -> bool:
        return bool(self._boxes)

    def show(self, boxes: Iterable[Box]) -> None:
        """Show these and no others."""
        taken = tuple(sorted(boxes, key=_start))
        if taken != self._boxes:
            self._boxes = taken
            self._longest_s = max((box.stop_s - box.start_s for box in taken), default=0.0)
            self.changed.emit()

    def between(self, start_s: float, stop_s: float) -> list[Box]:
        """Return the boxes that touch a time range, those of the reference first."""
        first = bisect_left(self._boxes, start_s - self._longest_s, key=_start)
        last = bisect_left(self._boxes, stop_s, key=_start)
        inside = [box for box in self._boxes[first:last] if box.stop_s > start_s]
        return sorted(inside, key=_rank)


def _start(box: Box) -> float:
    return box.start_s


def _rank(box: Box) -> tuple[bool, bool]:
    return not box.reference, box.selected
