"""Where Python's cyclic garbage is collected: in the GUI thread only.

Python collects in whichever thread happens to allocate next. Garbage of a window holds Qt objects,
and Qt objects deleted by another thread than their own crash the process, hours later and at
random. pyqtgraph's `GarbageCollector` turns that off and collects from a timer of the GUI thread
(its source: http://pydev.blogspot.com/2014/03/should-python-garbage-collector-be.html).
"""

import gc
from types import TracebackType

from pyqtgraph.util.garbage_collector import GarbageCollector

INTERVAL_S = 1.0


class Tidying:
    """Within it, no thread but this one collects garbage; the QApplication must exist."""

    def __enter__(self) -> None:
        self._collector = GarbageCollector(INTERVAL_S)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._collector.timer.stop()
        gc.enable()
