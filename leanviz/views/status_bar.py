"""The status bar: where the sound comes from, how well leanviz keeps up, what the pointer is on."""

import math
import time
from collections import deque
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStatusBar, QWidget

from leanviz.core.channels import MIX, channel_name
from leanviz.core.frontend import YAMNET
from leanviz.views.plain import PlainLabel, plain_tip

if TYPE_CHECKING:
    from leanviz.inference.model import LeanModel
    from leanviz.pipeline.live import LiveStats

MESSAGE_MS = 8000
# Moments kept of pictures: two minutes of them.
LOOKS = 7200
LEVEL = "Peak and RMS of the selected time range; a sine at full scale is 0 dBFS in both"
# Numbers people read should not flicker.
REFRESH_S = 0.5


class Cell(PlainLabel):
    """A text in a place as wide as the widest text it will show.

    Parameters
    ----------
    name : str
        What a screen reader calls it.
    widest : str
        A text that takes as much room as any.
    """

    def __init__(self, name: str, widest: str, tip: str = "") -> None:
        super().__init__()
        self._told = ("", "")
        self.setAccessibleName(name)
        self.setToolTip(plain_tip(tip or name))
        # in both directions: else each other text would have the whole window laid out anew
        self.setFixedSize(
            self.fontMetrics().horizontalAdvance(widest) + 8, self.sizeHint().height()
        )

    def show_text(self, text: str, tail: str = "") -> None:
        """Show a text, cut at its end if it is too long after all, and a tail that is not."""
        if (text, tail) == self._told:  # as most are that are told twice a second
            return
        self._told = text, tail
        metrics = self.fontMetrics()
        room = self.width() - 4 - metrics.horizontalAdvance(tail)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room) + tail
        if shown != self.text():
            self.setText(shown)
            self.setAccessibleDescription(text + tail)


