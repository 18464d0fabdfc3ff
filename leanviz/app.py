"""The composition root of the window: makes it, starts it, ends it, and loses no error."""

import logging
import logging.handlers
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

import platformdirs
from PySide6.QtCore import (
    QEvent,
    QMessageLogContext,
    QObject,
    QSocketNotifier,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication

from leanviz.core.resources import resource_path
from leanviz.settings import load_settings, settings_path
from leanviz.views.banner import Severity
from leanviz.views.main_window import MainWindow
from leanviz.views.settings_keeping import SettingsKeeping
from leanviz.views.tidying import Tidying

log = logging.getLogger("leanviz")

LOG_BYTES = 1_000_000
WELCOME = (
    "This is a demo clip. Listen hears your microphone; sounds dropped here are opened; F1 shows "
    "all keys."
)


def main(
    argv: Sequence[str] | None = None,
    accompany: Callable[[MainWindow], object] | None = None,
    listen: bool = False,
) -> int:
    """Open the window on files, or on the demo clip if none is given; return the exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        Names of sound files; those on the command line if left out.
    accompany : callable, optional
        Gets the window before it is shown: for measurements.
    listen : bool
        Listen at once, and show no demo clip.
    """
    names = sys.argv[1:] if argv is None else argv
    demo = [] if listen else [resource_path("demo", "demo.flac")]
    files = [Path(name) for name in names] or demo
    log_file = _start_log()
    qInstallMessageHandler(_log_qt)
    app = QApplication.instance() or QApplication(["leanviz"])
    assert isinstance(app, QApplication)
    app.setApplicationName("leanviz")
    app.setStyle("Fusion")
    # the window is gone with all that it holds before Python collects by itself again
    with Tidying():
        welcome = "" if names or listen else greeting()

        def begin(window: MainWindow) -> None:
            window.begin(files, listen)
            if welcome:
                window.banner.say(welcome, Severity.NOTICE)

        code = _run(app, begin, log_file, accompany)
    qInstallMessageHandler(None)
    return code


def greeting() -> str:
    """Return what to say to somebody who sees the window for the first time; "" to others."""
    return "" if settings_path().exists() else WELCOME


def _run(
    app: QApplication,
    begin: Callable[[MainWindow], object],
    log_file: Path,
    accompany: Callable[[MainWindow], object] | None,
) -> int:
    """Show a window until it is closed; return the exit code."""
    window = MainWindow(load_settings(settings_path()))
    sys.excepthook = _Reporter(window, log_file)
    signals = Signals(window.end, app)
    window.painted.connect(lambda: begin(window))
    keeping = SettingsKeeping(lambda: window.choices, settings_path())
    window.closed.connect(lambda: keeping.end(window.settings))
    # Qt ends by itself only when a window is closed that was not hidden
    window.closed.connect(app.exit)
    if accompany is not None:
        accompany(window)
    window.show()
    code = app.exec()
    signals.release()
    sys.excepthook = sys.__excepthook__
    # what is connected to it would keep it until Python ends, when no order is certain any more
    window.deleteLater()
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return code


def _start_log() -> Path:
    """Write warnings, errors and their traces to a file of bounded size; return where."""
    path = platformdirs.user_state_path("leanviz", appauthor=False) / "leanviz.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8", delay=True
        )
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    return path


_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def _log_qt(kind: QtMsgType, _: QMessageLogContext, text: str) -> None:
    """Write to the log what Qt says; what ends the process is said in the terminal too."""
    log.log(_LEVELS[kind], "Qt: %s", text)
    if kind is QtMsgType.QtFatalMsg and sys.stderr is not None:
        sys.stderr.write(f"leanviz: {text}\n")


class _Reporter:
    """What becomes of an error nobody expected: a sentence in the window, a trace in the log."""

    def __init__(self, window: MainWindow, log_file: Path) -> None:
        self._window, self._log_file = window, log_file

    def __call__(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._window.close()
            return
        log.error("unexpected", exc_info=(kind, error, trace))
        self._window.banner.say(
            f"This should not have happened: {kind.__name__}: {error}. "
            f"The details are in {self._log_file}."
        )


class Signals(QObject):
    """Lets Ctrl+C in the terminal, or a polite kill, close the window as its button does.

    Python runs signal handlers between its own instructions, of which there are none while Qt
    waits; the wake-up descriptor makes Qt return to Python.
    """

    def __init__(self, close: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self._inner, self._outer = socket.socketpair()
        for end in (self._inner, self._outer):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._inner.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._take)
        signal.set_wakeup_fd(self._outer.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: close())

    def release(self) -> None:
        """Give the signals back their usual meaning."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        self._notifier.setEnabled(False)
        self._inner.close()
        self._outer.close()

    def _take(self) -> None:
        self._inner.recv(64)
