"""Processes of this machine that do what would be in the way here: started, and ended."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import TypeAlias, cast

_PATIENCE_S = 2.0
# Each process counts as one thread: where these libraries add more, all get slower.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

Pipe: TypeAlias = "Connection[object, object]"


def spawned(name: str, serve: Callable[..., None], *arguments: object) -> tuple[SpawnProcess, Pipe]:
    """Start a process that runs ``serve(pipe, *arguments)``; return it and our end of the pipe.

    Its other end closes with the process, and ours with this program, however they end.
    """
    ours, theirs = cast("tuple[Pipe, Pipe]", multiprocessing.Pipe())
    # spawned, not forked: ONNX Runtime and a progress bar have threads that a fork would break
    process = multiprocessing.get_context("spawn").Process(
        target=serve, args=(theirs, *arguments), name=name, daemon=True
    )
    with _undisturbed():
        process.start()
    theirs.close()
    return process, ours


def ended(process: SpawnProcess) -> int | None:
    """Wait for a process that was asked to end, for a bounded time; return its exit code."""
    process.join(_PATIENCE_S)
    process.kill()
    process.join()
    return process.exitcode


def cause_of(code: int | None) -> str:
    """Return how a process ended, to follow on its name in a sentence."""
    if code is not None and code < 0:
        return f"was ended by signal {-code} ({signal.strsignal(-code)})"
    return f"ended with code {code}"


@contextmanager
def _undisturbed() -> Generator[None]:
    """Have a process that starts here deaf to Ctrl+C, which is for the one that ends it."""
    # starting a process would start this too, which lets signals through again
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    kept = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in kept.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
