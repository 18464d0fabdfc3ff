"""Runs ``leanviz bench`` on a screen and a microphone of its own, with the demo clip on it.

Run by ``make bench`` and ``make bench-live``; what stands on its command line goes to leanviz, and
``--all`` has everything measured in turn.
"""

import subprocess
import sys
import threading

from leanviz.core.resources import resource_path
from tests.support.screen import Screen
from tests.support.virtual_mic import VirtualMic

# Room for the title bar above a window of 1280 x 800.
SIZE = (1280, 864)
# Less than ten minutes together on two quiet cores.
ALL = (
    ("--live", "--seconds", "10"),
    ("--latency", "--repeats", "3"),
    ("--startup", "--repeats", "5"),
    ("--stages", "--repeats", "5"),
    ("--memory",),
    ("--attention", "--repeats", "3"),
    ("--repeats", "1"),
)


def main() -> int:
    """Measure, end everything; return the exit code."""
    arguments = sys.argv[1:]
    microphone, screen = VirtualMic(), Screen(*SIZE)
    try:
        microphone.start()
        if "--all" in arguments:
            others = [word for word in arguments if word != "--all"]
            return max(measure([*wanted, *others], microphone, screen) for wanted in ALL)
        return measure(arguments, microphone, screen)
    finally:
        microphone.close()
        screen.close()


def measure(arguments: list[str], microphone: VirtualMic, screen: Screen) -> int:
    """Run the command, with the demo clip on the microphone if it listens; return its code."""
    over = threading.Event()

    def play() -> None:
        while not over.is_set():
            microphone.start_playing(resource_path("demo", "demo.flac")).wait()

    player = threading.Thread(target=play)
    if "--live" in arguments:
        player.start()
    command = [sys.executable, "-m", "leanviz", "bench", *arguments]
    environment = {**screen.environment, **microphone.environment}
    try:
        return subprocess.run(command, env=environment, check=False).returncode
    finally:
        over.set()
        while player.is_alive():  # it may just be starting to play again
            microphone.stop_playing()
            player.join(0.2)


if __name__ == "__main__":
    sys.exit(main())
