"""Gains: what is meant is untouched, the rest fades, and both are each other's complement."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanviz.core.clock import Span
from leanviz.core.ducking import DUCKED, ducked, gains, isolated, muted

RATE = 16_000
FADE = 160

spans = st.lists(
    st.tuples(st.integers(-500, 2500), st.integers(0, 1500)).map(lambda p: Span(p[0], sum(p))),
    max_size=4,
)


@given(spans)
def test_outside_nothing_changes_and_inside_nothing_is_louder(chosen: list[Span]) -> None:
    gain = gains(2000, chosen, FADE, inside=0.0)
    inside = np.zeros(2000, bool)
    for span in chosen:
        inside[max(0, span.start) : max(0, span.stop)] = True
    assert (gain[~inside] == 1.0).all()
    assert (gain[inside] < 1.0).all()
    assert np.abs(np.diff(gain)).max(initial=0.0) <= 1.0 / FADE + 1e-6, "no click"


@given(spans)
def test_what_is_muted_and_what_is_isolated_add_up_to_the_sound(chosen: list[Span]) -> None:
    sound = np.random.default_rng(0).normal(size=2000).astype(np.float32)
    whole = muted(sound, chosen, RATE) + isolated(sound, chosen, RATE)
    np.testing.assert_allclose(whole, sound, atol=1e-6)


def test_neighbours_are_joined_without_a_dip() -> None:
    gain = gains(3000, [Span(1500, 2500), Span(500, 1500)], FADE, outside=0.0)
    assert (gain[700:2300] == 1.0).all()


@pytest.mark.parametrize("reverse", [False, True])
def test_ducked_is_twenty_decibels_down_on_all_channels(reverse: bool) -> None:
    quiet = ducked(np.ones((4000, 2), np.float32), [Span(1000, 3000)], RATE, reverse=reverse)
    inside, outside = (DUCKED, 1.0) if reverse else (1.0, DUCKED)
    assert quiet[2000].tolist() == pytest.approx([inside, inside])
    assert quiet[500].tolist() == pytest.approx([outside, outside])
    assert 20 * np.log10(DUCKED) == pytest.approx(-20.0)
