"""Sound made while training passes through the very front end that users' sound does."""

import numpy as np
import torch

from leanviz.core import frontend as reference
from leanviz.training.corpus import Corpus, window_samples
from leanviz.training.frontend import audible, cut_patches, log_mel


def test_patches_are_those_of_the_application(corpus: Corpus) -> None:
    """Another window, padding or offset would train a model for sound that it never meets."""
    for clip in corpus.split("val")[:4]:
        n = corpus.n_patches(int(clip))
        padded = np.zeros(window_samples(n), np.float32)
        samples = corpus.clip(int(clip))[: len(padded)]
        padded[: len(samples)] = samples
        expected = reference.patches(reference.log_mel(padded))
        patches = cut_patches(log_mel(torch.from_numpy(padded)[None]))
        assert patches.shape == (1, n, 96, 64)
        assert np.abs(patches[0].numpy() - expected).max() < 1e-3
        np.testing.assert_allclose(
            audible(patches)[0].numpy(), reference.audible_fraction(expected), atol=1 / 96
        )
