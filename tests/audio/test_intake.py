"""What the callback stores, counts and leaves out, without PortAudio."""

import gc
import sys
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest

from leanviz.audio import intake as intake_module
from leanviz.audio.intake import Intake, Tap
from leanviz.core.clock import Cause, Gap

RATE = 48_000
FINE = SimpleNamespace(input_overflow=False)
OVERFLOW = SimpleNamespace(input_overflow=True)


def block(value: float, n: int = 480) -> np.ndarray:
    return np.full((n, 2), value, np.float32)


def test_blocks_and_overflows_arrive() -> None:
    intake = Intake(RATE, 2, 10_000)
    tap = Tap(intake)
    tap(block(1), 480, None, FINE)
    tap(block(2), 480, None, OVERFLOW)
    tap(block(3), 480, None, FINE)
    samples = intake.ring.read(0, 1_440)
    assert not isinstance(samples, Gap)
    assert samples[:, 0].tolist() == [1.0] * 480 + [2.0] * 480 + [3.0] * 480
    assert intake.overflows == 1
    assert intake.lost_samples == 0


@pytest.mark.parametrize(("channel", "heard"), [(0, [1.0, 2.0]), (1, [1.0]), (2, [2.0])])
def test_a_callback_hands_on_the_channel_that_was_chosen(channel: int, heard: list[float]) -> None:
    intake = Intake(RATE, len(heard), 10_000)
    Tap(intake, channel)(np.tile(np.array([1.0, 2.0], np.float32), (480, 1)), 480, None, FINE)
    samples = intake.ring.read(0, 480)
    assert not isinstance(samples, Gap)
    assert samples.tolist() == [heard] * 480


@pytest.mark.parametrize("interrupted", [False, True])
def test_a_computer_that_slept_leaves_a_gap_as_long(monkeypatch, interrupted: bool) -> None:
    now, slept = 100.0, 7.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    monkeypatch.setattr(intake_module, "slept_s", lambda: slept)
    intake = Intake(RATE, 2, 10 * RATE)
    intake.take(block(1), overflow=False)
    intake.interrupted = interrupted
    now, slept = 100.5, 3607.0
    intake.take(block(2), overflow=False)
    away = round(3600.5 * RATE) - 480
    assert intake.ring.gaps == (Gap(480, 480 + away, Cause.ASLEEP),)
    assert intake.lost_samples == 0
    now = 100.51
    intake.take(block(3), overflow=False)
    assert intake.ring.written == 960 + round(3600.5 * RATE)


def test_a_pause_that_was_slept_through_stays_a_pause(monkeypatch) -> None:
    now, slept = 100.0, 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    monkeypatch.setattr(intake_module, "slept_s", lambda: slept)
    intake = Intake(RATE, 2, 100 * RATE)
    intake.take(block(1), overflow=False)
    now, slept = 110.0, 50.0
    intake.rest()
    assert intake.ring.gaps == (Gap(480, 480 + 60 * RATE, Cause.PAUSED),)
    now = 112.0
    intake.rest()
    now, slept = 113.0, 60.0
    intake.take(block(2), overflow=False)
    assert intake.ring.gaps == (Gap(480, 73 * RATE, Cause.PAUSED),)


def test_an_interruption_is_as_wide_as_it_was_long(monkeypatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    intake = Intake(RATE, 2, 10 * RATE)
    intake.take(block(1), overflow=False)
    intake.interrupted = True
    now = 103.5
    intake.take(block(2), overflow=False)
    lost = round(3.5 * RATE) - 480
    assert intake.lost_samples == lost
    assert intake.ring.gaps == (Gap(480, 480 + lost),)
    assert intake.ring.written == 480 + round(3.5 * RATE)
    intake.take(block(3), overflow=False)
    assert intake.ring.written == 960 + round(3.5 * RATE)


def test_nothing_is_lost_before_the_first_sample() -> None:
    intake = Intake(RATE, 2, RATE)
    intake.interrupted = True
    intake.take(block(1), overflow=False)
    assert intake.ring.gaps == ()
    assert intake.ring.written == 480


def test_a_retired_callback_writes_no_more_while_it_is_still_called() -> None:
    """A stream that was given up as frozen may wake up; the ring has one writer at a time."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for _ in range(50):
            intake = Intake(RATE, 2, 5_000)
            old, stop = Tap(intake), threading.Event()

            def keep_calling(tap: Tap = old, stop: threading.Event = stop) -> None:
                while not stop.is_set():
                    tap(block(1), 480, None, FINE)

            caller = threading.Thread(target=keep_calling)
            caller.start()
            while not intake.ring.written:
                pass
            old.retire()
            written = intake.ring.written
            Tap(intake)(block(2), 480, None, FINE)
            samples = intake.ring.read(written, 480)
            stop.set()
            caller.join()
            assert intake.ring.written == written + 480
            np.testing.assert_array_equal(samples, block(2))
    finally:
        sys.setswitchinterval(interval)


def test_the_callback_calls_nothing_but_what_it_must() -> None:
    intake = Intake(RATE, 2, RATE)
    tap, data = Tap(intake), block(1)
    called: list[str] = []

    def note(frame, event, argument) -> None:
        if event == "call":
            called.append(frame.f_code.co_qualname)
        elif event == "c_call":
            called.append(argument.__name__)

    gc.disable()  # what others left behind would be cleared away in between
    try:
        sys.setprofile(note)
        tap(data, 480, None, FINE)
        sys.setprofile(None)
    finally:
        gc.enable()
    clocks = {"monotonic", "Intake._slept", "slept_s", "clock_gettime"}
    allowed = {"Tap.__call__", "Intake.take", "Ring.write", "len", "min", *clocks}
    assert set(called) - {"setprofile"} <= allowed


@pytest.mark.parametrize("calls", [20_000])
def test_the_callback_does_not_grow(calls) -> None:
    import tracemalloc

    tap, data = Tap(Intake(RATE, 2, RATE)), block(1)
    for _ in range(100):
        tap(data, 480, None, FINE)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(calls):
        tap(data, 480, None, FINE)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 2_000
