"""Which part of the sound has its mean spectrum shown, and what becomes of the numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event as Flag
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from leanviz.core.clock import Span, to_sample
from leanviz.core.errors import ExportError, UserError
from leanviz.core.events import Band
from leanviz.core.power_spectrum import PowerSpectrum
from leanviz.sessions.spectrum_file import spectrum_text, write_spectrum
from leanviz.views.action_table import Mode
from leanviz.views.actions import Actions
from leanviz.views.event_words import frequencies_text
from leanviz.views.navigation import Navigation
from leanviz.views.polled import PolledBackground
from leanviz.views.theme import DARK, Theme

if TYPE_CHECKING:
    from leanviz.core.tracks import Tracks
    from leanviz.views.director import Director
    from leanviz.views.spectrum_plot import SpectrumPlot
    from leanviz.views.spectrum_window import SpectrumWindow

# What is dragged or scrolled is measured so often, and sound that passes by.
REST_MS, PASSING_MS = 150, 500
# More sound than this is not measured in a moment.
LONG_S, MEASURING = 60.0, "Measuring\u2026"
NO_SOUND = "A session log has no sound."
NOTHING = "Open a file, or listen."
FILTERS = "Table (*.csv);;Picture (*.png);;Picture, vector graphics (*.svg)"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the sound, in source samples, and what it is in words.

    Its numbers are of the frequencies of `band_hz`, where there are any.
    """

    what: str
    span: Span
    band_hz: Band = ()


