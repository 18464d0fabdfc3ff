"""Samples, seconds, spans and pixels."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanviz.core.clock import Gap, PixelMap, Span, rescale, seconds, to_sample

INDICES = st.integers(0, 10**12)
RATES = st.sampled_from((8000, 16000, 22050, 44100, 48000, 96000, 192000))


@given(INDICES, RATES, RATES)
def test_rescaling_finds_the_nearest_index(sample: int, from_rate: int, to_rate: int) -> None:
    exact = Fraction(sample * to_rate, from_rate)
    assert abs(rescale(sample, from_rate, to_rate) - exact) <= Fraction(1, 2)


@given(INDICES, RATES, RATES)
def test_rescaling_up_and_down_again_changes_nothing(sample: int, low: int, high: int) -> None:
    low, high = sorted((low, high))
    assert rescale(rescale(sample, low, high), high, low) == sample


def test_halves_go_up() -> None:
    assert [rescale(sample, 2, 1) for sample in range(5)] == [0, 1, 1, 2, 2]


@given(st.integers(0, 2**40), RATES)
def test_seconds_and_samples_are_one_to_one(sample: int, rate: int) -> None:
    assert to_sample(seconds(sample, rate), rate) == sample


def test_spans_know_their_length_and_what_they_share() -> None:
    span = Span(10, 20)
    assert span.length == 10
    assert span.overlap(Span(15, 40)) == 5
    assert span.overlap(Span(0, 100)) == 10
    assert span.overlap(Span(20, 30)) == span.overlap(Gap(0, 10)) == 0
    assert sorted((Span(3, 4), Span(1, 9), Span(1, 2))) == [Span(1, 2), Span(1, 9), Span(3, 4)]


@given(
    st.floats(-10, 1e5),
    st.floats(1e-3, 1e4),
    st.integers(1, 4000),
    st.floats(0, 1),
)
def test_pixels_and_seconds_are_inverse(
    start_s: float, span_s: float, width: int, part: float
) -> None:
    pixels = PixelMap(start_s, span_s, width)
    time_s = start_s + part * span_s
    assert pixels.time(pixels.x(time_s)) == pytest.approx(
        time_s, abs=1e-9 * (abs(start_s) + span_s)
    )
    assert pixels.x(start_s) == 0
    assert pixels.time(width) == pytest.approx(start_s + span_s)


def test_pixel_columns_are_counted_from_time_zero() -> None:
    """So that scrolling by whole pixels asks for the same columns again."""
    here, later = PixelMap(10.0, 30.0, 600), PixelMap(10.5, 30.0, 600)
    assert here.seconds_per_pixel == 0.05
    assert later.first_column - here.first_column == 10
    edges = here.column_edges(here.first_column, 20)
    assert edges.shape == (21,)
    assert edges[0] == pytest.approx(10.0)
    np.testing.assert_array_equal(edges[10:], later.column_edges(later.first_column, 10))
