"""Calibration moves each class along a line of its own, and only where clips can say which."""

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from leanviz.core.alignment import wave_count
from leanviz.training.calibrate import ENOUGH_POSITIVES, Calibration, fit
from leanviz.training.corpus import window_samples
from leanviz.training.network import Join, Lean, LeanConfig

Float32 = npt.NDArray[np.float32]


def _model(join: Join, hidden: int) -> Lean:
    """A model whose every head says something."""
    torch.manual_seed(0)
    model = Lean(LeanConfig(join=join, hidden=hidden)).eval()
    for head in (model.fusion.context_head, model.fusion.hidden_head):
        if head is not None:
            torch.nn.init.normal_(head.weight)
    return model


def _logits(model: Lean) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    embeddings = torch.rand(2, 3, 1024, generator=generator)
    samples = 0.1 * torch.randn(2, window_samples(3), generator=generator)
    with torch.inference_mode():
        masks = torch.ones(2, 3), torch.ones(2, wave_count(3))
        frames, clip, _ = model(embeddings, samples, *masks)
    return frames, clip


@pytest.mark.parametrize("hidden", [0, 32])
@pytest.mark.parametrize("join", Join)
def test_folding_is_the_line_and_nothing_else(join: Join, hidden: int) -> None:
    """A head left out would shift scores by as much as that head says."""
    rng = np.random.default_rng(2)
    fitted = np.arange(200) % 3 == 0
    slope = np.where(fitted, rng.uniform(0.4, 2.0, 200), 1.0).astype(np.float32)
    offset = np.where(fitted, rng.uniform(-2.0, 2.0, 200), 0.0).astype(np.float32)
    model = _model(join, hidden)
    before = _logits(model)
    Calibration(slope, offset, fitted).fold(model)
    for old, new in zip(before, _logits(model), strict=True):
        expected = torch.from_numpy(slope) * old + torch.from_numpy(offset)
        torch.testing.assert_close(new, expected, rtol=1e-4, atol=1e-4)
        assert torch.equal(new[..., ~fitted], old[..., ~fitted])


@pytest.fixture
def overconfident() -> tuple[Float32, Float32]:
    """Logits [600, 6] three times too large, half too low, and the labels they should have.

    The last two classes have a clip or two less than are asked for, and none.
    """
    rng = np.random.default_rng(3)
    true = rng.normal(-1.0, 1.5, (600, 6))
    labels = (rng.random(true.shape) < 1 / (1 + np.exp(-true))).astype(np.float32)
    labels[:, 4:] = 0
    labels[: ENOUGH_POSITIVES - 1, 4] = 1
    return (3 * true - 1.5).astype(np.float32), labels


def _surprise(logits: Float32, labels: Float32) -> Float32:
    """Return the mean negative log likelihood of each class."""
    loss = binary_cross_entropy_with_logits(
        torch.from_numpy(logits), torch.from_numpy(labels), reduction="none"
    )
    return loss.mean(0).numpy()


def test_fitted_scores_are_likelier(overconfident: tuple[Float32, Float32]) -> None:
    logits, labels = overconfident
    found = fit(logits, labels)
    assert found.fitted.tolist() == [True] * 4 + [False] * 2
    before, after = (
        _surprise(logits, labels),
        _surprise(logits * found.slope + found.offset, labels),
    )
    assert (after[:4] < 0.8 * before[:4]).all()
    np.testing.assert_allclose(found.slope[:4], 1 / 3, atol=0.1)
    np.testing.assert_allclose(found.offset[:4], 0.5, atol=0.35)


def test_classes_without_clips_stay_as_they_are(overconfident: tuple[Float32, Float32]) -> None:
    found = fit(*overconfident)
    assert found.slope[4:].tolist() == [1, 1]
    assert found.offset[4:].tolist() == [0, 0]


@pytest.mark.parametrize("clips", [0, 3])
def test_a_split_that_says_nothing_changes_nothing(clips: int) -> None:
    """FSD50K cut to a few clips has no class with enough of them."""
    found = fit(np.ones((clips, 7), np.float32), np.ones((clips, 7), np.float32))
    assert not found.fitted.any()
    assert found.slope.tolist() == [1] * 7
    assert found.offset.tolist() == [0] * 7
