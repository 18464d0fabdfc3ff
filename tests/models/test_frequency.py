"""The frequency axis: scales, marks, and which bins a pixel row shows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanviz.core.scales import Scale
from leanviz.models.frequency import FrequencyAxis, RowMap, band_rows, hertz

N_BINS, BIN_HZ = 513, 16000 / 1024
SCALES = st.sampled_from(list(Scale))


@given(SCALES, st.floats(0.0, 1.0))
def test_height_and_frequency_are_inverse(scale: Scale, fraction: float) -> None:
    axis = FrequencyAxis(scale, 50.0, 8000.0)
    assert axis.fraction(axis.hz(fraction)) == pytest.approx(fraction, abs=1e-9)


def test_the_mel_scale_is_the_models() -> None:
    axis = FrequencyAxis(Scale.MEL, 0.0, 8000.0)
    assert axis.fraction(1000.0) == pytest.approx(np.log1p(1000 / 700) / np.log1p(8000 / 700))


@given(SCALES, st.integers(1, 900), st.integers(3, N_BINS - 2))
def test_a_line_in_one_bin_is_never_lost_and_stands_at_its_frequency(
    scale: Scale, height: int, line: int
) -> None:
    axis = FrequencyAxis(scale, 40.0, 8000.0)
    codes = np.zeros((1, N_BINS), np.uint8)
    codes[0, line] = 200
    rows = RowMap(axis, height, BIN_HZ, N_BINS).rows(codes)[0]
    brightest = float(np.flatnonzero(rows == rows.max()).mean())
    expected = (1.0 - float(axis.fraction(line * BIN_HZ))) * height - 0.5
    per_row = float(np.diff(axis.hz([0.0, 1.0 / height]))[0])
    assert rows.max() >= (200 if per_row > 2 * BIN_HZ else 90)
    bin_rows = height * float(axis.fraction(line * BIN_HZ + BIN_HZ) - axis.fraction(line * BIN_HZ))
    assert abs(brightest - expected) <= max(1.0, bin_rows)


def test_high_frequencies_are_at_the_top() -> None:
    codes = np.zeros((1, N_BINS), np.uint8)
    codes[0, 450] = 255
    rows = RowMap(FrequencyAxis(Scale.LINEAR, 0.0, 8000.0), 100, BIN_HZ, N_BINS).rows(codes)[0]
    assert rows.argmax() < 20


def test_the_highest_band_is_at_the_top_and_all_have_as_many_rows() -> None:
    rows = band_rows(np.arange(4, dtype=np.uint8)[None], 8)
    assert rows.tolist() == [[3, 3, 2, 2, 1, 1, 0, 0]]


def test_rows_above_the_sampled_band_are_empty() -> None:
    axis = FrequencyAxis(Scale.LINEAR, 0.0, 16000.0)
    rows = RowMap(axis, 100, BIN_HZ, N_BINS).rows(np.full((2, N_BINS), 99, np.uint8))
    assert (rows[:, :49] == 0).all()
    assert (rows[:, 51:] == 99).all()


@given(st.floats(0.0, 1.0), st.floats(0.3, 0.9), SCALES)
def test_zooming_keeps_the_frequency_under_the_pointer(
    fraction: float, factor: float, scale: Scale
) -> None:
    axis = FrequencyAxis(scale, 40.0, 8000.0)
    zoomed = axis.zoomed(fraction, factor, 8000.0)
    if zoomed != axis:
        assert float(zoomed.fraction(axis.hz(fraction))) == pytest.approx(fraction, abs=1e-6)
    out = zoomed.zoomed(fraction, 100.0, 8000.0)
    assert 0.0 <= out.low < out.high <= 8000.0


@pytest.mark.parametrize("scale", list(Scale))
@pytest.mark.parametrize("height", [100.0, 250.0, 600.0])
def test_marks_leave_each_other_room(scale: Scale, height: float) -> None:
    marks = FrequencyAxis(scale, 50.0, 8000.0).marks(height)
    heights = np.array([at for at, _ in marks]) * height
    assert len(marks) >= 2
    assert np.diff(heights).min() >= 22.0 - 1e-6


@pytest.mark.parametrize("scale", list(Scale))
@pytest.mark.parametrize("band", [(3360.0, 6730.0), (2000.0, 2400.0), (9000.0, 23000.0)])
def test_a_zoomed_axis_has_round_marks(scale: Scale, band: tuple[float, float]) -> None:
    marks = FrequencyAxis(scale, *band).marks(250.0)
    inside = [text for at, text in marks if 0.02 < at < 0.98]
    assert len(inside) >= 3
    # in steps of 50 Hz at least
    assert all((float(text.split()[0]) * 20.0).is_integer() for text in inside)


@pytest.mark.parametrize("scale", list(Scale))
def test_an_axis_moves_as_far_as_there_are_frequencies(scale: Scale) -> None:
    axis = FrequencyAxis(scale, 1000.0, 4000.0)
    up = axis.moved(0.25, 8000.0)
    assert float(axis.fraction(up.low)) == pytest.approx(0.25)
    assert float(axis.fraction(up.high)) == pytest.approx(1.25)
    top = axis.moved(10.0, 8000.0)
    assert top.high == pytest.approx(8000.0)
    assert top.moved(0.25, 8000.0) == top
    bottom = axis.moved(-10.0, 8000.0)
    assert bottom.low == pytest.approx(40.0 if scale is Scale.LOG else 0.0)
    height = [float(np.diff(axis.fraction([band.low, band.high]))[0]) for band in (up, top, bottom)]
    assert height == pytest.approx([1.0, 1.0, 1.0])


def test_frequencies_for_reading() -> None:
    assert [hertz(f) for f in (0, 125, 1000, 7500)] == ["0 Hz", "125 Hz", "1 kHz", "7.5 kHz"]
