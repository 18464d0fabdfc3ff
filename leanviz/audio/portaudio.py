"""PortAudio, which may be missing, broken or hung: every use of it begins here.

PortAudio lists the devices once, when it is initialised, and doing that again ends all streams.
So whoever lists devices or has a stream open holds PortAudio meanwhile (`hold`, `release`), and
`refresh` looks anew only while nobody does. Its calls can block for good when the sound server
hangs: they run on threads of their own (`detached`, `within`), never on the caller's.
"""

import atexit
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from typing import Any, TypeVar

from leanviz.core.errors import AudioDeviceError

log = logging.getLogger(__name__)

T = TypeVar("T")

CALL_LIMIT_S = 5.0
CHILD_LIMIT_S = 10.0
# A stream that has ended before its start has returned is waited for so long: on a busy machine it
# may yet return.
START_LIMIT_S = 2.0
_LOOK_EVERY_S = 0.05

WENT_MEANWHILE = "it went away while it was being opened"
LOST = (
    "A sound device went away while it was being opened, and the sound library still waits for it. "
    "Listening and playing go on; a device that is plugged in from now on may only be found once "
    "leanviz is started again."
)


class _Holders:
    """How many hold PortAudio, and the lock that `refresh` keeps while it looks anew.

    Streams that PortAudio never gives back are `lost`, and hold it for good.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.count = self.lost = 0
        self.sounddevice: Any = None


_holders = _Holders()


def load() -> Any:
    """Return the module sounddevice; the first time takes a fifth of a second.

    Raises
    ------
    AudioDeviceError
        If PortAudio is not installed or does not start.
    """
    if _holders.sounddevice is None:
        _try_in_child()
        _holders.sounddevice = _import()
        atexit.register(_leave)
    return _holders.sounddevice


def _import() -> Any:
    try:
        import sounddevice
    except OSError as error:
        raise AudioDeviceError(
            "No sound device can be used: the PortAudio library is not installed "
            "(on Debian: apt install libportaudio2 libasound2-plugins)."
        ) from error
    except Exception as error:  # what PortAudio raises can only be imported with it
        raise _no_start(error) from error
    return sounddevice


def _try_in_child() -> None:
    """Let another process find out whether PortAudio aborts, as it does without ALSA's files."""
    try:
        code = run_child(["-c", "import sounddevice"]).returncode
    except subprocess.TimeoutExpired as error:
        raise AudioDeviceError("The sound system does not answer.") from error
    if code < 0:
        raise AudioDeviceError(
            "No sound device can be used: PortAudio crashes when it starts "
            "(on Debian: apt install --reinstall libasound2-data)."
        )


def run_child(arguments: list[str]) -> subprocess.CompletedProcess[bytes]:
    """Run a Python of its own, with a PortAudio of its own; raises subprocess.TimeoutExpired."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        capture_output=True,
        timeout=CHILD_LIMIT_S,
        check=False,
    )


def _no_start(error: Exception) -> AudioDeviceError:
    return AudioDeviceError(
        f"No sound device can be used: PortAudio does not start ({cause(error)})."
    )


def cause(error: Exception) -> str:
    """Return PortAudio's reason alone, without the name of the call and without the number."""
    return str(error).partition(" [PaErrorCode")[0].rpartition(": ")[2]


def hold() -> None:
    """Keep the list of devices and the open streams from being torn down; ends by `release`."""
    with _holders.lock:
        _holders.count += 1


def release() -> None:
    """Give up one `hold`."""
    with _holders.lock:
        _holders.count -= 1


def refresh() -> None:
    """List the devices anew, unless somebody holds PortAudio.

    Raises
    ------
    AudioDeviceError
        If PortAudio is not installed or does not start.
    """
    sounddevice = load()
    with _holders.lock:
        if _holders.count:
            return
        try:
            while sounddevice._initialized:  # noqa: SLF001 (the documented way to look anew)
                sounddevice._terminate()  # noqa: SLF001
            sounddevice._initialize()  # noqa: SLF001
        except sounddevice.PortAudioError as error:
            raise _no_start(error) from error


def start(stream: Any, ended: threading.Event) -> None:
    """Start a stream that was just opened; blocks as long as PortAudio does.

    Where the device goes between opening and starting, PortAudio's part for ALSA never returns: its
    thread ends with the lock that the caller waits for (PortAudio/portaudio#535). Nothing can free
    such a stream. It is given up and counted, and holds PortAudio from then on.

    Parameters
    ----------
    stream : sounddevice stream
    ended : threading.Event
        Set by its `finished_callback`.

    Raises
    ------
    AudioDeviceError
        If PortAudio will not return.
    PortAudioError
        If the stream cannot be started.
    """
    started = detached(stream.start)
    while not wait(started, _LOOK_EVERY_S):
        if ended.is_set() and not wait(started, START_LIMIT_S):
            _count_lost(1)
            log.warning("PortAudio does not return from starting a stream whose device has gone")
            started.add_done_callback(lambda _: _take_back(stream))
            raise AudioDeviceError(WENT_MEANWHILE)
    started.result()


def lost_streams() -> int:
    """Return how many streams PortAudio keeps for good, each with a thread. Any thread."""
    return _holders.lost


def _count_lost(more: int) -> None:
    with _holders.lock:
        _holders.lost += more
        _holders.count += more


def _take_back(stream: Any) -> None:
    """Close a stream that was counted as lost and was only slow."""
    stream.close()
    _count_lost(-1)


def detached(call: Callable[[], T]) -> Future[T]:
    """Run `call` on a daemon thread of its own, which nobody has to wait for."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001 (raised where the result is asked for)
            future.set_exception(error)

    threading.Thread(target=run, name="leanviz-portaudio", daemon=True).start()
    return future


def within(
    call: Callable[[], T], limit_s: float = CALL_LIMIT_S, late: Callable[[T], object] | None = None
) -> T:
    """Return what `call` returns or raises, unless it takes longer than `limit_s`.

    Parameters
    ----------
    call : callable
        Runs on a thread of its own and is left to itself when it takes too long.
    limit_s : float
        Seconds to wait.
    late : callable, optional
        Gets rid of a result that came too late to be returned.

    Raises
    ------
    AudioDeviceError
        If there is no answer in time.
    """
    future = detached(call)
    try:
        return future.result(limit_s)
    except TimeoutError as error:
        if late is not None:
            when_late(future, late)
        raise AudioDeviceError(
            f"The sound system has not answered for {limit_s:g} s; it may have to be restarted."
        ) from error


def wait(future: Future[Any], limit_s: float) -> bool:
    """Wait for a detached call, but no longer than `limit_s`; return whether it is done."""
    return bool(wait_for([future], limit_s).done)


def when_late(future: Future[T], dispose: Callable[[T], object]) -> None:
    """Have `dispose` take the result of an abandoned call, should it still come."""

    def take(done: Future[T]) -> None:
        if done.exception() is None:
            dispose(done.result())

    future.add_done_callback(take)


def _leave() -> None:
    """Spare the process PortAudio's farewell where that would hang: a stream is still open."""
    # NB: runs before sounddevice's own exit handler, which was registered earlier.
    if _holders.count or _holders.lock.locked():
        atexit.unregister(_holders.sounddevice._exit_handler)  # noqa: SLF001
