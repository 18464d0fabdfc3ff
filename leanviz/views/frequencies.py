"""Which frequencies the spectrogram shows, by menu and key; Shift and the wheel do it, too."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from leanviz.core.frontend import YAMNET
from leanviz.models.frequency import FrequencyAxis, hertz
from leanviz.settings import DEFAULTS
from leanviz.views.actions import Actions
from leanviz.views.spectrogram import ZOOM_STEP, SpectrogramPane

MOVE_PART = 0.25
# While there is no sound whose rate would tell.
ANY_RATE = 48_000


class Frequencies(QObject):
    """Does the work of the actions about frequencies.

    Signals
    -------
    said : str
        What is shown now, in words.
    """

    said = Signal(str)

    def __init__(self, pane: SpectrogramPane, parent: QObject) -> None:
        super().__init__(parent)
        self._pane = pane

    def serve(self, actions: Actions) -> None:
        """Have the actions do their work."""
        actions.connect({
            "band in": self._changing(lambda band, top: band.zoomed(0.5, 1 / ZOOM_STEP, top)),
            "band out": self._changing(lambda band, top: band.zoomed(0.5, ZOOM_STEP, top)),
            "band up": self._changing(lambda band, top: band.moved(MOVE_PART, top)),
            "band down": self._changing(lambda band, top: band.moved(-MOVE_PART, top)),
            "next band": self._next,
            "band usual": lambda: self._show(DEFAULTS.low_hz, DEFAULTS.high_hz),
            "band all": lambda: self._show(0.0, self._highest),
            "band heard": lambda: self._show(YAMNET.fmin, YAMNET.fmax),
        })  # fmt: skip

    @property
    def _rate(self) -> int:
        tracks = self._pane.tracks
        return ANY_RATE if tracks is None else tracks.sample_rate

    @property
    def _highest(self) -> float:
        return self._rate / 2

    def _changing(
        self, change: Callable[[FrequencyAxis, float], FrequencyAxis]
    ) -> Callable[[], None]:
        def act() -> None:
            settings = replace(self._pane.settings, model_eye=False)
            band = change(settings.axis(self._rate), self._highest)
            self._show(band.low, band.high)

        return act

    def _next(self) -> None:
        """Go on from the usual frequencies to all there are, to those LEAN hears, and back."""
        shown = self._pane.settings.fmin, self._pane.settings.fmax
        bands = [
            (DEFAULTS.low_hz, DEFAULTS.high_hz),
            (0.0, self._highest),
            (YAMNET.fmin, YAMNET.fmax),
        ]
        self._show(*bands[(bands.index(shown) + 1) % len(bands) if shown in bands else 0])

    def _show(self, low_hz: float, high_hz: float) -> None:
        pane = self._pane
        pane.set_settings(replace(pane.settings, fmin=low_hz, fmax=high_hz))
        if pane.settings.model_eye:
            self.said.emit("What LEAN hears has its own frequencies (E shows the spectrogram)")
            return
        band = pane.settings.axis(self._rate)
        self.said.emit(f"Frequencies: {hertz(band.low)} to {hertz(band.high)}")
