"""Late, silent, frozen: told apart from times and samples alone."""

import numpy as np
import pytest

from leanviz.audio.watchdog import SignalMeter, Watchdog
from leanviz.core.ring import Ring

RATE = 1_000


def frozen_after(watchdog: Watchdog, heard_at: float | None, start: float) -> float:
    """Return how long `watchdog` holds still while nothing comes, asked ten times a second."""
    for look in range(100):
        if watchdog.is_frozen(start + look / 10, heard_at):
            return look / 10
    pytest.fail("never noticed")


def test_the_first_block_may_take_long_and_each_later_one_a_second() -> None:
    watchdog = Watchdog(None)
    assert frozen_after(watchdog, None, start=50.0) == pytest.approx(5.0)
    watchdog = Watchdog(None)
    assert not watchdog.is_frozen(50.0, None)
    assert not watchdog.is_frozen(50.1, heard_at=50.1)
    assert frozen_after(watchdog, 50.1, start=50.2) == pytest.approx(1.0, abs=0.11)


def test_a_stream_that_delivers_is_never_frozen() -> None:
    watchdog = Watchdog(None)
    assert not any(watchdog.is_frozen(look / 10, heard_at=look / 10) for look in range(1_000))


def test_what_was_heard_before_the_stream_was_opened_does_not_count() -> None:
    watchdog = Watchdog(heard_at=7.0)
    assert frozen_after(watchdog, 7.0, start=50.0) == pytest.approx(5.0)


def test_a_process_that_was_held_up_itself_does_not_blame_the_stream() -> None:
    watchdog = Watchdog(None)
    assert not watchdog.is_frozen(0.0, heard_at=0.0)
    assert not watchdog.is_frozen(60.0, heard_at=0.0)


def test_silence_is_counted_from_the_last_sample_that_is_not_zero() -> None:
    ring = Ring(10_000, (2,))
    meter = SignalMeter(ring, RATE)
    assert meter.update() == 0
    ring.write(np.zeros((500, 2), np.float32))
    assert meter.update() == 0.5
    ring.write(np.zeros((700, 2), np.float32))
    assert meter.update() == pytest.approx(1.2)
    block = np.zeros((100, 2), np.float32)
    block[39, 1] = 1e-6  # one channel, once, hardly at all: an open microphone
    ring.write(block)
    assert meter.update() == 0.06
    ring.write(np.ones((10, 2), np.float32))
    assert meter.update() == 0


def test_full_scale_is_counted_in_any_channel() -> None:
    meter = SignalMeter(ring := Ring(10_000, (2,)), RATE)
    block = np.full((100, 2), 0.999, np.float32)
    ring.write(block)
    meter.update()
    assert meter.clipped == 0
    block[3, 0], block[4, 1], block[5] = 1.0, -1.0, 32_767 / 32_768
    for times in (1, 2):
        ring.write(block)
        meter.update()
        assert meter.clipped == 3 * times


def test_silence_does_not_reach_across_a_gap() -> None:
    ring = Ring(10_000, (1,))
    meter = SignalMeter(ring, RATE)
    ring.write(np.zeros((500, 1), np.float32))
    ring.skip(3_000)
    ring.write(np.zeros((200, 1), np.float32))
    assert meter.update() == 0.2


def test_silence_goes_on_when_the_meter_was_lapped() -> None:
    ring = Ring(1_000, (1,))
    meter = SignalMeter(ring, RATE)
    for _ in range(50):
        ring.write(np.zeros((100, 1), np.float32))
    assert meter.update() == 1.0  # all that the ring still knows
