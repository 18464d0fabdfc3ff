"""Realignment read off maps whose answer is known."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanviz.core.alignment import WAVE_HOP, WINDOW_PATCHES, first_wave, wave_count, wave_extent
from leanviz.core.attention import AttentionBand, Head
from leanviz.core.realignment import (
    MEANINGS,
    STUCK_STEP,
    Verdict,
    key_hop_s,
    read_rows,
    summarize,
)

RATE, HOP, PATCH = 16_000, 7680, 15_600
KEY_MS = 1e3 * WAVE_HOP / RATE
HEADS: tuple[Head, ...] = (0, None, "max")


def band(dense: npt.NDArray[np.float64], n_heads: int = 1) -> AttentionBand:
    """Return a matrix [patches, keys] as the model's own band, each row in its own window."""
    n_patches = len(dense)
    first = np.array([first_wave(max(0, p - WINDOW_PATCHES + 2)) for p in range(n_patches)])
    width = min(wave_count(WINDOW_PATCHES), wave_count(n_patches))
    rows = np.zeros((n_patches, n_heads, width), np.float32)
    for patch, start in enumerate(first):
        part = dense[patch, start : start + width]
        rows[patch, :, : len(part)] = part / max(part.sum(), 1e-12)
    queries = HOP * np.arange(n_patches)
    keys = np.array([wave_extent(key) for key in range(wave_count(n_patches))])
    return AttentionBand(rows, first, np.stack((queries, queries + PATCH), 1), keys, RATE)


def seen(n_patches: int) -> npt.NDArray[np.float64]:
    """Return 1 where a patch could look [patches, keys], as in the model's windows."""
    grid = np.zeros((n_patches, wave_count(n_patches)))
    for patch in range(n_patches):
        start = first_wave(max(0, patch - WINDOW_PATCHES + 2))
        grid[patch, start : first_wave(min(patch + 1, n_patches - 1)) + wave_count(1)] = 1.0
    return grid


def nearest(n_patches: int, shift_keys: int = 0) -> npt.NDArray[np.float64]:
    """Return weights that lie on the two keys in the middle of each patch, shifted."""
    grid = np.zeros((n_patches, wave_count(n_patches)))
    for patch in range(n_patches):
        for key in (5, 6):
            at = np.clip(first_wave(patch) + key + shift_keys, 0, grid.shape[1] - 1)
            grid[patch, at] += 1.0
    return grid * seen(n_patches)


@pytest.mark.parametrize("head", HEADS)
def test_identity_is_diagonal_without_lag(head: Head) -> None:
    found = summarize(read_rows(band(nearest(40), 3), head))
    assert found.verdict is Verdict.DIAGONAL
    assert found.shares[Verdict.DIAGONAL] == 1.0
    # the middles of the patch and of the pair of keys are 67 samples apart: 4.2 ms
    assert found.lag_ms == pytest.approx(0.0, abs=4.2)
    assert found.keys == pytest.approx(2.0)
    assert found.spread_ms == pytest.approx(2 * KEY_MS)


@given(st.integers(-80, 6), st.integers(30, 60))
def test_a_shifted_diagonal_has_its_shift_as_lag(shift: int, n_patches: int) -> None:
    known = band(nearest(n_patches, shift))
    reading = read_rows(known, 0, slice(20, n_patches - 1))
    found = summarize(reading)
    assert found.lag_ms == pytest.approx(shift * KEY_MS, abs=4.2)
    assert found.lag_deviation_ms == pytest.approx(0.0, abs=1e-6)
    diagonal = abs(shift) <= 6  # then half of the pair is still within the patch
    assert found.verdict is (Verdict.DIAGONAL if diagonal else Verdict.ELSEWHERE)


@given(st.integers(1, 60))
def test_even_weights_are_broad(n_patches: int) -> None:
    reading = read_rows(band(seen(n_patches)), 0)
    assert set(reading.verdicts) == {Verdict.BROAD}
    np.testing.assert_allclose(reading.keys, seen(n_patches).sum(1), rtol=1e-5)


@given(st.integers(0, 200), st.integers(40, 60))
def test_one_column_is_stuck(column: int, n_patches: int) -> None:
    grid = np.zeros((n_patches, wave_count(n_patches)))
    grid[:, column] = 1.0
    here = grid * seen(n_patches)
    looking = np.nonzero(here.any(1))[0]
    part = slice(int(looking[0]), int(looking[-1]) + 1)
    reading = read_rows(band(here), 0, part)
    found = summarize(reading)
    passing = reading.verdicts == Verdict.DIAGONAL
    assert passing.sum() <= 3, "only while the patch itself is at that moment"
    assert set(reading.verdicts[1:][~passing[1:]]) <= {Verdict.STUCK}
    if len(reading) > 8:
        assert found.verdict is Verdict.STUCK


def test_at_a_quarter_of_the_pace_it_is_no_longer_stuck() -> None:
    n_patches = 60
    for pace, expected in ((0.1, Verdict.STUCK), (2 * STUCK_STEP, Verdict.ELSEWHERE)):
        grid = np.zeros((n_patches, wave_count(n_patches)))
        for patch in range(40, 50):
            at = first_wave(30) + pace * (first_wave(patch) - first_wave(40))
            low = int(at)
            grid[patch, low], grid[patch, low + 1] = 1 - (at - low), at - low
        reading = read_rows(band(grid * seen(n_patches)), 0, slice(41, 50))
        assert set(reading.verdicts) == {expected}, pace


@given(st.integers(0, 49), st.integers(1, 50))
def test_a_part_reads_as_it_does_within_the_whole(first: int, length: int) -> None:
    rng = np.random.default_rng(3)
    known = band(rng.random((50, wave_count(50))) ** 8 * seen(50), 2)
    whole = read_rows(known, 1)
    part = read_rows(known, 1, slice(first, first + length))
    stop = min(50, first + length)
    assert len(part) == stop - first
    np.testing.assert_allclose(part.ridge_s, whole.ridge_s[first:stop])
    np.testing.assert_allclose(part.ridge_s, known.ridge_s(1)[first:stop], atol=1e-6)
    if len(part) > 1 or first > 0:
        assert list(part.verdicts) == list(whole.verdicts[first:stop])


def test_parts_add_up_and_nothing_has_no_verdict() -> None:
    known = band(np.concatenate((nearest(30)[:15], seen(30)[15:])))
    parts = [read_rows(known, 0, slice(at, at + 7)) for at in range(0, 30, 7)]
    both, whole = summarize(*parts), summarize(read_rows(known, 0))
    assert both.shares == whole.shares
    assert both.shares[Verdict.DIAGONAL] == both.shares[Verdict.BROAD] == 0.5
    assert both.lag_ms == pytest.approx(whole.lag_ms)
    empty = summarize()
    assert empty.verdict is None
    assert np.isnan(empty.lag_ms)
    assert set(MEANINGS) == set(Verdict)


def test_the_hop_of_the_keys_is_the_band_s_own() -> None:
    assert key_hop_s(band(seen(3))) == pytest.approx(0.08)
    twice = AttentionBand(
        np.ones((1, 1, 2), np.float32),
        np.zeros(1, np.int64),
        np.array([(0, 46_800)]),
        np.array([(0, 4158), (3840, 7998)]),
        48_000,
    )
    assert key_hop_s(twice) == pytest.approx(0.08)
    assert len(read_rows(twice, 0)) == 1
