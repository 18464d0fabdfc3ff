"""Clips decoded once and read from disk: what is cached is what the files hold."""

from pathlib import Path

import numpy as np
import pytest
import torch

from leanviz.core.errors import UserError
from leanviz.core.frontend import clip_patches, patch_count
from leanviz.evaluation.read import read_clip
from leanviz.training.corpus import Corpus, prepare, yamnet_trunk
from tests.support.fsd50k_tree import CLIPS, Tree, make_tree


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return make_tree(tmp_path / "FSD50K")


def test_each_clip_is_the_file_s(corpus: Corpus) -> None:
    """One start off by a sample would shift every clip that follows."""
    assert len(corpus.rows) > 50
    for at in (0, len(corpus.rows) // 2, len(corpus.rows) - 1):
        samples = read_clip(corpus.rows[at].path)
        assert len(corpus.clip(at)) == len(samples)
        assert np.abs(corpus.clip(at) - samples.clip(-1, 1)).max() < 1.01 / 32768
        assert corpus.n_patches(at) == patch_count(len(samples))
        assert set(np.flatnonzero(corpus.labels[at])) == set(corpus.rows[at].labels)


@torch.inference_mode()
def test_cached_embeddings_are_the_trunk_s(corpus: Corpus, shared_data: Path) -> None:
    trunk = yamnet_trunk(shared_data)[0]
    at = len(corpus.rows) // 2
    expected = trunk(torch.from_numpy(clip_patches(corpus.clip(at)))).numpy()
    cached = corpus.embeddings[corpus.first[at] : corpus.first[at + 1]]
    np.testing.assert_allclose(cached, expected, rtol=1e-2, atol=1e-2)


def test_fsd50k_is_taken_up_to_30_s_and_its_classes_are_no_rivals(
    tree: Tree, shared_data: Path, tmp_path: Path
) -> None:
    """Its clips have several classes each: a contest among them would unteach all but one."""
    corpus = prepare(tree.root, tmp_path / "work", shared_data)
    assert len(corpus.rows) == len(CLIPS)
    assert max(len(corpus.clip(at)) for at in range(len(CLIPS))) == 30 * 16_000
    assert min(len(corpus.clip(at)) for at in range(len(CLIPS))) == 4800
    assert not corpus.rivals.any()
    assert [len(corpus.split(name)) for name in ("train", "val", "eval")] == [6, 3, 4]


def test_whatever_cannot_be_used_is_named_every_time(
    tree: Tree, shared_data: Path, tmp_path: Path
) -> None:
    """A run that goes on from a cache must say what is missing as the first one did."""
    tree.clip("16404").write_bytes(b"RIFF")
    tree.append("dev", "1,Dog,x,train")
    first = prepare(tree.root, tmp_path / "work", shared_data)
    again = prepare(tree.root, tmp_path / "work", shared_data)
    said = [problem.what for problem in first.problems]
    assert len(first.rows) == len(CLIPS) - 1
    assert len(said) == 2
    assert "1.wav" in said[0]
    assert "16404.wav" in said[1]
    assert again.problems == first.problems
    assert [row.path for row in again.rows] == [row.path for row in first.rows]
    np.testing.assert_array_equal(again.samples, first.samples)


def test_a_cache_of_other_clips_is_refused(tree: Tree, shared_data: Path, tmp_path: Path) -> None:
    prepare(tree.root, tmp_path / "work", shared_data)
    tree.clip("16404").unlink()
    with pytest.raises(UserError, match="another manifest"):
        prepare(tree.root, tmp_path / "work", shared_data)


def test_what_is_not_there_is_said(tree: Tree, shared_data: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no folder"):
        prepare(tmp_path / "nowhere", tmp_path / "work", shared_data)
    with pytest.raises(UserError, match=r"no yamnet_weights\.npz"):
        prepare(tree.root, tmp_path / "work", tree.root)
    for name, *_ in CLIPS:
        tree.clip(name).write_bytes(b"RIFF")
    with pytest.raises(UserError, match="None of the 13 clips can be read"):
        prepare(tree.root, tmp_path / "work", shared_data)
    assert not (tmp_path / "work" / "index.npz").exists()


def test_a_split_without_clips_is_said(corpus: Corpus) -> None:
    """Empty tables would fail much later, and say nothing that helps."""
    with pytest.raises(UserError, match=r'None of the \d+ clips is in the split "eval"'):
        corpus.split("eval")


def test_for_commercial_use_fewer_clips_are_learned_from(corpus: Corpus) -> None:
    allowed = corpus.commercial()
    assert 0 < len(allowed.split("train")) < len(corpus.split("train"))
    assert not any(allowed.rows[i].non_commercial for i in allowed.split("train"))
    np.testing.assert_array_equal(allowed.split("val"), corpus.split("val"))


def test_for_commercial_use_scores_are_fitted_to_fewer_clips(corpus: Corpus) -> None:
    """Calibration and thresholds are learned too; the figures are of all clips all the same."""
    fitted = corpus.commercial().calibrating()
    assert 0 < len(fitted) < len(corpus.split("val"))
    assert not any(corpus.rows[i].non_commercial for i in fitted)
    np.testing.assert_array_equal(corpus.calibrating(), corpus.split("val"))
