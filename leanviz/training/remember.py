"""Teaching a finished model folder what it forgot: the readout trained, added and measured."""

import json
import logging
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch

from leanviz.core.alignment import EMBEDDING_WIDTH
from leanviz.core.errors import UserError
from leanviz.core.frontend import clip_patches
from leanviz.inference.model import LeanModel
from leanviz.inference.stream import LeanStream, sigmoid
from leanviz.training.corpus import Corpus
from leanviz.training.export import (
    OPSET,
    TOLERANCE,
    digests,
    loaded,
    place,
    quantize_weights,
    round_to_int8,
    spread,
    write_description,
)
from leanviz.training.graft import bare, on_fusion, on_trunk
from leanviz.training.measure import SplitScores, clip_figures, placed_figures, remembered_figures
from leanviz.training.nibbles import pack
from leanviz.training.publish import stated
from leanviz.training.readout import MAP, Readout, ReadoutRecipe, ReadoutTrainer
from leanviz.training.thresholds import choose_thresholds
from leanviz.training.two_trunks import (
    TwoTrunks,
    hear_training_clips,
    read_heard,
    unheard_classes,
)
from leanviz.training.unlabelled import Listener

Float32 = npt.NDArray[np.float32]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bench:
    """What a readout is made of and measured on.

    Attributes
    ----------
    corpus : Corpus
    data, yamnet : Path
        The folder of the clips; that of YAMNet's weights and tables.
    work : Path
        The folder for what two trunks say, and for checkpoints.
    sounds : tuple of Path
        Folders of unlabelled recordings that are heard as well.
    """

    corpus: Corpus
    data: Path
    yamnet: Path
    work: Path
    device: torch.device
    sounds: tuple[Path, ...] = ()


def remember(model: Path, target: Path, recipe: ReadoutRecipe, bench: Bench) -> None:
    """Train a readout on a model folder's trunk, and write the folder with it.

    Parameters
    ----------
    model : Path
        A model folder; a readout that it has already is left out.
    target : Path
        The folder to write, which may be the same.

    Raises
    ------
    UserError
        If every class has training clips, or the folder would be over the budget.
    ModelError
        If the model folder cannot be used.
    RuntimeError
        If PyTorch and ONNX Runtime disagree, or another class's score would change.
    """
    classes = unheard_classes(bench.corpus)
    if len(classes) == 0:
        raise UserError("Every class has training clips: there is nothing to remember.")
    LeanModel.open(model)
    with tempfile.TemporaryDirectory() as temporary:
        plain, grown = Path(temporary) / "plain", Path(temporary) / "grown"
        _without_readout(model, plain)
        trunk = onnx.load(plain / "yamnet.onnx")
        work = bench.work / f"readout-{digests(plain)['yamnet.onnx'][:12]}-{recipe.seed}"
        work.mkdir(parents=True, exist_ok=True)
        trunks = TwoTrunks(trunk, bench.corpus, bench.yamnet, work)
        files = hear_training_clips(bench.corpus, trunks, work, recipe)
        files += Listener(bench.corpus, trunks, work, recipe).hear(list(bench.sounds))
        readout = ReadoutTrainer(recipe, read_heard(files), work, bench.device).run()
        round_to_int8(readout, but=readout.coarse())
        _add(readout, plain, grown, classes)
        _check(readout, trunks, (plain, grown), bench.corpus)
        _describe(grown, asdict(recipe), bench, classes)
        place(grown, target)


def _without_readout(model: Path, plain: Path) -> None:
    plain.mkdir()
    for path in model.glob("*.onnx"):
        onnx.save(bare(onnx.load(path)), plain / path.name)
    _describe_files(model, plain)


def _describe_files(model: Path, folder: Path, **changes: Any) -> None:
    """Write the description of a model folder into one with other graphs."""
    described = json.loads((model / "model.json").read_text(encoding="utf-8"))
    write_description(folder, {**described, **changes, "files": digests(folder)})


