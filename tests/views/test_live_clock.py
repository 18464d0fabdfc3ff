"""Scrolling by the clock of the sound, on traces of arriving samples and of pictures asked for."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanviz.views.live_clock import LiveClock

Float64 = npt.NDArray[np.float64]

# A live view of 20 s in a window of 1280 pixels.
PIXEL_S = 20.0 / 1160


def frames(seconds: float, random: np.random.Generator, late_s: float = 0.008) -> Float64:
    """Return when a timer of 16 ms fires on a busy machine."""
    times = np.arange(0.0, seconds, 0.016)
    return times + random.uniform(0.0, late_s, len(times))


def arrivals(
    seconds: float, block_s: float, random: np.random.Generator
) -> tuple[Float64, Float64]:
    """Return when blocks come, up to 12 ms late, and the length of the stream with each."""
    ends = np.arange(block_s, seconds + 1.0, block_s)
    return np.maximum.accumulate(ends + random.uniform(0.0, 0.012, len(ends))), ends


def followed(pictures: Float64, came: Float64, ends: Float64) -> Float64:
    """Return what the clock says for each picture."""
    clock, written = LiveClock(), np.concatenate(([0.0], ends))
    at = np.searchsorted(came, pictures, side="right")
    return np.array([clock.at(t, float(written[n])) for t, n in zip(pictures, at, strict=True)])


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.005, 0.0107, 0.02, 0.032]))
def test_the_picture_is_within_a_pixel_of_the_sound(seed: int, block_s: float) -> None:
    random = np.random.default_rng(seed)
    pictures = frames(12.0, random)
    shown = followed(pictures, *arrivals(12.0, block_s, random))
    settled = pictures > 2.0
    late = (pictures - shown)[settled]
    assert np.ptp(late) <= PIXEL_S, "the delay against the sound is one and the same"
    assert late.max() <= block_s + 0.012 + 0.012, "and no larger than the jitter it covers"
    assert (np.diff(shown) >= 0.0).all()


@pytest.mark.parametrize("drift", [-3e-4, 3e-4])
def test_a_sound_card_whose_clock_is_off_is_followed(drift: float) -> None:
    random = np.random.default_rng(7)
    pictures = frames(120.0, random)
    came, ends = arrivals(120.0, 0.01, random)
    shown = followed(pictures, came, ends * (1.0 + drift))
    settled = pictures > 2.0
    late = (pictures * (1.0 + drift) - shown)[settled]
    assert np.ptp(late) <= 1.5 * PIXEL_S
    assert np.abs(np.diff(shown)[settled[1:]] - np.diff(pictures)[settled[1:]]).max() <= PIXEL_S


def test_a_window_that_stood_still_for_three_seconds_is_up_to_date_at_once() -> None:
    random = np.random.default_rng(3)
    pictures = frames(10.0, random)
    pictures = pictures[(pictures < 4.0) | (pictures > 7.0)]
    shown = followed(pictures, *arrivals(10.0, 0.01, random))
    late = (pictures - shown)[pictures > 1.5]
    assert np.ptp(late) <= PIXEL_S
    assert (np.diff(shown) >= 0.0).all()


def test_sound_that_came_late_as_a_whole_is_caught_up_with_within_two_seconds() -> None:
    """The machine was busy: nothing came for 3 s, then all of it."""
    random = np.random.default_rng(5)
    pictures = frames(12.0, random)
    came, ends = arrivals(12.0, 0.01, random)
    came = np.where((came > 4.0) & (came < 7.0), 7.0, came)
    shown = followed(pictures, came, ends)
    assert (np.diff(shown) >= 0.0).all()
    late = pictures - shown
    assert late[(pictures > 6.5) & (pictures < 7.0)].min() > 2.0, "nothing is made up"
    assert late[pictures > 8.5].max() <= 0.05
