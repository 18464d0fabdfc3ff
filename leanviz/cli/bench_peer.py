"""Another program beside ours: what its processes take of a core and of memory."""

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from leanviz.cli.bench_proc import PROC, resident_bytes, thread_times
from leanviz.core.errors import UserError

# Until a program has drawn its window and nothing is left of its start.
SETTLE_S = 8.0
PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What the processes of a program took meanwhile.

    Attributes
    ----------
    cpu_percent : float
        Of one core.
    resident_mb : float
        Sum over its processes: what they share counts for each.
    processes : int
    """

    cpu_percent: float
    resident_mb: float
    processes: int


def parent_of(stat: str) -> int:
    """Return the parent's id from a line of ``/proc/PID/stat``."""
    return int(stat.rpartition(")")[2].split()[1])


def tree(pid: int, proc: Path = PROC) -> list[int]:
    """Return a process and all that descend from it."""
    parents: dict[int, int] = {}
    for entry in proc.glob("[0-9]*"):
        with suppress(OSError):  # it has ended since
            parents[int(entry.name)] = parent_of((entry / "stat").read_text())
    found = [pid] if pid in parents else []
    for known in found:  # grows meanwhile
        found += [child for child, parent in parents.items() if parent == known]
    return found


def spent_s(pids: list[int]) -> dict[int, float]:
    """Return the processor seconds of processes by their id."""
    return {pid: sum(t.seconds for t in thread_times(pid).values()) for pid in pids}


@contextmanager
def running(command: str) -> Generator[int]:
    """Start a program by its command line, and end it with all it has started; yield its id.

    Raises
    ------
    UserError
        If it cannot be started.
    """
    try:
        words = shlex.split(command)
        process = subprocess.Popen(
            words, start_new_session=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, ValueError, IndexError) as error:
        raise UserError(f"The program “{command}” cannot be started: {error}.") from error
    try:
        yield process.pid
    finally:
        _signal(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE_S)
        _signal(process.pid, signal.SIGKILL)
        process.wait()


def _signal(group: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, number)


def cost(pids: list[int], before: dict[int, float], elapsed_s: float) -> Cost:
    """Return what processes have taken since `before`; those that have ended are left out."""
    now = spent_s(pids)
    seconds = sum(value - before.get(pid, 0.0) for pid, value in now.items())
    memory = 0
    for pid in pids:
        with suppress(OSError, KeyError):  # it has ended since
            memory += resident_bytes(pid)
    return Cost(100.0 * seconds / elapsed_s, memory / 1e6, len(pids))


def beside(command: str, ours: int, seconds: float) -> tuple[Cost, Cost]:
    """Run a program beside ours; return what it took, and what ours took meanwhile.

    Raises
    ------
    UserError
        If it cannot be started, or ends before it was measured.
    """
    with running(command) as pid:
        time.sleep(min(SETTLE_S, seconds))
        before, began = spent_s([*tree(pid), ours]), time.monotonic()
        time.sleep(seconds)
        elapsed_s, peers = time.monotonic() - began, tree(pid)
        if not spent_s(peers).get(pid):
            raise UserError(f"The program “{command}” ended before it was measured.")
        return cost(peers, before, elapsed_s), cost([ours], before, elapsed_s)
