"""Where Python's cyclic garbage is collected: in the GUI thread only; and where memory is kept.

Python collects in whichever thread happens to allocate next. Garbage of a window holds Qt objects,
and Qt objects deleted by another thread than their own crash the process, hours later and at
random. pyqtgraph's `GarbageCollector` turns that off and collects from a timer of the GUI thread
(its source: http://pydev.blogspot.com/2014/03/should-python-garbage-collector-be.html).

In the GUI thread, too, it must not come at any moment. Where Qt holds the lock of an object's
signals and calls into Python (an override of `disconnectNotify` is looked for), a collection that
deletes another object under the same lock, one of 131 that all objects share, waits for ever.

What a window is made of once it has settled stays until the program ends. It is not looked through
again: a look at all of it holds pictures up for 60 ms.

glibc gives every thread an arena, and keeps what was freed in it for its next owner. With a few
threads for each stream and each file a window grew by 15 MB every time that listening began, as
far as the number of arenas, 8 for each processor, allows.
"""

import ctypes
import gc
import sys
from contextlib import suppress
from types import TracebackType

from pyqtgraph.util.garbage_collector import GarbageCollector
from PySide6.QtCore import QTimer

INTERVAL_S = 1.0
SETTLED_MS = 10_000
# of malloc.h
M_ARENA_MAX = -8


class Tidying:
    """Within it, garbage is collected by a timer of this thread; the QApplication must exist.

    What was made within it should be given up within it: the last garbage is collected at its end.
    Threads that start within it take their memory from one place.
    """

    def __enter__(self) -> None:
        share_one_arena()
        self._collector = GarbageCollector(INTERVAL_S)
        self._settled = QTimer()
        self._settled.setSingleShot(True)
        self._settled.timeout.connect(gc.freeze)
        self._settled.start(SETTLED_MS)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._collector.timer.stop()
        self._settled.stop()
        gc.unfreeze()
        gc.collect()
        gc.enable()


def share_one_arena() -> None:
    """Have all threads take memory from one place, where the C library can be told so."""
    if sys.platform == "linux":
        with suppress(AttributeError):  # musl has but one
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def give_back_memory() -> None:
    """Hand to the system what was freed, where the C library keeps it; takes milliseconds."""
    if sys.platform == "linux":
        with suppress(AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
