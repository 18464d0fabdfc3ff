"""Time that the computer slept, which the monotonic clocks of Linux and macOS leave out."""

import sys
import time


def slept_s() -> float:
    """Return how long the computer has slept since it was started, in seconds.

    Two of the system's clocks differ by that: ``CLOCK_BOOTTIME`` and ``CLOCK_MONOTONIC`` of Linux
    (clock_gettime(2)), ``CLOCK_MONOTONIC`` and ``CLOCK_UPTIME_RAW`` of macOS. Elsewhere 0.
    """
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC) - time.clock_gettime(time.CLOCK_UPTIME_RAW)
    return 0.0
