"""The waveform pane: minimum and maximum of every pixel column."""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QGraphicsItem, QWidget

from leanviz.core.clock import PixelMap
from leanviz.core.envelope import Edges
from leanviz.core.tracks import Tracks
from leanviz.models.columns import column_edges, lost_columns
from leanviz.models.viewport import Viewport
from leanviz.views.palettes import UInt32, pixel
from leanviz.views.pane import Pane
from leanviz.views.pixels import ColumnItem

Float32 = npt.NDArray[np.float32]

# As what is compared with it is stored.
FULL_SCALE = float(np.float32(0.999))
MAX_GAIN = 256.0
GAIN_STEP = 1.25


class EnvelopeItem(ColumnItem):
    """An envelope drawn into pixel columns.

    Attributes
    ----------
    gain : float
        Factor from amplitude to half the height; only for the eye.
    quiet : bool
        Draw in the colour of the axes instead of the waveform's, as a background.
    """

    def __init__(
        self, parent: QGraphicsItem, axis_of: Callable[[int], PixelMap], quiet: bool = False
    ) -> None:
        super().__init__(parent, axis_of)
        self.gain = 1.0
        self._quiet = quiet

    def source(self, tracks: Tracks) -> object:
        """Return what the columns are made from: others when the view is looked at closely."""
        return tracks if self._quiet else (tracks, tracks.detail)

    def frontier(self, tracks: Tracks) -> float:
        """Return the source sample up to which the envelope is complete."""
        return tracks.written - tracks.envelope.base

    def render(
        self, tracks: Tracks, axis: PixelMap, columns: range, size: tuple[int, float]
    ) -> UInt32:
        """Return the pixels [height, len(columns)] of absolute pixel columns."""
        height, thick = size[0], max(1, round(size[1]))
        edges = column_edges(axis, columns, tracks.sample_rate)
        envelope = self._outline(tracks, edges)
        # The centre line is `thick` rows from `middle` on; full scale reaches the first row.
        middle = (height - thick) // 2
        ends = np.rint(middle * (1.0 - envelope * self.gain)).tolist()
        pixels = np.empty((height, len(columns)), np.uint32)
        pixels.fill(pixel(self.theme.background))
        pixels[middle : middle + thick] = pixel(self.theme.line)
        shown = pixel(self.theme.muted if self._quiet else self.theme.waveform)
        # mostly a few columns that have come: quicker one by one than all rows of all of them
        for column, (low, high) in enumerate(envelope.tolist()):
            if math.isnan(low) or edges[column + 1] <= 0:  # what is unknown is no number
                continue
            bottom, top = ends[column]
            stop = int(min(max(bottom, middle), height - thick)) + thick
            pixels[int(max(min(top, middle), 0)) : stop, column] = shown
            if low <= -FULL_SCALE or high >= FULL_SCALE:
                pixels[: 3 * thick, column] = pixel(self.theme.clip)
                pixels[max(0, height - 3 * thick) :, column] = pixel(self.theme.clip)
        if tracks.gaps and tracks.gaps[-1].stop > edges[0]:
            pixels[:, lost_columns(edges, tracks.gaps)] = pixel(self.theme.gap)
        return pixels

    def _outline(self, tracks: Tracks, edges: Edges) -> Float32:
        """Return minimum and maximum of pixel columns [n, 2], finer where there is detail."""
        envelope, detail = tracks.envelope.outline(edges), tracks.detail
        if detail is not None and not self._quiet:
            part = detail.inside(edges)
            if part.stop > part.start and detail.base < tracks.envelope.base:
                envelope[part] = detail.outline(edges[part.start : part.stop + 1])
        return envelope


class WaveformPane(Pane):
    """The signal itself, against full scale."""

    def __init__(self, time: Viewport, parent: QWidget | None = None) -> None:
        super().__init__(time, "Waveform", "The waveform appears here.", parent)
        self.picture = EnvelopeItem(self.box, time.pixel_map)
        self.add(self.picture)
        self.markers.with_words = True
        self.set_gain(1.0)

    def set_gain(self, gain: float) -> None:
        """Draw the waveform `gain` times as high; what is heard and analysed stays the same."""
        self.picture.gain = min(max(gain, 1.0), MAX_GAIN)
        full = f"{1.0 / self.picture.gain:.2g}"
        self.axis.set_marks([(0.0, "\N{MINUS SIGN}" + full), (0.5, "0"), (1.0, full)])
        self.picture.invalidate()

    def wheel_vertical(self, notches: float, at: QPointF) -> None:
        """Change the height of the waveform."""
        self.set_gain(self.picture.gain * GAIN_STEP**notches)
