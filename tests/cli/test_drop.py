"""Files dragged from another program onto the window, by X11's own protocol (XDND)."""

import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.running import command, environment
from tests.support import drag_source
from tests.support.programs import wait_until
from tests.support.screen import Screen

NAMES = (
    "a b & c.wav",
    "\u97f3\u58f0 \u7b2c1.wav",
    "\u0437\u0432\u0443\u043a % #2.wav",
    "\u00fc.wav",
)


@contextmanager
def running(words: list[str], where: dict[str, str]) -> Generator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(words, env=where)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


def window(screen: Screen, name: str) -> str:
    wait_until(lambda: screen.xdotool("search", "--onlyvisible", "--name", name), name)
    found = screen.xdotool("search", "--onlyvisible", "--name", name)
    assert found
    return found.split()[0]


def drag(screen: Screen, start: tuple[int, int], stop: tuple[int, int]) -> None:
    """Move as a hand does: what is dragged over must have time to answer."""
    screen.xdotool("mousemove", *map(str, start), "mousedown", "1")
    for step in range(1, 21):
        x, y = (round(a + (b - a) * step / 20) for a, b in zip(start, stop, strict=True))
        screen.xdotool("mousemove", "--sync", str(x), str(y), "sleep", "0.05")
    screen.xdotool("sleep", "0.5", "mouseup", "1")


@pytest.mark.screen
def test_files_dropped_from_another_program_are_all_opened(
    siren: Path, tmp_path: Path, screen: Screen
) -> None:
    files = [tmp_path / "dropped here" / name for name in NAMES]
    files[0].parent.mkdir()
    for file in files:
        shutil.copy(siren, file)
    where = environment({"DISPLAY": screen.display, "QT_QPA_PLATFORM": "xcb"})
    source = [sys.executable, drag_source.__file__, "20", "20", *map(str, files)]
    with running(command(), where), running(source, where):
        shown = window(screen, "leanviz$")
        screen.xdotool("windowmove", "--sync", shown, "0", "0")
        window(screen, "drag source")
        drag(screen, (100, 60), (640, 500))
        screen.xdotool("windowfocus", "--sync", shown)
        for file in files:
            wait_for_title(screen, shown, file.name)
            screen.xdotool("key", "ctrl+Next")


def wait_for_title(screen: Screen, window_id: str, name: str) -> None:
    wait_until(lambda: name in (screen.xdotool("getwindowname", window_id) or ""), name)
