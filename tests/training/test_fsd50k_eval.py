"""FSD50K's protocol, end to end: a tree of WAV files, the shipped model, the figures."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from leanviz.core.errors import UserError
from leanviz.evaluation.read import read_clip
from leanviz.inference.model import LeanModel
from leanviz.training.fsd50k import read_fsd50k
from leanviz.training.fsd50k_eval import Fsd50kFigures, evaluate_fsd50k, whole_clip_logits
from tests.support.fsd50k_tree import Tree, make_tree


@pytest.fixture(scope="module")
def model() -> LeanModel:
    return LeanModel.open()


@pytest.fixture(scope="module")
def real(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return make_tree(tmp_path_factory.mktemp("fsd50k"), shared_data)


@pytest.fixture(scope="module")
def figures(real: Tree, model: LeanModel) -> Fsd50kFigures:
    return evaluate_fsd50k(model, real.root)


def test_figures_are_those_of_the_clips_one_by_one(
    real: Tree, model: LeanModel, figures: Fsd50kFigures
) -> None:
    """A shifted row or a class from elsewhere would give another precision."""
    rows = read_fsd50k(real.root, model.taxonomy, "eval").rows
    scores = np.stack([whole_clip_logits(model, read_clip(row.path, 30.0)) for row in rows])
    assert figures.clips == len(rows)
    occurring = {k for row in rows for k in row.labels}
    assert figures.classes == len(figures.precision) == len(occurring)
    for k in occurring:
        listed = [k in row.labels for row in rows]
        expected = average_precision_score(listed, scores[:, k])
        assert figures.precision[model.taxonomy[k].name] == pytest.approx(expected)
    assert figures.mean_ap == pytest.approx(np.mean(list(figures.precision.values())))


def test_real_sounds_are_found_among_the_others(figures: Fsd50kFigures) -> None:
    """Through 44.1 kHz and the tree's labels the shipped model knows what it knows elsewhere."""
    for name in ("Rain", "Church_bell"):
        assert figures.precision[name] > 0.8, name
    assert figures.d_prime > 0.5
    assert 0.2 < figures.lwlrap < 1.0


def test_no_more_than_30_s_are_heard(tmp_path: Path, model: LeanModel) -> None:
    """The one clip of 31 s ends in silence or in a siren: the same figures."""
    import soundfile

    tree = make_tree(tmp_path / "FSD50K")
    before = evaluate_fsd50k(model, tree.root)
    samples, rate = soundfile.read(tree.clip("175151"))
    samples[round(30.1 * rate) :] = 0.0
    soundfile.write(tree.clip("175151"), samples, rate, subtype="PCM_16")
    assert evaluate_fsd50k(model, tree.root) == before


def test_a_clip_that_cannot_be_decoded_is_named_and_left_out(
    tmp_path: Path, model: LeanModel
) -> None:
    broken = make_tree(tmp_path / "FSD50K")
    broken.table("eval").write_text("fname,labels,mids\n37199,Dog,x\n329838,Rain,x\n1,Dog,x\n")
    broken.clip("37199").write_bytes(b"RIFF")
    figures = evaluate_fsd50k(model, broken.root)
    assert (figures.clips, figures.classes) == (1, 1)
    assert len(figures.problems) == 2
    assert figures.problems[0] == "line 4: eval.csv: there is no 1.wav in FSD50K.eval_audio."
    assert "37199.wav is damaged" in figures.problems[1]
    assert "1 clips, 1 classes; 2 problems" in "\n".join(figures.lines())
    broken.clip("329838").write_bytes(b"RIFF")
    with pytest.raises(UserError, match="can be read"):
        evaluate_fsd50k(model, broken.root)
