"""What Linux says of a process in /proc: the time of its threads, and its memory."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
# After the name in parentheses, a stat line goes on with field 3 (proc_pid_stat(5)).
UTIME, STIME = 14 - 3, 15 - 3


@dataclass(frozen=True, slots=True)
class ThreadTime:
    """Processor time of a thread since it began.

    Attributes
    ----------
    name : str
        As the system has it, 15 characters at most.
    seconds : float
    """

    name: str
    seconds: float


def parse_stat(line: str, ticks_per_s: int) -> ThreadTime:
    """Return name and time from a line of ``/proc/PID/task/TID/stat``.

    Raises
    ------
    ValueError
        If it is no such line.
    """
    # a name may hold spaces and parentheses: it ends at the last one
    head, closing, rest = line.rpartition(")")
    _, opening, name = head.partition("(")
    fields = rest.split()
    if not (opening and closing) or len(fields) <= STIME:
        message = f"no line of a stat file: {line!r}"
        raise ValueError(message)
    return ThreadTime(name, (int(fields[UTIME]) + int(fields[STIME])) / ticks_per_s)


def thread_times(pid: int, proc: Path = PROC) -> dict[int, ThreadTime]:
    """Return the time of each thread of a process by its id; {} where there is none."""
    ticks_per_s = os.sysconf("SC_CLK_TCK")
    found: dict[int, ThreadTime] = {}
    for task in (proc / str(pid) / "task").glob("*"):
        try:
            found[int(task.name)] = parse_stat((task / "stat").read_text(), ticks_per_s)
        except OSError:  # it has ended since
            continue
    return found


def parse_memory(text: str) -> dict[str, int]:
    """Return the sizes of ``/proc/PID/status``, such as VmRSS, in bytes."""
    rows = (line.split() for line in text.splitlines())
    return {row[0].rstrip(":"): 1024 * int(row[1]) for row in rows if row[2:] == ["kB"]}


def resident_bytes(pid: int, proc: Path = PROC) -> int:
    """Return how much memory a process holds now; OSError if it has ended."""
    return parse_memory((proc / str(pid) / "status").read_text())["VmRSS"]


def parse_busy(text: str, ticks_per_s: int) -> float:
    """Return the busy seconds of all processors together from ``/proc/stat``."""
    total = next(line for line in text.splitlines() if line.startswith("cpu "))
    user, nice, system, _idle, _waiting, irq, softirq = map(int, total.split()[1:8])
    return (user + nice + system + irq + softirq) / ticks_per_s


def busy_s(proc: Path = PROC) -> float:
    """Return the seconds that the processors of this machine have worked since it started."""
    return parse_busy((proc / "stat").read_text(), os.sysconf("SC_CLK_TCK"))


def percent_by_name(
    before: Mapping[int, ThreadTime],
    after: Mapping[int, ThreadTime],
    elapsed_s: float,
    names: Mapping[int, str],
) -> dict[str, float]:
    """Return what threads took of a core between two moments, in percent, the most first.

    Parameters
    ----------
    names : mapping of int to str
        Better names than the system's, by thread id.
    """
    shares: dict[str, float] = {}
    for tid, now in after.items():
        began_s = before[tid].seconds if tid in before else 0.0
        name = names.get(tid, now.name)
        shares[name] = shares.get(name, 0.0) + 100.0 * (now.seconds - began_s) / elapsed_s
    return dict(sorted(shares.items(), key=lambda item: -item[1]))
