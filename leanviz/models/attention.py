"""What the attention pane shows: one head of a band, normalised, and what lies under a point."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from leanviz.core.attention import AttentionBand, Head
from leanviz.core.scales import Brightness
from leanviz.models.viewport import Hover, TimeRange

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]

# Patches that are read for a picture: twelve minutes of them, and some for each row of pixels.
MOST_ROWS = 1_500


@dataclass(frozen=True, slots=True)
class AttentionPoint:
    """A cell of the map.

    Attributes
    ----------
    patch, key : int
        Indices of the query and of the wave feature.
    query_s, key_s : tuple of float
        Seconds [start, stop) that each sees.
    query_hop_s, key_hop_s : tuple of float
        Seconds that each stands for: half-way to its neighbours.
    weight : float
        Part of the patch's attention, in [0, 1].
    """

    patch: int
    key: int
    query_s: TimeRange
    key_s: TimeRange
    query_hop_s: TimeRange
    key_hop_s: TimeRange
    weight: float

    @property
    def lag_s(self) -> float:
        """How much later the middle of the key is than that of the query; negative if earlier."""
        return (sum(self.key_s) - sum(self.query_s)) / 2

    def hover_at(self, time_s: float) -> Hover:
        """Return what every pane is to mark while the pointer is at a key time."""
        return Hover(time_s, self.query_s, self.key_s, self.query_hop_s, self.key_hop_s)


def cell_edges(centres: Float64) -> Float64:
    """Return the edges [n + 1] of cells around ascending centres [n]: half-way between them."""
    if len(centres) == 0:
        return np.zeros(1)
    half = np.diff(centres) / 2
    half = half if len(half) else np.full(1, 0.24)
    middles = centres[:-1] + half[: len(centres) - 1]
    return np.concatenate(([centres[0] - half[0]], middles, [centres[-1] + half[-1]]))


class AttentionModel(QObject):
    """The attention of a recording, as chosen for the eye.

    Attributes
    ----------
    same_before_s : float
        Query time before which the map is what it was at the previous `changed`.
    """

    changed = Signal()
    same_before_s = -math.inf

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._band: AttentionBand | None = None
        self._source = ""
        self._head: Head = None
        self._brightness = Brightness.ROW
        self._ridge = True
        self._refresh()

    @property
    def band(self) -> AttentionBand | None:
        """The attention of the recording; None before it is analysed."""
        return self._band

    @property
    def source(self) -> str:
        """What was recorded: the path of a file, or a word for a stream."""
        return self._source

    @property
    def head(self) -> Head:
        """The head shown; None for the mean over all, "max" for the highest of all."""
        return self._head

    @property
    def brightness(self) -> Brightness:
        """What the brightest colour stands for."""
        return self._brightness

    @property
    def ridge(self) -> bool:
        """Whether the centroid of each row is drawn."""
        return self._ridge

    def set_band(self, band: AttentionBand | None, source: str = "", n_known: int = 0) -> None:
        """Show another recording, or more of one; keeps the head if it has that one.

        Parameters
        ----------
        n_known : int
            Rows, from the first on, that the band shown until now has as well.
        """
        self._band, self._source = band, source
        if isinstance(self._head, int) and band is not None and self._head >= band.n_heads:
            self._head = None
        self._refresh(n_known)

    def set_head(self, head: Head) -> None:
        """Show one head, the mean or the highest of all; one that does not exist is ignored."""
        heads = 0 if self._band is None else self._band.n_heads
        if head != self._head and (not isinstance(head, int) or 0 <= head < heads):
            self._head = head
            self._refresh()

    def set_brightness(self, brightness: Brightness) -> None:
        """Choose what the brightest colour stands for."""
        self._brightness = brightness
        self._refresh()

    def set_ridge(self, ridge: bool) -> None:
        """Draw the centroid of each row, or not."""
        self._ridge = ridge
        self._tell()

    def point(self, query_s: float, key_s: float) -> AttentionPoint | None:
        """Return the cell at a query time and a key time; None outside the map."""
        band = self._band
        if band is None:
            return None
        patch = self.patch_at(query_s)
        key = int(np.searchsorted(self.key_edges, key_s, "right")) - 1
        return None if patch is None or not 0 <= key < band.n_keys else self.cell(patch, key)

    def cell(self, patch: int, key: int) -> AttentionPoint:
        """Return a cell by the indices of its query and its key.

        Raises
        ------
        IndexError
            If the map has no such row or column.
        """
        band = self._band
        if band is None or not (0 <= patch < band.n_patches and 0 <= key < band.n_keys):
            raise IndexError(patch, key)
        at = key - int(band.first_key[patch])
        row = self.row(patch)
        return AttentionPoint(
            patch,
            key,
            query_s=_range(band.query_extents, band.sample_rate, patch),
            key_s=_range(band.key_extents, band.sample_rate, key),
            query_hop_s=(float(self.query_edges[patch]), float(self.query_edges[patch + 1])),
            key_hop_s=(float(self.key_edges[key]), float(self.key_edges[key + 1])),
            weight=float(row[at]) if 0 <= at < len(row) else 0.0,
        )

    def row(self, patch: int) -> Float32:
        """Return the weights of one patch [width], from its `first_key` on."""
        assert self._band is not None
        return self._band.rows(self._head, slice(patch, patch + 1))[0]

    def _refresh(self, n_known: int = 0) -> None:
        """Take what does not depend on the view out of the band."""
        band = self._band
        self.query_edges = self.key_edges = np.zeros(1)
        self._peak: float | None = None
        if band is not None:
            self.query_edges, self.key_edges = cell_edges(band.query_s()), cell_edges(band.key_s())
        # with one scale for all, a new row may change every other
        self._tell(n_known if self._brightness is Brightness.ROW else 0)

    def _tell(self, n_known: int = 0) -> None:
        # the upper edge of the last known row lies between it and a new one
        self.same_before_s = float(self.query_edges[n_known - 1]) if n_known else -math.inf
        self.changed.emit()

    def patch_at(self, query_s: float) -> int | None:
        """Return the row at a query time; None outside the map."""
        patch = int(np.searchsorted(self.query_edges, query_s, "right")) - 1
        return patch if 0 <= patch < len(self.query_edges) - 1 else None

    def window_of(self, patch: int) -> range:
        """Return the keys that a patch could look at: those of the window that decided on it."""
        assert self._band is not None
        keys, seen = self._band.keys_of(slice(patch, patch + 1))
        there = keys[0][seen[0]]
        return range(int(there[0]), int(there[-1]) + 1)

    @property
    def brightest(self) -> float | None:
        """The weight that the brightest colour stands for; None: of each row the highest."""
        if self._band is None or self._brightness is Brightness.ROW:
            return None
        return self._highest(self._band)

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
        return self._highest(band)

    def _highest(self, band: AttentionBand) -> float:
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
        grid, rows, columns = self.grid(query_edges_s, key_edges_s)
        return grid[rows[:, None], columns[None, :]]

    def grid(self, query_edges_s: Float64, key_edges_s: Float64) -> tuple[Float32, Int64, Int64]:
        """Return the part of the map in view as a grid that may be coarser than the pixels.

        Parameters
        ----------
        query_edges_s, key_edges_s : numpy.ndarray [height + 1], [width + 1]
            As for `levels`.

        Returns
        -------
        numpy.ndarray [n, m]
            Brightness in [0, 1]; -1 where the map has nothing.
        numpy.ndarray [height], [width]
            The row of the grid that each row of pixels shows, the top one first, and the column.
        """
        shape = len(query_edges_s) - 1, len(key_edges_s) - 1
        band = self._band
        if band is None:
            nothing = np.full((1, 1), -1.0, np.float32)
            return nothing, np.zeros(shape[0], np.int64), np.zeros(shape[1], np.int64)
        queries = _Grid(self.query_edges, query_edges_s)
        keys = _Grid(self.key_edges, key_edges_s)
        grid = np.full((queries.size + 1, keys.size + 1), -1.0, np.float32)
        patches = _some(queries.first, queries.stop)
        rows = band.rows(self._head, patches)
        rows = rows / self._bright(band, rows)
        at = band.first_key[patches, None] + np.arange(rows.shape[1])
        # what a row could look at is on the map, also where its weight was too small for a number
        inside = (band.keys_of(patches)[1] | (rows > 0.0)) & (at >= keys.first) & (at < keys.stop)
        to_grid = queries.cell_to_grid[:: patches.step, None]
        row = np.broadcast_to(to_grid, rows.shape)[inside]
        column = keys.cell_to_grid[at[inside] - keys.first]
        np.maximum.at(grid, (row, column), rows[inside])
        # The last row and column of the grid stay empty: pixels beyond the map look there.
        return grid, queries.pixel_to_grid[::-1], keys.pixel_to_grid


def _range(extents: Int64, sample_rate: int, at: int) -> TimeRange:
    """Return one of some extents [n, 2] in seconds."""
    start, stop = (int(sample) for sample in extents[at])
    return start / sample_rate, stop / sample_rate


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
        outside[self.cell_to_grid] = False  # it shows its cell, though its own middle is beyond
        self.pixel_to_grid = np.where(outside, shown, np.arange(shown))
