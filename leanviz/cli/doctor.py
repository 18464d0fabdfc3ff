"""``leanviz doctor``: what is installed, what is missing, what to type."""

import importlib
import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path

from rich.console import Group
from rich.table import Table
from rich.text import Text

import leanviz
from leanviz.cli.console import as_text
from leanviz.cli.display import qt_plugin_problem, screen_problem
from leanviz.core.errors import UserError
from leanviz.core.resources import resource_path

SET_UP = "make setup"
QT_LIBRARIES = (
    "libegl1 libgl1 libfontconfig1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 "
    "libxcb-shape0 libx11-xcb1 libwayland-cursor0 libwayland-egl1"
)
# Packages that load a system library when imported, and the module that does it. The others are
# told by their metadata alone: librosa takes up to twenty seconds to import.
NATIVE = {
    "numpy": "numpy",
    "onnxruntime": "onnxruntime",
    "PySide6-Essentials": "PySide6.QtGui",
    "soundfile": "soundfile",
    "soxr": "soxr",
}


class State(StrEnum):
    """How a part is."""

    OK = "ok"
    NOTE = "note"
    MISSING = "missing"


STYLES = {State.OK: "green", State.NOTE: "yellow", State.MISSING: "red"}


@dataclass(frozen=True, slots=True)
class Check:
    """What was found out about one part, and what to type if something can be done."""

    state: State
    part: str
    detail: str
    remedy: str = ""


def doctor(model: Path | None) -> tuple[str, bool]:
    """Look at everything leanviz needs; return what to print and whether nothing is missing."""
    checks = list(_checks(model))
    table = Table(box=None, show_header=False, pad_edge=False)
    for check in checks:
        state = Text(check.state.value, STYLES[check.state])
        table.add_row(state, Text(check.part), Text(check.detail))
    to_do = [Text(f"{c.part}: {c.remedy}") for c in checks if c.remedy]
    heading = [Text("\nTo type:")] if to_do else []
    return as_text(Group(table, *heading, *to_do)), State.MISSING not in {c.state for c in checks}


def _checks(model: Path | None) -> Iterator[Check]:
    yield _python()
    yield from map(_package, _requirements())
    yield _microphones()
    yield from _sound_server()
    yield from _screen()
    yield _model(model)
    yield _demo()
    yield _ffmpeg()


def _python() -> Check:
    where = f"{sys.prefix}" if sys.prefix != sys.base_prefix else "no virtual environment"
    detail = f"leanviz {leanviz.__version__}, Python {platform.python_version()} ({where})"
    return Check(State.OK, "Program", detail)


def _requirements() -> list[str]:
    """Return the names of the packages that leanviz says it needs, extras left out."""
    try:
        lines = metadata.requires("leanviz") or []
    except metadata.PackageNotFoundError:
        lines = list(NATIVE)
    names = (re.match(r"[\w.-]+", line) for line in lines if "extra ==" not in line)
    return [name[0] for name in names if name]


def _package(name: str) -> Check:
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Check(State.MISSING, name, "not installed", SET_UP)
    try:
        if name in NATIVE:
            importlib.import_module(NATIVE[name])
    except (ImportError, OSError) as error:
        remedy = f"sudo apt-get install {QT_LIBRARIES}" if name.startswith("PySide6") else SET_UP
        return Check(State.MISSING, name, f"{version}, cannot be loaded: {error}", remedy)
    return Check(State.OK, name, version)


def _microphones() -> Check:
    try:
        from leanviz.audio.devices import input_devices

        names = [device.name for device in input_devices()]
    except (ImportError, UserError) as error:
        return Check(State.MISSING, "Microphones", str(error), "sudo apt-get install libportaudio2")
    if not names:
        return Check(State.NOTE, "Microphones", "none: files can be analysed all the same")
    return Check(State.OK, "Microphones", ", ".join(names))


def _sound_server() -> Iterator[Check]:
    if sys.platform == "linux" and shutil.which("pactl") is None:
        detail = "no pactl: the inputs of a sound server, and system audio, are not listed by name"
        yield Check(State.NOTE, "Sound server", detail, "sudo apt-get install pulseaudio-utils")


def _screen() -> Iterator[Check]:
    problem = screen_problem()
    if problem is None:
        screen = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or sys.platform
        yield Check(State.OK, "Screen", screen)
    else:
        yield Check(State.NOTE, "Screen", f"none ({problem}): the commands work all the same")
    if lacking := qt_plugin_problem():
        yield Check(State.MISSING, "Qt on X11", lacking, f"sudo apt-get install {QT_LIBRARIES}")


def _model(folder: Path | None) -> Check:
    place = folder or resource_path("lean")
    try:
        from leanviz.inference.model import LeanModel

        model = LeanModel.open(folder)
    except (ImportError, UserError) as error:
        remedy = "" if folder else "git checkout -- resources/lean"
        return Check(State.MISSING, "Model", str(error), remedy)
    size = f"{model.size_bytes / 1e6:.2f} MB, checksums right"
    return Check(State.OK, "Model", f"{model.identity}, {size} ({place})")


def _demo() -> Check:
    clip = resource_path("demo", "demo.flac")
    if clip.is_file():
        return Check(State.OK, "Demo clip", str(clip))
    return Check(State.MISSING, "Demo clip", f"{clip} is missing", "git checkout -- resources/demo")


def _ffmpeg() -> Check:
    use = "reads what leanviz does not read itself (M4A, WMA, the sound of films)"
    found = shutil.which("ffmpeg")
    if found:
        return Check(State.OK, "ffmpeg", f"{found}: {use}")
    return Check(State.NOTE, "ffmpeg", f"not installed; it {use}", "sudo apt-get install ffmpeg")