class SpectrumDesk(QObject):
    """Has what is selected, else what is in view, measured while its window is open.

    Signals
    -------
    said, failed : str
        Sentences for the user.
    """

    said = Signal(str)
    failed = Signal(str)

    def __init__(self, director: "Director", navigation: Navigation, window: QWidget) -> None:
        super().__init__(window)
        self._director, self._navigation, self._parent = director, navigation, window
        self._time = director.workspace.time
        self._worker = PolledBackground("spectrum", self)
        self._stale = Flag()
        self._theme: Theme = DARK
        self.window: SpectrumWindow | None = None
        self._shown: Part | None = None
        self._rest = _timer(self, REST_MS, self._measure)
        self._passing = _timer(self, PASSING_MS, self._pass)

    def serve(self, actions: Actions) -> None:
        """Have the action do its work."""
        actions.connect({"spectrum": self.show})
        for signal in (
            self._time.changed, self._time.selection_changed, self._navigation.selected,
            self._director.changed, self._director.opened,
            self._director.workspace.spectrogram.band_selected,
        ):  # fmt: skip
            signal.connect(self._look)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        if self.window is not None:
            self.window.set_theme(theme)

    def show(self) -> None:
        """Open the window, or bring it to the front."""
        window = self.window = self.window or self._made()
        window.show()
        window.raise_()
        window.activateWindow()
        window.plot.setFocus()
        self._measure()
        self._passing.start()

    def close(self) -> None:
        """End. Twice is harmless."""
        for timer in (self._rest, self._passing):
            timer.stop()
        self._stale.set()
        self._worker.close()
        if self.window is not None:
            self.window.close()

    def part(self) -> Part | None:
        """Return what is measured now; None if there is no sound."""
        if self._director.file is None and self._director.stream is None:
            return None
        rate, label = self._director.workspace.timeline.sample_rate, self._navigation.selection
        times = self._director.workspace.timeline.time_format
        band: Band = ()
        if self._time.selection is not None:
            what, ends_s = "SELECTION", self._time.selection
            band = self._director.workspace.spectrogram.band_hz
        elif label is not None:
            title = self._director.workspace.timeline.title(label.label)
            what, ends_s = title, (label.onset / rate, label.offset / rate)
            band = label.band_hz
        else:
            limits = self._time.limits
            what = "IN VIEW"
            ends_s = max(self._time.start_s, limits[0]), min(self._time.stop_s, limits[1])
        span = Span(*(to_sample(end_s, rate) for end_s in ends_s))
        ends = " \u2013 ".join(times.text(end_s) for end_s in ends_s)
        between = f"  {frequencies_text(band)}" if band else ""
        return Part(f"{what}  {ends}{between}", span, band)

    def save(self, path: Path) -> None:
        """Write what is shown: numbers, or a picture, as the suffix says."""
        window = self.window
        if window is None or window.spectrum is None:
            return
        try:
            _write(window.spectrum, window.plot, path)
        except UserError as error:
            self.failed.emit(str(error))
        else:
            self.said.emit(f"Written: {path}")

    def _made(self) -> "SpectrumWindow":
        from leanviz.views.spectrum_window import SpectrumWindow

        window = SpectrumWindow(self._parent)
        window.set_theme(self._theme)
        window.wanted.connect(self._measure)
        window.copied.connect(self._copy)
        window.saved.connect(self._ask_where_to)
        window.finished.connect(self._rest_all)
        return window

    @property
    def _open(self) -> bool:
        return self.window is not None and self.window.isVisible()

    def _rest_all(self) -> None:
        for timer in (self._rest, self._passing):
            timer.stop()
        self._stale.set()
        self._shown = None

    def _look(self) -> None:
        """Measure soon if there is another part to measure."""
        if self._open and not self._rest.isActive() and self.part() != self._shown:
            self._rest.start()

    def _pass(self) -> None:
        """Measure what has passed by: the view follows it without a word."""
        if self._open:
            self._passing.start()
            if self._director.mode is Mode.LIVE and not self._worker.busy:
                self._look()

    def _measure(self) -> None:
        window = self.window
        if window is None or not self._open:
            return
        self._stale.set()
        self._stale = stale = Flag()
        part = self._shown = self.part()
        if part is None or part.span.length <= 0:
            self._show_nothing()
            return
        if part.span.length > LONG_S * self._director.workspace.timeline.sample_rate:
            window.show_part(part.what)
            window.show_nothing(MEASURING)
        path, tracks, window_s = self._director.file, self._director.stream, window.window_s

        def take(found: PowerSpectrum) -> None:
            if not stale.is_set():
                window.show_part(part.what)
                window.show_spectrum(found, part.band_hz)

        def fail(why: str) -> None:
            if not stale.is_set():
                window.show_part(part.what)
                window.show_nothing(why)

        self._worker.run(lambda: _spectrum(path, tracks, part.span, window_s, stale), take, fail)

    def _show_nothing(self) -> None:
        if self.window is not None:
            self.window.show_part("")
            self.window.show_nothing(NO_SOUND if self._director.mode is Mode.SESSION else NOTHING)

    def _copy(self) -> None:
        if self.window is not None and self.window.spectrum is not None:
            QGuiApplication.clipboard().setText(spectrum_text(self.window.spectrum, "\t"))
            self.said.emit("Copied: frequency and level of each bin.")

    def _ask_where_to(self) -> None:
        path = self._director.file
        near = Path.home() / "heard live.wav" if path is None else path
        start = str(near.with_suffix(".spectrum.csv"))
        name, _ = QFileDialog.getSaveFileName(self.window, "Save Spectrum", start, FILTERS)
        if name:
            self.save(Path(name))


def _write(spectrum: PowerSpectrum, plot: "SpectrumPlot", path: Path) -> None:
    """Write a spectrum, or its plot, as the suffix says; ExportError if that fails."""
    from leanviz.views.spectrum_picture import draw_plot

    suffix = path.suffix.lower()
    if suffix == ".csv":
        write_spectrum(spectrum, path)
    elif suffix in {".png", ".svg"}:
        draw_plot(plot, path)
    else:
        raise ExportError(f"{path} cannot be written: a spectrum goes to .csv, .png or .svg.")


def _timer(parent: QObject, wait_ms: int, act: Callable[[], None]) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(wait_ms)
    timer.timeout.connect(act)
    return timer


def _spectrum(
    path: Path | None, tracks: "Tracks | None", span: Span, window_s: float, stale: Flag
) -> PowerSpectrum:
    """Measure a part of a file, or of what is kept of a stream. Worker thread."""
    from leanviz.pipeline.part_spectrum import spectrum_of_heard, spectrum_of_part

    if path is not None:
        return spectrum_of_part(path, span, window_s, lambda: not stale.is_set())
    assert tracks is not None
    return spectrum_of_heard(tracks, span, window_s)
