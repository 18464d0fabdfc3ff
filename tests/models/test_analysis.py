"""Analyses of parts of a file, pooled into pixel columns and put into words."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanviz.core.analysis_kinds import Kind
from leanviz.models import analysis
from leanviz.models.analysis import AnalysisModel, Source, frames_of, note_name, traced
from leanviz.pipeline.analyses import Analysis, Grid

RATE = 16_000
SECONDS = 40


def source(name: str = "a.wav", changed_ns: int = 1) -> Source:
    return Source(Path(name), changed_ns, RATE, SECONDS * RATE)


def part_of(kind: Kind, number: int, values: npt.NDArray[np.generic], rows: int = 3) -> Analysis:
    grid = Grid.of(kind, RATE)
    voiced = np.full(len(values), 0.25, np.float32)
    marks = np.zeros(0, np.int64)
    return Analysis(
        kind,
        grid,
        number * grid.part,
        values,
        220.0 * np.arange(1, rows + 1, dtype=np.float64),
        voiced,
        marks,
    )


def codes(kind: Kind, number: int) -> npt.NDArray[np.uint8]:
    count = Grid.of(kind, RATE).part
    return np.random.default_rng(number).integers(0, 256, (count, 3)).astype(np.uint8)


@pytest.fixture
def model() -> AnalysisModel:
    made = AnalysisModel()
    made.set_source(source())
    made.set_kind(Kind.HARMONIC)
    return made


def test_the_parts_in_view_are_asked_for_in_order(model: AnalysisModel) -> None:
    length_s = Grid.of(Kind.HARMONIC, RATE).part * Grid.of(Kind.HARMONIC, RATE).hop / RATE
    assert length_s == pytest.approx(15.0, abs=0.1)
    assert model.missing(0.0, 40.0) == [0, 1, 2]
    assert model.missing(14.0, 16.0) == [0, 1]
    assert model.missing(31.0, 60.0) == [2]
    model.take(source(), 1, part_of(Kind.HARMONIC, 1, codes(Kind.HARMONIC, 1)))
    assert model.missing(0.0, 40.0) == [0, 2]


def test_what_was_analysed_is_kept_by_file_and_kind(model: AnalysisModel) -> None:
    model.take(source(), 0, part_of(Kind.HARMONIC, 0, codes(Kind.HARMONIC, 0)))
    for other in (source("b.wav"), source(changed_ns=2)):
        model.set_source(other)
        assert model.missing(0.0, 5.0) == [0]
    model.set_source(source())
    assert model.missing(0.0, 5.0) == []
    model.set_kind(Kind.PERCUSSIVE)
    assert model.missing(0.0, 5.0) == [0]


def test_memory_is_bounded_and_what_was_seen_last_stays(
    model: AnalysisModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = [part_of(Kind.HARMONIC, n, codes(Kind.HARMONIC, n)) for n in range(3)]
    monkeypatch.setattr(analysis, "MOST_BYTES", 2 * parts[0].n_bytes)
    for number in (0, 1):
        model.take(source(), number, parts[number])
    assert model.part(0) is not None
    model.take(source(), 2, parts[2])
    assert [model.part(number) is not None for number in range(3)] == [True, False, True]


@given(st.lists(st.integers(0, 3_000), min_size=2, max_size=40).map(sorted), st.integers(1, 400))
def test_a_column_shows_the_frames_in_it_or_the_nearest(edges: list[int], hop: int) -> None:
    count = -(-2_500 // hop)
    first, last = frames_of(np.array(edges), hop, count)
    assert ((first >= 0) & (first < last) & (last <= count)).all()
    for at, (low, high) in enumerate(pairwise(edges)):
        inside = [frame for frame in range(count) if low <= frame * hop < high]
        if inside:
            assert (first[at], last[at]) == (inside[0], inside[-1] + 1)
        else:
            middle = min((low + high) / 2, (count - 1) * hop)
            assert abs(first[at] * hop - middle) <= hop / 2 + 1e-9
            assert last[at] == first[at] + 1


def test_wide_columns_show_the_highest_across_parts(model: AnalysisModel) -> None:
    values = [codes(Kind.HARMONIC, number) for number in (0, 1)]
    for number in (0, 1):
        model.take(source(), number, part_of(Kind.HARMONIC, number, values[number]))
    grid, whole = Grid.of(Kind.HARMONIC, RATE), np.concatenate(values)
    edges = np.arange(grid.part - 30, grid.part + 31, 20) * grid.hop
    pooled, known = model.pooled(edges)
    assert known.all()
    for column, at in enumerate(edges[:-1] // grid.hop):
        np.testing.assert_array_equal(pooled[column], whole[at : at + 20].max(0))


def test_columns_that_touch_an_unknown_part_are_not_known(model: AnalysisModel) -> None:
    grid = Grid.of(Kind.HARMONIC, RATE)
    model.take(source(), 0, part_of(Kind.HARMONIC, 0, codes(Kind.HARMONIC, 0)))
    edges = np.arange(grid.part - 20, grid.part + 21, 10) * grid.hop
    assert model.pooled(edges)[1].tolist() == [True, True, False, False]


def test_a_curve_is_a_line_between_frames_and_breaks_where_it_is_not_known() -> None:
    heights = np.array([0.0, 4.0, 0.0, np.nan, 6.0, 6.0])
    low, high = traced(np.arange(6) * 10, heights, np.array([0, 5, 15, 20, 29, 35, 50]))
    np.testing.assert_allclose(low, [0.0, 2.0, 0.0, 0.0, np.nan, 6.0])
    np.testing.assert_allclose(high, [2.0, 4.0, 2.0, 0.0, np.nan, 6.0])


@pytest.mark.parametrize(
    ("hz", "name", "cents"),
    [(440.0, "A4", 0), (32.703, "C1", 0), (261.63, "C4", 0), (450.0, "A4", 39), (430.0, "A4", -40)],
)
def test_notes_are_named(hz: float, name: str, cents: int) -> None:
    assert note_name(hz) == (name, cents)


def test_what_is_under_the_pointer_has_its_unit(model: AnalysisModel) -> None:
    count = Grid.of(Kind.PITCH, RATE).part
    pitch = np.full((count, 1), 445.0, np.float32)
    pitch[10] = np.nan
    model.take(source(), 0, part_of(Kind.PITCH, 0, pitch, 0))
    model.set_kind(Kind.PITCH)
    hop_s = Grid.of(Kind.PITCH, RATE).hop / RATE
    assert model.value_at(9.4 * hop_s, 0.0) == "445.0 Hz  A4 +20 ct  p 0.25"
    assert model.value_at(10.4 * hop_s, 0.0) == "no pitch  p 0.25"
    assert model.value_at(20.0, 0.0) == ""
    picture = np.full((1, 3), 255, np.uint8)
    picture[0, 1] = 55
    model.take(source(), 0, part_of(Kind.CQT, 0, picture))
    model.set_kind(Kind.CQT)
    assert model.value_at(0.0, 430.0) == "A4  440 Hz  \N{MINUS SIGN}100.0 dBFS"
    model.take(source(), 0, part_of(Kind.ONSETS, 0, np.full((1, 1), 3.21, np.float32), 0))
    model.set_kind(Kind.ONSETS)
    assert model.value_at(0.0, 0.0) == "onset strength 3.2 dB"


def test_no_pitch_in_view_is_said(model: AnalysisModel) -> None:
    model.set_kind(Kind.PITCH)
    count = Grid.of(Kind.PITCH, RATE).part
    assert model.remark(0.0, 5.0) == ""
    model.take(source(), 0, part_of(Kind.PITCH, 0, np.full((count, 1), np.nan, np.float32), 0))
    assert model.remark(0.0, 5.0) == "No pitch is found here."
