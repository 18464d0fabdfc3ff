"""`leanviz doctor` and the question whether there is a screen."""

import os
import shutil
import socket
from pathlib import Path

import pytest

from leanviz.cli import doctor
from leanviz.cli.display import qt_plugin_problem, screen_problem
from leanviz.cli.doctor import State
from leanviz.core.errors import AudioDeviceError
from tests.cli.running import Run
from tests.support.screen import Screen


def test_everything_is_told(run: Run, model_folder: Path) -> None:
    outcome = run("doctor")
    assert outcome.err == ""
    parts = {line.split()[1] for line in outcome.out.partition("\n\n")[0].splitlines()}
    assert {"Program", "onnxruntime", "Microphones", "Screen", "Model", "ffmpeg"} <= parts
    assert outcome.code == (2 if "missing" in outcome.out else 0)


def test_a_damaged_model_is_missing(run: Run, model_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model_folder, folder)
    (folder / "wave.onnx").write_bytes(b"")
    outcome = run("doctor", "--model", folder)
    assert (outcome.code, outcome.err) == (2, "")
    [line] = [line for line in outcome.out.splitlines() if "Model" in line]
    assert line.startswith("missing")
    assert "wave.onnx" in line


def test_no_portaudio_tells_what_to_type(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise AudioDeviceError("PortAudio is not installed.")

    monkeypatch.setattr("leanviz.audio.devices.input_devices", fail)
    outcome = run("doctor")
    assert outcome.code == 2
    assert "PortAudio is not installed." in outcome.out
    assert "Microphones: sudo apt-get install libportaudio2" in outcome.out


def test_without_pactl_it_tells_what_is_not_listed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("PATH", str(tmp_path))
    [check] = doctor._sound_server()
    assert (check.state, check.remedy) == (State.NOTE, "sudo apt-get install pulseaudio-utils")
    (tmp_path / "pactl").touch(mode=0o755)
    assert list(doctor._sound_server()) == []


def test_a_package_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor._package("no-such-package").state is State.MISSING
    monkeypatch.setitem(doctor.NATIVE, "numpy", "numpy.no_such_part")
    check = doctor._package("numpy")
    assert (check.state, check.remedy) == (State.MISSING, "make setup")


@pytest.fixture
def no_screen(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


linux = pytest.mark.skipif(os.uname().sysname != "Linux", reason="X11 is Linux's")


@linux
@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("XDG_SESSION_TYPE", "x11", "neither DISPLAY nor WAYLAND_DISPLAY is set"),
        ("DISPLAY", ":987", "the screen :987 does not answer"),
        ("WAYLAND_DISPLAY", "wayland-987", "neither DISPLAY"),
        ("QT_QPA_PLATFORM", "offscreen", "QT_QPA_PLATFORM is offscreen"),
    ],
)
def test_no_screen(no_screen: pytest.MonkeyPatch, name: str, value: str, problem: str) -> None:
    """Qt ends the process where it finds no screen: it must not be asked."""
    no_screen.setenv(name, value)
    assert (screen_problem() or "").startswith(problem)


@linux
def test_wayland_counts_where_qt_can_load_its_plugin(
    no_screen: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lacking: dict[str, str] = {}
    no_screen.setattr("leanviz.cli.display.qt_plugin_problem", lacking.get)
    no_screen.setenv("WAYLAND_DISPLAY", "wayland-0")
    no_screen.setenv("XDG_RUNTIME_DIR", "")
    no_screen.chdir(tmp_path)  # a socket's whole path may be too long for its address
    with socket.socket(socket.AF_UNIX) as compositor:
        compositor.bind("wayland-0")
        assert screen_problem() is None
        lacking["wayland"] = "the system library libwayland-cursor.so.0 is missing"
        assert screen_problem() == lacking["wayland"]
        no_screen.setenv("DISPLAY", ":987")
        assert screen_problem() == "the screen :987 does not answer"


@linux
@pytest.mark.screen
def test_a_screen_is_found(no_screen: pytest.MonkeyPatch, screen: Screen) -> None:
    no_screen.setenv("DISPLAY", screen.display)
    assert screen_problem() is None
    assert qt_plugin_problem() is None
