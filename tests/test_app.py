"""The program from start to end, as a process: Qt has one application per process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from leanviz import app
from leanviz.core.resources import resource_path
from leanviz.settings import DEFAULTS, save_settings
from leanviz.views.action_table import SPECS

REPOSITORY = Path(__file__).resolve().parent.parent

START = """
import sys, threading, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from leanviz import app
from leanviz.views.main_window import MainWindow

slow = {{"onnxruntime", "soundfile", "sounddevice", "soxr", "librosa.core", "numba", "torch"}}
slow |= {{"scipy.signal", "qtawesome", "qtpy", "leanviz.evaluation.reference"}}
slow |= {{"leanviz.pipeline.clip", "leanviz.pipeline.live", "leanviz.inference.model"}}
begin = MainWindow.begin

def begin_and_note(window, *how):
    print("loaded before the first picture:", *sorted(slow & set(sys.modules)), flush=True)
    begin(window, *how)
    look = QTimer(window)
    look.timeout.connect(lambda: {body})
    look.start(50)

MainWindow.begin = begin_and_note
sys.exit(app.main({arguments!r}))
"""
CLOSE_WHEN_DONE = (
    "window.director.recording.analysis is not None and ("
    "print('events:', window.workspace.timeline.rowCount(), flush=True), window.close())"
)


def start(
    tmp_path: Path, body: str, arguments: list[str] | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    program = START.format(body=body, arguments=arguments or [])
    homes = {f"XDG_{kind}_HOME": str(tmp_path / kind) for kind in ("CONFIG", "STATE", "DATA")}
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        env={**os.environ, **homes, "QT_QPA_PLATFORM": "offscreen", **environment},
        capture_output=True,
        text=True,
        timeout=110,  # less than a test may take
        check=False,
    )


def test_first_picture_comes_before_everything_slow_and_then_the_demo_clip(tmp_path: Path) -> None:
    done = start(tmp_path, CLOSE_WHEN_DONE)
    assert done.returncode == 0, done.stderr
    assert "loaded before the first picture:\n" in done.stdout
    assert int(done.stdout.rpartition("events: ")[2]) > 3
    assert "Traceback" not in done.stderr
    assert (tmp_path / "CONFIG/leanviz/settings.json").is_file()


def test_files_on_the_command_line_are_opened(tmp_path: Path) -> None:
    clip = tmp_path / "my clip.flac"
    clip.write_bytes(resource_path("demo", "demo.flac").read_bytes())
    done = start(tmp_path, CLOSE_WHEN_DONE, [str(clip)])
    assert done.returncode == 0, done.stderr
    assert str(clip) in (tmp_path / "CONFIG/leanviz/settings.json").read_text(encoding="utf-8")


def test_python_collects_no_garbage_by_itself_while_the_window_goes(tmp_path: Path) -> None:
    """Where Qt holds a lock, a collection that deletes one of its objects waits for ever."""
    note = "lambda: print('collecting:', __import__('gc').isenabled(), flush=True)"
    gone = f"__import__('weakref').finalize(window, {note})"
    body = f"(setattr({gone}, 'atexit', False), window.close())"
    done = start(tmp_path, body)
    assert done.returncode == 0, done.stderr
    assert "collecting: False" in done.stdout


def test_unexpected_error_is_a_sentence_and_a_trace_in_the_log(tmp_path: Path) -> None:
    body = (
        "(print('banner:', window.banner.text, flush=True), window.close())"
        " if 'odd' in window.banner.text else (_ for _ in ()).throw(RuntimeError('odd'))"
    )
    done = start(tmp_path, body)
    assert done.returncode == 0, done.stderr
    assert "This should not have happened: RuntimeError: odd." in done.stdout
    log = (tmp_path / "STATE/leanviz/leanviz.log").read_text(encoding="utf-8")
    assert "Traceback" in log
    assert "RuntimeError: odd" in log


def test_kill_closes_the_window_and_saves_the_settings(tmp_path: Path) -> None:
    done = start(tmp_path, "__import__('os').kill(__import__('os').getpid(), 15)")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "CONFIG/leanviz/settings.json").is_file()


def test_damaged_settings_do_not_keep_it_from_starting(tmp_path: Path) -> None:
    settings = tmp_path / "CONFIG/leanviz/settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_text('{"geometry": "no geometry", "splitter": "?", "theme": ')
    done = start(tmp_path, CLOSE_WHEN_DONE)
    assert done.returncode == 0, done.stderr
    assert settings.with_name("settings.json.bad").is_file()


@pytest.mark.parametrize("value", ["AAAA", "\N{BELL}", "\udc80"])
def test_settings_that_mean_nothing_do_no_harm(tmp_path: Path, value: str) -> None:
    settings = tmp_path / "CONFIG/leanviz/settings.json"
    settings.parent.mkdir(parents=True)
    odd = {"geometry": value, "splitter": value, "palette": "mauve", "hidden_panes": ["x"]}
    settings.write_text(json.dumps(odd), encoding="utf-8")  # with escapes
    done = start(tmp_path, CLOSE_WHEN_DONE)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_log_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "STATE").write_text("a file in place of the folder")
    done = start(tmp_path, CLOSE_WHEN_DONE)
    assert done.returncode == 0, done.stderr


def test_only_who_sees_the_window_for_the_first_time_is_greeted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settings.json"
    monkeypatch.setattr(app, "settings_path", lambda: path)
    keys = {spec.name: spec.keys for spec in SPECS}
    assert keys["keys"][0] in app.greeting()
    save_settings(DEFAULTS, path)
    assert app.greeting() == ""
