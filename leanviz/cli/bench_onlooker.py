"""Notes when what a window has heard reaches its screen; for ``leanviz bench --latency``."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QObject, QTimer

from leanviz.core.clock import Gap
from leanviz.core.events import Event
from leanviz.core.ring import Ring
from leanviz.pipeline.sinks import SinkStatus, StreamInfo, StreamNote
from leanviz.views.main_window import MainWindow
from leanviz.views.reel import Reel
from leanviz.views.spectrogram import SpectrogramPane
from leanviz.views.waveform import WaveformPane
from leanviz.views.workspace import Workspace

# How often it is looked whether samples have come: each look takes the interpreter for moments.
LOOK_S = 0.004


class RingFinder:
    """A sink that keeps the ring of the stream it is told of (an `EventSink`).

    Attributes
    ----------
    ring : Ring or None
        None until the stream is open.
    """

    def __init__(self) -> None:
        self.ring: Ring | None = None

    def begin(self, stream: StreamInfo, ring: Ring) -> None:
        """Take the stream's ring."""
        del stream
        self.ring = ring

    def take(self, events: Sequence[Event], heard: int) -> None:
        """Learn nothing: labels are looked for on the screen."""

    def note(self, note: StreamNote) -> None:
        """Learn nothing: what is lost is a gap in the ring."""

    def status(self) -> SinkStatus:
        """Return that all is well."""
        return SinkStatus("bench")

    def close(self) -> None:
        """Do nothing: nothing is left."""


class Onlooker(QObject):
    """Looks at what is painted while a window listens; make it before listening begins."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._workspace = window.workspace
        self._finder = RingFinder()
        window.director.listening.sink_makers.append(lambda: self._finder)
        self._painting = False
        self._events: list[Event] = []
        self._known: set[Event] = set()
        self._pictures: list[tuple[float, str, float]] = []
        self._labels: list[tuple[float, str, int, int, str]] = []
        self._arrived: list[tuple[float, int, int]] = []
        self._first = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="onlooker", daemon=True)
        window.closed.connect(self._over.set)

    def begin(self) -> None:
        """Note everything from now on: there is sound."""
        workspace = self._workspace
        workspace.stage.installEventFilter(self)
        workspace.stage.reel.show_events_to(self)
        assert self._finder.ring is not None
        self._first = self._finder.ring.written
        self._thread.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  (Qt calls it)
        """See what is about to be painted; it is on the screen when Qt comes to rest again."""
        if event.type() == QEvent.Type.Paint:
            if not self._painting:
                QTimer.singleShot(0, self, self._note)
            self._painting, self._events = True, labels_in_view(self._workspace)
        return False

    def seen(self, path: Path) -> dict[str, Any]:
        """Return what was noted since the previous time, and save what was heard meanwhile.

        Returns
        -------
        dict
            ``pictures``: moment, pane, and second of the stream up to which it shows sound;
            ``labels``: moment, label, onset, offset and state; ``arrived``: moment, samples that
            the microphone and that the features have taken; ``first``: sample at which the sound
            saved begins. Moments are those of `time.perf_counter`.
        """
        pictures, self._pictures = self._pictures, []
        labels, self._labels = self._labels, []
        arrived, self._arrived = self._arrived, []
        assert self._finder.ring is not None
        first, ring = self._first, self._finder.ring
        sound = ring.read(first, ring.written - first)
        if isinstance(sound, Gap):
            return {"failed": "Sound was lost while it was measured: the machine is too busy."}
        self._first += len(sound)
        np.save(path, sound.mean(1))
        return {
            "pictures": pictures, "labels": labels, "arrived": arrived,
            "rate": self._workspace.timeline.sample_rate, "first": first,
        }  # fmt: skip

    def _note(self) -> None:
        """Note what has been painted; control is back with Qt, which has passed it on."""
        now_s = time.perf_counter()
        for pane in (self._workspace.waveform, self._workspace.spectrogram):
            seen_s = edge_s(pane, self._workspace.stage.reel)
            self._pictures.append((now_s, pane.accessibleName(), seen_s))
        fresh = [event for event in self._events if event not in self._known]
        self._known.update(fresh)
        self._labels += [(now_s, e.label, e.onset, e.offset, e.state) for e in fresh]
        self._painting, self._events = False, []

    def _look(self) -> None:
        """Note when samples come, on a thread."""
        ring, tracks = self._finder.ring, self._workspace.waveform.tracks
        assert ring is not None
        assert tracks is not None
        last = (0, 0)
        while not self._over.wait(LOOK_S):
            now = ring.written, tracks.written
            if now != last:
                self._arrived.append((time.perf_counter(), *now))
                last = now


def edge_s(pane: WaveformPane | SpectrogramPane, reel: Reel) -> float:
    """Return the second of the stream up to which a pane shows sound."""
    if pane.tracks is None:
        return 0.0
    axis = pane.pixel_map()
    # what Qt moves may be a little ahead or behind
    first = reel.column if reel.parts else axis.first_column
    return min((first + axis.width) * axis.seconds_per_pixel, pane.picture.drawn_s)


def labels_in_view(workspace: Workspace) -> list[Event]:
    """Return the labels whose lanes have room on the screen."""
    rate, time = workspace.timeline.sample_rate, workspace.time
    start, stop = round(time.start_s * rate), round(time.stop_s * rate) + 1
    lanes = workspace.lanes.picture.shown_lanes()
    return [event for lane in lanes for event in lane.between(start, stop)]
