"""The window as ``leanviz bench --live`` starts it: the real one, with somebody at its side.

Run as ``python -m leanviz.cli.bench_window``. It takes words from standard input, a line each, and
answers each with a line of JSON on standard output; in between it does nothing. The words are
``opened``, ``listen``, ``shown``, ``10 s wide``, ``with the map``, ``hidden``, ``minimised``,
``facts`` and ``end``; and, to have what is painted looked at, ``look on`` before ``listen``, then
``begin`` and ``seen in PATH``.
"""

import json
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSocketNotifier, QTimer

from leanviz.app import main
from leanviz.cli.bench_process import CLOSE
from leanviz.models.viewport import LIVE_SPAN_S
from leanviz.views.action_table import Mode
from leanviz.views.main_window import MainWindow

if TYPE_CHECKING:
    from leanviz.cli.bench_onlooker import Onlooker

LOOK_MS = 100
CLOSE_S = 10.0


class Attendant(QObject):
    """Does what is asked for, and looks at the window between two questions not at all."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._failure = ""
        self._onlooker: Onlooker | None = None
        window.director.failed.connect(self._note_failure)
        self._moments: dict[str, tuple[float, float]] = {}
        window.painted.connect(partial(self._note_moment, "window painted"))
        window.director.opened.connect(partial(self._note_moment, "demo clip in view"))
        self._notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._take)
        self._waiting = QTimer(self)
        self._waiting.setInterval(LOOK_MS)
        self._wanted = ""
        self._waiting.timeout.connect(self._look)

    def _note_failure(self, sentence: str) -> None:
        self._failure = sentence

    def _note_moment(self, name: str, *_: object) -> None:
        self._moments.setdefault(name, (time.perf_counter(), time.process_time()))

    def _take(self) -> None:
        word = sys.stdin.readline().strip()
        if word in {"listen", "opened"}:
            self._wanted = word
            self._waiting.start()
        elif word in {"", "end"}:  # nobody is there any more
            self._notifier.setEnabled(False)
            self._window.close()
        else:
            try:
                _answer(self._do(word))
            except Exception as error:  # who asked waits for an answer
                _answer({"failed": f"The window could not be measured: {error}."})
                raise

    def _do(self, word: str) -> dict[str, Any]:
        """Do what a word says; return the answer."""
        word, _, path = word.partition(" in ")
        if word == "facts":
            return self._facts()
        if word == "look on":
            # not before it is wanted: a start is measured as well
            from leanviz.cli.bench_onlooker import Onlooker

            self._onlooker = Onlooker(self._window)
        elif self._onlooker is not None and word == "begin":
            self._onlooker.begin()
        elif self._onlooker is not None and word == "seen":
            return self._onlooker.seen(Path(path))
        else:
            self._show(word)
        return {}

    def _look(self) -> None:
        """Answer once the clip is open; or begin to listen then, and answer once there is sound."""
        director = self._window.director
        if self._wanted == "opened":
            if director.analysis is not None:
                self._waiting.stop()
                _answer(self._moments)
        elif director.mode is Mode.LIVE:
            self._waiting.stop()
            _answer({})
        elif self._failure:
            self._waiting.stop()
            _answer({"failed": self._failure})
        elif director.analysis is not None and not director.listening.active:
            director.listen(None, 0)

    def _show(self, state: str) -> None:
        window = self._window
        window.director.live_map.show(state == "with the map")
        axis = window.workspace.time
        axis.zoom_at(axis.stop_s, (CLOSE_S if state == CLOSE else LIVE_SPAN_S) / axis.span_s)
        {"hidden": window.hide, "minimised": window.showMinimized}.get(state, window.showNormal)()

    def _facts(self) -> dict[str, Any]:
        """Return what has been since the previous time, and how things are."""
        window = self._window
        looks = list(window.status.looks)
        window.status.looks.clear()
        return {
            "looks": looks,
            "pictures": window.workspace.spectrogram.pictures
            + window.workspace.stage.reel.pictures,
            "size": [window.width(), window.height()],
            "labels": window.workspace.timeline.rowCount(),
            "threads": {str(t.native_id): t.name for t in threading.enumerate()},
        }


def _answer(facts: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main([], Attendant))
