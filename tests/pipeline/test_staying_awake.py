"""The computer stays awake as long as it is to, and no longer, whatever becomes of leanviz.

There is no login daemon in a test: what takes its place runs a program, as the real ones do.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from leanviz.pipeline.staying_awake import KEEPERS, StayingAwake
from tests.support.programs import wait_until

needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

KEEPER = """#!/bin/sh
echo "$$ $*" >> "{told}"
while [ "$1" != cat ]; do shift; done
exec "$@"
"""


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return what the stand-in for the system's own program writes: its process and its words."""
    told = tmp_path / "told"
    keeper = tmp_path / KEEPERS[sys.platform][0]
    keeper.write_text(KEEPER.format(told=told))
    keeper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return told


def runs(process: int) -> bool:
    """Tell whether a process runs; one that only waits to be asked how it ended does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2]
    except OSError:
        return False
    return not state.startswith("Z")


def keeper_of(told: Path) -> int:
    wait_until(lambda: told.exists() and told.read_text().endswith("\n"), "the keeper")
    return int(told.read_text().split()[0])


@needs_proc
def test_the_computer_is_kept_awake_until_it_is_let_go(told: Path) -> None:
    awake = StayingAwake()
    awake.release()
    awake.hold()
    awake.hold()
    keeper = keeper_of(told)
    assert awake.held
    assert len(told.read_text().splitlines()) == 1, "asked once"
    assert runs(keeper)
    awake.release()
    assert not awake.held
    wait_until(lambda: not runs(keeper), "the keeper to end")
    awake.close()


@needs_proc
def test_after_a_kill_the_computer_may_sleep(told: Path) -> None:
    text = (
        "import sys; from leanviz.pipeline.staying_awake import StayingAwake\n"
        "awake = StayingAwake(); awake.hold(); sys.stdin.read()"
    )
    killed = subprocess.Popen([sys.executable, "-c", text], stdin=subprocess.PIPE)
    keeper = keeper_of(told)
    assert runs(keeper)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    wait_until(lambda: not runs(keeper), "the keeper to end")


def test_a_system_that_refuses_is_noted_and_nothing_else(
    told: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = told.with_name(KEEPERS[sys.platform][0])
    keeper.write_text("#!/bin/sh\nexit 1\n")
    awake = StayingAwake()
    awake.hold()
    wait_until(lambda: not awake.held, "the refusal")
    awake.close()
    assert "could have fallen asleep" in caplog.text


def test_a_system_without_a_way_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    awake = StayingAwake()
    assert not awake.is_possible()
    awake.hold()
    assert not awake.held
