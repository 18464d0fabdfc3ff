"""Ctrl+C, as something to look at between two steps."""

import signal
from types import FrameType
from typing import Any, Self


class StopRequest:
    """Notes Ctrl+C and SIGTERM while it is entered; the second one ends the process as usual."""

    def __init__(self) -> None:
        self.made = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.made = True
        self.__exit__()
