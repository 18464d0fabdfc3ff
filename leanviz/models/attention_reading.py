"""Realignment of what is in view, for every head: worked out in small steps between events."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from leanviz.core.attention import AttentionBand, Head
from leanviz.core.realignment import Realignment, Summary, read_rows, summarize
from leanviz.models.attention import AttentionModel
from leanviz.models.viewport import TimeRange, Viewport

# Patches read in one go for all heads: about five milliseconds.
CHUNK = 200
# A view that scrolls is read when it rests, or this often.
REST_MS = 100


class ReadingModel(QObject):
    """What the rows in view, or in the selected time range, say of each head.

    Signals
    -------
    changed :
        `of` and `summary` have something new.
    """

    changed = Signal()

    def __init__(
        self, model: AttentionModel, time: Viewport, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._model, self._time = model, time
        self._wanted = False
        self._band: AttentionBand | None = None
        self._patches, self._next = range(0), 0
        self._parts: dict[Head, list[Realignment]] = {}
        self._done: dict[Head, list[Realignment]] = {}
        self._rest, self._work = QTimer(self), QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._look)
        self._work.timeout.connect(self._step)
        model.changed.connect(self._look)
        for signal in (time.changed, time.selection_changed):
            signal.connect(self._look_soon)

    @property
    def heads(self) -> tuple[Head, ...]:
        """What there is to be read: each head, their mean and their highest."""
        band = self._model.band
        count = 0 if band is None else band.n_heads
        return (None, *(("max",) if count > 1 else ()), *range(count)) if count else ()

    @property
    def extent_s(self) -> TimeRange | None:
        """The time that the rows read stand for; None without rows."""
        edges, rows = self._model.query_edges, self._patches
        there = 0 <= rows.start < rows.stop < len(edges)
        return (float(edges[rows.start]), float(edges[rows.stop])) if there else None

    def _span_s(self) -> TimeRange:
        """Return the time that is to be read."""
        selection = self._time.selection
        return (self._time.start_s, self._time.stop_s) if selection is None else selection

    def want(self, wanted: bool) -> None:
        """Begin to read, or rest: nobody looks."""
        self._wanted = wanted
        self._look()

    def of(self, head: Head) -> Sequence[Realignment]:
        """Return what the rows of a head say, in parts; nothing before it is read."""
        return self._done.get(head, ())

    def summary(self, head: Head) -> Summary:
        """Return what the rows of a head say together."""
        return summarize(*self.of(head))

    def _look_soon(self) -> None:
        if self._wanted and not self._rest.isActive():
            self._rest.start()

    def _look(self) -> None:
        """Read anew, unless what is to be read is read or being read."""
        band, patches = self._model.band, self._patches_in_view()
        if not self._wanted or (band is self._band and patches == self._patches):
            return
        self._band, self._patches, self._next = band, patches, patches.start
        self._parts = {head: [] for head in self.heads}
        self._step()

    def _patches_in_view(self) -> range:
        """Return the patches whose centre lies in the time that is read."""
        band = self._model.band
        if band is None:
            return range(0)
        centres = (self._model.query_edges[:-1] + self._model.query_edges[1:]) / 2
        return range(*(int(at) for at in np.searchsorted(centres, self._span_s())))

    def _step(self) -> None:
        """Read some patches; the rest in the next turn of the event loop."""
        part = slice(self._next, min(self._next + CHUNK, self._patches.stop))
        if self._band is not None and part.stop > part.start:
            for head, parts in self._parts.items():
                parts.append(read_rows(self._band, head, part))
        self._next = part.stop
        if self._next < self._patches.stop:
            self._work.start(0)
            return
        self._work.stop()
        self._done, self._parts = self._parts, {}
        self.changed.emit()
