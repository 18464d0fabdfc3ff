"""Programs that tests start: which are missing, and waiting for what they do."""

import shutil
import time
from collections.abc import Callable, Iterable

import pytest

# put before a command: it ends when its parent does, also when that is killed
ENDS_WITH_US = ("setpriv", "--pdeathsig", "KILL")


def require(programs: Iterable[str]) -> None:
    """Skip the test, with the reason, where one of `programs` is not installed."""
    missing = [name for name in programs if shutil.which(name) is None]
    if missing:
        pytest.skip(
            f"not installed: {', '.join(missing)} (`make setup-test` installs what it can get)"
        )


def wait_until(condition: Callable[[], object], what: str, timeout: float = 60.0) -> None:
    """Return as soon as `condition` holds; raise TimeoutError naming `what` after `timeout` s."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            message = f"{what}: not within {timeout:g} s"
            raise TimeoutError(message)
        time.sleep(0.02)
