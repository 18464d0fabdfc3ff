"""LEAN on a stream: the same whatever the blocks, each patch once, from the model itself."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leanviz.core.alignment import WINDOW_PATCHES, first_wave, wave_count
from leanviz.core.frontend import patch_count
from leanviz.inference.model import LeanModel
from leanviz.inference.stream import FUSION_BATCH, LeanStream, PatchResult, clip_logits, sigmoid
from tests.core.material import blocks, cuts

Float32 = npt.NDArray[np.float32]

# More patches than a window and a batch hold together.
N_PATCHES = WINDOW_PATCHES + FUSION_BATCH + 2
N_SAMPLES = (N_PATCHES - 2) * 7680 + 15_600 + 3000


@pytest.fixture(scope="module")
def samples(demo: Float32) -> Float32:
    """Return 18 s of real sounds; the end is padded."""
    return demo[100_000 : 100_000 + N_SAMPLES]


class Whole(list[PatchResult]):
    """Results that a failing property test does not print."""

    def __repr__(self) -> str:
        return f"<{len(self)} results>"


@pytest.fixture(scope="module")
def whole(model: LeanModel, samples: Float32) -> list[PatchResult]:
    """Return the results of the samples in one block."""
    stream = LeanStream(model)
    return Whole(stream.push(samples) + stream.finish())


def assert_same(found: list[PatchResult], expected: list[PatchResult]) -> None:
    assert [result.patch for result in found] == [result.patch for result in expected]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one.scores, other.scores, atol=1e-4)
        np.testing.assert_allclose(one.attention, other.attention, atol=1e-4)
        assert (one.first_key, one.audible, one.final) == (
            other.first_key,
            other.audible,
            other.final,
        )


def test_each_patch_comes_once_in_order_and_final(whole: list[PatchResult]) -> None:
    assert [result.patch for result in whole] == list(range(N_PATCHES))
    assert patch_count(N_SAMPLES) == N_PATCHES
    assert all(result.final for result in whole)


@settings(max_examples=8)
@given(at=cuts(N_SAMPLES))
def test_any_partition_gives_the_same_results(
    model: LeanModel, samples: Float32, whole: list[PatchResult], at: list[int]
) -> None:
    stream = LeanStream(model)
    found = [result for block in blocks(samples, at) for result in stream.push(block)]
    assert_same(found + stream.finish(), whole)


@pytest.mark.parametrize("size", [160, 5000, 7680])
def test_provisional_results_precede_their_finals(
    model: LeanModel, samples: Float32, whole: list[PatchResult], size: int
) -> None:
    stream = LeanStream(model, provisional=True)
    found: list[PatchResult] = []
    for block in blocks(samples, range(size, N_SAMPLES, size)):
        news = stream.push(block)
        # the newest patch last, and only it provisional
        assert [result.final for result in news] == [True] * (len(news) - 1) + [False] * bool(news)
        found += news
        # what is kept does not grow with the stream
        assert len(stream._embeddings) <= WINDOW_PATCHES
        assert len(stream._waves) <= wave_count(WINDOW_PATCHES) + 12
    found += stream.finish()
    assert_same([result for result in found if result.final], whole)
    order = [(result.patch, result.final) for result in found]
    for patch in range(N_PATCHES - 1):
        assert order.index((patch, False)) < order.index((patch, True))
    # the padded patch at the end is final at once
    assert order[-1] == (N_PATCHES - 1, True)
    assert order.count((N_PATCHES - 1, False)) == 0


def test_the_next_patch_settles_a_result(model: LeanModel, samples: Float32) -> None:
    """Otherwise waiting for it would be for nothing."""
    stream = LeanStream(model, provisional=True)
    found = stream.push(samples[:30_000]) + stream.push(samples[30_000:40_000])
    newest = {result.patch: result for result in found if not result.final}
    settled = [result for result in found if result.final and result.patch in newest]
    assert settled
    for result in settled:
        assert np.abs(result.logits - newest[result.patch].logits).max() > 1e-4


def test_attention_comes_from_the_model(whole: list[PatchResult]) -> None:
    for result in whole:
        n_patches = min(result.patch + 2, WINDOW_PATCHES)
        if result.patch + 1 == N_PATCHES:
            n_patches = WINDOW_PATCHES
        assert result.attention.shape == (4, wave_count(n_patches))
        np.testing.assert_allclose(result.attention.sum(1), 1, atol=1e-5)
        last_key = result.first_key + result.attention.shape[1]
        assert result.first_key <= first_wave(result.patch) < last_key
    settled = whole[WINDOW_PATCHES]
    for head, other in pairwise(settled.attention):
        assert np.abs(head - other).max() > 1e-3


def test_attention_changes_with_the_input(
    model: LeanModel, demo: Float32, whole: list[PatchResult]
) -> None:
    stream = LeanStream(model)
    others = stream.push(demo[: 16_000 * 6])
    differences = [
        np.abs(a.attention - b.attention).max() for a, b in zip(whole, others, strict=False)
    ]
    assert min(differences) > 1e-3


def test_padding_is_not_looked_at(model: LeanModel, demo: Float32) -> None:
    """The wave features of a short clip end where its samples do."""
    stream = LeanStream(model)
    (result,) = stream.push(demo[:8000]) + stream.finish()
    assert result.attention.shape == (4, 12)
    assert result.attention[:, 7:].max() < 1e-6
    assert result.attention[:, :7].min() > 0
    assert result.audible == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(
    "n_samples",
    [1, 399, 8000, 15_599, 15_600, 15_601, 15_600 + 19 * 7680, 15_601 + 19 * 7680, 16_000 * 25],
)
def test_a_clip_of_any_length(model: LeanModel, demo: Float32, n_samples: int) -> None:
    stream = LeanStream(model)
    found = stream.push(demo[:n_samples]) + stream.finish()
    assert [result.patch for result in found] == list(range(patch_count(n_samples)))
    assert all(np.isfinite(result.logits).all() for result in found)
    assert stream.finish() == []


def test_no_samples_no_results(model: LeanModel) -> None:
    stream = LeanStream(model, provisional=True)
    assert stream.push(np.zeros(0, np.float32)) == []
    assert stream.finish() == []


def test_results_keep_nothing_else_alive(whole: list[PatchResult]) -> None:
    """An hour has 7,500 of them; views would hold every window they were cut from."""
    for result in whole:
        assert result.logits.base is None
        assert result.attention.base is None


def test_scores_are_the_sigmoid_of_logits(whole: list[PatchResult]) -> None:
    logits = np.array([-1e4, -90, -3, 0, 3, 90, 1e4], np.float32)
    expected = [0, 0, 1 / (1 + np.exp(3)), 0.5, 1 / (1 + np.exp(-3)), 1, 1]
    np.testing.assert_allclose(sigmoid(logits), expected, atol=1e-7)
    assert sigmoid(logits).dtype == np.float32
    np.testing.assert_array_equal(whole[0].scores, sigmoid(whole[0].logits))


def test_the_logits_of_a_clip_are_the_mean_over_what_is_audible() -> None:
    logits = np.array([[1, 5], [3, 7], [8, 9]], np.float32)
    weighed = clip_logits(logits, np.array([1, 0.5, 0], np.float32))
    np.testing.assert_allclose(weighed, [2.5 / 1.5, 8.5 / 1.5], rtol=1e-6)
    silent = clip_logits(logits, np.zeros(3, np.float32))
    np.testing.assert_allclose(silent, [4, 7], rtol=1e-6)


@given(st.integers(1, 30))
def test_the_weights_of_a_clip_are_relative(n_patches: int) -> None:
    rng = np.random.default_rng(n_patches)
    logits = rng.normal(size=(n_patches, 3)).astype(np.float32)
    audible = rng.uniform(0.1, 1, n_patches).astype(np.float32)
    np.testing.assert_allclose(
        clip_logits(logits, audible), clip_logits(logits, audible / np.float32(2)), atol=1e-5
    )
