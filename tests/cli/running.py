"""The command line as a user has it: a process of its own, or, where streams do not matter, not."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Outcome:
    """How a command ended and what it said where."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one line that a failure left on standard error; there must be no other."""
        [line] = self.err.splitlines()
        assert line.startswith("leanviz: ")
        assert line.endswith((".", ")"))
        return line


Run = Callable[..., Outcome]


def environment(changes: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """Return the environment of a process without a screen, with `changes`; None removes."""
    wanted: dict[str, str | None] = {
        **os.environ,
        "PYTHONPATH": str(REPOSITORY),
        "DISPLAY": None,
        "WAYLAND_DISPLAY": None,
        "QT_QPA_PLATFORM": None,
        **(changes or {}),
    }
    return {name: value for name, value in wanted.items() if value is not None}


def command(*args: object) -> list[str]:
    """Return the words that start leanviz in a process of its own."""
    return [sys.executable, "-m", "leanviz", *map(str, args)]


def run_in(folder: Path, *args: object, changes: Mapping[str, str | None] | None = None) -> Outcome:
    """Run the command line in a process of its own, in `folder`."""
    done = subprocess.run(
        command(*args),
        cwd=folder,
        env=environment(changes),
        capture_output=True,
        timeout=100,
        encoding="utf-8",
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)
