"""The analysis pane: what librosa finds in the part of a file that is in view."""

from collections.abc import Iterator

from PySide6.QtCore import QPointF, Signal
from PySide6.QtWidgets import QWidget

from leanviz.core.analysis_kinds import Kind
from leanviz.core.clock import PixelMap
from leanviz.core.tracks import Tracks
from leanviz.models.analysis import LONGEST_S, TITLES, AnalysisModel, too_long
from leanviz.models.spectrogram import SpectrogramSettings
from leanviz.models.viewport import TimeRange, Viewport
from leanviz.views.analysis_drawing import (
    AnalysisItem,
    Caption,
    chroma_marks,
    note_marks,
    pitch_marks,
    strength_marks,
)
from leanviz.views.left_axis import Mark
from leanviz.views.notes import Note
from leanviz.views.pane import Pane

NO_FILE = "Open a file to analyse it."
TOO_LONG = f"Zoom in: analyses are made of at most {LONGEST_S:g} s at a time."
COMING = "computing\u2026"


class AnalysisPane(Pane):
    """One of several analyses, on the same time axis as the sound.

    Signals
    -------
    readout : tuple of float and str, or None
        Seconds and value under the pointer.
    """

    readout = Signal(object)

    def __init__(self, time: Viewport, model: AnalysisModel, parent: QWidget | None = None) -> None:
        super().__init__(time, "Analysis", NO_FILE, parent)
        self._model = model
        self._loading = False
        self.picture = AnalysisItem(self.box, self.axis_for, model)
        self._caption = Caption(self.box, model)
        self.add(self.picture)
        self.add(self._caption)
        self.markers.with_words = True
        model.changed.connect(self.refresh)
        time.changed.connect(self._say)
        self.refresh()

    @property
    def in_view(self) -> TimeRange:
        """The time that is shown, in seconds, as far as the file goes."""
        return max(0.0, self.time.start_s), min(self.time.stop_s, self.time.limits[1])

    def set_settings(self, settings: SpectrogramSettings) -> None:
        """Draw pictures on the scale and in the colours of the spectrogram."""
        self.picture.settings = settings
        self.refresh()

    def set_loading(self, loading: bool) -> None:
        """Say that librosa is being loaded, or no longer."""
        if loading != self._loading:
            self._loading = loading
            self._say()

    def set_tracks(self, tracks: Tracks | None) -> None:
        """Show another sound; None shows the empty state."""
        super().set_tracks(tracks)
        self._say()

    def refresh(self) -> None:
        """Draw all of it anew."""
        self.picture.invalidate()
        self._mark()
        self._say()

    def sentence(self) -> str:
        """Return why there is nothing to see; "" where there is something."""
        model, view = self._model, self.in_view
        if self.tracks is None or model.source is None:
            return NO_FILE
        if too_long(self.time.span_s):
            return TOO_LONG
        if any(len(part.values) for part in model.found(*view)):
            return model.remark(*view)
        if model.failure:
            return model.failure
        title = TITLES[model.kind]
        return "Loading librosa\u2026" if self._loading else f"Computing: {title}\u2026"

    def has_notes(self) -> bool:
        """Tell that there may be some: results come one after the other."""
        return True

    def notes(self, axis: PixelMap) -> Iterator[Note]:
        """Yield where results are still to come; what LEAN has analysed does not matter here."""
        source, grid = self._model.source, self._model.grid
        if source is None or grid is None:
            return
        start_s, stop_s = self.in_view
        word = self._model.failure or COMING
        length_s = grid.part * grid.hop / source.sample_rate
        end_s = min(stop_s, source.n_samples / source.sample_rate)
        for first, last in _joined(self._model.missing(start_s, stop_s)):
            stop = min((last + 1) * length_s, end_s, axis.time(axis.width))
            yield Note(max(first * length_s, axis.start_s), stop, word, True)

    def hovered(self, at: QPointF | None) -> None:
        """Tell every pane the time, and who listens the value, under the pointer."""
        super().hovered(at)
        self.readout.emit(None if at is None else self.readout_at(at))

    def readout_at(self, at: QPointF) -> tuple[float, str] | None:
        """Return time and value at a place in logical pixels of the widget; None without any."""
        time_s = self.time_at(at)
        text = self._model.value_at(time_s, self._height_at(self.fraction_at(at)))
        return (time_s, text) if text else None

    def resized(self) -> None:
        """Place the marks for the new height."""
        self._mark()

    def _height_at(self, fraction: float) -> float:
        """Return what a height stands for: hertz, or of chroma the number of the pitch class."""
        kind, grid = self._model.kind, self._model.grid
        if kind is Kind.CHROMA or grid is None:
            return fraction * 12
        if kind is Kind.CQT:
            parts = self._model.found(*self.in_view)
            hz = parts[0].hz if parts else ()
            return float(hz[min(int(fraction * len(hz)), len(hz) - 1)]) if len(hz) else 0.0
        return float(self.picture.band(grid.sample_rate).hz(fraction))

    def _say(self) -> None:
        sentence = self.sentence()
        if (sentence, bool(sentence)) != (self.markers.empty, self.markers.is_empty):
            self.markers.empty, self.markers.is_empty = sentence, bool(sentence)
            self._caption.setVisible(not sentence)
            self._mark()
            self.markers.moved()

    def _mark(self) -> None:
        """Put marks on the left axis."""
        grid, height = self._model.grid, self.box.rect().height()
        marks: list[Mark] = []
        if grid is not None and not too_long(self.time.span_s):
            match self._model.kind:
                case Kind.CQT:
                    marks = note_marks(self._model.found(*self.in_view), height)
                case Kind.CHROMA:
                    marks = chroma_marks(height)
                case Kind.ONSETS:
                    marks = strength_marks(self._model.highest())
                case Kind.PITCH:
                    marks = pitch_marks(height)
                case Kind.HARMONIC | Kind.PERCUSSIVE:
                    marks = self.picture.band(grid.sample_rate).marks(height)
        self.axis.set_marks(marks)


def _joined(parts: list[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last of each run of consecutive numbers."""
    for at, part in enumerate(parts):
        if at == 0 or parts[at - 1] != part - 1:
            last = part
            while last + 1 in parts:
                last += 1
            yield part, last
