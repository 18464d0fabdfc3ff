"""What the attention pane shows of a band."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leanviz.core.alignment import WINDOW_PATCHES, wave_count, wave_extent
from leanviz.core.attention import AttentionBand, AttentionRow, band_of
from leanviz.core.decisions import PatchClock
from leanviz.core.scales import Brightness
from leanviz.models.attention import MOST_ROWS, AttentionModel, cell_edges

RATE = 16_000
HOP, PATCH = 7680, 15600


def band(n_patches: int, n_heads: int = 4, seed: int = 0) -> AttentionBand:
    """Return random attention on the model's own grid, in windows as long as the model's."""
    keys = wave_count(n_patches)
    width = min(keys, wave_count(WINDOW_PATCHES))
    first = np.clip(6 * (np.arange(n_patches) - WINDOW_PATCHES + 1), 0, keys - width)
    weights = np.random.default_rng(seed).random((n_patches, n_heads, width), np.float32) + 0.01
    weights /= weights.sum(2, keepdims=True)
    queries = HOP * np.arange(n_patches)
    return AttentionBand(
        weights,
        first.astype(np.int64),
        np.stack((queries, queries + PATCH), 1),
        np.array([wave_extent(key) for key in range(keys)]),
        RATE,
    )


@pytest.fixture
def model() -> AttentionModel:
    made = AttentionModel()
    made.set_band(band(30))
    return made


def test_a_point_tells_both_extents_and_the_weight_of_its_cell(model: AttentionModel) -> None:
    known = model.band
    assert known is not None
    patch, key = 12, 40
    point = model.point(float(known.query_s()[patch]), float(known.key_s()[key]))
    assert point is not None
    assert (point.patch, point.key) == (patch, key)
    assert point.query_s == (patch * HOP / RATE, (patch * HOP + PATCH) / RATE)
    assert point.key_s == tuple(sample / RATE for sample in wave_extent(key))
    assert point.weight == pytest.approx(float(known.dense(None)[patch, key]))


def test_every_key_instant_belongs_to_a_cell_whose_extent_holds_it(model: AttentionModel) -> None:
    known = model.band
    assert known is not None
    for sample in range(200, 60_000, 97):
        point = model.point(3.0, sample / RATE)
        assert point is not None
        start, stop = known.key_extents[point.key]
        assert start <= sample < stop


def test_outside_the_map_there_is_no_point(model: AttentionModel) -> None:
    assert model.point(-1.0, 2.0) is None
    assert model.point(2.0, 99.0) is None
    assert AttentionModel().point(0.0, 0.0) is None


def test_zoomed_in_every_pixel_shows_the_cell_it_lies_in(model: AttentionModel) -> None:
    rows, columns = np.linspace(2.0, 5.0, 41), np.linspace(1.0, 4.0, 301)
    model.set_brightness(Brightness.GLOBAL)
    levels = model.levels(rows, columns)
    known = model.band
    assert known is not None
    peak = known.rows(None).max()
    for row, column in ((0, 0), (39, 299), (17, 130), (25, 8)):
        middle = (rows[39 - row] + rows[40 - row]) / 2, (columns[column] + columns[column + 1]) / 2
        point = model.point(*middle)
        assert point is not None
        assert levels[row, column] == pytest.approx(point.weight / peak, rel=1e-5)


def test_the_latest_query_is_at_the_top_and_the_latest_key_at_the_right() -> None:
    known = band(10, n_heads=1)
    weights = np.full_like(known.weights, 1e-6)
    weights[8, 0, 5] = 1.0
    made = AttentionModel()
    made.set_band(
        AttentionBand(weights, known.first_key, known.query_extents, known.key_extents, RATE)
    )
    made.set_brightness(Brightness.GLOBAL)
    levels = made.levels(np.linspace(0, 5.3, 101), np.linspace(0, 5.3, 501))
    row, column = (float(at.mean()) for at in np.nonzero(levels == levels.max()))
    assert row == pytest.approx((5.3 - known.query_s()[8]) / 5.3 * 100, abs=1.0)
    assert column == pytest.approx(known.key_s()[5] / 5.3 * 500, abs=1.0)


@example(3, 5, 5, 0.0)
@given(st.integers(1, 400), st.integers(1, 60), st.integers(1, 200), st.floats(0.0, 0.9))
def test_zoomed_out_no_peak_is_lost(n_patches: int, height: int, width: int, part: float) -> None:
    known = band(n_patches, n_heads=1)
    patch = int(part * n_patches)
    weights = np.full_like(known.weights, 1e-6)
    weights[patch, 0, weights.shape[2] // 2] = 1.0
    made = AttentionModel()
    made.set_band(
        AttentionBand(weights, known.first_key, known.query_extents, known.key_extents, RATE)
    )
    made.set_brightness(Brightness.GLOBAL)
    stop = n_patches * 0.48 + 1.0
    levels = made.levels(np.linspace(0, stop, height + 1), np.linspace(0, stop, width + 1))
    assert levels.shape == (height, width)
    seen = np.nonzero(levels == 1.0)
    if height > 4 and width > 4:
        key = int(known.first_key[patch]) + weights.shape[2] // 2
        x, y = known.key_s()[key] / stop * width, (1 - known.query_s()[patch] / stop) * height
        assert abs(seen[1] + 0.5 - x).min() <= 1.0 + 0.05 * width / stop
        assert abs(seen[0] + 0.5 - y).min() <= 1.0 + 0.25 * height / stop


def test_what_could_be_looked_at_is_on_the_map_where_its_weight_is_zero() -> None:
    clock = PatchClock(16_000)
    weights = np.zeros((1, 12), np.float32)
    weights[0, 3] = 1.0
    shown = AttentionModel()
    shown.set_band(band_of([AttentionRow(0, weights, 0, clock)]))
    levels = shown.levels(shown.query_edges, shown.key_edges)
    assert levels[0].tolist() == [0.0] * 3 + [1.0] + [0.0] * 8


def test_brightness_is_of_the_row_or_of_everything(model: AttentionModel) -> None:
    rows, columns = np.linspace(0, 15, 31), np.linspace(0, 15, 200)
    assert (model.levels(rows, columns).max(1)[2:-2] == 1.0).sum() > 20
    model.set_brightness(Brightness.GLOBAL)
    assert (model.levels(rows, columns) == 1.0).sum() < 60


def test_where_a_window_had_no_keys_there_is_nothing() -> None:
    made = AttentionModel()
    made.set_band(band(60))
    levels = made.levels(np.linspace(0, 29, 61), np.linspace(0, 29, 601))
    assert (levels[0, :300] == -1.0).all()
    assert (levels[-2, 400:] == -1.0).all()
    assert (levels[30, 150:290] >= 0.0).all()


def test_heads_differ_and_one_that_does_not_exist_is_ignored(model: AttentionModel) -> None:
    edges = np.linspace(0, 14, 50)
    mean = model.levels(edges, edges)
    model.set_head(2)
    assert not np.array_equal(model.levels(edges, edges), mean)
    model.set_head(9)
    assert model.head == 2
    model.set_band(band(10, n_heads=1))
    assert model.head is None


@given(st.lists(st.floats(0.01, 1.0), min_size=1, max_size=20))
def test_cells_touch_and_hold_their_centres(steps: list[float]) -> None:
    centres = np.cumsum(steps)
    edges = cell_edges(centres)
    assert len(edges) == len(centres) + 1
    assert ((edges[:-1] <= centres) & (centres < edges[1:])).all()


def test_hours_are_looked_at_in_parts(model: AttentionModel) -> None:
    model.set_band(band(3 * MOST_ROWS, n_heads=2))
    hours = np.linspace(0, 0.48 * 3 * MOST_ROWS, 301)
    levels = model.levels(hours, hours)
    assert (levels.max(1) > 0).all(), "no row of the map is left out"
    query_s, key_s = model.ridge_between(0, 3 * MOST_ROWS)
    assert len(query_s) == len(key_s) == MOST_ROWS
    known = model.band
    assert known is not None
    np.testing.assert_allclose(model.ridge_between(100, 200)[1], known.ridge_s(None)[100:200])
