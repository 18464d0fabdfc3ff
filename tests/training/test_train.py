"""A run ends the same whether it was killed or not, and goes from FSD50K's files to figures."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from leanviz.core.errors import UserError
from leanviz.training import train
from leanviz.training.corpus import Corpus, prepare
from leanviz.training.network import LeanConfig
from leanviz.training.recipe import Recipe, Stage, described
from leanviz.training.scenes import Mixing
from leanviz.training.train import Trainer, Workshop, averaged
from leanviz.training.validate import clip_scores
from tests.support.fsd50k_tree import make_tree

CPU = torch.device("cpu")
# Most of a step's time is spent in the wave encoder.
NARROW = LeanConfig(wave_channels=(4, 8, 16, 32, 128))
SHORT = Recipe(
    seed=1,
    model=NARROW,
    stages=(
        Stage("new-parts", passes=2.0, rate=1e-3, batch=3),
        Stage("everything", passes=2.0, rate=5e-4, trunk_rate=1e-4, batch=3, mixing=Mixing()),
    ),
)


class Killed(Exception):
    """What stands for the end of a process at any moment."""


def _killed_at(trainer: Trainer, step: int) -> None:
    """Run a trainer until it has taken so many steps."""
    take, taken = trainer._step, 0

    def counted(*arguments: object) -> torch.Tensor:
        nonlocal taken
        if taken == step:
            raise Killed
        taken += 1
        return take(*arguments)  # type: ignore[arg-type]

    trainer._step = counted  # type: ignore[method-assign]
    with pytest.raises(Killed):
        trainer.run()


@pytest.fixture(scope="module", autouse=True)
def _few_checkpoints() -> Iterator[None]:
    """Of a stage's four steps the second and the last leave one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "CHECKS", 2)
        yield


@pytest.fixture(scope="module")
def corpus(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Thirteen clips laid out as FSD50K is; few and short, as each step costs time."""
    tree = make_tree(tmp_path_factory.mktemp("tree") / "FSD50K")
    return prepare(tree.root, tmp_path_factory.mktemp("work"), shared_data)


@pytest.fixture(scope="module")
def whole(corpus: Corpus, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an unbroken run."""
    work = tmp_path_factory.mktemp("whole")
    Trainer(SHORT, Workshop(corpus, shared_data, work, CPU)).run()
    return work


# Between two checkpoints of each stage, and where one stage has ended.
@pytest.mark.parametrize("step", [3, 4, 7])
def test_a_killed_run_ends_where_an_unbroken_one_does(
    corpus: Corpus, shared_data: Path, whole: Path, tmp_path: Path, step: int
) -> None:
    shop = Workshop(corpus, shared_data, tmp_path, CPU)
    _killed_at(Trainer(SHORT, shop), step)
    Trainer(SHORT, shop).run()
    expected = averaged(whole, corpus, shared_data)[0].state_dict()
    model, recipe = averaged(tmp_path, corpus, shared_data)
    assert recipe == described(SHORT)
    for name, value in model.state_dict().items():
        torch.testing.assert_close(value, expected[name], rtol=0, atol=0, msg=name)


def test_both_stages_leave_their_curves(whole: Path) -> None:
    with (whole / "curves.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["stage"] for row in rows} == {"new-parts", "everything"}
    assert all(np.isfinite(float(row["loss"])) for row in rows)
    assert {"mAP", "steps", "seconds"} <= rows[0].keys()


def test_a_checkpoint_of_another_recipe_is_refused(
    corpus: Corpus, shared_data: Path, whole: Path
) -> None:
    """Going on with it would give a model that no recipe describes."""
    other = Recipe(seed=2, model=NARROW, stages=SHORT.stages)
    with pytest.raises(UserError, match="another recipe"):
        Trainer(other, Workshop(corpus, shared_data, whole, CPU)).run()


def test_without_a_checkpoint_there_is_nothing_to_export(
    corpus: Corpus, shared_data: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match="train first"):
        averaged(tmp_path, corpus, shared_data)


def test_training_learns_the_labels(corpus: Corpus, shared_data: Path, tmp_path: Path) -> None:
    """The loss falls, and each training clip's classes rise above the others."""
    stages = (Stage("new-parts", passes=20.0, rate=3e-3, batch=6),)
    shop = Workshop(corpus, shared_data, tmp_path, CPU)
    model = Trainer(Recipe(model=NARROW, stages=stages, average=5.0), shop).run()
    with (tmp_path / "curves.csv").open(newline="") as file:
        losses = [float(row["loss"]) for row in csv.DictReader(file)]
    assert losses[-1] < 0.6 * losses[0]
    clips = corpus.split("train")
    logits = clip_scores(model, corpus, clips, CPU, cached=True)
    right = corpus.labels[clips] > 0
    assert logits[right].mean() > logits[~right].mean() + 4


def test_a_stage_of_no_passes_changes_nothing(
    corpus: Corpus, shared_data: Path, tmp_path: Path
) -> None:
    """Not even a step: a trunk that is said to be YAMNet's must be."""
    stages = (Stage("everything", passes=0.0, rate=1.0, trunk_rate=1.0, mixing=Mixing()),)
    shop = Workshop(corpus, shared_data, tmp_path, CPU)
    left = Trainer(Recipe(model=NARROW, stages=stages), shop).run().yamnet.state_dict()
    pretrained = train.new_model(LeanConfig(), corpus, shared_data).yamnet.state_dict()
    for name, value in left.items():
        torch.testing.assert_close(value, pretrained[name], rtol=0, atol=0, msg=name)


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_a_share_of_the_pretrained_trunk_comes_back(
    corpus: Corpus, shared_data: Path, share: float
) -> None:
    """And of nothing else: the other parts have no pretrained weights to go back to."""
    pretrained = train.new_model(LeanConfig(), corpus, shared_data).state_dict()
    model = train.new_model(LeanConfig(), corpus, shared_data)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(1.0)
    moved = {name: value.detach().clone() for name, value in model.named_parameters()}
    for name, value in train.reminded(model, shared_data, share).named_parameters():
        back = share if name.startswith("yamnet.") else 0.0
        torch.testing.assert_close(value, torch.lerp(moved[name], pretrained[name], back))
