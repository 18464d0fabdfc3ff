"""Slow work off the GUI thread whose results a timer of its own collects."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer

from leanviz.views.background import CLOSE_TIMEOUT_S, Background, ignore


class PolledBackground(Background):
    """A `Background` that is polled while anything is to come.

    Parameters
    ----------
    name : str
        What the thread is called in a debugger.
    parent : QObject
        Owner of the timer.
    poll_ms : int
        How often to look for results, in milliseconds.
    """

    def __init__(self, name: str, parent: QObject, poll_ms: int = 50) -> None:
        super().__init__(name)
        self._timer = QTimer(parent)
        self._timer.setInterval(poll_ms)
        self._timer.timeout.connect(self.poll)

    def run(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None] = ignore,
        failed: Callable[[str], None] = ignore,
    ) -> None:
        """Have `work` done on the worker thread; `done` or `failed` is called on the GUI's."""
        super().run(work, done, failed)
        self._timer.start()

    def poll(self) -> None:
        """Call back for what is finished; rest when nothing is to come."""
        super().poll()
        if not self.busy:
            self._timer.stop()

    def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """End the timer and the thread. Twice is harmless."""
        self._timer.stop()
        super().close(timeout_s)
