"""The readout: learned from YAMNet, added to a model folder, and nothing else changed."""

import json
import logging
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import soundfile
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
from leanviz.training.nibbles import Coarse, pack
from leanviz.training.readout import Readout, ReadoutTrainer, squashed
from leanviz.training.recipe import ReadoutRecipe
from leanviz.training.sounds import excerpts
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
VAL_CLIP = "val-clip.wav"


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


def _sounds(folder: Path, corpus: Corpus) -> Path:
    """Write a folder of unlabelled sounds: a hum, a validation clip, silence, and no sound."""
    (folder / "below").mkdir(parents=True)
    hum = 0.3 * np.sin(np.arange(24_000) * 0.1)
    clip = corpus.clip(int(corpus.split("val")[0]))
    sounds = {"below/hum.wav": hum, VAL_CLIP: np.pad(clip, 8000), "silence.wav": np.zeros(8000)}
    for name, samples in sounds.items():
        soundfile.write(folder / name, samples, 16_000)
    (folder / "broken.ogg").write_bytes(b"no sound")
    return folder


@pytest.fixture(scope="module")
def told() -> list[str]:
    """What the command said."""
    return []


@pytest.fixture(scope="module")
def taught(
    small_data: Path,
    work: Path,
    corpus: Corpus,
    told: list[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The bundled model with a small readout, made by the command."""
    folder = tmp_path_factory.mktemp("readout")
    for name in ("index.npz", "samples.raw", "embeddings.raw"):
        (folder / name).symlink_to(work / name)
    recipe = folder / "recipe.toml"
    recipe.write_text(RECIPE)
    given = {"--data": small_data, "--work": folder, "--recipe": recipe}
    given |= {"--model": resource_path("lean"), "--target": folder / "lean"}
    given |= {"--device": "cpu", "--threads": 1, "--sounds": _sounds(folder / "sounds", corpus)}
    options = [str(part) for option in given.items() for part in option]
    heard = logging.Handler()
    heard.emit = lambda record: told.append(record.getMessage())
    with pytest.MonkeyPatch.context() as few:
        few.setattr(two_trunks, "MIXTURES", 2)
        few.setattr(export, "COMPARED", 3)
        logger = logging.getLogger("leanviz.training")
        few.setattr(logger, "handlers", [heard])
        level = logger.level
        logger.setLevel(logging.INFO)  # which also forgets what a test before was told of levels
        try:
            result = CliRunner().invoke(app, ["readout", *options], catch_exceptions=False)
        finally:
            logger.setLevel(level)
    assert result.exit_code == 0, result.output
    return folder / "lean"


def test_unlabelled_sounds_are_heard_but_no_validation_clip(taught: Path, told: list[str]) -> None:
    said = "\n".join(told)
    assert "broken.ogg is damaged or in no format" in said
    assert "sounds: 3 excerpts, " in said
    assert "1 files that cannot be read" in said
    assert "sounds: 1 excerpts left out: validation clips perhaps" in said
    (first,) = taught.parent.glob("readout-*/sounds-????????????.npz")
    with np.load(first) as part:
        assert part["left_out"].sum() == 1
        assert len(part["logits"]) == 3  # the hum's 1.5 s; silence has no audible patch
    assert len(list(first.parent.glob("sounds-again-*.npz"))) == 1


def test_a_folder_without_sounds_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no folder"):
        excerpts(tmp_path / "none", 60, 0)
    with pytest.raises(UserError, match="no sound that can be read"):
        excerpts(tmp_path, 60, 0)


def test_no_more_is_drawn_of_a_folder_than_asked_for(tmp_path: Path) -> None:
    """Of a long file a stretch, of many files some, and the same ones again."""
    soundfile.write(tmp_path / "long.wav", np.zeros(8000 * 50), 8000)
    for name in "abcd":
        soundfile.write(tmp_path / f"{name}.wav", np.zeros(8000), 8000)
    drawn = excerpts(tmp_path, 22, seed=1)
    assert drawn == excerpts(tmp_path, 22, seed=1)
    seconds = sorted(excerpt.seconds for excerpt in drawn)
    assert seconds[-1] == 20
    assert 22 <= sum(seconds) < 23
    longest = max(drawn, key=lambda excerpt: excerpt.count)
    assert len(longest.read()) == 20 * 16_000


def test_odd_channels_are_refused() -> None:
    with pytest.raises(UserError, match="even number"):
        Readout(replace(SMALL, channels=15), 7)


def test_four_bits_come_out_as_they_went_in(tmp_path: Path) -> None:
    """PyTorch, the packed graph and the numbers agree to the bit."""
    layer = Coarse(6, 5)
    layer.settle()
    torch.onnx.export(
        layer, (torch.eye(6),), tmp_path / "layer.onnx", input_names=["x"], dynamo=False
    )
    assert layer.coded is not None
    graph = pack(onnx.load(tmp_path / "layer.onnx"), [layer.coded])
    assert not any(tuple(t.dims) == (5, 6) for t in graph.graph.initializer)
    found = onnxruntime.InferenceSession(graph.SerializeToString()).run(
        None, {"x": np.eye(6, dtype=np.float32)}
    )[0]
    with torch.inference_mode():
        np.testing.assert_array_equal(np.asarray(found), layer(torch.eye(6)).numpy())
    with pytest.raises(RuntimeError, match="not in the graph"):
        pack(graph, [layer.coded])


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
