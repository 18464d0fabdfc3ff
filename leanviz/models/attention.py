"""What the attention pane shows: one head of a band, normalised, and what lies under a point."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from leanviz.core.attention import AttentionBand
from leanviz.models.viewport import TimeRange

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]

# Patches that are read for a picture: twelve minutes of them, and some for each row of pixels.
MOST_ROWS = 1_500


class Brightness(StrEnum):
    """What the brightest colour stands for; the darkest is always 0."""

    ROW = "row"
    GLOBAL = "global"


@dataclass(frozen=True, slots=True)
class AttentionPoint:
    """A cell of the map.

    Attributes
    ----------
    patch, key : int
        Indices of the query and of the wave feature.
    query_s, key_s : tuple of float
        Seconds [start, stop) that each sees.
    weight : float
        Part of the patch's attention, in [0, 1].
    """

    patch: int
    key: int
    query_s: TimeRange
    key_s: TimeRange
    weight: float


def cell_edges(centres: Float64) -> Float64:
    """Return the edges [n + 1] of cells around ascending centres [n]: half-way between them."""
    if len(centres) == 0:
        return np.zeros(1)
    half = np.diff(centres) / 2
    half = half if len(half) else np.full(1, 0.24)
    middles = centres[:-1] + half[: len(centres) - 1]
    return np.concatenate(([centres[0] - half[0]], middles, [centres[-1] + half[-1]]))


class AttentionModel(QObject):
    """The attention of a recording, as chosen for the eye."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._band: AttentionBand | None = None
        self._head: int | None = None
        self._brightness = Brightness.ROW
        self._ridge = True
        self._refresh()

    @property
    def band(self) -> AttentionBand | None:
        """The attention of the recording; None before it is analysed."""
        return self._band

    @property
    def head(self) -> int | None:
        """The head shown; None for the mean over all."""
        return self._head

    @property
    def brightness(self) -> Brightness:
        """What the brightest colour stands for."""
        return self._brightness

    @property
    def ridge(self) -> bool:
        """Whether the centroid of each row is drawn."""
        return self._ridge

    def set_band(self, band: AttentionBand | None) -> None:
        """Show another recording; keeps the head if it has that one."""
        self._band = band
        if band is None or (self._head is not None and self._head >= band.n_heads):
            self._head = None
        self._refresh()

    def set_head(self, head: int | None) -> None:
        """Show one head, or the mean over all for None; one that does not exist is ignored."""
        heads = 0 if self._band is None else self._band.n_heads
        if head != self._head and (head is None or 0 <= head < heads):
            self._head = head
            self._refresh()

    def set_brightness(self, brightness: Brightness) -> None:
        """Choose what the brightest colour stands for."""
        self._brightness = brightness
        self._refresh()

    def set_ridge(self, ridge: bool) -> None:
        """Draw the centroid of each row, or not."""
        self._ridge = ridge
        self.changed.emit()

    def point(self, query_s: float, key_s: float) -> AttentionPoint | None:
        """Return the cell at a query time and a key time; None outside the map."""
        band = self._band
        if band is None:
            return None
        patch = int(np.searchsorted(self.query_edges, query_s, "right")) - 1
        key = int(np.searchsorted(self.key_edges, key_s, "right")) - 1
        if not (0 <= patch < band.n_patches and 0 <= key < band.n_keys):
            return None
        at = key - int(band.first_key[patch])
        row = band.rows(self._head, slice(patch, patch + 1))[0]
        weight = float(row[at]) if 0 <= at < len(row) else 0.0
        rate = band.sample_rate
        query = (band.query_extents[patch, 0] / rate, band.query_extents[patch, 1] / rate)
        seen = (band.key_extents[key, 0] / rate, band.key_extents[key, 1] / rate)
        return AttentionPoint(patch, key, query, seen, weight)

    def _refresh(self) -> None:
        """Take what does not depend on the view out of the band."""
        band = self._band
        self.query_edges = self.key_edges = np.zeros(1)
        self._peak: float | None = None
        if band is not None:
            self.query_edges, self.key_edges = cell_edges(band.query_s()), cell_edges(band.key_s())
        self.changed.emit()

    def ridge_between(self, first: int, stop: int) -> tuple[Float64, Float64]:
        """Return query time and mean key time, in seconds, of patches `first` to `stop`.

        Of very many patches some, evenly.
        """
        if self._band is None:
            return np.zeros(0), np.zeros(0)
        patches = _some(first, stop)
        centres = (self.query_edges[:-1] + self.query_edges[1:]) / 2
        return centres[patches], self._band.ridge_s(self._head, patches)

    def _bright(self, band: AttentionBand, rows: Float32) -> Float32 | float:
        """Return the weight that the brightest colour stands for, of each of `rows` or of all."""
        if self._brightness is Brightness.ROW:
            return np.maximum(rows.max(1, initial=0.0, keepdims=True), 1e-9)
        if self._peak is None:
            parts = (slice(at, at + MOST_ROWS) for at in range(0, band.n_patches, MOST_ROWS))
            peaks = [float(band.rows(self._head, part).max()) for part in parts]
            self._peak = max(1e-9, *peaks)
        return self._peak

    def levels(self, query_edges_s: Float64, key_edges_s: Float64) -> Float32:
        """Return the part of the map in view.

        Parameters
        ----------
        query_edges_s : numpy.ndarray [height + 1]
            Ascending edges of the pixel rows in seconds of query time, the bottom row first.
        key_edges_s : numpy.ndarray [width + 1]
            Ascending edges of the pixel columns in seconds of key time.

        Returns
        -------
        numpy.ndarray [height, width]
            Brightness in [0, 1], the top row (latest query) first; -1 where the map has nothing.
            A pixel that holds several cells shows the brightest.
        """
        shape = len(query_edges_s) - 1, len(key_edges_s) - 1
        band = self._band
        if band is None:
            return np.full(shape, -1.0, np.float32)
        queries = _Grid(self.query_edges, query_edges_s)
        keys = _Grid(self.key_edges, key_edges_s)
        grid = np.full((queries.size + 1, keys.size + 1), -1.0, np.float32)
        patches = _some(queries.first, queries.stop)
        rows = band.rows(self._head, patches)
        rows = rows / self._bright(band, rows)
        at = band.first_key[patches, None] + np.arange(rows.shape[1])
        inside = (rows > 0.0) & (at >= keys.first) & (at < keys.stop)
        to_grid = queries.cell_to_grid[:: patches.step, None]
        row = np.broadcast_to(to_grid, rows.shape)[inside]
        column = keys.cell_to_grid[at[inside] - keys.first]
        np.maximum.at(grid, (row, column), rows[inside])
        # The last row and column of the grid stay empty: pixels beyond the map look there.
        return grid[queries.pixel_to_grid[::-1, None], keys.pixel_to_grid[None, :]]


