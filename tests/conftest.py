"""What every test gets: no screen, its own settings, no thread left behind; and the real parts."""

import os

# before anything imports Qt; a test that wants a window opens it in a process of its own (`screen`)
os.environ["QT_QPA_PLATFORM"] = "offscreen"
# before NumPy and torch; several processes test at once, and threads that wait for each other spin
os.environ.setdefault("OMP_NUM_THREADS", "1")

import gc
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from weakref import WeakKeyDictionary

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from PySide6.QtWidgets import QApplication

from tests.support import programs
from tests.support import screen as screen_support
from tests.support import virtual_mic as virtual_mic_support
from tests.support.screen import Screen
from tests.support.skip_list import pytest_make_collect_report, pytest_runtest_makereport
from tests.support.virtual_mic import VirtualMic

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport"]  # hooks: skips by list only

REPOSITORY = Path(__file__).resolve().parent.parent

# A sound server that was held takes its time to answer the threads that wait for it.
LEAVING_S = 30.0

started_at: WeakKeyDictionary[threading.Thread, str] = WeakKeyDictionary()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a sound or display server to itself: `make test` runs that apart."""
    for item in items:
        for fixture, mark in (("virtual_mic", "audio"), ("screen", "screen")):
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(mark)


def pytest_collection_finish() -> None:
    """Set apart what is there by now, modules and tests, which no test leaves as garbage.

    To look through it after each test with a window took more time than most of these tests.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _remember_where_threads_start() -> Iterator[None]:
    """Note who starts each thread, so that a leak can be named."""
    start = threading.Thread.start

    def start_and_note(thread: threading.Thread) -> None:
        started_at[thread] = "".join(traceback.format_stack(sys._getframe(1), limit=4))
        start(thread)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading.Thread, "start", start_and_note)
        yield


def _is_ours(thread: threading.Thread) -> bool:
    return thread.is_alive() and (not thread.daemon or thread.name.startswith("leanviz"))


@pytest.fixture(autouse=True)
def _no_thread_left_behind() -> Iterator[None]:
    """Fail the test that leaves a thread running, and not whichever one it disturbs later."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in filter(_is_ours, left):
        thread.join(LEAVING_S)  # it may be on its way out
    leaks = [f"{t.name}, started at\n{started_at.get(t, '?')}" for t in left if _is_ours(t)]
    assert not leaks, "threads left running (close() what the test opened):\n" + "\n".join(leaks)


@pytest.fixture(autouse=True)
def _no_window_left_open(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test that leaves a window open: it would paint into, or crash, a later test."""
    yield
    if "qtbot" in request.fixturenames:
        left = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
        for widget in left:
            widget.close()
        assert not left, f"windows left open (give them to qtbot.addWidget): {left}"


@pytest.fixture(autouse=True)
def _qt_objects_end_in_their_thread(request: pytest.FixtureRequest) -> Iterator[None]:
    """Collect a window's garbage here: a worker thread that met it would crash (`Tidying`)."""
    if not {"qtbot", "qapp"} & set(request.fixturenames):
        yield
        return
    gc.disable()
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    gc.freeze()  # what is left is not this test's: the next need not look through it
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _own_runtime_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have a runtime folder where the system gives none: each look for a sound server makes one."""
    with pytest.MonkeyPatch.context() as patch:
        if "XDG_RUNTIME_DIR" not in os.environ:
            runtime = tmp_path_factory.mktemp("run")
            runtime.chmod(0o700)
            patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        yield


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's settings and recordings out of reach, and one test's from the next."""
    for kind in ("CACHE", "CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / "home" / kind.lower()))
    # Qt reads XDG_CONFIG_HOME once per process, at the first QSettings
    for form in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
        QSettings.setPath(form, QSettings.Scope.UserScope, str(tmp_path / "home" / "config"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of material that is kept beside the checkout and not in it."""
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        pytest.skip("no ../shared beside this checkout: its audio is not passed on with the code")
    return folder


@pytest.fixture(scope="session")
def shared_data(shared: Path) -> Path:
    """Return the folder of labelled clips and of YAMNet's weights."""
    return shared / "data"


@pytest.fixture(scope="session")
def _sound_server() -> Iterator[VirtualMic]:
    programs.require(virtual_mic_support.PROGRAMS)
    microphone = VirtualMic()
    yield microphone
    microphone.close()


@pytest.fixture
def virtual_mic(_sound_server: VirtualMic, monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualMic]:
    """Return a microphone that is plugged in, is PortAudio's default, and can be played into."""
    if not _sound_server.healthy:  # the first test to ask, or one before unplugged it
        _sound_server.kill_server()
        _sound_server.start()
    for name, value in _sound_server.environment.items():
        monkeypatch.setenv(name, value)
    _list_devices_anew()
    yield _sound_server
    _sound_server.stop_playing()


def _list_devices_anew() -> None:
    """Have PortAudio look again: its list of devices dates from when it was loaded."""
    if "sounddevice" in sys.modules:
        import sounddevice

        sounddevice._terminate()
        sounddevice._initialize()


@pytest.fixture
def screen() -> Iterator[Screen]:
    """Return an X server for a process that the test starts with `screen.environment`."""
    programs.require(screen_support.PROGRAMS)
    private = Screen()
    yield private
    private.close()
