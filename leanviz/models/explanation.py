"""What the panes show of an explanation: rows of bars on the time axis."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from leanviz.models.viewport import TimeRange

if TYPE_CHECKING:
    from leanviz.pipeline.explaining import FileExplanation

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Strip:
    """A row of bars.

    Attributes
    ----------
    name : str
        What it shows, in a word.
    unit : str
        What its values are, for a read-out.
    edges_s : numpy.ndarray [n + 1]
        Where bars begin and end, in seconds.
    values : numpy.ndarray [n]
    """

    name: str
    unit: str
    edges_s: Float64
    values: Float32

    def parts(self) -> Float64:
        """Return the values [n] as parts of the largest: in [-1, 1], all 0 if none is above 0."""
        if self.largest <= 0.0:
            return np.zeros(len(self.values))
        return np.clip(self.values / self.largest, -1.0, 1.0).astype(np.float64)

    @property
    def largest(self) -> float:
        """What the highest bar stands for; 0 if there is none."""
        return float(self.values.max(initial=0.0))

    def at(self, time_s: float) -> int:
        """Return the bar at a time, -1 where there is none."""
        bar = int(np.searchsorted(self.edges_s, time_s, "right")) - 1
        return bar if 0 <= bar < len(self.values) else -1


def strips(found: "FileExplanation", head: int | None = None) -> tuple[Strip, ...]:
    """Return attention, what occlusion does, and what muting the sound does.

    Attention and single wave features stand 80 ms apart, a single patch at the hop around its
    centre; what is taken from both branches at once, or from the sound, at moments of 0.48 s.
    """
    explained = found.found
    keys, moments = found.key_s()[:, 0], found.moment_s()
    key_edges = np.append(keys, moments[-1, 1])
    edges = np.append(moments[:, 0], moments[-1, 1])
    # a patch is two moments long: the hop around its centre begins in the middle of the first
    patch_edges = moments.mean(1)
    fall = "fall of the logit"
    return (
        Strip("attention", "weight", key_edges, explained.keys.attended(head)),
        Strip("waves", fall, key_edges, explained.keys.occlusion),
        Strip("patches", fall, patch_edges, explained.patches.occlusion),
        Strip("occlusion", fall, edges, explained.moments.occlusion),
        Strip("muted", fall, edges, explained.muted),
    )


class ExplanationModel(QObject):
    """The explanation that is shown, if any.

    Signals
    -------
    changed :
        There is another one, or none; or another head is shown.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._found: FileExplanation | None = None
        self._title = ""
        self._head: int | None = None
        self._strips: tuple[Strip, ...] = ()

    @property
    def found(self) -> "FileExplanation | None":
        """The explanation; None if nothing is explained."""
        return self._found

    @property
    def title(self) -> str:
        """The label that is explained, as people read it."""
        return self._title

    @property
    def head(self) -> int | None:
        """The head whose attention is shown; None for their mean."""
        return self._head

    @property
    def strips(self) -> tuple[Strip, ...]:
        """The rows to draw, from top to bottom; none if nothing is explained."""
        return self._strips

    @property
    def asked_s(self) -> TimeRange | None:
        """Seconds that the patches see that are asked about; None if nothing is explained."""
        if self._found is None:
            return None
        times_s = self._found.query_s()[self._found.found.question.weights > 0]
        return float(times_s[0, 0]), float(times_s[-1, 1])

    def show(self, found: "FileExplanation | None", title: str = "") -> None:
        """Show an explanation of a label, or none."""
        self._found, self._title = found, title
        self._refresh()

    def set_head(self, head: int | None) -> None:
        """Show the attention of one head, or the mean for None."""
        if head != self._head:
            self._head = head
            self._refresh()

    def _refresh(self) -> None:
        found, head = self._found, self._head
        if found is not None and head is not None and head >= len(found.found.attention):
            head = None
        self._strips = () if found is None else strips(found, head)
        self.changed.emit()
