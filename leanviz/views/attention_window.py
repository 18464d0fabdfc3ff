"""The window that LEAN used around the cursor, in place of the map of the whole recording."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from leanviz.core.alignment import WINDOW_PATCHES
from leanviz.core.attention import AttentionBand
from leanviz.models.time_text import elapsed
from leanviz.views.polled import PolledBackground
from leanviz.views.workspace import Workspace

if TYPE_CHECKING:
    from leanviz.pipeline.results import ClipAnalysis
    from leanviz.views.director import Director

POLL_MS = 30


class WindowMap(QObject):
    """Shows all that one window looked at, and puts the map of the whole back.

    The map of the whole has of each patch the row that decided on it, from a window of its own; a
    window has 20 rows, of which its last but one decided.

    Signals
    -------
    changed :
        A window is shown, or none any more.
    failed : str
        It could not be read, and why.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(self, director: "Director", workspace: Workspace, parent: QObject) -> None:
        super().__init__(parent)
        self._director, self._workspace = director, workspace
        self._worker = PolledBackground("attention-window", self, POLL_MS)
        self._wish = 0
        self._view = (0.0, 0.0)
        self._whole: AttentionBand | None = None
        self._shown: AttentionBand | None = None
        workspace.attention_model.changed.connect(self._follow)
        workspace.time.cursor_moved.connect(self._turn)

    @property
    def shown(self) -> bool:
        """Whether a window is shown in place of the whole, or about to be."""
        return self._shown is not None or self._worker.busy

    def show(self) -> None:
        """Show the window that decided on the patch that is read, or at the cursor."""
        self._ask(self._patch_at(self._moment_s()))

    def _ask(self, patch: int) -> None:
        analysis, engine = self._director.recording.analysis, self._director.engine
        if analysis is None or engine is None or self._workspace.attention_model.band is None:
            return
        from leanviz.pipeline.attention_window import window_band

        self._wish += 1
        wish, model = self._wish, engine.model
        self._worker.run(
            lambda: window_band(
                analysis.path, model, analysis.sample_rate, patch, len(analysis.patch_extents)
            ),
            lambda window: self._take(wish, analysis, window, patch),
            lambda sentence: self._give_up(wish, sentence),
        )

    def leave(self) -> None:
        """Put the map of the whole, and the view, back."""
        self._wish += 1
        whole, self._whole, self._shown = self._whole, None, None
        self._workspace.attention.marks.note = ""
        if whole is not None:
            model = self._workspace.attention_model
            model.set_band(whole, model.source)
            self._workspace.time.show(*self._view)
        self.changed.emit()

    def close(self) -> None:
        """End the worker. Twice is harmless."""
        self._worker.close()

    def _moment_s(self) -> float:
        """Return the query time that is read, the cursor if it is in view, or the middle."""
        time = self._workspace.time
        if time.hover.query_s is not None:
            return sum(time.hover.query_s) / 2
        if time.cursor_s is not None and time.start_s <= time.cursor_s < time.stop_s:
            return time.cursor_s
        return time.start_s + time.span_s / 2

    def _patch_at(self, time_s: float) -> int:
        """Return the patch of the whole recording whose middle is nearest."""
        band = self._whole or self._workspace.attention_model.band
        return 0 if band is None else int(np.abs(band.query_s() - time_s).argmin())

    def _turn(self) -> None:
        """Go on to the window that begins at the cursor, once that has left the one shown."""
        cursor_s, shown, whole = self._workspace.time.cursor_s, self._shown, self._whole
        if shown is None or whole is None or cursor_s is None or self._worker.busy:
            return
        extents = shown.query_extents / shown.sample_rate
        if not extents[0, 0] <= cursor_s <= extents[-1, 1]:
            ahead = self._patch_at(cursor_s) + WINDOW_PATCHES - 2
            self._ask(min(ahead, whole.n_patches - 1))

    def _take(self, wish: int, analysis: "ClipAnalysis", window: AttentionBand, patch: int) -> None:
        """Show a window, unless something else is shown by now."""
        now = self._director.recording.analysis
        if wish != self._wish or now is None or now.path != analysis.path:
            self.changed.emit()
            return
        model, time = self._workspace.attention_model, self._workspace.time
        if self._shown is None:
            self._whole, self._view = model.band, (time.start_s, time.span_s)
        self._shown = window
        decided_s = float(self._whole.query_s()[patch]) if self._whole is not None else 0.0
        self._workspace.attention.marks.note = f"window that decided on {elapsed(decided_s, 2)}"
        model.set_band(window, model.source)
        extents = window.query_extents / window.sample_rate
        time.show(float(extents[0, 0]), float(extents[-1, 1] - extents[0, 0]))
        self.changed.emit()

    def _give_up(self, wish: int, sentence: str) -> None:
        if wish == self._wish:
            self.failed.emit(sentence)
            self.changed.emit()

    def _follow(self) -> None:
        """Forget the window when another recording is shown."""
        band = self._workspace.attention_model.band
        if self._shown is not None and band is not self._shown:
            self._whole = self._shown = None
            self._workspace.attention.marks.note = ""
            self.changed.emit()
