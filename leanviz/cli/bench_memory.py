"""``leanviz bench --memory``: most memory of an analysis against the length of its file.

Run as ``python -m leanviz.cli.bench_memory FILE pictures`` (or ``alone``) it analyses one file, and
prints the most bytes that it held: memory is that of a process of its own.
"""

import json
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from leanviz.audio.file import read_mono
from leanviz.audio.writer import write_repeated
from leanviz.cli.bench_proc import PROC, parse_memory
from leanviz.cli.console import as_text
from leanviz.core.errors import UserError
from leanviz.core.resources import resource_path
from leanviz.inference.model import LeanModel
from leanviz.pipeline.clip import analyze_file

MEGABYTE = 1_000_000
LENGTHS_MIN = (1, 10, 60)
KINDS = {"pictures": "with pictures, as in the window", "alone": "without, as on the command line"}


def analysed(path: Path, kind: str) -> int:
    """Analyse a file; return the most bytes that this process has held."""
    analyze_file(path, LeanModel.open(), pictures=kind == "pictures")
    return parse_memory((PROC / "self" / "status").read_text())["VmHWM"]


def most_bytes(path: Path, kind: str) -> int:
    """Return the most bytes that a process holds which analyses a file."""
    command = [sys.executable, "-m", "leanviz.cli.bench_memory", str(path), kind]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise UserError(f"The analysis to be measured failed: {done.stderr.strip()[-300:]}")
    return int(done.stdout)


def measure(lengths_s: Sequence[float]) -> dict[str, dict[str, float]]:
    """Return megabytes and seconds by kind of analysis and length of file.

    Raises
    ------
    UserError
        Without /proc, or if an analysis fails.
    """
    if not (PROC / "self" / "status").exists():
        raise UserError("Memory is measured by /proc, which only Linux has.")
    clip, rate = read_mono(resource_path("demo", "demo.flac"))
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for length_s in lengths_s:
            path = Path(folder, "clip.flac")
            write_repeated(path, clip, rate, round(length_s * rate))
            row = found.setdefault(f"{length_s / 60:g} min", {})
            for kind in KINDS:
                began = time.monotonic()
                row[kind] = most_bytes(path, kind) / MEGABYTE
                row[f"{kind}, seconds"] = time.monotonic() - began
    return found


def bench_memory(as_json: bool, lengths_s: Sequence[float] | None = None) -> str:
    """Return the measurement as text; of files of 1, 10 and 60 minutes if no lengths are given."""
    found = measure(lengths_s or [60.0 * length for length in LENGTHS_MIN])
    if as_json:
        described = {"machine": platform.platform(), "megabytes": found}
        return json.dumps(described, indent=1) + "\n"
    table = Table("most memory of an analysis, MB", *found)
    for kind, title in KINDS.items():
        table.add_row(title, *(f"{row[kind]:.0f}" for row in found.values()))
        times = (f"{row[f'{kind}, seconds']:.1f}" for row in found.values())
        table.add_row("  seconds, with its start", *times)
    return as_text(table, "")


if __name__ == "__main__":
    sys.stdout.write(str(analysed(Path(sys.argv[1]), sys.argv[2])))
