"""The spectrogram pane."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QImage, QMouseEvent, QPainter
from PySide6.QtWidgets import QGraphicsItem, QWidget

from leanviz.core.clock import PixelMap
from leanviz.core.events import Band
from leanviz.core.frontend import YAMNET
from leanviz.core.stft import Stft
from leanviz.core.tracks import Tracks
from leanviz.models.columns import column_edges, lost_columns
from leanviz.models.frequency import (
    FrequencyAxis,
    RowMap,
    band_rows,
    mel_band_at,
    mel_band_axis,
    mel_centres,
    mel_marks,
)
from leanviz.models.spectrogram import (
    Readout,
    SpectrogramSettings,
    level_at,
    log_mel_at,
    log_mel_codes,
    pooled,
    pooled_closely,
    shown_bins,
)
from leanviz.models.viewport import Viewport
from leanviz.views.drawing import colour, small_font
from leanviz.views.notes import Note, forgotten_in_view
from leanviz.views.palettes import UInt32, level_table, pixel
from leanviz.views.pane import Pane
from leanviz.views.pixels import CHUNK, ColumnItem
from leanviz.views.theme import Theme

UInt8 = npt.NDArray[np.uint8]
Known = npt.NDArray[np.bool_]

ZOOM_STEP = 1.25
MODEL_BAND = (YAMNET.fmin, YAMNET.fmax)
UNHEARD = "not heard by LEAN"
# Logical pixels from one line of the hatching to the next, and from one word to the next.
HATCH, WORDS = 8, 400


class SpectrogramItem(ColumnItem):
    """Spectra drawn into pixel columns."""

    def __init__(self, parent: QGraphicsItem, axis_of: Callable[[int], PixelMap]) -> None:
        super().__init__(parent, axis_of)
        self._settings = SpectrogramSettings()
        self._rows: _Rows | None = None

    def invalidate(self) -> None:
        """Draw everything anew: the sound, a setting or the theme has changed."""
        self._rows = None
        super().invalidate()

    def set_settings(self, settings: SpectrogramSettings) -> None:
        """Draw anew with other settings."""
        self._settings = settings
        self.invalidate()

    def source(self, tracks: Tracks) -> object:
        """Return the columns that are drawn: others when the window has changed."""
        return tracks.heard if self._settings.model_eye else (tracks.spectra, tracks.detail)

    def frontier(self, tracks: Tracks) -> float:
        """Return the source sample up to which the nearest spectrum is known."""
        columns = tracks.heard if self._settings.model_eye else tracks.spectra
        known = (columns.columns.written - 0.5) * columns.hop + columns.offset
        gaps = tracks.gaps
        if gaps and known - 0.5 * columns.hop < gaps[-1].stop:  # the first behind it is to come
            return min(known, gaps[-1].stop)
        return known

    def render(
        self, tracks: Tracks, axis: PixelMap, columns: range, size: tuple[int, float]
    ) -> UInt32:
        """Return the pixels [height, len(columns)] of absolute pixel columns."""
        settings, theme = self._settings, self.theme
        edges = column_edges(axis, columns, tracks.sample_rate)
        draw = self._bands if settings.model_eye else self._spectra
        rows, known = draw(tracks, edges, size)
        colours = level_table(
            settings.palette or theme.palette, settings.floor_db, settings.ceiling_db
        )
        painted = colours.take(rows)
        if not settings.model_eye:
            self._hatch(painted, columns.start)
        for column, is_known in enumerate(known.tolist()):
            if not is_known:
                painted[column] = pixel(theme.background)
        pixels = painted.T
        if tracks.gaps and tracks.gaps[-1].stop > edges[0]:
            pixels[:, lost_columns(edges, tracks.gaps)] = pixel(theme.gap)
        return pixels

    def _hatch(self, painted: UInt32, first: int) -> None:
        """Draw thin diagonals, and a word, over the frequencies that the model does not get."""
        rows = self._rows
        if rows is None or not rows.hatched:
            return
        line = first % rows.apart
        painted[rows.lines[line : line + len(painted)]] = pixel(self.theme.muted)
        stop, apart = first + len(painted), rows.words_apart
        for top, word in rows.words:
            for start in range(first // apart * apart, stop, apart):
                left, right = max(first, start), min(stop, start + len(word))
                if left < right:
                    seen = word[left - start : right - start]
                    painted[left - first : right - first, top : top + word.shape[1]] = seen

    def _spectra(
        self, tracks: Tracks, edges: list[int], size: tuple[int, float]
    ) -> tuple[UInt8, Known]:
        """Return the spectra of pixel columns as rows [n, height], and which are known [n]."""
        spectra, shown = tracks.spectra, self._rows
        if shown is None or shown.key != (spectra.stft, size):
            band = self._settings.axis(tracks.sample_rate)
            shown = self._rows = _Rows(spectra.stft, band, size, self.theme)
        codes, known = pooled_closely(tracks, spectra, edges, shown.n_bins)
        return shown.map.rows(codes), known

    def _bands(
        self, tracks: Tracks, edges: list[int], size: tuple[int, float]
    ) -> tuple[UInt8, Known]:
        """Return what LEAN hears in pixel columns as rows [n, height], and which are known [n]."""
        log_mel, known = pooled(tracks, tracks.heard, edges, YAMNET.n_mels)
        return band_rows(log_mel_codes(log_mel), size[0]), known


class _Rows:
    """What the pixel rows of spectra show: made once, for a band in a size.

    Attributes
    ----------
    hatched : bool
        Whether there is anything that the model does not get.
    lines : numpy.ndarray [`CHUNK` and more, height]
        Where it is hatched. It repeats itself every `apart` columns, the first of which is one of
        their multiples.
    words : list of int and numpy.ndarray [n, height]
        First row and pixels of the word for it, which comes every `words_apart` columns: it scrolls
        by with the picture.
    """

    def __init__(
        self, stft: Stft, band: FrequencyAxis, size: tuple[int, float], theme: Theme
    ) -> None:
        height, ratio = size
        self.key = (stft, size)
        self.n_bins = shown_bins(stft, band)
        self.map = RowMap(band, height, stft.sample_rate / stft.n_fft, self.n_bins)
        self.apart = round(HATCH * ratio)
        unheard = np.zeros(height, bool)
        for top, bottom in unheard_rows(band, height):
            unheard[top:bottom] = True
        diagonals = np.add.outer(np.arange(self.apart), np.arange(height)) % self.apart == 0
        self.hatched = bool(unheard.any())
        self.lines = np.tile(diagonals & unheard, (CHUNK // self.apart + 2, 1))
        self.words, self.words_apart = list(_words(band, size, theme)), round(WORDS * ratio)


@lru_cache(maxsize=8)
def unheard_rows(band: FrequencyAxis, height: int) -> tuple[tuple[int, int], ...]:
    """Return the pixel rows [top, bottom) above and below the model's band, if there are any."""
    low, high = (round((1.0 - float(band.fraction(hz))) * height) for hz in MODEL_BAND)
    ranges = ((0, min(high, height)), (max(low, 0), height))
    return tuple((top, bottom) for top, bottom in ranges if bottom > top)


