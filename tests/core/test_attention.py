"""The attention band against the matrix it stands for."""

import numpy as np
import numpy.typing as npt
import pytest

from leanviz.core.alignment import first_wave, wave_count, wave_extent
from leanviz.core.attention import AttentionBand, AttentionRow, band_of
from leanviz.core.decisions import PatchClock

RATE = 16000
N_PATCHES, N_HEADS, WINDOW = 9, 3, 4


@pytest.fixture(scope="module")
def dense() -> npt.NDArray[np.float64]:
    """Random attention [heads, patches, keys], 0 outside each patch's window."""
    rng = np.random.default_rng(5)
    weights = np.zeros((N_HEADS, N_PATCHES, wave_count(N_PATCHES)))
    for patch in range(N_PATCHES):
        start = first_wave(max(0, patch + 1 - WINDOW))
        stop = first_wave(patch) + wave_count(1)
        weights[:, patch, start:stop] = rng.dirichlet(np.ones(stop - start), N_HEADS)
    return weights


@pytest.fixture(scope="module")
def band(dense: npt.NDArray[np.float64]) -> AttentionBand:
    """The same attention as a band; rows of the first, shorter windows are padded."""
    first = np.array([first_wave(max(0, patch + 1 - WINDOW)) for patch in range(N_PATCHES)])
    rows = np.zeros((N_PATCHES, N_HEADS, wave_count(WINDOW)), np.float32)
    for patch in range(N_PATCHES):
        part = dense[:, patch, first[patch] : first[patch] + rows.shape[2]]
        rows[patch, :, : part.shape[1]] = part
    queries = np.array([(p * 7680, p * 7680 + 15600) for p in range(N_PATCHES)])
    keys = np.array([wave_extent(key) for key in range(wave_count(N_PATCHES))])
    return AttentionBand(rows, first, queries, keys, RATE)


def test_sizes(band: AttentionBand) -> None:
    assert (band.n_patches, band.n_heads, band.n_keys) == (N_PATCHES, N_HEADS, 60)


@pytest.mark.parametrize("head", [*range(N_HEADS), None])
def test_dense_is_the_matrix_query_by_key(
    band: AttentionBand, dense: npt.NDArray[np.float64], head: int | None
) -> None:
    expected = dense.mean(0) if head is None else dense[head]
    np.testing.assert_allclose(band.dense(head), expected, atol=1e-7)
    np.testing.assert_allclose(band.dense(head, 2, 5), expected[2:5], atol=1e-7)
    np.testing.assert_allclose(band.dense(head, 7), expected[7:], atol=1e-7)
    np.testing.assert_allclose(band.rows(head).sum(1), 1, atol=1e-6)
    assert band.dense(head, 4, 4).shape == (0, band.n_keys)


@pytest.mark.parametrize("head", [*range(N_HEADS), None])
def test_ridge_and_spread_are_moments_of_key_time(
    band: AttentionBand, dense: npt.NDArray[np.float64], head: int | None
) -> None:
    weights = dense.mean(0) if head is None else dense[head]
    centres = np.array([sum(wave_extent(key)) / 2 / RATE for key in range(band.n_keys)])
    for patch in range(N_PATCHES):
        mean = float(np.average(centres, weights=weights[patch]))
        spread = float(np.average((centres - mean) ** 2, weights=weights[patch])) ** 0.5
        assert band.ridge_s(head)[patch] == pytest.approx(mean, abs=1e-5)
        assert band.spread_s(head)[patch] == pytest.approx(spread, abs=1e-4)


def test_queries_and_keys_are_not_exchanged(band: AttentionBand) -> None:
    """A patch that looks at one wave feature has its ridge there, wherever it stands itself."""
    weights = np.zeros_like(band.weights)
    weights[:, :, 0] = 1
    looking_back = AttentionBand(
        weights, band.first_key, band.query_extents, band.key_extents, RATE
    )
    expected = (band.first_key * 1280 + 1386 / 2) / RATE
    np.testing.assert_allclose(looking_back.ridge_s(None), expected)
    np.testing.assert_array_equal(looking_back.spread_s(None), 0)
    np.testing.assert_allclose(band.query_s(), (np.arange(N_PATCHES) * 7680 + 7800) / RATE)
    assert len(band.key_s()) == band.n_keys


def test_the_highest_of_the_heads_at_each_key(
    band: AttentionBand, dense: npt.NDArray[np.float64]
) -> None:
    np.testing.assert_allclose(band.dense("max"), dense.max(0), atol=1e-7)
    np.testing.assert_array_equal(band.rows("max", slice(2, 4)), band.weights[2:4].max(1))


@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_rows_of_a_stream_become_the_band_of_their_part(band: AttentionBand, rate: int) -> None:
    clock = PatchClock(rate, start=777)
    whole = [
        AttentionRow(
            patch, band.weights[patch, :, : wave_count(min(patch + 1, WINDOW))], int(first), clock
        )
        for patch, first in enumerate(band.first_key)
    ]
    part = band_of(whole[3:8])
    assert (part.n_patches, part.sample_rate) == (5, rate)
    base = int(band.first_key[3])
    assert part.n_keys == whole[7].stop_key - base
    for row, patch in enumerate(range(3, 8)):
        np.testing.assert_array_equal(part.weights[row], band.weights[patch])
        assert part.first_key[row] == band.first_key[patch] - base
        sees = clock.sees(patch)
        assert tuple(part.query_extents[row]) == (sees.start, sees.stop)
    for key in range(part.n_keys):
        start, stop = wave_extent(base + key)
        assert tuple(part.key_extents[key]) == (clock.to_source(start), clock.to_source(stop))
    np.testing.assert_array_equal(band_of(whole[:2]).weights[0, :, wave_count(1) :], 0)
