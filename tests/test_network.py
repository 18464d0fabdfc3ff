"""Nothing listens, nothing is sent: which sockets the real program opens while it works.

Python tells of each socket that Python code touches, in every process that is started. What native
code does (PortAudio, Qt) only the kernel knows: where strace is installed, it is asked too.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from leanviz.core.resources import resource_path
from tests.cli.running import command
from tests.support.virtual_mic import VirtualMic

REPOSITORY = Path(__file__).resolve().parent.parent

WATCH = """
import json, sys

def note(event, args, record=open({record!r}, "a", buffering=1)):
    if event.startswith("socket."):
        own = [repr(part) for part in args[1:]]
        family = int(args[1]) if event == "socket.__new__" else int(getattr(args[0], "family", -1))
        record.write(json.dumps([event, family, own]) + "\\n")

sys.addaudithook(note)
"""
WINDOW = """
import sys
from PySide6.QtCore import QTimer
from leanviz import app

def close_when_done(window):
    look = QTimer(window)
    look.timeout.connect(lambda: window.director.recording.analysis is not None and window.close())
    look.start(50)

sys.exit(app.main(sys.argv[1:], close_when_done))
"""
LOCAL = {int(socket.AF_UNIX)}
# The kernel's own, of this machine: which devices there are.
KERNEL = {"AF_UNIX", "AF_LOCAL", "AF_NETLINK"}


@pytest.fixture
def watched(tmp_path: Path) -> dict[str, str]:
    """Return an environment in which every Python process tells of its sockets."""
    folder = tmp_path / "watch"
    folder.mkdir()
    program = WATCH.format(record=str(tmp_path / "sockets"))
    (folder / "sitecustomize.py").write_text(program)
    homes = {f"XDG_{k}_HOME": str(tmp_path / k) for k in ("CONFIG", "STATE", "DATA", "CACHE")}
    path = os.pathsep.join((str(folder), str(REPOSITORY)))
    return {**os.environ, **homes, "PYTHONPATH": path, "QT_QPA_PLATFORM": "offscreen"}


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """Return two seconds of the demo clip."""
    samples, rate = soundfile.read(resource_path("demo", "demo.flac"), frames=32_000)
    soundfile.write(tmp_path / "sound.wav", samples, rate)
    return tmp_path / "sound.wav"


def run(words: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(
        words, env=environment, cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def opened(tmp_path: Path) -> list[tuple[str, int, list[str]]]:
    """Return what was told: event, family, arguments."""
    lines = (tmp_path / "sockets").read_text().splitlines()  # there even if none was opened
    return [tuple(json.loads(line)) for line in lines]


def assert_all_local(tmp_path: Path) -> None:
    assert [told for told in opened(tmp_path) if told[1] not in LOCAL] == []


def test_a_socket_would_be_seen(tmp_path: Path, watched: dict[str, str]) -> None:
    """In a child of a child, too."""
    inner = "import socket; socket.socket(); socket.getaddrinfo('127.0.0.1', 1)"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}], check=True)"
    run([sys.executable, "-c", outer], watched)
    told = opened(tmp_path)
    assert ("socket.__new__", int(socket.AF_INET)) in [entry[:2] for entry in told]
    assert "socket.getaddrinfo" in [entry[0] for entry in told]
    with pytest.raises(AssertionError):
        assert_all_local(tmp_path)


def test_analysing_files_opens_no_socket(
    tmp_path: Path, watched: dict[str, str], sound: Path
) -> None:
    run(command("analyze", sound, "-o", tmp_path / "events.csv", "--format", "csv"), watched)
    assert (tmp_path / "events.csv").exists()
    assert_all_local(tmp_path)


def test_the_window_opens_none_but_its_own_pair(
    tmp_path: Path, watched: dict[str, str], sound: Path
) -> None:
    run([sys.executable, "-c", WINDOW, str(sound)], watched)
    assert_all_local(tmp_path)
    assert opened(tmp_path), "the window wakes up from signals through a pair of sockets"


def _traced(record: Path) -> list[str]:
    """Return the words before a command that has the kernel tell of its sockets, [] without."""
    strace = shutil.which("strace")
    words = [str(strace), "-f", "-qq", "-e", "trace=socket", "-o", str(record)]
    works = strace and subprocess.run([*words, "true"], capture_output=True, check=False)
    return words if works and works.returncode == 0 else []


def test_listening_talks_to_the_sound_server_and_nobody_else(
    tmp_path: Path, watched: dict[str, str], virtual_mic: VirtualMic
) -> None:
    record = tmp_path / "kernel"
    words = _traced(record)
    run([*words, *command("live", "--seconds", "1")], watched | virtual_mic.environment)
    assert_all_local(tmp_path)
    if words:
        families = set(re.findall(r"socket\((\w+)", record.read_text()))
        assert "AF_UNIX" in families
        assert families <= KERNEL
