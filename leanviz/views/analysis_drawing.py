"""Analyses drawn into pixel columns: pictures and curves."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QGraphicsItem

from leanviz.core.analysis_kinds import Kind
from leanviz.core.clock import PixelMap
from leanviz.core.scales import Scale
from leanviz.core.tracks import Tracks
from leanviz.models.analysis import TITLES, AnalysisModel, note_name, too_long
from leanviz.models.columns import column_samples
from leanviz.models.frequency import FrequencyAxis, RowMap, band_rows, hertz
from leanviz.models.spectrogram import SpectrogramSettings
from leanviz.pipeline.analyses import C1_HZ, PITCH_CLASSES, PITCH_HIGH_HZ, PITCH_LOW_HZ, Analysis
from leanviz.views.drawing import PaneItem, colour, mixed, small_font
from leanviz.views.left_axis import Mark
from leanviz.views.palettes import UInt32, level_table, pixel
from leanviz.views.pixels import ColumnItem

Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]

PITCH_AXIS = FrequencyAxis(Scale.LOG, PITCH_LOW_HZ * 2 ** (-1 / 24), PITCH_HIGH_HZ * 2 ** (1 / 24))
# Ends of the scale of onset strength, in decibels per frame.
STRENGTHS = (5.0, 10.0, 20.0, 40.0, 80.0)
# Part of the height for the probability that there is a pitch.
VOICED = 0.2
CAPTIONS = {
    Kind.ONSETS: "onset strength, rise in dB; lines: onsets",
    Kind.PITCH: "pitch; below: probability that there is one",
}


class AnalysisItem(ColumnItem):
    """What is analysed of a file.

    Attributes
    ----------
    settings : SpectrogramSettings
        Scale, band, levels and palette of the pictures.
    """

    def __init__(
        self, parent: QGraphicsItem, axis_of: Callable[[int], PixelMap], model: AnalysisModel
    ) -> None:
        super().__init__(parent, axis_of)
        self._model = model
        self.settings = SpectrogramSettings()

    def band(self, sample_rate: int) -> FrequencyAxis:
        """Return the frequency axis of the harmonic and the percussive part."""
        return replace(self.settings, model_eye=False).axis(sample_rate)

    def frontier(self, tracks: Tracks) -> float:
        """Return the source sample up to which there is sound."""
        return tracks.written

    def render(
        self, tracks: Tracks, axis: PixelMap, columns: range, size: tuple[int, float]
    ) -> UInt32:
        """Return the pixels [height, len(columns)] of absolute pixel columns."""
        edges = column_samples(axis, columns, tracks.sample_rate)
        pixels = np.full((size[0], len(columns)), pixel(self.theme.background))
        if self._model.source is None or too_long(axis.span_s):
            return pixels
        if self._model.kind is Kind.ONSETS:
            self._draw_strength(pixels, edges, size)
        elif self._model.kind is Kind.PITCH:
            self._draw_pitch(pixels, edges, size)
        else:
            drawn, known = self._picture(edges, size[0])
            pixels[:, known] = drawn[:, known]
        return pixels

    def _picture(self, edges: Int64, height: int) -> tuple[UInt32, npt.NDArray[np.bool_]]:
        """Return the pixels [height, n] of a picture, and which columns are known."""
        values, known = self._model.pooled(edges)
        settings, kind = self.settings, self._model.kind
        palette = settings.palette or self.theme.palette
        if values.shape[1] == 0:
            return np.zeros((height, len(known)), np.uint32), known
        floor_db = settings.floor_db
        if kind is Kind.CHROMA:  # of all octaves together nothing is quiet
            floor_db = (floor_db + settings.ceiling_db) / 2
        levels = level_table(palette, floor_db, settings.ceiling_db)
        if kind in {Kind.CQT, Kind.CHROMA}:
            return levels[band_rows(values, height)].T, known
        return levels[self._frequency_rows(values, height)].T, known

    def _frequency_rows(self, codes: npt.NDArray[np.uint8], height: int) -> npt.NDArray[np.uint8]:
        """Return spectra [n, n_bins] as rows [n, height] on the spectrogram's frequency axis."""
        grid = self._model.grid
        assert grid is not None
        bin_hz = grid.rate / (2 * (codes.shape[1] - 1))
        band = self.band(grid.sample_rate)
        count = min(codes.shape[1], int(band.high / bin_hz) + 2)
        return RowMap(band, height, bin_hz, count).rows(codes[:, :count])

    def _draw_strength(self, pixels: UInt32, edges: Int64, size: tuple[int, float]) -> None:
        """Fill up to the curve, and draw a line at each onset."""
        height, thick = size[0], max(1, round(size[1]))
        _, high = self._model.trace(edges)
        top = (1.0 - high / strength_scale(self._model.highest())) * (height - thick)
        rows = np.arange(height)[:, None]
        marked = np.searchsorted(edges, self._onsets(edges), "right") - 1
        pixels[:, marked] = pixel(self.theme.query)
        with np.errstate(invalid="ignore"):
            pixels[rows >= top] = pixel(self.theme.waveform)
        # a strong onset would hide its own line
        pixels[: height // 4, marked] = pixel(self.theme.query)

    def _onsets(self, edges: Int64) -> Int64:
        source = self._model.source
        assert source is not None
        start_s, stop_s = edges[0] / source.sample_rate, edges[-1] / source.sample_rate
        found = self._model.onsets(start_s, stop_s)
        return found[(found >= edges[0]) & (found < edges[-1])]

    def _draw_pitch(self, pixels: UInt32, edges: Int64, size: tuple[int, float]) -> None:
        """Draw the curve, and below it how probable a pitch is."""
        height, thick = size[0], max(1, round(2 * size[1]))
        rows = np.arange(height)[:, None]
        with np.errstate(invalid="ignore"):
            sure = self._model.voiced(edges)
            area = pixel(mixed(self.theme.waveform, 0.3, self.theme.background).name())
            pixels[rows >= height - np.rint(sure * VOICED * height)] = area
            low, high = self._model.trace(edges)
            top = np.rint((1.0 - PITCH_AXIS.fraction(high)) * (height - thick))
            bottom = np.rint((1.0 - PITCH_AXIS.fraction(low)) * (height - thick)) + thick
            pixels[(rows >= top) & (rows < bottom)] = pixel(self.theme.waveform)


class Caption(PaneItem):
    """The name of what is shown, in the upper left corner."""

    def __init__(self, parent: QGraphicsItem, model: AnalysisModel) -> None:
        super().__init__(parent, z=9.0)
        self._model = model

    def draw(self, painter: QPainter, width: int, height: int, ratio: float) -> None:
        """Write it on a ground on which it can be read."""
        text = CAPTIONS.get(self._model.kind, TITLES[self._model.kind])
        painter.setFont(small_font(ratio, 0.85))
        metrics = QFontMetricsF(painter.font())
        area = QRectF(6 * ratio, 6 * ratio, 0, metrics.height() + 4 * ratio)
        area.setWidth(metrics.horizontalAdvance(text) + 12 * ratio)
        if area.width() > width - 12 * ratio or area.height() > height / 3:
            return
        painter.fillRect(area, colour(self.theme.background, 0.8))
        painter.setPen(colour(self.theme.muted))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)


