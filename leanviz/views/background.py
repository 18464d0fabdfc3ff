"""Slow work off the GUI thread, one thing after the other, its results collected by polling."""

import queue
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from leanviz.core.errors import UserError

CLOSE_TIMEOUT_S = 5.0


def ignore(_: Any) -> None:
    """Take a result nobody waits for."""


@dataclass(frozen=True, slots=True)
class _Answer:
    done: Callable[[Any], None]
    failed: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Outcome:
    result: Any = None
    error: Exception | None = None


_Tasks = queue.SimpleQueue[Callable[[], Any] | None]
_Outcomes = queue.SimpleQueue[_Outcome]


class Background:
    """One worker thread that runs functions in the order they were given.

    1. `run` puts a task into a queue and starts the thread with the first one.
    2. The thread works and puts the outcome into a second queue; it never touches Qt, and never has
       the callbacks: were it the last to hold a window's, the window would end on its thread.
    3. The GUI's timer calls `poll`, which hands outcomes to their callbacks on the GUI thread.
    4. `close` lets the tasks in the queue finish; their callbacks are not called any more.

    Parameters
    ----------
    name : str
        What the thread is called in a debugger.
    """

    def __init__(self, name: str) -> None:
        self._name = f"leanviz-{name}"
        self._tasks: _Tasks = queue.SimpleQueue()
        self._outcomes: _Outcomes = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._answers: deque[_Answer] = deque()  # in the order of the tasks; GUI thread only

    @property
    def busy(self) -> bool:
        """Whether a callback is still to come."""
        return bool(self._answers)

    @property
    def waiting(self) -> int:
        """How many callbacks are still to come."""
        return len(self._answers)

    def run(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None] = ignore,
        failed: Callable[[str], None] = ignore,
    ) -> None:
        """Have `work` done on the worker thread.

        Its result goes to `done`, the sentence of a UserError to `failed`, both from within `poll`.
        """
        if self._thread is None:
            # a daemon, since a device that hangs must not keep the program from ending
            self._thread = threading.Thread(
                target=_serve, args=(self._tasks, self._outcomes), name=self._name, daemon=True
            )
            self._thread.start()
        self._answers.append(_Answer(done, failed))
        self._tasks.put(work)

    def poll(self) -> None:
        """Call back for what is finished. GUI thread; never waits."""
        while not self._outcomes.empty():
            outcome, answer = self._outcomes.get(), self._answers.popleft()
            if isinstance(outcome.error, UserError):
                answer.failed(str(outcome.error))
            elif outcome.error is not None:
                sys.excepthook(type(outcome.error), outcome.error, outcome.error.__traceback__)
                answer.failed("")
            else:
                answer.done(outcome.result)

    def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """End the thread, waiting at most `timeout_s` for its last task. Twice is harmless."""
        self._answers.clear()
        if self._thread is None:
            return
        self._tasks.put(None)
        self._thread.join(timeout_s)
        self._thread = None
        # what a thread that is late still answers is nobody's
        self._tasks, self._outcomes = queue.SimpleQueue(), queue.SimpleQueue()


def _serve(tasks: _Tasks, outcomes: _Outcomes) -> None:
    while (work := tasks.get()) is not None:
        try:
            outcomes.put(_Outcome(work()))
        # whatever went wrong is told on the GUI thread, where it can be shown
        except Exception as error:  # noqa: BLE001
            outcomes.put(_Outcome(error=error))
        # what it rests on may be large, and the next task is far away
        del work
