"""Other pictures of the sound that is shown: another window, and what LEAN hears of a file."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from leanviz.core.spectra import MelColumns, Spectra
from leanviz.core.tracks import Tracks
from leanviz.models.spectrogram import SpectrogramSettings
from leanviz.views.background import Background
from leanviz.views.spectrogram import SpectrogramPane

if TYPE_CHECKING:
    from leanviz.views.listening import Listening


class WindowLength(QObject):
    """Has the whole spectrogram drawn anew whenever its window changes.

    Live sound is drawn anew from what is kept of it, by the thread that takes it in, or here when
    that has ended. A file is read again.

    Signals
    -------
    said : str
        What the window is now.
    failed : str
        Why the old one stays.
    begun :
        There is something to `poll` for.
    """

    said = Signal(str)
    failed = Signal(str)
    begun = Signal()

    def __init__(
        self, pane: SpectrogramPane, listening: "Listening", window_ms: int, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._pane, self._listening = pane, listening
        self.window_ms = window_ms
        self._tracks: Tracks | None = None
        self._path: Path | None = None
        self._wishes = 0
        self._left = False
        self._worker = Background("window")
        pane.settings_changed.connect(self._hear)

    @property
    def busy(self) -> bool:
        """Whether `poll` has something to do."""
        return self._worker.busy or self._left

    def show(self, tracks: Tracks, path: Path | None = None) -> None:
        """Take the sound that is shown now: of a complete file, or live."""
        self._tracks, self._path = tracks, path
        self._apply()
        self._hear(self._pane.settings)

    def choose(self, window_ms: int) -> None:
        """Use another window from now on, and for all that is shown."""
        self.window_ms = window_ms
        if self._tracks is None:
            self.said.emit(f"Window: {window_ms} ms.")
            return
        self._apply()
        n_fft = self._tracks.blank(window_ms / 1000, self._tracks.written).stft.n_fft
        self.said.emit(f"Window: {window_ms} ms, {n_fft} points.")

    def forget(self) -> None:
        """Let go of the sound: something else is shown."""
        self._wishes += 1
        self._tracks = self._path = None
        self._left = False

    def poll(self) -> None:
        """Go on. GUI thread; never waits."""
        self._worker.poll()
        if self._left and not self._listening.busy:
            self._left = False
            self._finish()

    def close(self) -> None:
        """End. Twice is harmless."""
        self.forget()
        self._worker.close()

    def _apply(self) -> None:
        tracks, path, window_s = self._tracks, self._path, self.window_ms / 1000
        assert tracks is not None
        self._wishes += 1
        wish = self._wishes
        if path is None:
            tracks.set_window(window_s)
            self._left = not self._listening.active
        elif tracks.blank(window_s, tracks.written).stft != tracks.stft:
            from leanviz.pipeline.redraw import spectra_of_file

            self._worker.run(
                lambda: spectra_of_file(path, tracks, window_s, lambda: wish != self._wishes),
                lambda spectra: self._take(tracks, spectra),
                self.failed.emit,
            )

    def _hear(self, settings: SpectrogramSettings) -> None:
        """Have what LEAN hears of a file made when it is to be seen."""
        tracks, path = self._tracks, self._path
        if not settings.model_eye or tracks is None or path is None:
            return
        if tracks.heard.columns.written == 0:
            from leanviz.pipeline.redraw import heard_of_file

            self._worker.run(
                lambda: heard_of_file(path, tracks, lambda: tracks is not self._tracks),
                lambda heard: self._take_heard(tracks, heard),
                self.failed.emit,
            )
            self.begun.emit()

    def _take_heard(self, tracks: Tracks, heard: MelColumns | None) -> None:
        if heard is not None:
            tracks.heard = heard
            self._pane.picture.update()

    def _finish(self) -> None:
        """Draw the rest of a live stream that has ended."""
        tracks = self._tracks
        assert tracks is not None
        wish = self._wishes

        def catch_up() -> None:
            while tracks.catch_up() and wish == self._wishes:
                pass

        self._worker.run(catch_up, lambda _: self._pane.picture.update())

    def _take(self, tracks: Tracks, spectra: Spectra | None) -> None:
        if spectra is not None and tracks is self._tracks:
            tracks.show(spectra)
            self._pane.picture.update()
