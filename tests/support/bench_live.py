"""Runs ``leanviz bench --live`` on a screen and a microphone of its own, with the demo clip on it.

Run by ``make bench-live``; what stands on its command line goes to leanviz.
"""

import subprocess
import sys
import threading

from leanviz.core.resources import resource_path
from tests.support.screen import Screen
from tests.support.virtual_mic import VirtualMic

# Room for the title bar above a window of 1280 x 800.
SIZE = (1280, 864)


def main() -> int:
    """Play, measure, end everything; return the exit code."""
    microphone, screen, over = VirtualMic(), Screen(*SIZE), threading.Event()

    def play() -> None:
        while not over.is_set():
            microphone.start_playing(resource_path("demo", "demo.flac")).wait()

    player = threading.Thread(target=play)
    try:
        microphone.start()
        arguments = sys.argv[1:]
        if "--latency" not in arguments:  # which plays its own sounds
            player.start()
            arguments = ["--live", *arguments]
        command = [sys.executable, "-m", "leanviz", "bench", *arguments]
        environment = {**screen.environment, **microphone.environment}
        return subprocess.run(command, env=environment, check=False).returncode
    finally:
        over.set()
        microphone.stop_playing()
        if player.is_alive():
            player.join()
        microphone.close()
        screen.close()


if __name__ == "__main__":
    sys.exit(main())
