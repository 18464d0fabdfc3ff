"""The head that stands for a model is what it is taken for, and only clips change it."""

from pathlib import Path

import numpy as np
import pytest
import torch

from leanviz.training.commercial import Float32, Head, fitted, mean_embeddings
from leanviz.training.corpus import Corpus, yamnet_rows, yamnet_trunk
from leanviz.training.network import LeanConfig
from leanviz.training.train import new_model
from leanviz.training.validate import clip_scores


@pytest.fixture(scope="module")
def head(corpus: Corpus, shared_data: Path) -> Head:
    _, kernel, bias = yamnet_trunk(shared_data)
    return yamnet_rows(corpus.taxonomy, shared_data).head(kernel, bias)


@pytest.fixture(scope="module")
def embeddings(corpus: Corpus) -> Float32:
    return mean_embeddings(corpus)


def test_before_it_is_fitted_it_says_what_an_untrained_model_says(
    corpus: Corpus, shared_data: Path, head: Head, embeddings: Float32
) -> None:
    """Silence at a clip's end included: padding has no vote."""
    clips = corpus.split("val")
    model = new_model(LeanConfig(), corpus, shared_data).eval()
    expected = clip_scores(model, corpus, clips, torch.device("cpu"), cached=True)
    found = embeddings[clips] @ head[0].T + head[1]
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)


def test_classes_with_clips_are_learned_and_the_others_stay(
    corpus: Corpus, head: Head, embeddings: Float32
) -> None:
    clips = corpus.split("train")
    labels = corpus.labels[clips].copy()
    labels[:, np.argsort(labels.sum(0))[:-3]] = 0  # the three commonest are quicker
    weights, offsets = fitted(head, embeddings[clips], labels)
    heard = labels.any(0)
    np.testing.assert_array_equal(weights[~heard], head[0][~heard])
    np.testing.assert_array_equal(offsets[~heard], head[1][~heard])
    logits = (embeddings[clips] @ weights.T + offsets)[:, heard]
    right = labels[:, heard] > 0
    assert (logits[right] > 0).mean() > 0.9
    assert (logits[~right] < 0).mean() > 0.99
