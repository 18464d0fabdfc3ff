"""The frequency axis: scales, marks, and which bins a pixel row shows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanviz.core.scales import Scale
from leanviz.models.frequency import AT_ONCE, FrequencyAxis, RowMap, band_rows, hertz

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


@given(SCALES, st.integers(1, 300), st.floats(0.0, 3000.0), st.floats(300.0, 16000.0))
def test_a_wide_row_shows_the_loudest_of_its_bins_and_a_narrow_one_lies_between_two(
    scale: Scale, height: int, low: float, width: float
) -> None:
    axis = FrequencyAxis(scale, low + 40.0, min(low + 40.0 + width, 8000.0))
    codes = np.random.default_rng(height).integers(0, 256, (1, N_BINS)).astype(np.uint8)
    rows = RowMap(axis, height, BIN_HZ, N_BINS).rows(codes)[0, ::-1]
    edges = axis.hz(np.arange(height + 1) / height) / BIN_HZ
    middles = axis.hz((np.arange(height) + 0.5) / height) / BIN_HZ
    wide = np.diff(edges) >= 1.0
    for row in range(height - 1):  # the last takes what the axis ends within
        start, stop = np.ceil(edges[row : row + 2]).astype(int)
        beside = codes[0, int(middles[row]) :][:2]
        if wide[: row + 1].any():
            assert rows[row] == codes[0, start : max(stop, start + 1)].max()
        else:
            assert beside.min() <= rows[row] <= beside.max()


def test_many_spectra_are_mapped_as_one_is() -> None:
    rows = RowMap(FrequencyAxis(Scale.MEL, 0.0, 8000.0), 120, BIN_HZ, N_BINS)
    codes = np.random.default_rng(0).integers(0, 256, (2 * AT_ONCE + 1, N_BINS)).astype(np.uint8)
    each = [rows.rows(codes[at : at + 1])[0] for at in range(len(codes))]
    np.testing.assert_array_equal(rows.rows(codes), each)


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
