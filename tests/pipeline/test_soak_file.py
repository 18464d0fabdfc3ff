"""A file of ten hours: the memory of its analysis, and how the window bears it; see `make soak`."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from leanviz.audio.file import read_mono
from leanviz.audio.writer import write_repeated
from leanviz.core.resources import resource_path
from leanviz.settings import Settings
from leanviz.views.action_table import Mode
from leanviz.views.engine import load_engine
from leanviz.views.main_window import MainWindow

HOURS = float(os.environ.get("LEANVIZ_SOAK_HOURS", "10"))
MEGABYTE = 1_000_000

# VmHWM: what getrusage says counts the process that started this one as well
PROGRAM = """
import pathlib, re, sys
from leanviz.inference.model import LeanModel
from leanviz.pipeline.clip import analyze_file
analysis = analyze_file(sys.argv[1], LeanModel.open())
status = pathlib.Path("/proc/self/status").read_text()
print(1024 * int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]), len(analysis.findings))
"""

pytestmark = [
    pytest.mark.soak,
    pytest.mark.timeout(7200),
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]


@pytest.fixture(scope="module")
def write(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[float], Path]]:
    """Return a function that writes so many seconds of the demo clip, over and over, as a WAV."""
    folder = tmp_path_factory.mktemp("long")
    clip, rate = read_mono(resource_path("demo", "demo.flac"))

    def write_wav(seconds: float) -> Path:
        path = folder / f"{seconds:.0f}.wav"
        if not path.exists():
            write_repeated(path, clip, rate, int(seconds * rate))
        return path

    yield write_wav
    for path in folder.iterdir():  # gigabytes
        path.unlink()


def peak_mb(path: Path) -> float:
    """Return the most memory that a process held which analysed a file."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)], check=True, capture_output=True, text=True
    )
    peak, findings = map(int, done.stdout.split())
    sys.stderr.write(f"{path.name}: {peak / MEGABYTE:.1f} MB, {findings} findings\n")
    return peak / MEGABYTE


def test_ten_hours_take_no_more_memory_than_ten_minutes(write: Callable[[float], Path]) -> None:
    assert peak_mb(write(3600 * HOURS)) < 1.1 * peak_mb(write(600))


def test_the_window_on_ten_hours(qtbot: QtBot, write: Callable[[float], Path]) -> None:
    """Tells what it takes; a machine's speed is no matter of right and wrong."""
    path = write(3600 * HOURS)
    engine = load_engine()
    window = MainWindow(Settings(keep_analyses=False), lambda: engine)
    qtbot.addWidget(window)
    window.show()
    window.begin([])
    qtbot.waitUntil(lambda: window.director.engine is not None, timeout=60_000)
    began = time.monotonic()
    window.open(path)
    qtbot.waitUntil(lambda: window.director.mode is Mode.FILE, timeout=60_000)
    window.grab()
    sys.stderr.write(f"visible after {time.monotonic() - began:.2f} s\n")
    axis, longest = window.workspace.time, 0.0
    for step in range(60):
        began = time.monotonic()
        axis.show(60.0 * step, (7200.0, 600.0, 20.0, 1.0)[step % 4])
        window.workspace.tick()
        window.grab()
        longest = max(longest, time.monotonic() - began)
    sys.stderr.write(f"scroll and zoom: {1e3 * longest:.0f} ms at most\n")
    assert axis.limits[1] == pytest.approx(3600 * HOURS, rel=1e-3)
    window.director.stop()
    qtbot.waitUntil(lambda: not window.director.recording.working, timeout=60_000)
