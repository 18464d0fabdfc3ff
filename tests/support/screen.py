"""A private X server with a window manager, for tests that start leanviz as a user would."""

import os
import subprocess

from tests.support.programs import ENDS_WITH_US, wait_until

PROGRAMS = ("Xvfb", "openbox", "xdotool")


class Screen:
    """An X server without a monitor, on a display number of its own.

    Parameters
    ----------
    width, height
        Size of the screen in pixels.
    """

    def __init__(self, width: int = 1280, height: int = 800) -> None:
        read_end, write_end = os.pipe()
        # -noreset: else the server begins anew each time its only client leaves, and drops the
        # window manager that is just coming up
        options = ["-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-noreset"]
        self._server = subprocess.Popen(
            [*ENDS_WITH_US, "Xvfb", "-displayfd", str(write_end), *options],
            pass_fds=[write_end],
            stderr=subprocess.DEVNULL,
        )
        os.close(write_end)
        # the server picks a free number and writes it once clients may connect
        with os.fdopen(read_end) as pipe:
            number = pipe.readline().strip()
        self.display = f":{number}"
        # without a window manager no window gets the keyboard
        self._manager = subprocess.Popen(
            [*ENDS_WITH_US, "openbox"],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until(lambda: self.xdotool("get_num_desktops") is not None, "the window manager")
        except TimeoutError:
            self.close()
            raise

    @property
    def environment(self) -> dict[str, str]:
        """The environment, as it is now, of a process that is to open its windows here."""
        return {**os.environ, "DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb"}

    def xdotool(self, *arguments: str) -> str | None:
        """Return what `xdotool` printed, None where it failed (no such window, for one)."""
        done = subprocess.run(
            ["xdotool", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        return done.stdout.strip() if done.returncode == 0 else None

    def close(self) -> None:
        """End the window manager and the server."""
        for process in (self._manager, self._server):
            process.terminate()
            process.wait(timeout=10)
