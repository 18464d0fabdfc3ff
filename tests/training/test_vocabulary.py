"""YAMNet speaks about all 200 classes, and most about themselves."""

from pathlib import Path

import numpy as np
import pytest

from leanviz.core.taxonomy import Taxonomy
from leanviz.training.vocabulary import BORROWED_LOGIT, BORROWED_PART, YamnetRows, read_taxonomy


@pytest.fixture(scope="module")
def taxonomy(shared_data: Path) -> Taxonomy:
    return read_taxonomy(shared_data / "fsd50k_vocabulary.csv")


@pytest.fixture(scope="module")
def matched(taxonomy: Taxonomy, shared_data: Path) -> YamnetRows:
    tables = shared_data / "yamnet_class_map.csv", shared_data / "audioset_ontology.json"
    return YamnetRows.match(taxonomy, *tables)


def test_no_class_is_without_a_row(taxonomy: Taxonomy, matched: YamnetRows) -> None:
    """A class without one would start as noise, and 77 have no clip to learn from."""
    assert len(matched.rows) == len(taxonomy) == 200
    assert all(matched.rows)
    assert 0 < sum(matched.borrowed) < 20
    pairs = zip(matched.rows, matched.borrowed, strict=True)
    assert sum(len(rows) == 1 and not borrowed for rows, borrowed in pairs) >= 188


def test_scores_are_those_of_the_own_row_or_of_the_best_below(
    taxonomy: Taxonomy, matched: YamnetRows
) -> None:
    yamnet = np.random.default_rng(0).random((3, 521)).astype(np.float32)
    scores = matched.scores(yamnet)
    assert scores.shape == (3, 200)
    for k, (rows, borrowed) in enumerate(zip(matched.rows, matched.borrowed, strict=True)):
        part = BORROWED_PART if borrowed else 1.0
        np.testing.assert_allclose(scores[:, k], part * yamnet[:, list(rows)].max(1), rtol=1e-6)
    voice, speech = taxonomy.index("Human_voice"), taxonomy.index("Speech")
    assert set(matched.rows[speech]) <= set(matched.rows[voice])


def test_the_head_begins_as_yamnet_s_classifier(matched: YamnetRows) -> None:
    rng = np.random.default_rng(1)
    kernel = rng.normal(size=(521, 1024)).astype(np.float32)
    bias = rng.normal(size=521).astype(np.float32)
    weights, offsets = matched.head(kernel, bias)
    for k, (rows, borrowed) in enumerate(zip(matched.rows, matched.borrowed, strict=True)):
        np.testing.assert_allclose(weights[k], kernel[list(rows)].mean(0), atol=1e-5)
        lower = BORROWED_LOGIT if borrowed else 0.0
        assert offsets[k] == pytest.approx(bias[list(rows)].mean() + lower, abs=1e-5)