def _some(first: int, stop: int) -> slice:
    """Return patches `first` to `stop`; of more than `MOST_ROWS` some, evenly."""
    return slice(first, stop, max(1, -(-(stop - first) // MOST_ROWS)))


class _Grid:
    """Cells against pixels along one axis, joined by a grid as coarse as the coarser of both.

    Parameters
    ----------
    cells : numpy.ndarray [n + 1]
        Ascending edges of all cells in seconds.
    pixels : numpy.ndarray [m + 1]
        Ascending edges of the pixels in view.

    Attributes
    ----------
    first, stop : int
        The cells in view.
    size : int
        Length of the grid.
    cell_to_grid : numpy.ndarray [stop - first]
        Where each cell in view goes.
    pixel_to_grid : numpy.ndarray [m]
        What each pixel shows; `size` where there is no cell.
    """

    def __init__(self, cells: Float64, pixels: Float64) -> None:
        count, shown = len(cells) - 1, len(pixels) - 1
        self.first = min(max(int(np.searchsorted(cells, pixels[0], "right")) - 1, 0), count)
        self.stop = max(min(int(np.searchsorted(cells, pixels[-1], "left")), count), self.first)
        centre = (pixels[:-1] + pixels[1:]) / 2
        outside = (centre < cells[0]) | (centre >= cells[-1])
        widest = float(np.diff(cells[self.first : self.stop + 1]).max(initial=0.0))
        if pixels[1] - pixels[0] <= widest:
            self.size = self.stop - self.first
            self.cell_to_grid = np.arange(self.size)
            nearest = np.searchsorted(cells, centre, "right") - 1 - self.first
            self.pixel_to_grid = np.where(outside, self.size, np.clip(nearest, 0, self.size))
            return
        self.size = shown
        middle = (cells[self.first : self.stop] + cells[self.first + 1 : self.stop + 1]) / 2
        at = np.searchsorted(pixels, middle, "right") - 1
        self.cell_to_grid = np.clip(at, 0, shown - 1)
        self.pixel_to_grid = np.where(outside, shown, np.arange(shown))
