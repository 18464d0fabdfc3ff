"""What the inference thread of a live stream counts: hops, what it skipped, how late labels are."""

import math
from collections import deque
from dataclasses import dataclass, field

from leanviz.core.clock import Span, seconds
from leanviz.pipeline.results import HopUpdate

MOST_SKIPPED = 1000
MOST_LATENCIES = 100


@dataclass(slots=True)
class LiveCounts:
    """Counters of the inference thread: written by it alone, loaded by any.

    Attributes
    ----------
    hops : int
        Patches whose scores are final.
    windows_skipped : int
        Patch hops that were not analysed because inference fell behind.
    updates_dropped : int
        Updates that the reader of the mailbox was too slow to take.
    skipped : tuple of Span
        Source samples heard but not analysed, the newest of them.
    """

    hops: int = 0
    windows_skipped: int = 0
    updates_dropped: int = 0
    skipped: tuple[Span, ...] = ()
    _latencies_s: deque[float] = field(default_factory=lambda: deque[float](maxlen=MOST_LATENCIES))
    # sorted whenever there are others: asked for far more often
    _ranked_s: list[float] = field(default_factory=list[float])
    _sounding: set[str] = field(default_factory=set[str])

    def skip(self, span: Span) -> None:
        """Note what was heard and not analysed."""
        self.skipped = (*self.skipped, span)[-MOST_SKIPPED:]

    def time_labels(self, update: HopUpdate, written: int, sample_rate: int) -> None:
        """Note how long after its onset each label of a provisional update was first known.

        Parameters
        ----------
        written : int
            Source samples heard by now.
        sample_rate : int
            Of the source, in hertz.
        """
        shown = [*update.provisional, *(finding.event for finding in update.early)]
        fresh = [event for event in shown if event.label not in self._sounding]
        if fresh:
            onsets = (event.onset for event in fresh)
            self._latencies_s.extend(seconds(written - onset, sample_rate) for onset in onsets)
            self._ranked_s = sorted(self._latencies_s)
        self._sounding = {event.label for event in shown}

    def latencies_s(self, *parts: float) -> tuple[float, ...]:
        """Return the latencies below which these parts of the newest ones lie; NaN before any."""
        ranked = self._ranked_s
        if not ranked:
            return (math.nan,) * len(parts)
        return tuple(ranked[min(len(ranked) - 1, int(part * len(ranked)))] for part in parts)