def _add(readout: Readout, plain: Path, grown: Path, classes: npt.NDArray[np.intp]) -> None:
    """Write a folder's graphs with a readout for some classes."""
    shutil.copytree(plain, grown)
    path = grown / "readout.onnx"
    torch.onnx.export(
        readout, (torch.rand(2, MAP, 6, 4), torch.rand(2, EMBEDDING_WIDTH)), path,
        input_names=["map", "embeddings"], output_names=["logits"], opset_version=OPSET,
        dynamic_axes={"map": {0: "batch"}, "embeddings": {0: "batch"}}, dynamo=False,
    )  # fmt: skip
    matrices = [layer.coded for layer in readout.coarse() if layer.coded is not None]
    stored = quantize_weights(pack(loaded(path), matrices))
    path.unlink()
    trunk = on_trunk(onnx.load(plain / "yamnet.onnx"), stored, len(classes))
    onnx.save(trunk, grown / "yamnet.onnx")
    fusion = onnx.load(plain / "fusion.onnx")
    n_classes = fusion.graph.output[0].type.tensor_type.shape.dim[-1].dim_value
    onnx.save(on_fusion(fusion, classes, n_classes), grown / "fusion.onnx")
    _describe_files(plain, grown)


@torch.inference_mode()
def _check(readout: Readout, trunks: TwoTrunks, folders: tuple[Path, Path], corpus: Corpus) -> None:
    """Refuse a folder that does not say what PyTorch says, or says other things than before."""
    before, after = map(LeanModel.open, folders)
    classes = unheard_classes(corpus)
    others = np.setdiff1d(np.arange(len(corpus.taxonomy)), classes)
    worst = 0.0
    for clip in spread(corpus.split("val")):
        patches = clip_patches(corpus.clip(int(clip)))
        ours = after.embed(patches)[:, EMBEDDING_WIDTH:]
        theirs = readout(*map(torch.from_numpy, trunks.ours(patches))).numpy()
        worst = max(worst, float(np.abs(sigmoid(ours) - sigmoid(theirs)).max()))
        old, new = (_frame_logits(lean, corpus.clip(int(clip))) for lean in (before, after))
        if not np.array_equal(old[:, others], new[:, others]):
            raise RuntimeError("The readout would change other classes: nothing written")
    if worst > TOLERANCE:
        raise RuntimeError(f"PyTorch and ONNX Runtime differ by {worst:.2e}: nothing written")
    logger.info("PyTorch and ONNX Runtime within %.1e; other classes as they were", worst)


def _frame_logits(model: LeanModel, samples: Float32) -> Float32:
    stream = LeanStream(model)
    return np.stack([result.logits for result in stream.push(samples) + stream.finish()])


def _describe(
    folder: Path, recipe: dict[str, Any], bench: Bench, classes: npt.NDArray[np.intp]
) -> None:
    """Measure a folder with a readout, and write thresholds and figures into it."""
    lean, corpus = LeanModel.open(folder), bench.corpus
    scores = SplitScores.measure(lean, corpus, "val")
    known = np.isin(scores.clips, corpus.calibrating())
    thresholds = choose_thresholds(corpus.labels[scores.clips[known]], scores.peak[known])
    labels = [dict(label) for label in lean.metadata["labels"]]
    for at in classes:
        labels[at]["threshold"] = round(float(thresholds[at]), 3)
    _describe_files(folder, folder, labels=labels)
    # Opened again: what is shown follows from the thresholds.
    placed = placed_figures(LeanModel.open(folder), bench.data)
    figures = clip_figures(scores, corpus) | placed
    figures |= remembered_figures(scores, corpus, bench.yamnet)
    recipe = {**lean.metadata.get("recipe", {}), "readout": recipe}
    _describe_files(folder, folder, metrics=stated(figures), recipe=recipe)
