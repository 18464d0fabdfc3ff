"""``leanviz bench --live`` measures the real window; what Linux says of a process is read right."""

import json
import os
import subprocess
import threading
from pathlib import Path

import pytest

from leanviz.cli.bench_live import STATES, percentiles_ms
from leanviz.cli.bench_proc import (
    ThreadTime,
    busy_s,
    parse_busy,
    parse_memory,
    parse_stat,
    percent_by_name,
    resident_bytes,
    thread_times,
)
from leanviz.core.resources import resource_path
from tests.cli.running import Run, command, environment
from tests.support.screen import Screen
from tests.support.virtual_mic import VirtualMic

STAT = "7 ({}) S 1 7 7 0 -1 4194560 5 0 0 0 250 125 9 9 20 0 3 0 100 1000 50 0 0"


@pytest.mark.parametrize("name", ["python", "QXcbEventQueue", "a (b) c) d", ""])
def test_a_stat_line_is_read_whatever_the_name_holds(name: str) -> None:
    assert parse_stat(STAT.format(name), 100) == ThreadTime(name, 3.75)


@pytest.mark.parametrize("line", ["", "7 (python) S 1", "7 python S" + " 1" * 30])
def test_what_is_no_stat_line_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="stat"):
        parse_stat(line, 100)


def test_memory_and_busy_time_are_read() -> None:
    status = "Name:\tpython\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\nThreads:\t3\nSigQ:\t0/1\n"
    assert parse_memory(status) == {"VmHWM": 2048 * 1024, "VmRSS": 1024 * 1024}
    assert parse_busy("cpu  100 50 30 999 999 15 5 0 0 0\ncpu0 1 1 1 1 1 1 1\n", 100) == 2.0


def test_threads_add_up_by_name() -> None:
    before = {1: ThreadTime("python", 1.0), 2: ThreadTime("python", 5.0)}
    after = {1: ThreadTime("python", 2.0), 2: ThreadTime("python", 5.5), 3: ThreadTime("x", 0.5)}
    shares = percent_by_name(before, after, 10.0, {1: "GUI"})
    assert list(shares.items()) == [("GUI", 10.0), ("python", 5.0), ("x", 5.0)]


def test_frames_are_timed() -> None:
    assert percentiles_ms([0.0, 0.016, 0.032, 0.064])["p50"] == pytest.approx(16.0)
    assert percentiles_ms([1.0]) == {"p50": None, "p95": None, "p99": None}


def test_this_process_is_found() -> None:
    assert threading.get_native_id() in thread_times(os.getpid())
    assert resident_bytes(os.getpid()) > 1_000_000
    assert busy_s() > 0.0
    assert thread_times(2**22 + 1) == {}


def test_without_a_screen_it_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    outcome = run("bench", "--live")
    assert outcome.code == 2
    assert "needs a screen" in outcome.sentence


@pytest.mark.audio
@pytest.mark.screen
def test_the_window_is_measured(virtual_mic: VirtualMic, screen: Screen, tmp_path: Path) -> None:
    virtual_mic.start_playing(resource_path("demo", "demo.flac"))
    done = subprocess.run(
        command("bench", "--live", "--seconds", "1", "--json"),
        env=environment({"DISPLAY": screen.display, **virtual_mic.environment}),
        capture_output=True,
        cwd=tmp_path,
        text=True,
        timeout=100,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert tuple(report["states"]) == STATES
    for phase in report["states"].values():
        assert phase["cpu_percent"] == pytest.approx(sum(phase["threads"].values()))
        assert {"MainThread", "leanviz-inference"} <= set(phase["threads"])
        assert phase["resident_mb"] > 10.0
    shown, hidden = report["states"]["shown"], report["states"]["hidden"]
    assert shown["cpu_percent"] > 0.0
    assert shown["fps"] > 0.0
    assert 0.0 < shown["pictures_per_s"] <= shown["fps"] + 1.0
    assert 0.0 < shown["frame_ms"]["p50"] <= shown["frame_ms"]["p99"]
    assert hidden["pictures_per_s"] == 0.0
