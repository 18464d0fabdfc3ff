"""What a process holds and what went wrong in it: for tests that use a window for long."""

import gc
import logging
import os
import re
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QMessageLogContext,
    QObject,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication, QStyle

HARMLESS = (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg)
# what the offscreen platform cannot do: raise, size hints
UNSUPPORTED = "This plugin does not support"


@dataclass(frozen=True)
class Census:
    """Threads, file handles, widgets and other Qt objects of this process, counted by kind."""

    threads: Counter[str]
    files: Counter[str]
    objects: Counter[str]

    @classmethod
    def take(cls) -> "Census":
        """Count, once what nobody holds any more is gone. GUI thread, Linux."""
        gc.unfreeze()  # `Tidying` leaves a settled window alone, but here it is not the last one
        for _ in range(2):
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            gc.collect()
        named = {str(t.native_id): t.name for t in threading.enumerate()}
        tasks = (named.get(task.name, "native") for task in Path("/proc/self/task").iterdir())
        return cls(
            Counter(re.sub(r"\W*\d+.*", "", name) for name in tasks),
            Counter(_open_files()),
            Counter(_qt_objects()),
        )

    def beyond(self, before: "Census") -> dict[str, int]:
        """Return what there is more of than before."""
        return dict(
            (self.threads - before.threads)
            + (self.files - before.files)
            + (self.objects - before.objects)
        )


def _open_files() -> Generator[str]:
    for handle in Path("/proc/self/fd").iterdir():
        try:
            opened = str(handle.readlink())
        except OSError:  # the handle of this very listing
            continue
        if not opened.startswith("/usr/"):  # what Qt reads of the system once and for all
            # sockets and pipes have a number each, which is of no interest
            yield re.sub(r":\[\d+\]", "", opened)


def _qt_objects() -> Generator[str]:
    for widget in QApplication.allWidgets():
        yield f"widget {type(widget).__name__}"
    for kind in map(type, gc.get_objects()):
        # the style is the application's: Python knows of it once somebody has asked for it
        if issubclass(kind, QObject) and not issubclass(kind, QStyle):
            yield f"object {kind.__name__}"


def resident_mb() -> float:
    """Return the memory of this process in megabytes. Linux."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class _Listener(logging.Handler):
    def __init__(self, faults: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._faults = faults

    def emit(self, record: logging.LogRecord) -> None:
        self._faults.append(f"logged: {record.getMessage()}")


@contextmanager
def faults_noted() -> Generator[list[str]]:
    """Collect what nobody expected: errors nobody caught, in any thread, and Qt's complaints."""
    faults: list[str] = []
    hooks = sys.excepthook, threading.excepthook

    def note(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        faults.append("".join(traceback.format_exception(kind, error, trace)))

    def note_of_thread(said: threading.ExceptHookArgs) -> None:
        if said.exc_value is not None:
            note(said.exc_type, said.exc_value, said.exc_traceback)

    def note_of_qt(kind: QtMsgType, _: QMessageLogContext, text: str) -> None:
        if kind not in HARMLESS and UNSUPPORTED not in text:
            faults.append(f"Qt: {text}")

    listener = _Listener(faults)
    logging.getLogger().addHandler(listener)
    sys.excepthook, threading.excepthook = note, note_of_thread
    before = qInstallMessageHandler(note_of_qt)
    try:
        yield faults
    finally:
        qInstallMessageHandler(before)
        sys.excepthook, threading.excepthook = hooks
        logging.getLogger().removeHandler(listener)
