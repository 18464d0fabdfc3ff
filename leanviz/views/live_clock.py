"""The moment "now" of a live stream, for scrolling: even, though samples come in lumps."""

from collections import deque

# Samples arrive every 5 to 40 ms; a second holds the worst lump.
WINDOW_S = 1.0
# Lumps that differ by less leave the delay alone; a pixel of a 20 s view is 17 ms wide.
SLACK_S = 0.005
# How much faster than real time the view may run to catch up: too little to be seen.
CATCH_UP = 0.05
# Beyond this (lost audio came back) the view jumps instead.
JUMP_S = 0.25


class LiveClock:
    """Follows the samples written, late by a bound on their jitter, never going back.

    ``now = clock - delay``. The delay is the largest difference between the clock and the time of
    the newest sample within the last second, plus `SLACK_S` at most: so there is always sound up to
    the right edge, and "now" moves as evenly as the clock does, whenever it is asked for.
    """

    def __init__(self) -> None:
        self._recent: deque[tuple[float, float]] = deque()
        self._delay_s: float | None = None
        self._last_s = 0.0
        self._shown_s = 0.0

    def at(self, clock_s: float, written_s: float) -> float:
        """Return "now", in seconds of the stream, at a monotonic clock's time.

        Parameters
        ----------
        clock_s : float
            Reading of the clock.
        written_s : float
            Length of the stream at that moment.
        """
        behind = clock_s - written_s
        # Kept falling, so that the first is the largest.
        while self._recent and self._recent[-1][1] <= behind:
            self._recent.pop()
        self._recent.append((clock_s, behind))
        while self._recent[0][0] < clock_s - WINDOW_S:
            self._recent.popleft()
        self._delay_s = self._settled(self._recent[0][1], clock_s - self._last_s)
        self._last_s = clock_s
        self._shown_s = max(self._shown_s, min(clock_s - self._delay_s, written_s))
        return self._shown_s

    def _settled(self, wanted: float, elapsed: float) -> float:
        """Return the next delay: at once if it grows, in small steps if it shrinks."""
        delay = self._delay_s
        if delay is None or delay - wanted > JUMP_S:
            return wanted
        if wanted > delay:
            return wanted + SLACK_S
        if delay - wanted > 2 * SLACK_S:
            return max(wanted + SLACK_S, delay - CATCH_UP * elapsed)
        return delay
