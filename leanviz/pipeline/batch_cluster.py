"""An existing Dask cluster as the workers of a batch: the same work, further away.

Tasks of workers that are lost are Dask's to repeat: https://distributed.dask.org/en/stable/resilience.html
"""

import importlib
import logging
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from contextlib import suppress
from importlib.util import find_spec
from typing import Any

from leanviz.core.errors import UserError
from leanviz.pipeline.batch_pool import POLL_S, Stop
from leanviz.pipeline.batch_work import (
    COULD_NOT,
    BatchWork,
    FileResult,
    Task,
    WorkerError,
    analyze_task,
)

# Tasks that the scheduler knows at a time: enough for hundreds of workers, and bounded.
IN_FLIGHT = 1_000
_CONNECT_S = 10.0


class ClusterWorkers:
    """The workers of a Dask cluster. Each needs leanviz, and the files under the same paths.

    Parameters
    ----------
    work : BatchWork
    address : str
        Of the scheduler, such as ``tcp://host:8786``.

    Raises
    ------
    WorkerError
        If dask.distributed is not installed, or no scheduler answers.
    """

    def __init__(self, work: BatchWork, address: str) -> None:
        self._work, self._address = work, address
        self._client: Any = _connected(address)
        # not "pure": Dask must not take a file that has changed for one that it remembers
        self._executor: Executor = self._client.get_executor(pure=False)

    @property
    def count(self) -> int:
        """How many workers there are at the moment."""
        return len(self._client.nthreads())

    def run(self, tasks: Iterator[Task], stop: Stop) -> Iterator[tuple[Task, FileResult]]:
        """Yield each task with its result, see `batch_pool.Workers`."""
        running: dict[Future[FileResult], Task] = {}
        while not stop():
            while len(running) < IN_FLIGHT and (task := next(tasks, None)) is not None:
                running[self._executor.submit(analyze_task, task, self._work)] = task
            if not running:
                return
            done, _ = wait(running, POLL_S, FIRST_COMPLETED)
            for future in done:
                task = running.pop(future)
                yield task, self._result(future, task)

    def close(self) -> None:
        """Withdraw what is not done, and leave the cluster. Twice is harmless."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):  # a cluster that is gone cannot be left in good order
                self._executor.shutdown(wait=False)
            with suppress(Exception):
                client.close()

    def _result(self, future: Future[FileResult], task: Task) -> FileResult:
        try:
            return future.result()
        except UserError:
            raise
        except CancelledError as error:
            raise WorkerError(f"The Dask cluster at {self._address} was lost.") from error
        except Exception as error:
            if type(error).__name__ == "KilledWorker":
                return FileResult(f"{task.file} {COULD_NOT}: all workers that were at it died.")
            raise WorkerError(
                f"The workers of {self._address} cannot work: {type(error).__name__}: {error}."
            ) from error


def _connected(address: str) -> Any:
    if find_spec("distributed") is None:
        raise WorkerError(
            "--cluster needs dask.distributed, which is not installed: "
            "pip install 'leanviz[cluster]'."
        )
    # by name: the extra is not there everywhere, and costs a second
    distributed = importlib.import_module("distributed")
    # what it would log is said by the sentences here
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        return distributed.Client(address, timeout=_CONNECT_S, set_as_default=False, name="leanviz")
    except Exception as error:  # whatever a wrong address, a closed port or another program gives
        raise WorkerError(f"No Dask scheduler answers at {address}.") from error
