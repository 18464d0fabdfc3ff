"""Analyses of a file in a process of their own.

librosa's pitch track keeps all other threads of its process waiting for seconds (numba holds the
interpreter's lock), and its import for a tenth of one: in the window's process that would be seen.
"""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import cast

from leanviz.core.analysis_kinds import Kind
from leanviz.core.errors import UserError
from leanviz.pipeline.analyses import Analysis, AnalysisError, Grid, analyse, load, nothing
from leanviz.pipeline.processes import Pipe, cause_of, ended, spawned

POLL_S = 0.05
# A part takes less; a disk that hangs takes longer. Starting again takes seconds, too.
PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class PartRequest:
    """A part of a file to be analysed: part ``n`` begins at frame ``n * Grid.part``."""

    path: Path
    kind: Kind
    part: int


def analyse_part(request: PartRequest) -> Analysis:
    """Analyse a part of a file; without frames if the file ends before it.

    Raises
    ------
    UserError
        If the file cannot be read, or not be analysed.
    """
    from leanviz.audio.file import open_audio, read_mono

    with open_audio(request.path) as reader:
        grid = Grid.of(request.kind, reader.sample_rate)
    first, stop = request.part * grid.part, (request.part + 1) * grid.part
    start = max(0, first - grid.context) * grid.hop
    samples, rate = read_mono(request.path, start, (stop + grid.context) * grid.hop - start)
    if 0 < start + len(samples) <= first * grid.hop:
        return nothing(request.kind, grid, first)
    return analyse(samples, rate, request.kind, start).cut(first, stop)


class AnalysisProcess:
    """The process; started with the first request, and anew after it died.

    `analyse` and `close` are for one thread, which waits in them; `stop` is for any.

    Attributes
    ----------
    ready : bool
        librosa is loaded. Any thread.
    """

    def __init__(self) -> None:
        self.ready = False
        self._process: SpawnProcess | None = None
        self._pipe: Pipe | None = None
        self._stopped = threading.Event()

    def analyse(self, request: PartRequest, dropped: threading.Event) -> Analysis | None:
        """Have a part analysed; None after `stop`, or if it takes long although `dropped` is set.

        Raises
        ------
        UserError
            If it cannot be analysed; the message says why.
        """
        if self._pipe is None:
            self._process, self._pipe = spawned("leanviz-analysis", serve)
        try:
            self._pipe.send(request)
            answer = self._answer(self._pipe, dropped)
        except (EOFError, OSError) as error:
            raise AnalysisError(f"The process of the analysis {self._bury()}.") from error
        if isinstance(answer, UserError):
            raise answer
        if answer is None:
            self.close()
        return answer

    def stop(self) -> None:
        """Have `analyse` return soon, now and from now on."""
        self._stopped.set()

    def close(self) -> None:
        """End the process, whatever it is at. Twice is harmless."""
        if self._process is not None:
            self._process.terminate()
            self._bury()

    def _answer(self, pipe: Pipe, dropped: threading.Event) -> Analysis | UserError | None:
        """Wait for what the process says."""
        until = time.monotonic() + PATIENCE_S
        while not self._stopped.is_set():
            if pipe.poll(POLL_S):
                answer = pipe.recv()
                if isinstance(answer, Analysis | UserError):
                    return answer
                self.ready = True
            if not dropped.is_set() or not self.ready:
                until = time.monotonic() + PATIENCE_S
            elif time.monotonic() > until:
                break
        return None

    def _bury(self) -> str:
        assert self._process is not None
        assert self._pipe is not None
        self._pipe.close()
        code = ended(self._process)
        self._process = self._pipe = None
        self.ready = False
        return cause_of(code)


def serve(pipe: Pipe) -> None:
    """Analyse what comes through a pipe until its other end is closed; runs in a process."""
    with suppress(EOFError, OSError):  # the one who asked is gone
        while True:
            pipe.send(_answered(cast("PartRequest", pipe.recv()), pipe))


def _answered(request: PartRequest, pipe: Pipe) -> Analysis | UserError:
    try:
        load()
        pipe.send(None)
        return analyse_part(request)
    except UserError as error:
        return error
    except Exception as error:  # whatever librosa meets is told in the pane  # noqa: BLE001
        cause = f"{type(error).__name__}: {error}"
        return AnalysisError(f"{request.path.name} could not be analysed: {cause}")