class StatusBar(QStatusBar):
    """Facts at the left, what is under the pointer at the right; sentences pass over the facts.

    Attributes
    ----------
    looks : deque of float
        When the newest pictures were made, by `time.perf_counter`.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setContentsMargins(8, 0, 8, 0)
        # never wider than its window: `_make_room` sees to the rest
        self.setMinimumWidth(1)
        self._source = Cell("Source", "virtual-mic.monitor \u00b7 Pulse")
        self._rates = Cell("Sample rates", "44.1 kHz \u2192 16 kHz", "Rate of the source, of LEAN")
        self._fps = Cell("Frame rate", "60 fps", "Pictures per second")
        self._latency = Cell(
            "Label latency", "label p50 0.00 s p95 0.00 s",
            "From a label's onset until it is known, still dashed: half of the last 100 labels, "
            "and 95 % of them. Onsets lie on a grid of 0.48 s: the sound itself may begin 0.25 s "
            "earlier or 0.73 s later",
        )  # fmt: skip
        self._losses = Cell(
            "Losses", "0.00 s lost  000 skipped  000 dropped",
            "Labels not saved; sound that never arrived; patches not analysed; updates not shown",
        )  # fmt: skip
        self._cpu = Cell("Processor", "000 % CPU", "Of one processor core, all threads of leanviz")
        self._model = Cell("Model", "LEAN-R 4.2 MB  ")
        self._readout = Cell("Pointer", "0:00:00.000  0000.0 Hz  A#4 \u221200 ct  p 0.00")
        self._readout.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._selection = Cell(
            "Selection", "00:00:00.000 \u2013 00:00:00.000  00:00.000",
            "Selected time range, and how long it is",
        )  # fmt: skip
        self._level = Cell(
            "Level of the selection", "peak \u2212000.0  RMS \u2212000.0 dBFS", LEVEL
        )
        for cell in (self._source, self._rates, self._fps, self._latency, self._losses, self._cpu):
            self.addWidget(cell)
        for cell in (self._selection, self._level, self._model, self._readout):
            self.addPermanentWidget(cell)
        self._idle = {self._latency, self._losses, self._selection, self._level}
        self.messageChanged.connect(self._make_room)
        self._stats_at = -REFRESH_S
        self.looks: deque[float] = deque(maxlen=LOOKS)
        self._frames = 0
        self._since, self._cpu_since = time.perf_counter(), time.process_time()

    def say(self, sentence: str) -> None:
        """Show a sentence for a few seconds."""
        self.showMessage(sentence, MESSAGE_MS)

    def show_source(self, name: str, sample_rate: int, channel: int = MIX) -> None:
        """Show where the sound comes from; a rate of 0 shows none, and no channel is the mix."""
        tail = "" if channel == MIX else f" \u00b7 {channel_name(channel)}"
        self._source.show_text(name, tail)
        model = kilohertz(YAMNET.sample_rate)
        self._rates.show_text(f"{kilohertz(sample_rate)} \u2192 {model}" if sample_rate else "")

    def show_model(self, model: "LeanModel") -> None:
        """Show which model is at work."""
        self._model.show_text(f"{model.name} {model.size_bytes / 1e6:.1f} MB")
        self._model.setToolTip(plain_tip(model.identity))

    def show_readout(self, text: str) -> None:
        """Show what is under the pointer."""
        self._readout.show_text(text)

    def show_selection(self, text: str) -> None:
        """Show which time range is selected; "" for none."""
        self._selection.show_text(text)
        self._need(bool(text), self._selection)

    def show_level(self, text: str, why: str = "") -> None:
        """Show how loud the selected time range is, or that and why it is not known."""
        self._level.show_text(text)
        self._level.setToolTip(plain_tip(why or LEVEL))
        self._need(bool(text), self._level)

    def count_frame(self, now: float) -> None:
        """Count one picture, at a moment of `perf_counter`; show how many a second there are."""
        self._frames += 1
        self.looks.append(now)
        elapsed = now - self._since
        if elapsed >= REFRESH_S:
            cpu = time.process_time()
            self._fps.show_text(f"{self._frames / elapsed:.0f} fps")
            self._cpu.show_text(f"{(cpu - self._cpu_since) / elapsed:.0%} CPU".replace("%", " %"))
            self._frames, self._since, self._cpu_since = 0, now, cpu

    def rest(self) -> None:
        """Show that no pictures are made: nothing moves."""
        self._fps.show_text("")
        self._cpu.show_text("")

    def show_stats(self, stats: "LiveStats") -> None:
        """Show how a live stream is doing; twice a second at most."""
        now = time.perf_counter()
        if now - self._stats_at < REFRESH_S:
            return
        self._stats_at = now
        self._need(True, self._latency, self._losses)
        status = stats.status
        self.show_source(status.device, status.sample_rate, status.channel)
        if not math.isnan(stats.latency_p50_s):
            p50, p95 = stats.latency_p50_s, stats.latency_p95_s
            self._latency.show_text(f"label p50 {p50:.2f} s p95 {p95:.2f} s")
        rate = max(1, stats.status.sample_rate)
        unsaved = sum(sink.waiting for sink in stats.sinks if sink.trouble)
        # in front, since the end is cut
        first = f"{unsaved} unsaved  " if unsaved else ""
        self._losses.show_text(
            f"{first}{stats.lost_samples / rate:.2f} s lost  {stats.windows_skipped} skipped  "
            f"{stats.updates_dropped} dropped"
        )

    def clear_stats(self) -> None:
        """Forget the live stream."""
        self._need(False, self._latency, self._losses)
        self._latency.show_text("")
        self._losses.show_text("")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show what there is room for."""
        super().resizeEvent(event)
        self._make_room()

    def _need(self, needed: bool, *cells: Cell) -> None:
        """Note whether cells have anything to say."""
        idle = self._idle - set(cells) if needed else self._idle | set(cells)
        if idle != self._idle:
            self._idle = idle
            for cell in (self._selection, self._level):
                cell.setVisible(cell not in idle)
            self._make_room()

    def _make_room(self) -> None:
        """Leave out what matters least, so that nothing is pushed out at the right."""
        if self.currentMessage():  # which hides the facts, and calls again when it goes
            return
        layout = self.layout()
        assert layout is not None
        facts = (self._source, self._rates, self._fps, self._latency, self._losses, self._cpu)
        for cell in (*facts, self._model, self._level):
            cell.setVisible(cell not in self._idle)
        optional = (self._rates, self._fps, self._cpu, self._latency, self._level)
        for cell in (self._model, *optional):
            layout.activate()  # else it goes on counting what is hidden
            if layout.minimumSize().width() <= self.width():
                break
            cell.hide()


def kilohertz(sample_rate: int) -> str:
    """Return a sample rate as people say it: ``44.1 kHz``."""
    return f"{sample_rate / 1000:g} kHz"
