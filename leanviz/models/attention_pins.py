"""Two cells of attention maps that are held, A and B, and their rows side by side."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from leanviz.core.attention import Head
from leanviz.core.realignment import Realignment, read_rows
from leanviz.models.attention import AttentionModel, AttentionPoint
from leanviz.models.time_text import elapsed
from leanviz.models.viewport import PinMark, TimeRange

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]

LETTERS = ("A", "B")


def head_name(head: Head) -> str:
    """Return a head as it is spoken of: counted from 1."""
    if head is None:
        return "mean"
    return "max" if head == "max" else f"head {head + 1}"


@dataclass(frozen=True, slots=True)
class Pin:
    """A cell that is held, with its row copied: it outlives the recording that it is of.

    Attributes
    ----------
    source : str
        What was recorded, as `AttentionModel.source` has it.
    head : Head
        Which head was looked at.
    point : AttentionPoint
        The cell.
    lag_s : numpy.ndarray [n]
        When each wave feature of the row is, against the middle of the patch.
    weights : numpy.ndarray [n]
        The row.
    reading : Realignment
        What the row says in numbers.
    """

    source: str
    head: Head
    point: AttentionPoint
    lag_s: Float64
    weights: Float32
    reading: Realignment

    @property
    def title(self) -> str:
        """Moment, head and file in a few words, the longest of them last."""
        at_s = sum(self.point.query_s) / 2
        parts = (elapsed(at_s, 2), head_name(self.head), Path(self.source).name)
        return " \u00b7 ".join(part for part in parts if part)


def pin(model: AttentionModel, point: AttentionPoint) -> Pin:
    """Return a cell of what a model shows, to be held."""
    band = model.band
    assert band is not None
    weights = model.row(point.patch)
    keys = int(band.first_key[point.patch]) + np.arange(len(weights))
    keys = keys[keys < band.n_keys]
    middle_s = sum(point.query_s) / 2
    return Pin(
        source=model.source,
        head=model.head,
        point=point,
        lag_s=band.key_s()[keys] - middle_s,
        weights=weights[: len(keys)].copy(),
        reading=read_rows(band, model.head, slice(point.patch, point.patch + 1)),
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two rows on one grid of lags.

    Attributes
    ----------
    lag_s : numpy.ndarray [n]
    a, b : numpy.ndarray [n]
        Weights; 0 where a row could not look.
    """

    lag_s: Float64
    a: Float64
    b: Float64

    @property
    def overlap(self) -> float:
        """The part of the weight that both put at the same lags, in [0, 1]."""
        return float(np.minimum(self.a, self.b).sum() / max(self.a.sum(), self.b.sum(), 1e-12))


def compare(a: Pin, b: Pin) -> Comparison:
    """Return two rows side by side.

    Wave features lie six to a patch hop, so all rows have them at the same lags; rates other than
    16 kHz round them by less than a sample.
    """
    hop_s = a.reading.key_hop_s or b.reading.key_hop_s or 1.0
    places = [np.round(row.lag_s / hop_s - 0.5).astype(np.int64) for row in (a, b)]
    first = min(int(place.min()) for place in places)
    stop = max(int(place.max()) for place in places) + 1
    grids = np.zeros((2, stop - first))
    for grid, place, row in zip(grids, places, (a, b), strict=True):
        grid[place - first] = row.weights
    offset_s = float(a.lag_s[0]) - int(places[0][0]) * hop_s
    return Comparison(
        np.arange(first, stop, dtype=np.float64) * hop_s + offset_s, grids[0], grids[1]
    )


class PinsModel(QObject):
    """The pins of a window; they stay when another file is opened."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pins: dict[str, Pin] = {}

    def __getitem__(self, letter: str) -> Pin | None:
        return self._pins.get(letter)

    def __bool__(self) -> bool:
        return bool(self._pins)

    def hold(self, letter: str, held: Pin) -> None:
        """Hold a cell as A or B, in place of the one before."""
        self._pins[letter] = held
        self.changed.emit()

    def clear(self) -> None:
        """Let go of both."""
        if self._pins:
            self._pins.clear()
            self.changed.emit()

    def marks(self, source: str) -> tuple[PinMark, ...]:
        """Return what the panes of a recording are to mark; both on one cell share a mark."""
        cells: dict[tuple[TimeRange, TimeRange], str] = {}
        for letter, held in sorted(self._pins.items()):
            if held.source == source:
                cell = held.point.query_s, held.point.key_s
                cells[cell] = cells.get(cell, "") + letter
        return tuple(PinMark(letters, *cell) for cell, letters in cells.items())

    @property
    def comparison(self) -> Comparison | None:
        """Both rows side by side; None while there are not two."""
        a, b = self["A"], self["B"]
        return None if a is None or b is None else compare(a, b)
