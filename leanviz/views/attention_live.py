"""The attention map of a live stream: rows are kept as they come, shown at the decision rate."""

import math
from collections import deque
from collections.abc import Iterable
from itertools import takewhile
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from leanviz.core.alignment import WINDOW_PATCHES
from leanviz.core.attention import AttentionBand, AttentionRow, band_of
from leanviz.core.frontend import YAMNET
from leanviz.views.attention_map import MARGIN
from leanviz.views.workspace import Workspace

if TYPE_CHECKING:
    from leanviz.pipeline.results import HopUpdate

# Ten minutes, as long as the rest of a live picture is kept.
MOST_ROWS = 1250
SOURCE = "listening"
HINT = "Shift+A shows where the model looks while it listens."


class LiveMap(QObject):
    """Gives the attention model what LEAN looked at of late, if the user wants to see it.

    The newest row is provisional, and replaced when its patch is decided. After a gap the map
    begins anew.

    Signals
    -------
    begun :
        There is something to show for the first time: heads can be chosen.
    """

    begun = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._rows: deque[AttentionRow] = deque(maxlen=MOST_ROWS)
        self._newest: AttentionRow | None = None
        self._drawn: tuple[AttentionBand | None, list[AttentionRow]] = (None, [])
        self._shown = self._listening = False
        self._streams = 0
        workspace.time.follow_changed.connect(lambda _: self.draw())

    @property
    def shown(self) -> bool:
        """Whether a live stream has its map shown."""
        return self._shown

    def show(self, shown: bool) -> None:
        """Show the map of a live stream, or do not."""
        self._shown = shown
        if not self._listening:
            return
        self._make_room()
        if shown:
            self.draw()
        elif self._workspace.attention_model.band is not None:
            self._workspace.attention_model.set_band(None)
            self.begun.emit()

    def begin(self) -> None:
        """Take another stream, from its first patch on."""
        self.forget()
        self._listening = True
        self._streams += 1
        self._make_room()

    def forget(self) -> None:
        """Let go of the stream: something else is shown."""
        self._rows.clear()
        self._newest = None
        if self._listening:
            self._listening = False
            self._make_room()

    def take(self, update: "HopUpdate") -> None:
        """Take what a patch looked at."""
        row = update.row
        if row is None or not self._listening:
            return
        if self._rows and (row.clock != self._rows[-1].clock or row.patch < self._rows[-1].patch):
            self._rows.clear()
        if update.final:
            self.keep((row,))
            self._newest = None
        else:
            self._newest = row

    def keep(self, rows: Iterable[AttentionRow]) -> None:
        """Take rows that are decided, in order."""
        self._rows.extend(rows)

    def draw(self) -> None:
        """Show what has come; call once for the news of a hop, not per picture."""
        rows = list(self._rows)[-self._in_view() :]
        newest = self._newest
        if newest is not None and (not rows or newest.clock == rows[-1].clock):
            rows.append(newest)
        if not (rows and self._shown and self._workspace.attention.isVisible()):
            return
        model = self._workspace.attention_model
        first = model.band is None
        # what was pinned in a stream before is of another recording
        source = SOURCE if self._streams == 1 else f"{SOURCE} ({self._streams})"
        band, (before, drawn) = band_of(rows), self._drawn
        self._drawn = band, rows
        model.set_band(band, source, _known(rows, drawn) if model.band is before else 0)
        if first:
            self.begun.emit()

    def whole(self) -> AttentionBand | None:
        """Return the map of all rows that are kept and decided; None without any."""
        return band_of(list(self._rows)) if self._rows else None

    def _make_room(self) -> None:
        """Leave the other panes the room of a map that nobody wants to see."""
        unwanted = self._listening and not self._shown
        pane = self._workspace.attention
        pane.explain(HINT if unwanted else "")
        self._workspace.rest(*(pane,) * unwanted)

    def _in_view(self) -> int:
        """Return how many of the newest rows are wanted: all of them while somebody looks back."""
        time = self._workspace.time
        if not time.follow:
            return MOST_ROWS
        hop_s = YAMNET.patch_hop / YAMNET.sample_rate
        return math.ceil((1.0 + 2 * MARGIN) * time.span_s / hop_s) + WINDOW_PATCHES


def _known(rows: list[AttentionRow], drawn: list[AttentionRow]) -> int:
    """Return how many of the first rows were drawn before."""
    dropped = rows[0].patch - drawn[0].patch if drawn and drawn[0].clock == rows[0].clock else -1
    if dropped < 0:
        return 0
    pairs = zip(rows, drawn[dropped:], strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1], pairs))
