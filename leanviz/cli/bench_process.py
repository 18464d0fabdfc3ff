"""A leanviz window in a process of its own, as measurements want it: Linux, a screen, sound."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from leanviz.cli.bench_proc import PROC
from leanviz.cli.display import screen_problem
from leanviz.core.errors import UserError

# A state of the window in which sixty pictures a second are needed: a pixel takes 12 ms to pass.
CLOSE = "10 s wide"


class Window:
    """A leanviz window in a process of its own that does what it is told."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.pid = process.pid

    def ask(self, word: str) -> dict[str, Any]:
        """Return the answer to a word; UserError if it could not be done, or the window ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(word + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            raise UserError("The window has ended before it was measured.")
        facts = json.loads(answer)
        if "failed" in facts:
            raise UserError(facts["failed"])
        return facts


@contextmanager
def open_window() -> Generator[Window]:
    """Start the window with settings of its own, and end it."""
    with tempfile.TemporaryDirectory(prefix="leanviz-bench-") as folder:
        own = {f"XDG_{kind}_HOME": f"{folder}/{kind}" for kind in ("CONFIG", "DATA", "STATE")}
        process = subprocess.Popen(
            [sys.executable, "-m", "leanviz.cli.bench_window"],
            env={**os.environ, **own},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            yield Window(process)
        finally:
            _end(process)


def _end(process: "subprocess.Popen[str]") -> None:
    """Close the window as a user would; if it hangs, kill it."""
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def check_screen() -> None:
    """Raise UserError where no window can be measured."""
    if not (PROC / "self" / "task").is_dir():
        raise UserError("Threads are measured by /proc, which only Linux has.")
    problem = screen_problem()
    if problem is not None:
        raise UserError(
            f"A window needs a screen ({problem}): `xvfb-run leanviz bench --live` lends it one."
        )


@contextmanager
def listening_window(*before: str) -> Generator[Window]:
    """Open a window that listens to the default microphone, and end it.

    Parameters
    ----------
    before : str
        Words for it before it listens.

    Raises
    ------
    UserError
        If there is no screen, no microphone, or no /proc.
    """
    check_screen()
    with open_window() as window:
        for word in (*before, "listen"):
            window.ask(word)
        yield window
