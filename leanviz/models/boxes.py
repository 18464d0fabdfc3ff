"""Labels that have frequencies as well as times, for drawing them on the spectrogram."""

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

    def __bool__(self) -> bool:
        return bool(self._boxes)

    def show(self, boxes: Iterable[Box]) -> None:
        """Show these, the last on top, and no others."""
        taken = tuple(boxes)
        if taken != self._boxes:
            self._boxes = taken
            self.changed.emit()

    def between(self, start_s: float, stop_s: float) -> list[Box]:
        """Return the boxes that touch a time range."""
        return [box for box in self._boxes if box.start_s < stop_s and box.stop_s > start_s]
