"""Running the user's own programs: never through a shell, never for long, never too many."""

import os
import queue
import signal
import subprocess
import tempfile
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

AT_ONCE = 2
MOST_WAITING = 16
MOST_OUTCOMES = 64
TIMEOUT_S = 30.0
CLOSE_S = 3.0
MOST_OUTPUT = 1_000_000
TOLD_OUTPUT = 400
_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """How a command ended.

    Attributes
    ----------
    what : str
        For whom it was run, as `run` was told.
    failure : str
        Why it did not end well, as a sentence; "" if it did.
    output : str
        The end of what it printed.
    """

    what: str
    failure: str = ""
    output: str = ""


@dataclass(frozen=True, slots=True)
class CommandStatus:
    """Counts, and the sentence about the latest command if that went wrong."""

    started: int = 0
    failed: int = 0
    dropped: int = 0
    trouble: str = ""


class CommandRunner:
    """Runs commands, two at a time, each in a process group of its own that ends in time.

    Threads start with the first command. What a command prints is kept in a file without a name and
    told by its end; one that prints without end is ended.

    Parameters
    ----------
    timeout_s : float
        After so many seconds a command is ended.
    """

    def __init__(self, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._queue: queue.Queue[tuple[tuple[str, ...], str]] = queue.Queue(MOST_WAITING)
        self._outcomes: deque[CommandOutcome] = deque(maxlen=MOST_OUTCOMES)
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._status = CommandStatus()
        self._pending = 0
        self._closing = threading.Event()
        self._give_up_at = float("inf")

    def run(self, command: Sequence[str], what: str) -> bool:
        """Have a program run with arguments, for the sake of `what`; False if too many wait."""
        if self._closing.is_set():
            return False
        with self._lock:
            try:
                self._queue.put_nowait((tuple(command), what))
            except queue.Full:
                self._count(dropped=1, trouble=f"Too many commands wait: {what} runs none.")
                return False
            self._pending += 1
            self._start()
        return True

    @property
    def busy(self) -> bool:
        """Whether a command runs or waits."""
        return self._pending > 0

    def status(self) -> CommandStatus:
        """Return how many were started, failed and were not run. Any thread."""
        return self._status

    def drain(self) -> list[CommandOutcome]:
        """Take what has ended since the last call."""
        taken: list[CommandOutcome] = []
        while self._outcomes:
            taken.append(self._outcomes.popleft())
        return taken

    def close(self) -> None:
        """Let what runs end within seconds, run nothing more. Twice is harmless."""
        self._give_up_at = min(self._give_up_at, time.monotonic() + CLOSE_S)
        self._closing.set()
        for thread in self._threads:
            thread.join(CLOSE_S + 1.0)

    def _start(self) -> None:
        if len(self._threads) < min(AT_ONCE, self._pending):
            name = f"leanviz-command-{len(self._threads)}"
            self._threads.append(threading.Thread(target=self._serve, name=name, daemon=True))
            self._threads[-1].start()

    def _serve(self) -> None:
        while not self._closing.is_set():
            with suppress(queue.Empty):
                command, what = self._queue.get(timeout=0.25)
                outcome = self._outcome(command, what)
                self._outcomes.append(outcome)
                with self._lock:
                    self._pending -= 1
                    self._count(1, int(bool(outcome.failure)), trouble=outcome.failure)

    def _count(
        self, started: int = 0, failed: int = 0, dropped: int = 0, trouble: str = ""
    ) -> None:
        was = self._status
        self._status = CommandStatus(
            was.started + started, was.failed + failed, was.dropped + dropped, trouble
        )

    def _outcome(self, command: tuple[str, ...], what: str) -> CommandOutcome:
        if not command:
            return CommandOutcome(what, f"The command for {what} names no program.")
        program = command[0]
        try:
            with tempfile.TemporaryFile() as output:
                failure = self._run_to_end(command, output)
                told = _end_of(output)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            return CommandOutcome(what, f"The command for {what} did not run: {program}: {reason}.")
        if not failure:
            return CommandOutcome(what, output=told)
        words = f" It said: {told.splitlines()[-1]}" if told.strip() else ""
        return CommandOutcome(what, f"The command for {what} {failure}: {program}.{words}", told)

    def _run_to_end(self, command: tuple[str, ...], output: IO[bytes]) -> str:
        """Run a command; return why it did not end well, "" if it did."""
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        until = time.monotonic() + self._timeout_s
        while (code := process.poll()) is None:
            if os.fstat(output.fileno()).st_size > MOST_OUTPUT:
                return _end(process, "printed too much and was ended")
            if time.monotonic() >= min(until, self._give_up_at):
                return _end(process, f"took longer than {self._timeout_s:g} s and was ended")
            time.sleep(_POLL_S)
        return f"ended with exit code {code}" if code else ""


def _end(process: subprocess.Popen[bytes], why: str) -> str:
    """End a process and what it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return why


def _end_of(output: IO[bytes]) -> str:
    output.seek(max(0, output.seek(0, os.SEEK_END) - TOLD_OUTPUT))
    return output.read().decode("utf-8", "replace").strip()
