"""Files dragged from another program onto the window, by X11's own protocol (XDND)."""

import itertools
import select
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
    with subprocess.Popen(words, env=where, stdout=subprocess.PIPE, bufsize=0) as process:
        try:
            yield process
        finally:
            process.terminate()


def window(screen: Screen, name: str) -> str:
    wait_until(lambda: screen.xdotool("search", "--onlyvisible", "--name", name), name)
    found = screen.xdotool("search", "--onlyvisible", "--name", name)
    assert found
    return found.split()[0]


def drag(
    screen: Screen,
    source: subprocess.Popen[bytes],
    start: tuple[int, int],
    stop: tuple[int, int],
) -> None:
    """Move as a hand does, until what is dragged over has answered."""
    shares = itertools.chain((step / 20 for step in range(1, 20)), itertools.cycle((1.0, 0.99)))

    def press() -> bool:
        screen.xdotool("mouseup", "1", "mousemove", *map(str, start), "mousedown", "1")
        return says(source, b"pressed\n", 1.0)

    def move() -> bool:
        share = next(shares)
        at = (str(round(a + (b - a) * share)) for a, b in zip(start, stop, strict=True))
        screen.xdotool("mousemove", *at)
        return says(source, b"accepted\n", 0.05)

    wait_until(press, "the button")
    wait_until(move, "the window to take the files")
    screen.xdotool("mousemove", *map(str, stop), "mouseup", "1")


def says(source: subprocess.Popen[bytes], line: bytes, within_s: float) -> bool:
    """Return whether that line comes before `source` says nothing for a while."""
    assert source.stdout is not None
    while select.select([source.stdout], [], [], within_s)[0]:
        if (said := source.stdout.readline()) == line:
            return True
        assert said, "it has ended"
    return False


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
    with running(command(), where), running(source, where) as dragged:
        shown = window(screen, "leanviz$")
        screen.xdotool("windowmove", "--sync", shown, "0", "0")
        window(screen, "drag source")
        drag(screen, dragged, (100, 60), (640, 500))
        screen.xdotool("windowfocus", "--sync", shown)
        for file in files:
            wait_for_title(screen, shown, file.name)
            screen.xdotool("key", "ctrl+Next")


def wait_for_title(screen: Screen, window_id: str, name: str) -> None:
    wait_until(lambda: name in (screen.xdotool("getwindowname", window_id) or ""), name)
