"""Processes of this machine that analyse files, each with its own model on one thread."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from typing import Protocol, cast

from leanviz.core.errors import UserError
from leanviz.pipeline.batch_work import (
    COULD_NOT,
    BatchWork,
    FileResult,
    Task,
    WorkerError,
    analyze_task,
    prepare,
)
from leanviz.pipeline.processes import Pipe, cause_of, ended, spawned

# How often to look whether to stop.
POLL_S = 0.2
# A file may be the victim of what another program did; one that ends two processes is the cause.
MOST_DEATHS = 2
_TOLD_EVERY_S = 0.5

Stop = Callable[[], bool]


class Workers(Protocol):
    """Whoever analyses the files of a batch."""

    def run(self, tasks: Iterator[Task], stop: Stop) -> Iterator[tuple[Task, FileResult]]:
        """Yield each task with its result, in the order in which they are ready.

        Ends early, without results of what is at hand, once `stop` says so. UserError if no file
        can be analysed at all.
        """
        ...

    def close(self) -> None:
        """End everything that runs. Twice is harmless."""
        ...


@dataclass(slots=True, eq=False)
class _Worker:
    """A process, the pipe to it, and what it is at."""

    process: SpawnProcess
    pipe: Pipe
    task: Task | None = None
    ready: bool = False


class LocalWorkers:
    """Processes on this machine. One that dies is replaced, and its file tried once more.

    Parameters
    ----------
    work : BatchWork
    jobs : int
        How many processes.
    tell : callable or None
        Is told now and then which part of a file is done: ``tell(task, fraction)``.
    """

    def __init__(
        self, work: BatchWork, jobs: int, tell: Callable[[Task, float], None] | None = None
    ) -> None:
        self._work, self._jobs, self._tell = work, jobs, tell
        self._workers: list[_Worker] = []
        self._deaths: dict[str, int] = {}
        self._again: list[Task] = []

    def run(self, tasks: Iterator[Task], stop: Stop) -> Iterator[tuple[Task, FileResult]]:
        """Yield each task with its result, see `Workers`."""
        self._workers = [_spawned(self._work) for _ in range(self._jobs)]
        while self._workers and not stop():
            pipes = {worker.pipe: worker for worker in self._workers}
            for pipe in wait(list(pipes), POLL_S):
                worker = pipes[cast("Pipe", pipe)]
                task, result = worker.task, self._listen(worker)
                if task is not None and result is not None:
                    worker.task = None
                    yield task, result
                self._employ(worker, tasks)

    def close(self) -> None:
        """End all processes; what they are at is lost."""
        workers, self._workers = self._workers, []
        for worker in workers:
            worker.pipe.close()
            worker.process.terminate()
        for worker in workers:
            ended(worker.process)

    def _employ(self, worker: _Worker, tasks: Iterator[Task]) -> None:
        """Give a process that has nothing to do something to do, or let it go."""
        if worker not in self._workers or worker.task is not None:
            return
        worker.task = self._again.pop() if self._again else next(tasks, None)
        if worker.task is None:
            self._workers.remove(worker)
            worker.pipe.close()
            worker.process.join()
            return
        # one that has just died is noticed when it is listened to
        with suppress(OSError):
            worker.pipe.send(worker.task)

    def _listen(self, worker: _Worker) -> FileResult | None:
        """Take a message; return the result of the worker's task if that is what it is."""
        try:
            message = worker.pipe.recv()
        except (EOFError, OSError):
            return self._bury(worker)
        if isinstance(message, UserError):
            raise message
        worker.ready = True
        if isinstance(message, float) and worker.task is not None and self._tell is not None:
            self._tell(worker.task, message)
        return message if isinstance(message, FileResult) else None

    def _bury(self, worker: _Worker) -> FileResult | None:
        """Replace a dead process; return what is to be said of its file, if it is to blame."""
        worker.pipe.close()
        worker.process.join()
        how, task = cause_of(worker.process.exitcode), worker.task
        if not worker.ready or task is None:
            raise WorkerError(
                f"A process of the batch {how} before it could begin; fewer --jobs may help."
            )
        self._workers[self._workers.index(worker)] = _spawned(self._work)
        deaths = self._deaths[task.key] = self._deaths.get(task.key, 0) + 1
        if deaths < MOST_DEATHS:
            self._again.append(task)
            return None
        return FileResult(f"{task.file} {COULD_NOT}: the process that was at it {how}.")


def _spawned(work: BatchWork) -> _Worker:
    """Start a process; it says None when it is ready for its first task."""
    return _Worker(*spawned("leanviz-batch", serve, work))


def serve(pipe: Pipe, work: BatchWork) -> None:
    """Analyse what comes through a pipe until its other end is closed; runs in a process."""
    try:
        prepare(work)
        pipe.send(None)
        while True:
            task = cast("Task", pipe.recv())
            pipe.send(analyze_task(task, work, _told_now_and_then(pipe)))
    except UserError as error:
        with suppress(OSError):
            pipe.send(error)
    except (EOFError, OSError):  # the one who asked is gone
        return


def _told_now_and_then(pipe: Pipe) -> Callable[[float], None]:
    told = time.monotonic()

    def tell(fraction: float) -> None:
        nonlocal told
        if (now := time.monotonic()) - told >= _TOLD_EVERY_S:
            told = now
            pipe.send(float(fraction))

    return tell
