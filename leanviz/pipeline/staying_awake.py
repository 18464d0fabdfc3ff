"""Keeps the computer from falling asleep: asleep, it hears nothing."""

import logging
import shutil
import subprocess
import sys

log = logging.getLogger(__name__)

# What runs a program, and has the computer stay awake meanwhile.
KEEPERS = {
    "linux": ("systemd-inhibit", "--what=idle:sleep", "--who=leanviz", "--why=leanviz listens"),
    "darwin": ("caffeinate", "-i"),
}
# Ends with its input: whatever becomes of leanviz, the computer may sleep again.
WAITER = "cat"
END_S = 0.5


class StayingAwake:
    """Asks the system not to sleep for as long as it is held.

    The lid and the power button work as ever. Where the system has no way, or grants none, the log
    says so, and nothing else changes.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._ending: list[subprocess.Popen[bytes]] = []

    @staticmethod
    def is_possible() -> bool:
        """Tell whether this system has a way."""
        keeper = KEEPERS.get(sys.platform, ("",))[0]
        return shutil.which(keeper) is not None and shutil.which(WAITER) is not None

    @property
    def held(self) -> bool:
        """Whether the system keeps awake now."""
        return self._process is not None and self._process.poll() is None

    def hold(self) -> None:
        """Have the system stay awake. Twice is harmless."""
        if self.held or not self.is_possible():
            return
        self.release()
        quiet = subprocess.DEVNULL
        try:
            self._process = subprocess.Popen(
                [*KEEPERS[sys.platform], WAITER], stdin=subprocess.PIPE, stdout=quiet, stderr=quiet
            )
        except OSError as error:
            log.warning("the computer may fall asleep while leanviz listens: %s", error)

    def release(self) -> None:
        """Let the system sleep again; waits for nothing. Twice is harmless."""
        self._ending = [process for process in self._ending if process.poll() is None]
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll():
            log.warning("the computer could have fallen asleep: %s", process.args)
        assert process.stdin is not None
        process.stdin.close()
        self._ending.append(process)

    def close(self) -> None:
        """Let the system sleep, and see to it that nothing is left running. Twice is harmless."""
        self.release()
        while self._ending:
            process = self._ending.pop()
            try:
                process.wait(END_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
