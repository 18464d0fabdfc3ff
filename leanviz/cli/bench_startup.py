"""``leanviz bench --startup``: how long the window takes to come, and to be of use."""

import json
import os
import platform
import time

import numpy as np
from rich.table import Table

from leanviz.cli.bench_process import check_screen, open_window
from leanviz.cli.console import as_text

# From the start of the process, in seconds; the promise for the window where files are in memory.
STEPS = {"window painted": 1.0, "demo clip in view": None}


def start() -> dict[str, tuple[float, float]]:
    """Start the window once, and end it; return seconds and processor seconds up to each step."""
    began = time.perf_counter()
    with open_window() as window:
        moments = window.ask("opened")
    return {step: (moments[step][0] - began, moments[step][1]) for step in STEPS}


def bench_startup(repeats: int, as_json: bool) -> str:
    """Return how long starts take, the first apart, as text.

    Raises
    ------
    UserError
        If there is no screen, or no /proc.
    """
    check_screen()
    first, *warm = [start() for _ in range(repeats + 1)]
    seconds = {
        step: {
            "first": first[step][0],
            "median": float(np.median([each[step][0] for each in warm])),
            "longest": max(each[step][0] for each in warm),
            "promised": promised,
            "processor, median": float(np.median([each[step][1] for each in warm])),
        }
        for step, promised in STEPS.items()
    }
    if as_json:
        described = {"machine": platform.platform(), "processors": os.cpu_count()}
        return json.dumps({**described, "starts": repeats, "seconds": seconds}, indent=1) + "\n"
    columns = ("first", f"median of {repeats}", "longest", "promised", "processor time")
    table = Table("seconds from the start", *columns)
    for step, row in seconds.items():
        table.add_row(step, *("-" if value is None else f"{value:.2f}" for value in row.values()))
    return as_text(table, "")
