"""The window as the command line opens it, on a screen."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.running import command, environment
from tests.support.programs import wait_until
from tests.support.screen import Screen


@pytest.mark.screen
@pytest.mark.parametrize("word", [[], ["open"]])
def test_a_file_opens_in_the_window(siren: Path, screen: Screen, word: list[str]) -> None:
    process = subprocess.Popen(
        command(*word, siren),
        env=environment({"DISPLAY": screen.display}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: screen.xdotool("search", "--name", "siren.wav"), "the window")
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "", "")
