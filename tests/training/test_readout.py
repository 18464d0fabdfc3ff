"""The readout: learned from YAMNet, added to a model folder, and nothing else changed."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from typer.testing import CliRunner

from leanviz.core.errors import ModelError, UserError
from leanviz.core.resources import resource_path
from leanviz.inference.model import LeanModel
from leanviz.inference.stream import LeanStream, sigmoid
from leanviz.training import export, two_trunks
from leanviz.training.__main__ import app
from leanviz.training.corpus import Corpus
from leanviz.training.graft import bare, on_fusion
from leanviz.training.readout import Readout, ReadoutTrainer, squashed
from leanviz.training.recipe import ReadoutRecipe
from leanviz.training.two_trunks import Heard, unheard_classes

SMALL = ReadoutRecipe(channels=16, features=16, hidden=8, passes=3, batch=16)
RECIPE = """
[readout]
channels = 16
features = 16
hidden = 8
again = 1
mixtures = 1
variations = 1
passes = 2
"""


@pytest.fixture(scope="module")
def heard() -> Heard:
    """What two trunks might say of some patches."""
    rng = np.random.default_rng(5)
    maps = rng.random((100, 512, 6, 4)).astype(np.float16)
    embeddings = rng.random((100, 1024)).astype(np.float16)
    logits = embeddings[:, :7].astype(np.float32) * 5 - 6
    return Heard(maps, embeddings, logits)


def _weights(readout: Readout) -> list[torch.Tensor]:
    return list(readout.state_dict().values())


def test_a_killed_run_goes_on_to_the_same_readout(
    heard: Heard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cpu = torch.device("cpu")
    for name in ("whole", "killed"):
        (tmp_path / name).mkdir()
    whole = ReadoutTrainer(SMALL, heard, tmp_path / "whole", cpu).run()
    killed = ReadoutTrainer(SMALL, heard, tmp_path / "killed", cpu)
    save = killed._save

    def save_and_die(done: int) -> None:
        save(done)
        raise KeyboardInterrupt

    monkeypatch.setattr(killed, "_save", save_and_die)
    with pytest.raises(KeyboardInterrupt):
        killed.run()
    resumed = ReadoutTrainer(SMALL, heard, tmp_path / "killed", cpu).run()
    assert all(torch.equal(a, b) for a, b in zip(_weights(whole), _weights(resumed), strict=True))
    with pytest.raises(UserError, match="another recipe"):
        ReadoutTrainer(replace(SMALL, rate=1.0), heard, tmp_path / "killed", cpu).run()


def test_squashed_logits_keep_their_order() -> None:
    """What is likely stays as it is; what is not stays apart in the float32 of a score."""
    logits = np.array([-800, -130, -20, -10, -6.5, -4, 0, 4], np.float32)
    found = squashed(logits)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found[5:], logits[5:])
    assert (np.diff(found) > 0.5).all()
    scores = sigmoid(found[1:])
    assert (np.diff(scores) > 0.1 * scores[:-1]).all()


def test_what_is_learned_comes_out_in_logits(heard: Heard, tmp_path: Path) -> None:
    """Inputs and targets are normed while it learns: what ships must undo that."""
    recipe = replace(SMALL, passes=8, dropout=0.0)
    readout = ReadoutTrainer(recipe, heard, tmp_path, torch.device("cpu")).run()
    with torch.inference_mode():
        maps, embeddings = torch.from_numpy(heard.maps), torch.from_numpy(heard.embeddings)
        found = readout(maps.float(), embeddings.float()).numpy()
    error = np.abs(found - heard.logits).mean()
    assert error < 0.9 * np.abs(heard.logits - heard.logits.mean(0)).mean()


@pytest.fixture(scope="module")
def taught(
    small_data: Path, work: Path, corpus: Corpus, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The bundled model with a small readout, made by the command."""
    folder = tmp_path_factory.mktemp("readout")
    for name in ("index.npz", "samples.raw", "embeddings.raw"):
        (folder / name).symlink_to(work / name)
    recipe = folder / "recipe.toml"
    recipe.write_text(RECIPE)
    told = {"--data": small_data, "--work": folder, "--recipe": recipe}
    told |= {"--model": resource_path("lean"), "--target": folder / "lean"}
    told |= {"--device": "cpu", "--threads": 1}
    options = [str(part) for option in told.items() for part in option]
    with pytest.MonkeyPatch.context() as few:
        few.setattr(two_trunks, "MIXTURES", 2)
        few.setattr(export, "COMPARED", 3)
        result = CliRunner().invoke(app, ["readout", *options], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return folder / "lean"


def test_other_classes_are_as_they_were(taught: Path, corpus: Corpus) -> None:
    unheard = unheard_classes(corpus)
    clip = corpus.clip(int(corpus.split("val")[0]))
    frames: list[np.ndarray] = []
    for lean in (LeanModel.open(), LeanModel.open(taught)):
        stream = LeanStream(lean)
        frames.append(np.stack([r.logits for r in (*stream.push(clip), *stream.finish())]))
    changed = np.any(frames[0] != frames[1], axis=0)
    assert set(np.flatnonzero(changed)) == set(unheard)


def test_the_folder_says_what_was_added(taught: Path, corpus: Corpus) -> None:
    before = json.loads((resource_path("lean") / "model.json").read_text())
    after = json.loads((taught / "model.json").read_text())
    assert after["recipe"]["readout"]["channels"] == 16
    assert 0 < after["metrics"]["unheard_by_class"] < 1
    unheard = set(unheard_classes(corpus).tolist())
    for at, (old, new) in enumerate(zip(before["labels"], after["labels"], strict=True)):
        assert old == new or (at in unheard and old | {"threshold": new["threshold"]} == new)


def test_without_it_the_graphs_are_those_from_before(taught: Path, corpus: Corpus) -> None:
    """A readout is made anew beside the graphs as training left them, not beside another.

    Of the heads, only what they know of other classes is kept.
    """
    folders = resource_path("lean"), taught
    first, second = (bare(onnx.load(folder / "yamnet.onnx")) for folder in folders)
    assert first == second
    first, second = (bare(onnx.load(folder / "fusion.onnx")).graph for folder in folders)
    assert list(first.node) == list(second.node)
    unheard = unheard_classes(corpus)
    forgotten = 0
    for old, new in zip(first.initializer, second.initializer, strict=True):
        before, after = numpy_helper.to_array(old).copy(), numpy_helper.to_array(new)
        if old.name.endswith(".int8") and before.shape[-1] == len(corpus.taxonomy):
            before[:, unheard] = 0
            forgotten += 1
        np.testing.assert_array_equal(before, after, err_msg=old.name)
    assert forgotten == 3


def test_heads_that_forgot_a_class_cannot_speak_of_it_again(taught: Path, corpus: Corpus) -> None:
    fusion, unheard = onnx.load(taught / "fusion.onnx"), unheard_classes(corpus)
    assert on_fusion(fusion, unheard, len(corpus.taxonomy)) == fusion
    with pytest.raises(UserError, match="know nothing of them"):
        on_fusion(fusion, unheard[1:], len(corpus.taxonomy))


def test_parts_of_two_models_are_refused(taught: Path, tmp_path: Path) -> None:
    """A trunk without the readout would leave fusion without its logits."""
    shutil.copytree(taught, tmp_path / "mixed")
    onnx.save(bare(onnx.load(taught / "yamnet.onnx")), tmp_path / "mixed" / "yamnet.onnx")
    described = json.loads((taught / "model.json").read_text())
    described["files"] = export.digests(tmp_path / "mixed")
    export.write_description(tmp_path / "mixed", described)
    with pytest.raises(ModelError, match="not of one model"):
        LeanModel.open(tmp_path / "mixed")


def test_a_folder_over_the_budget_is_not_written(
    taught: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "BUDGET", 1000)
    shutil.copytree(taught, tmp_path / "grown")
    with pytest.raises(UserError, match="over 1000: nothing was written"):
        export.place(tmp_path / "grown", tmp_path / "target")
    assert not (tmp_path / "target").exists()
