"""The user's programs: run as they are written, ended in time, their failures told."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from leanviz.pipeline.commands import MOST_WAITING, CommandOutcome, CommandRunner
from tests.support.programs import wait_until


@pytest.fixture
def runner() -> Iterator[CommandRunner]:
    made = CommandRunner(timeout_s=20.0)
    yield made
    made.close()


def ended(runner: CommandRunner, count: int = 1) -> list[CommandOutcome]:
    outcomes: list[CommandOutcome] = []

    def all_there() -> bool:
        outcomes.extend(runner.drain())
        return len(outcomes) >= count

    wait_until(all_there, f"{count} commands ended")
    return outcomes


def test_arguments_arrive_as_they_are_and_no_shell_sees_them(
    runner: CommandRunner, tmp_path: Path
) -> None:
    hostile = f"; touch {tmp_path}/made $(touch {tmp_path}/made) `id` * ' \" \\ \n"
    runner.run([sys.executable, "-c", "import sys; print(sys.argv[1:])", hostile], "Bark")
    (outcome,) = ended(runner)
    assert outcome == CommandOutcome("Bark", output=str([hostile]))
    assert list(tmp_path.iterdir()) == []
    wait_until(lambda: not runner.busy, "rest")
    assert (runner.status().started, runner.status().failed) == (1, 0)


@pytest.mark.parametrize(
    ("command", "failure"),
    [
        (["/no/such/program"], "did not run: /no/such/program: No such file or directory."),
        ([], "names no program."),
        (["a\0b"], "did not run"),
        (["false"], "ended with exit code 1: false."),
        (["sh", "-c", "echo a >&2; echo no network >&2; exit 3"], "It said: no network"),
    ],
)
def test_failures_are_sentences(runner: CommandRunner, command: list[str], failure: str) -> None:
    runner.run(command, "Siren")
    (outcome,) = ended(runner)
    assert outcome.failure.startswith("The command for Siren ")
    assert failure in outcome.failure
    wait_until(lambda: runner.status().failed == 1, "the failure is counted")
    assert runner.status().trouble == outcome.failure
    runner.run(["true"], "Siren")
    ended(runner)
    wait_until(lambda: runner.status().trouble == "", "a good run takes the trouble away")


def test_a_command_that_hangs_is_ended_with_all_it_started(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    runner = CommandRunner(timeout_s=1.0)
    runner.run(["sh", "-c", f"sleep 600 & echo $! > {told}; wait"], "Bark")
    (outcome,) = ended(runner)
    runner.close()
    assert "took longer than 1 s" in outcome.failure
    child = int(told.read_text())
    # a zombie is dead, only not yet collected
    wait_until(lambda: not is_running(child), "its child ends as well")


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_endless_output_is_ended(runner: CommandRunner) -> None:
    runner.run(["yes"], "Bark")
    (outcome,) = ended(runner)
    assert "printed too much" in outcome.failure


def test_a_job_left_in_the_background_does_not_hold_up_the_next(runner: CommandRunner) -> None:
    runner.run(["sh", "-c", "sleep 30 & echo started"], "Bark")
    (outcome,) = ended(runner)
    assert outcome == CommandOutcome("Bark", output="started")


def test_two_run_at_once_some_wait_and_the_rest_is_counted(
    runner: CommandRunner, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    taken = [runner.run(["cat", str(gate)], f"{n}") for n in range(MOST_WAITING + 12)]
    refused = taken.count(False)
    assert 10 <= refused <= 12
    assert runner.status().dropped == refused
    assert runner.status().trouble.startswith("Too many commands wait")
    runner.close()
    runner.close()
    assert not runner.run(["true"], "after the end")


def test_closing_what_never_ran() -> None:
    CommandRunner().close()
