"""The model folder that is written is the network that was trained, and says what it says."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from leanviz.core.errors import ModelError, UserError
from leanviz.inference.model import LeanModel
from leanviz.training import export
from leanviz.training.calibrate import Calibration
from leanviz.training.corpus import Corpus
from leanviz.training.fsd50k_eval import whole_clip_logits
from leanviz.training.images import as_images
from leanviz.training.network import Lean, LeanConfig
from leanviz.training.train import new_model
from leanviz.training.validate import clip_scores

LINES = Calibration(np.full(200, 2, np.float32), np.full(200, 0.5, np.float32), np.arange(200) < 9)
THRESHOLDS = np.linspace(0.35, 0.85, 200, dtype=np.float32)
FACTS = export.Facts({"name": "t", "version": "1"}, THRESHOLDS, LINES)


@pytest.fixture(scope="module")
def trained(corpus: Corpus, shared_data: Path) -> Lean:
    """A model whose every part matters: context and hidden path are not zero."""
    torch.manual_seed(0)
    model = new_model(LeanConfig(), corpus, shared_data)
    assert model.fusion.context_head is not None
    assert model.fusion.hidden_head is not None
    torch.nn.init.normal_(model.fusion.context_head.weight, std=0.1)
    torch.nn.init.normal_(model.fusion.hidden_head.weight, std=0.1)
    return model


@pytest.fixture(scope="module")
def folder(trained: Lean, corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "lean"
    export.export(trained, corpus, folder, FACTS)
    return folder


@pytest.fixture(scope="module")
def rounded(trained: Lean) -> Lean:
    """The network with its weights as they are stored."""
    model = export.folded(trained)
    export.round_to_int8(model)
    return model


def test_exported_folder_runs_and_fits(folder: Path, rounded: Lean, corpus: Corpus) -> None:
    """The folder must open, agree with PyTorch on real clips, and stay under the budget."""
    lean = LeanModel.open(folder)
    assert lean.size_bytes <= export.BUDGET
    assert json.loads((folder / "model.json").read_text())["format"] == 1
    stored = {t.data_type for t in onnx.load(folder / "fusion.onnx").graph.initializer}
    assert onnx.TensorProto.INT8 in stored
    # padding outside the convolutions costs a third of YAMNet's time
    assert not [n for n in onnx.load(folder / "yamnet.onnx").graph.node if n.op_type == "Pad"]
    # convolutions of signals cost a quarter of the wave encoder's
    wave = onnx.load(folder / "wave.onnx")
    sizes = [len(a.ints) for n in wave.graph.node for a in n.attribute if a.name == "kernel_shape"]
    assert sizes == [2] * 5
    assert as_images(wave) is wave
    clips = [corpus.clip(int(i)) for i in corpus.split("val")[:3]]
    assert export.disagreement(rounded, lean, clips) < export.TOLERANCE


def test_each_class_says_where_its_numbers_are_from(folder: Path, corpus: Corpus) -> None:
    """A class without clips of its own is marked so, and no row is another class's."""
    described = json.loads((folder / "model.json").read_text())
    assert described["name"] == "t"
    trained = corpus.labels[corpus.split("train")].sum(0)
    for at, (label, entry) in enumerate(
        zip(corpus.taxonomy.labels, described["labels"], strict=True)
    ):
        assert (entry["name"], entry["mid"]) == (label.name, label.mid)
        assert entry["threshold"] == pytest.approx(THRESHOLDS[at], abs=1e-3)
        assert entry["threshold_from"] == ("validation clips" if at < 9 else "other sounds")
        assert entry["training_clips"] == trained[at]
        assert entry["calibration"] == [2, 0.5]


def test_validation_hears_what_users_will(folder: Path, rounded: Lean, corpus: Corpus) -> None:
    """Training chooses by these figures: window by window they must be the stream's."""
    lean, clips = LeanModel.open(folder), corpus.split("val")[:4]
    logits = clip_scores(rounded, corpus, clips, torch.device("cpu"), cached=False)
    for row, clip in zip(logits, clips, strict=True):
        assert np.abs(row - whole_clip_logits(lean, corpus.clip(int(clip)))).max() < 1e-3


def test_disagreement_writes_nothing(
    trained: Lean, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A graph that computes something else must never reach users."""
    monkeypatch.setattr(
        export, "round_to_int8", lambda model: model.fusion.lstm.weight_hh_l0.data.add_(1.0)
    )
    with pytest.raises(RuntimeError, match="differ"):
        export.export(trained, corpus, tmp_path / "lean", FACTS)
    with pytest.raises(ModelError):
        LeanModel.open(tmp_path / "lean")


def test_a_folder_over_the_budget_is_not_written(
    trained: Lean, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "BUDGET", 4_000_000)
    with pytest.raises(UserError, match="over 4000000: nothing was written"):
        export.export(trained, corpus, tmp_path / "lean", FACTS)
    assert not (tmp_path / "lean").exists()


def test_quantized_weights_are_near() -> None:
    """Per-channel int8 must keep each weight within half a step of its channel."""
    weights = np.random.default_rng(4).normal(size=(16, 300)).astype(np.float32)
    values, scale = export.quantized(weights, 0)
    assert np.abs(values * scale[:, None] - weights).max() <= scale.max() / 2 + 1e-6