def _words(
    band: FrequencyAxis, size: tuple[int, float], theme: Theme
) -> Iterator[tuple[int, UInt32]]:
    """Yield the word at frequencies that are not heard: its first row, its pixels [n, rows]."""
    height, ratio = size
    font = small_font(ratio, 0.8)
    metrics = QFontMetricsF(font)
    wide = math.ceil(metrics.horizontalAdvance(UNHEARD) + 12 * ratio)
    tall = math.ceil(metrics.height())
    for top, bottom in unheard_rows(band, height):
        if bottom - top >= tall:
            image = QImage(wide, tall, QImage.Format.Format_RGB32)
            image.fill(colour(theme.background))
            painter = QPainter(image)
            painter.setFont(font)
            painter.setPen(colour(theme.muted))
            painter.drawText(image.rect(), Qt.AlignmentFlag.AlignCenter, UNHEARD)
            painter.end()
            rows = np.array(image.constBits()).view(np.uint32).reshape(tall, wide)
            yield (top + bottom - tall) // 2, rows.T


class SpectrogramPane(Pane):
    """Frequency over time, low at the bottom.

    Attributes
    ----------
    band_hz : tuple of float
        Lowest and highest frequency that are selected, with the time range; empty for none.

    Signals
    -------
    band_selected :
        Other frequencies are selected, or none.
    """

    readout = Signal(object)
    settings_changed = Signal(object)
    band_selected = Signal()

    def __init__(self, time: Viewport, parent: QWidget | None = None) -> None:
        super().__init__(time, "Spectrogram", "The spectrogram appears here.", parent)
        self.picture = SpectrogramItem(self.box, time.pixel_map)
        self.add(self.picture)
        self.markers.with_words = True
        self._settings = SpectrogramSettings()
        self.band_hz: Band = ()
        self._boxing = False
        time.selection_changed.connect(self._forget_band)

    @property
    def frequency_axis(self) -> FrequencyAxis | None:
        """What its height shows; None while there is no sound."""
        if self.tracks is None:
            return None
        eye = self._settings.model_eye
        return mel_band_axis() if eye else self._settings.axis(self.tracks.sample_rate)

    @property
    def settings(self) -> SpectrogramSettings:
        """How the spectrogram is drawn."""
        return self._settings

    def set_settings(self, settings: SpectrogramSettings) -> None:
        """Draw with other settings; emits `settings_changed` if they are."""
        if settings != self._settings:
            self._settings = settings
            self.picture.set_settings(settings)
            self._mark()
            self.settings_changed.emit(settings)
            if self._pointer is not None:  # other frequencies, or none, are under it now
                self.hovered(self._pointer)

    def set_tracks(self, tracks: Tracks | None) -> None:
        """Show another sound; None shows the empty state."""
        super().set_tracks(tracks)
        self._mark()

    def has_notes(self) -> bool:
        """Tell whether there may be something to be said: of what is older, too."""
        tracks = self.tracks
        if tracks is not None and tracks.forgets:
            from_s = max(0.0, self.time.start_s)
            return tracks.history.start > from_s * tracks.sample_rate or super().has_notes()
        return super().has_notes()

    def notes(self, axis: PixelMap) -> Iterator[Note]:
        """Yield what every pane says, and where no spectra are kept any more."""
        yield from super().notes(axis)
        if self.tracks is not None:
            yield from forgotten_in_view(self.tracks, axis)

    def wheel_vertical(self, notches: float, at: QPointF) -> None:
        """Zoom frequency at the pointer; the model's own view has no zoom."""
        if self.tracks is not None and not self._settings.model_eye:
            band = self._settings.axis(self.tracks.sample_rate)
            highest = self.tracks.sample_rate / 2
            band = band.zoomed(self.fraction_at(at), ZOOM_STEP**-notches, highest)
            self.set_settings(replace(self._settings, fmin=band.low, fmax=band.high))

    def select_band(self, band_hz: Band) -> None:
        """Select frequencies of the time range that is selected, or none."""
        if band_hz != self.band_hz:
            self.band_hz = band_hz
            self.band_selected.emit()

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        """Note whether a box is drawn."""
        self._boxing = bool(ev.modifiers() & Qt.KeyboardModifier.ControlModifier)
        super().mousePressEvent(ev)

    def dragged(self, start: QPointF, at: QPointF, finished: bool) -> None:
        """Select the time range, with Ctrl its frequencies too."""
        super().dragged(start, at, finished)
        axis, tracks = self.frequency_axis, self.tracks
        if self._boxing and axis is not None and tracks is not None:
            low, high = sorted(round(float(axis.hz(self.fraction_at(p))), 1) for p in (start, at))
            high = min(high, tracks.sample_rate / 2)
            self.select_band((low, high) if low < high else ())

    def hovered(self, at: QPointF | None) -> None:
        """Tell every pane the time, and who listens the level, under the pointer."""
        super().hovered(at)
        self.readout.emit(None if at is None else self.readout_at(at))

    def readout_at(self, at: QPointF) -> Readout | None:
        """Return time, frequency and level at a place in logical pixels of the widget."""
        if self.tracks is None:
            return None
        band = self._settings.axis(self.tracks.sample_rate)
        time_s, hz = self.time_at(at), float(band.hz(self.fraction_at(at)))
        if self._settings.model_eye:
            number = mel_band_at(hz)
            log_mel = log_mel_at(self.tracks, time_s, number)
            return Readout(time_s, float(mel_centres()[number]), None, log_mel)
        return Readout(time_s, hz, level_at(self.tracks, time_s, hz))

    def resized(self) -> None:
        """Place the marks for the new height."""
        self._mark()

    def _forget_band(self) -> None:
        """Select no frequencies: another time range is selected."""
        self.select_band(())

    def _mark(self) -> None:
        """Put marks on the frequency axis."""
        height, model_eye = self.box.rect().height(), self._settings.model_eye
        band = None if self.tracks is None else self._settings.axis(self.tracks.sample_rate)
        if band is None:
            self.axis.set_marks([])
        else:
            self.axis.set_marks(mel_marks(height) if model_eye else band.marks(height))