def strength_scale(highest: float) -> float:
    """Return the end of the scale for onset strengths up to the highest."""
    return next((end for end in STRENGTHS if end >= highest), STRENGTHS[-1])


def note_marks(parts: list[Analysis], height: float) -> list[Mark]:
    """Return marks at the lowest note of each octave of a picture whose rows are notes."""
    hz = parts[0].hz if parts else np.zeros(0)
    wanted = [(row + 0.5) / len(hz) for row in range(0, len(hz), 12)]
    named = [(at, _named(float(hz[12 * number]))) for number, at in enumerate(wanted)]
    return apart(named, height)


def pitch_marks(height: float) -> list[Mark]:
    """Return marks at the Cs of the pitch axis."""
    octaves = C1_HZ * 2.0 ** np.arange(1, 7)
    return apart([(float(PITCH_AXIS.fraction(hz)), _named(float(hz))) for hz in octaves], height)


def chroma_marks(height: float) -> list[Mark]:
    """Return marks at the pitch classes."""
    return apart([((row + 0.5) / 12, name) for row, name in enumerate(PITCH_CLASSES)], height, 13.0)


def strength_marks(highest: float) -> list[Mark]:
    """Return marks of the scale of onset strength."""
    end = strength_scale(highest)
    return [(0.0, "0 dB"), (0.5, f"{end / 2:g} dB"), (1.0, f"{end:g} dB")]


def apart(marks: list[Mark], height: float, least: float = 18.0) -> list[Mark]:
    """Return every mark, every second one, ...: as many as stand `least` pixels apart."""
    if len(marks) < 2:
        return marks
    step = math.ceil(least / max((marks[1][0] - marks[0][0]) * height, 0.1))
    return marks[::step]


def _named(hz: float) -> str:
    return f"{note_name(hz)[0]}  {hertz(hz)}"
