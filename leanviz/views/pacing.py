"""When the window looks at what its threads have done, and draws what has moved."""

import math
import time
from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer

from leanviz.views.listening import Listening
from leanviz.views.live_view import LiveView
from leanviz.views.status_bar import StatusBar
from leanviz.views.transport import Transport

# One look per picture at 60 pictures a second, as many as a usual screen shows. Sound that scrolls
# by is looked at when it has moved by a pixel, and no sooner.
PICTURE_S = 1 / 60
TICK_MS = 16
# While sound scrolls by, labels are taken at once; levels, and the rest, can wait for a tenth of a
# second: no peak is missed.
NEWS_S = 0.08
# While the window is hidden or minimised: news is taken, nothing is drawn.
HIDDEN_TICK_MS = 500
# Where pictures come by themselves, what is new is looked for with one of them, this often at most:
# to be woken once more would cost as much as to look.
LOOK_S = 0.035


class Worker(Protocol):
    """What works on a thread of its own, or plays."""

    @property
    def busy(self) -> bool:
        """Whether `poll` has something to do."""
        ...

    def poll(self) -> None:
        """Tell what is new."""
        ...


class Pacing:
    """A timer that polls threads while any of them is at work, and rests otherwise.

    Parameters
    ----------
    listening, transport : Listening, Transport
        Sound that goes by needs looks of its own.
    live : LiveView
        What scrolls.
    workers : sequence of Worker
        All others.
    parent : QObject
        Owner of the timer. This is no object of Qt's, whose attributes take long to be found.
    """

    def __init__(
        self,
        listening: Listening,
        transport: Transport,
        live: LiveView,
        workers: Sequence[Worker],
        status: StatusBar,
        parent: QObject,
    ) -> None:
        self._listening, self._transport, self._live = listening, transport, live
        self._workers, self._status = workers, status
        self._timer = QTimer(parent)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._pace_ms = TICK_MS
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._visible = True
        self._news_s = self._due_s = self._looked_s = 0.0
        live.tell_pictures(self._count_picture, self._hasten)

    def _count_picture(self) -> None:
        """Count a picture that came by itself, and look for what is new with every other one."""
        now_s = time.perf_counter()
        self._status.count_frame(now_s)
        if self._live.rolls and now_s >= self._looked_s + LOOK_S and self._timer.isActive():
            self._timer.start()  # from now on, if no picture comes
            self._look(now_s)

    def _hasten(self) -> None:
        """Look soon: pictures do not come by themselves any more."""
        if self._visible and self._pace_ms > TICK_MS:
            self._pace_ms = TICK_MS
            self._timer.setInterval(TICK_MS)

    def wake(self) -> None:
        """Look, until no thread is at work."""
        self._timer.start()

    def close(self) -> None:
        """Look no more."""
        self._timer.stop()

    def set_visible(self, visible: bool) -> None:
        """Draw nothing, and look less often, while nobody can see the window."""
        self._visible = visible
        # what nobody sees can be done together with what other timers do
        precise, coarse = Qt.TimerType.PreciseTimer, Qt.TimerType.CoarseTimer
        self._timer.setTimerType(precise if visible else coarse)
        self._pace_ms = TICK_MS if visible else HIDDEN_TICK_MS
        self._timer.setInterval(self._pace_ms)

    def _tick(self) -> None:
        self._look(time.perf_counter())

    def _look(self, now_s: float) -> None:
        """Take what is new, and go on to now."""
        listening, self._looked_s = self._listening, now_s
        scrolling = self._visible and listening.active
        due = not scrolling or now_s - self._news_s >= NEWS_S
        if due or listening.news:
            listening.poll()
            scrolling = scrolling and listening.active
        if due:
            self._news_s = now_s
            self._poll_others()
        elif self._transport.playing:
            self._transport.poll()
        rest_s = self._live.scroll(now_s) if scrolling else None
        if self._visible:
            if not self._live.rolls:  # else they come by themselves
                self._status.count_frame(now_s)
            self._pace(now_s, 0.0 if rest_s is None else rest_s)

    def _pace(self, now_s: float, rest_s: float) -> None:
        """Have the next look come when there is something to see."""
        # an even pace, though the timer counts in whole milliseconds and comes a little late
        due_s = self._due_s + PICTURE_S
        if due_s <= now_s:
            due_s = now_s + PICTURE_S
        self._due_s = due_s = max(due_s, now_s + rest_s)
        wait_ms = math.ceil(1000.0 * (due_s - now_s))
        if wait_ms != self._pace_ms:
            self._pace_ms = wait_ms
            self._timer.setInterval(wait_ms)

    def _poll_others(self) -> None:
        """Take what workers have done; rest when none of them is at work."""
        for worker in self._workers:
            worker.poll()
        if not self._listening.busy and not any(worker.busy for worker in self._workers):
            self._timer.stop()
            self._status.rest()
