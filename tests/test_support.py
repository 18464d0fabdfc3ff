"""The tests' own tools: a lying microphone or a sleeping guard would spoil every other test."""

import queue
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.support.programs import wait_until
from tests.support.screen import Screen
from tests.support.starvation import ATTEMPTS, assert_heard, holed, starved
from tests.support.virtual_mic import VirtualMic

REPOSITORY = Path(__file__).resolve().parent.parent
NOISE = np.random.default_rng(7).uniform(-0.5, 0.5, 30_000).astype(np.float32)

LEAK = """
import threading

import tests.conftest

tests.conftest.LEAVING_S = 0.1

def test_that_leaks(request):
    stop = threading.Event()
    request.config.add_cleanup(stop.set)
    threading.Thread(target=stop.wait, name="leanviz-forgotten", daemon={daemon}).start()
"""


def pytest_on(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run tests of a folder outside as if they were the project's."""
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-c", "pyproject.toml"]
    return subprocess.run(
        [*command, "--rootdir", str(REPOSITORY), *arguments, str(folder)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.audio
def test_microphone_hears_exactly_what_is_played(virtual_mic: VirtualMic) -> None:
    import sounddevice

    def play() -> np.ndarray:
        blocks: queue.SimpleQueue[np.ndarray] = queue.SimpleQueue()
        heard = np.zeros(0, np.float32)
        with sounddevice.InputStream(
            samplerate=virtual_mic.sample_rate,
            channels=1,
            dtype="float32",
            callback=lambda block, *_: blocks.put(block[:, 0].copy()),
        ):
            while blocks.get(timeout=60).any():
                pass  # the stream runs, and nothing is left of what was played before
            virtual_mic.start_playing(played)
            while heard.size < played.size:
                heard = np.concatenate([heard, blocks.get(timeout=60)])
                heard = heard[np.flatnonzero(heard)[0] :] if heard.any() else heard[:0]
        virtual_mic.stop_playing()
        return heard[: played.size]

    played = NOISE[:24_000]
    assert_heard(play, played)


@pytest.mark.parametrize("run", [8, 512, 5_000])
def test_a_player_that_starved_is_excused(run: int) -> None:
    pause = np.zeros(run, np.float32)
    late = np.concatenate([NOISE[:700], pause, NOISE[700:]])[: NOISE.size]
    over = np.concatenate([NOISE[:700], pause, NOISE[700 + run :]])
    at_the_end = np.concatenate([NOISE[:-run], pause])
    twice = np.concatenate([NOISE[:9], pause, NOISE[9:99], pause, NOISE[99:]])[: NOISE.size]
    for heard in (late, over, at_the_end, twice):
        assert starved(heard, NOISE)
        assert np.array_equal(assert_heard(iter([heard, NOISE]).__next__, NOISE), NOISE)
    with pytest.raises(AssertionError):
        assert_heard(iter([late] * ATTEMPTS).__next__, NOISE)


def test_a_microphone_that_loses_samples_is_not_excused() -> None:
    lost = np.concatenate([NOISE[:700], NOISE[701:], NOISE[:1]])
    doubled = np.concatenate([NOISE[:700], NOISE[699:]])[: NOISE.size]
    few = np.concatenate([NOISE[:700], np.zeros(7, np.float32), NOISE[707:]])
    both = np.concatenate([NOISE[:700], np.zeros(512, np.float32), NOISE[1_300:], NOISE[:88]])
    for heard in (lost, doubled, few, both, NOISE * np.float32(0.9)):
        assert not starved(heard, NOISE)
        with pytest.raises(AssertionError):
            assert_heard(iter([heard]).__next__, NOISE)
    assert not starved(NOISE, NOISE)


def test_a_hole_is_silence_within_sound() -> None:
    hole = np.zeros(65, np.float32)
    assert holed(np.concatenate([NOISE[:700], hole, NOISE[700:]]))
    assert not holed(np.concatenate([hole, NOISE, hole]))
    assert not holed(np.concatenate([NOISE[:700], hole[:7], NOISE[700:]]))


@pytest.mark.audio
def test_microphone_comes_back_after_each_fault(virtual_mic: VirtualMic) -> None:
    virtual_mic.unplug()
    assert not virtual_mic.healthy
    virtual_mic.plug()
    assert virtual_mic.healthy
    virtual_mic.kill_server()
    assert not virtual_mic.healthy
    virtual_mic.start()
    assert virtual_mic.healthy


@pytest.mark.screen
def test_screen_shows_a_window_and_gives_it_the_keyboard(screen: Screen) -> None:
    program = (
        "from PySide6.QtWidgets import QApplication, QLineEdit\n"
        "app = QApplication([])\n"
        "line = QLineEdit(windowTitle='typing test')\n"
        "line.textChanged.connect(lambda text: text == 'heard' and app.quit())\n"
        "line.show()\n"
        "app.exec()\n"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, env=screen.environment) as window:
        focus = "search --onlyvisible --name ^typing.test$ windowfocus --sync"
        try:
            wait_until(lambda: screen.xdotool(*focus.split()) is not None, "the window")
            screen.xdotool("type", "heard")
            assert window.wait(timeout=60) == 0
        finally:
            window.kill()


@pytest.mark.parametrize("daemon", [False, True])
def test_a_thread_left_behind_fails_its_test(tmp_path: Path, *, daemon: bool) -> None:
    (tmp_path / "test_leak.py").write_text(LEAK.format(daemon=daemon))
    done = pytest_on(tmp_path)
    assert done.returncode == 1
    assert "test_leak.py" in done.stdout.split("leanviz-forgotten, started at")[1]


SKIPS = {
    "test_skips.py": """
import pytest

def test_on_the_list():
    pytest.skip("root may write anywhere")

@pytest.mark.skip(reason="flaky")
def test_marked(): ...

@pytest.mark.xfail(strict=True)
def test_known(): assert False
""",
    "test_module.py": "import pytest\npytest.importorskip('no_such_module', reason='too slow')",
    "test_fixture.py": """
import pytest

@pytest.fixture
def absent(): pytest.skip("absent")

def test_that_uses_it(absent): ...
""",
}


def test_a_skip_for_a_reason_that_is_not_listed_fails_the_run(tmp_path: Path) -> None:
    for name, text in SKIPS.items():
        (tmp_path / name).write_text(text)
    done = pytest_on(tmp_path, "--continue-on-collection-errors")
    assert done.returncode == 1
    told = re.findall(r"skipped for a reason that is not in .*: (.+)", done.stdout)
    assert sorted(set(told)) == ["absent", "flaky", "too slow"]
    assert "1 skipped, 1 xfailed, 3 errors" in done.stdout
