"""``leanviz bench --live``: what the window costs while it listens, seen or not."""

import json
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from rich.table import Table

from leanviz.cli.bench_peer import beside
from leanviz.cli.bench_proc import busy_s, percent_by_name, resident_bytes, thread_times
from leanviz.cli.bench_process import CLOSE, Window, listening_window
from leanviz.cli.console import as_text

STATES = ("shown", CLOSE, "with the map", "hidden", "minimised")
# What a state takes until nothing of its beginning is left; half of a short measurement at most.
SETTLE_S = 2.0
MEGABYTE = 1_000_000
# Threads that take less of a core are one row.
LEAST_PERCENT = 0.05


@dataclass(frozen=True, slots=True)
class Phase:
    """What a state of the window cost.

    Attributes
    ----------
    cpu_percent : float
        Of one core, all threads of leanviz.
    threads : dict of str to float
        The same by thread.
    fps : float
        Looks at the audio clock a second; a picture follows where it moves by a pixel.
    pictures_per_s : float
        Pictures of the spectrogram drawn a second.
    frame_ms : dict of str to float or None
        Time from one look to the next: the 50th, 95th and 99th percentile.
    resident_mb : float
    others_percent : float
        What the rest of the machine took, of one core: little on a quiet machine.
    """

    cpu_percent: float
    threads: dict[str, float]
    fps: float
    pictures_per_s: float
    frame_ms: dict[str, float | None]
    resident_mb: float
    others_percent: float


def watch(window: Window, state: str, seconds: float) -> Phase:
    """Bring a window into a state, and measure it for some seconds."""
    window.ask(state)
    time.sleep(min(SETTLE_S, seconds / 2))
    first = window.ask("facts")
    began_s, busy_before, before = time.monotonic(), busy_s(), thread_times(window.pid)
    time.sleep(seconds)
    after, busy_after = thread_times(window.pid), busy_s()
    elapsed_s = time.monotonic() - began_s
    last = window.ask("facts")
    names = {int(tid): name for tid, name in last["threads"].items()}
    threads = percent_by_name(before, after, elapsed_s, names)
    whole = sum(threads.values())
    return Phase(
        cpu_percent=whole,
        threads=threads,
        fps=len(last["looks"]) / elapsed_s,
        pictures_per_s=(last["pictures"] - first["pictures"]) / elapsed_s,
        frame_ms=percentiles_ms(last["looks"]),
        resident_mb=resident_bytes(window.pid) / MEGABYTE,
        others_percent=max(0.0, 100.0 * (busy_after - busy_before) / elapsed_s - whole),
    )


def percentiles_ms(moments_s: list[float]) -> dict[str, float | None]:
    """Return how far apart moments are, in milliseconds; None of fewer than two."""
    apart = 1000.0 * np.diff(moments_s)
    return {f"p{p}": float(np.percentile(apart, p)) if len(apart) else None for p in (50, 95, 99)}


def measure(seconds: float, peers: Sequence[str] = ()) -> dict[str, Any]:
    """Open the window, listen to the default microphone, and return what each state cost.

    Parameters
    ----------
    peers : sequence of str
        Command lines of other programs, each to run beside the window once.

    Raises
    ------
    UserError
        If there is no screen, no microphone, or no /proc; or if a program does not run.
    """
    with listening_window() as window:
        phases = {state: asdict(watch(window, state, seconds)) for state in STATES}
        facts = window.ask("facts")
        window.ask("shown")
        both = {command: beside(command, window.pid, seconds) for command in peers}
    return {
        "machine": platform.platform(),
        "processors": os.cpu_count(),
        "seconds": seconds,
        "window": facts["size"],
        "labels": facts["labels"],
        "states": phases,
        "peers": {
            command: {"its": asdict(its), "ours": asdict(ours)}
            for command, (its, ours) in both.items()
        },
    }


def bench_live(seconds: float, as_json: bool, peers: Sequence[str] = ()) -> str:
    """Return the measurement as text."""
    report = measure(seconds, peers)
    if as_json:
        return json.dumps(report, indent=1) + "\n"
    states = {state: Phase(**report["states"][state]) for state in STATES}
    width, height = report["window"]
    heading = f"A window of {width} x {height}, each state {seconds:g} s, {report['labels']} labels"
    return as_text(heading, _table(states), *_peer_tables(report["peers"]), "")


def _table(states: dict[str, Phase]) -> Table:
    """Return a row for each figure, a column for each state."""
    table = Table("", *states)
    table.add_row("% of a core", *(f"{phase.cpu_percent:.1f}" for phase in states.values()))
    for name in _busy_threads(states):
        shares = (phase.threads.get(name, 0.0) for phase in states.values())
        table.add_row(f"  {name}", *(f"{share:.1f}" for share in shares))
    table.add_row("frames a second", *(f"{phase.fps:.1f}" for phase in states.values()))
    table.add_row("pictures a second", *(f"{p.pictures_per_s:.1f}" for p in states.values()))
    for rank in ("p50", "p95", "p99"):
        values = (phase.frame_ms[rank] for phase in states.values())
        cells = ("-" if value is None else f"{value:.1f}" for value in values)
        table.add_row(f"ms a frame, {rank}", *cells)
    table.add_row("memory, MB", *(f"{phase.resident_mb:.0f}" for phase in states.values()))
    table.add_row("other programs, %", *(f"{p.others_percent:.0f}" for p in states.values()))
    return table


def _peer_tables(peers: dict[str, Any]) -> list[Table]:
    """Return a table of the programs that ran beside the window, if there are any."""
    table = Table("beside leanviz, shown", "% of a core", "leanviz", "ratio", "MB", "leanviz")
    for command, costs in peers.items():
        its, ours = costs["its"], costs["ours"]
        ratio = ours["cpu_percent"] / max(its["cpu_percent"], 0.01)
        table.add_row(
            command, f"{its['cpu_percent']:.1f}", f"{ours['cpu_percent']:.1f}", f"{ratio:.2f}",
            f"{its['resident_mb']:.0f}", f"{ours['resident_mb']:.0f}",
        )  # fmt: skip
    return [table] if peers else []


def _busy_threads(states: dict[str, Phase]) -> list[str]:
    """Return the threads worth a row, the busiest first."""
    most: dict[str, float] = {}
    for phase in states.values():
        for name, share in phase.threads.items():
            most[name] = max(most.get(name, 0.0), share)
    return sorted((n for n in most if most[n] >= LEAST_PERCENT), key=lambda n: -most[n])
