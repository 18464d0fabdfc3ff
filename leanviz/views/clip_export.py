"""Clips of the labels of a file: asked for, written by a worker, counted."""

from collections.abc import Sequence
from pathlib import Path
from threading import Event as Flag
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QDialog, QProgressDialog, QWidget

from leanviz.core.events import Event
from leanviz.core.watching import Cut
from leanviz.sessions.report import ClipReport
from leanviz.views.background import Background
from leanviz.views.telling import Telling

if TYPE_CHECKING:
    from leanviz.sessions.event_clips import ClipsDone
    from leanviz.views.clip_dialog import ClipWish

POLL_MS = 100


class _Progress:
    """What the worker and the window tell each other."""

    def __init__(self) -> None:
        self.stopped = Flag()
        # NB: stored by the worker, loaded by the window
        self.done = 0

    def __call__(self, done: int) -> bool:
        """Note how many clips are done; return whether to go on."""
        self.done = done
        return not self.stopped.is_set()


class ClipExport(Telling):
    """Writes clips without holding up the window."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._cut = Cut()
        self._worker = Background("clips")
        self._progress = _Progress()
        self._bar: QProgressDialog | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def busy(self) -> bool:
        """Whether clips are being written."""
        return self._worker.busy

    def ask(self, path: Path, report: ClipReport, selected: Event | None) -> None:
        """Ask how and where, then write."""
        if self.busy:
            self.said.emit("Clips are being written: wait for them, or stop them, first.")
            return
        from leanviz.views.clip_dialog import ClipDialog, ClipWish

        name = "" if selected is None else selected.label
        proposed = ClipWish(path.with_name(f"{path.stem} clips"), self._cut)
        dialog = ClipDialog(proposed, len(report.events), name, self._window)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            wish = dialog.wish
            one = selected if wish.selected_only else None
            self.write(path, report.events if one is None else (one,), wish)
        dialog.deleteLater()

    def write(self, path: Path, events: Sequence[Event], wish: "ClipWish") -> None:
        """Write clips of the events of a file; `said` or `failed` tells when that is over."""
        from leanviz.sessions.event_clips import write_event_clips

        self._cut, self._progress = wish.cut, _Progress()
        progress = self._progress
        self._bar = QProgressDialog("Writing clips", "Stop", 0, len(events), self._window)
        self._bar.setWindowTitle("Export Clips")
        self._bar.setAutoReset(False)

        def work() -> "ClipsDone":
            return write_event_clips(path, events, wish.folder, wish.cut, progress=progress)

        self._worker.run(work, lambda done: self._tell(done, wish.folder), self._fail)
        self._timer.start()

    def close(self) -> None:
        """Stop after the clip at hand. Twice is harmless."""
        self._timer.stop()
        self._progress.stopped.set()
        self._worker.close()
        self._hide()

    def _poll(self) -> None:
        if self._bar is not None and self._bar.wasCanceled():
            self._progress.stopped.set()
        elif self._bar is not None:
            self._bar.setValue(self._progress.done)
        self._worker.poll()
        if not self.busy:
            self._timer.stop()

    def _tell(self, done: "ClipsDone", folder: Path) -> None:
        self._hide()
        (self.failed if done.failed else self.said).emit(done.sentence(folder))

    def _fail(self, sentence: str) -> None:
        self._hide()
        self.failed.emit(sentence)

    def _hide(self) -> None:
        if self._bar is not None:
            bar, self._bar = self._bar, None
            bar.hide()
            bar.deleteLater()
