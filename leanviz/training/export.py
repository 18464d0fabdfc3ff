"""From the trained network to the model folder that leanviz runs.

Weights are stored as int8 per output channel behind ``DequantizeLinear``; ONNX Runtime unfolds
them at load. Nothing is written unless PyTorch and ONNX Runtime agree on real clips.
"""

import hashlib
import json
import logging
import shutil
import tempfile
from collections.abc import Collection
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from leanviz.core.alignment import EMBEDDING_WIDTH, WAVE_WIDTH, wave_count
from leanviz.core.errors import UserError
from leanviz.core.frontend import YAMNET, audible_fraction, clip_patches
from leanviz.inference.folder import FORMAT
from leanviz.inference.model import LeanModel
from leanviz.inference.stream import sigmoid
from leanviz.training.calibrate import Calibration
from leanviz.training.corpus import Corpus, window_samples
from leanviz.training.images import as_images
from leanviz.training.network import Lean, WaveStem
from leanviz.training.padding import pads_inside

Float32 = npt.NDArray[np.float32]

logger = logging.getLogger(__name__)

OPSET = 17
BUDGET = 4_500_000
# Smaller tensors stay float32: their scales would cost more than they save.
SMALLEST_QUANTIZED = 2048
TOLERANCE = 1e-4
# Real clips on which PyTorch and ONNX Runtime must agree.
COMPARED = 100


def quantized(weights: Float32, axis: int) -> tuple[npt.NDArray[np.int8], Float32]:
    """Return int8 weights and their scale per index of `axis`, symmetric about zero."""
    others = tuple(i for i in range(weights.ndim) if i != axis)
    scale = np.maximum(np.abs(weights).max(others), 1e-8).astype(np.float32) / 127
    shape = [-1 if i == axis else 1 for i in range(weights.ndim)]
    return np.clip(np.rint(weights / scale.reshape(shape)), -127, 127).astype(np.int8), scale


def _axes(graph: onnx.GraphProto) -> dict[str, int]:
    """Return for each weight that can be stored as int8 the axis of its output channels."""
    axes: dict[str, int] = {}
    for node in graph.node:
        if node.op_type == "Conv":
            axes[node.input[1]] = 0
        elif node.op_type == "MatMul":
            axes[node.input[1]] = 1
        elif node.op_type == "Gemm":
            transposed = any(a.name == "transB" and a.i for a in node.attribute)
            axes[node.input[1]] = 0 if transposed else 1
        elif node.op_type == "LSTM":
            axes[node.input[1]] = axes[node.input[2]] = 1
    return axes


def quantize_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return the graph with its large weights as int8 per channel and a node that unfolds them."""
    graph = model.graph
    axes = _axes(graph)
    nodes: list[onnx.NodeProto] = []
    for tensor in list(graph.initializer):
        weights = numpy_helper.to_array(tensor)
        if tensor.name not in axes or weights.size < SMALLEST_QUANTIZED:
            continue
        values, scale = quantized(weights, axes[tensor.name])
        graph.initializer.remove(tensor)
        graph.initializer.append(numpy_helper.from_array(values, f"{tensor.name}.int8"))
        graph.initializer.append(numpy_helper.from_array(scale, f"{tensor.name}.scale"))
        inputs = [f"{tensor.name}.int8", f"{tensor.name}.scale"]
        axis = axes[tensor.name]
        nodes.append(onnx.helper.make_node("DequantizeLinear", inputs, [tensor.name], axis=axis))
    for position, node in enumerate(nodes):
        graph.node.insert(position, node)
    onnx.checker.check_model(model)
    return model


def round_to_int8(model: nn.Module, but: Collection[nn.Module] = ()) -> None:
    """Round every large weight to what its int8 form will say, so PyTorch can be compared.

    Layers in `but` are left as they are. Output channels come first in PyTorch's layouts; the two
    directions of an LSTM share their scales, because ONNX keeps them in one tensor.
    """
    shared: dict[str, list[nn.Parameter]] = {}
    left = {id(parameter) for layer in but for parameter in layer.parameters()}
    for name, parameter in model.named_parameters():
        if id(parameter) in left:
            continue
        if parameter.ndim > 1 and parameter.numel() >= SMALLEST_QUANTIZED:
            shared.setdefault(name.removesuffix("_reverse"), []).append(parameter)
    with torch.no_grad():
        for group in shared.values():
            values, scale = quantized(torch.stack(list(group)).numpy(), 1)
            rounded = values * scale.reshape(1, -1, *[1] * (group[0].ndim - 1))
            for parameter, part in zip(group, rounded, strict=True):
                parameter.copy_(torch.from_numpy(part))


def folded(model: Lean) -> Lean:
    """Return a copy in evaluation mode with the wave encoder's batch norm folded away."""
    model = deepcopy(model).eval()
    layers = list(model.wave.layers)
    kept: list[nn.Module] = []
    for at in range(0, len(layers), 3):
        convolution, norm = layers[at], layers[at + 1]
        assert isinstance(convolution, nn.Conv1d)
        kept += [fuse_conv_bn_eval(convolution, norm), layers[at + 2]]  # pyright: ignore[reportArgumentType]
    stem = WaveStem(model.config)
    stem.layers = nn.Sequential(*kept)
    model.wave = stem.eval()
    return model


_Part = tuple[str, nn.Module, tuple[Tensor, ...], dict[str, dict[int, str]], list[str]]


def _graphs(model: Lean, folder: Path) -> None:
    """Write the three parts as float32 ONNX graphs."""
    n = 7
    m = wave_count(n)
    windows = torch.rand(2, n, EMBEDDING_WIDTH), torch.rand(2, m, WAVE_WIDTH)
    fusion_inputs = (*windows, torch.ones(2, n), torch.ones(2, m))
    batch, patches, waves = {0: "batch"}, {0: "batch", 1: "patches"}, {0: "batch", 1: "waves"}
    parts: list[_Part] = [
        ("yamnet", model.yamnet, (torch.rand(2, 96, 64),), {"patches": batch}, ["embeddings"]),
        ("wave", model.wave, (torch.rand(1, window_samples(2)),), {"samples": {1: "n"}}, ["waves"]),
        (
            "fusion", model.fusion, fusion_inputs,
            {"embeddings": patches, "waves": waves, "patch_mask": patches, "wave_mask": waves},
            ["frame_logits", "clip_logits", "attention"],
        ),
    ]  # fmt: skip
    for name, part, inputs, dynamic, outputs in parts:
        torch.onnx.export(
            part, inputs, folder / f"{name}.onnx", input_names=list(dynamic), output_names=outputs,
            dynamic_axes=dynamic, opset_version=OPSET, dynamo=False,
        )  # fmt: skip


def graph_bytes(model: Lean, quantize: bool) -> int:
    """Return the bytes of a folded model's graphs, its weights as float32 or as int8.

    A branch that a model does not use is not counted.
    """
    unused = {"wave"} if not model.fusion.listens else set[str]()
    unused |= {"yamnet"} if not model.fusion.sees else set[str]()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        _graphs(model, folder)
        sizes = {p.stem: loaded(p) for p in folder.glob("*.onnx")}
        kept = [graph for name, graph in sizes.items() if name not in unused]
        return sum((quantize_weights(g) if quantize else g).ByteSize() for g in kept)


def loaded(path: Path) -> onnx.ModelProto:
    """Return a graph as ONNX Runtime is fast with it, without what names files and spends bytes."""
    model = as_images(pads_inside(onnx.load(path)))
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    return model


@torch.inference_mode()
def disagreement(torch_model: Lean, lean: LeanModel, clips: list[Float32]) -> float:
    """Return the largest difference of frame scores between PyTorch and ONNX Runtime."""
    worst = 0.0
    for clip in clips:
        patches = clip_patches(clip)
        n = len(patches)
        samples = np.pad(clip, (0, max(0, window_samples(n) - len(clip))))[: window_samples(n)]
        masks = audible_fraction(patches)[None], np.ones((1, wave_count(n)), np.float32)
        ours = lean.fuse(lean.embed(patches)[None], lean.wave(samples)[None], *masks)
        embeddings = torch_model.yamnet(torch.from_numpy(patches))[None]
        tensors = [torch.from_numpy(part) for part in (samples[None], *masks)]
        theirs, _, attention = torch_model(embeddings, *tensors)
        difference = torch.sigmoid(theirs).numpy() - sigmoid(ours.frame_logits)
        attention_difference = np.abs(attention.numpy() - ours.attention).max()
        worst = max(worst, float(np.abs(difference).max()), float(attention_difference))
    return worst


@dataclass(frozen=True)
class Facts:
    """What ``model.json`` says beside the graphs.

    Attributes
    ----------
    about : dict
        Name, version, recipe, training data, licences, and metrics once they are known.
    thresholds : numpy.ndarray [n_classes]
    calibration : Calibration
        What has been folded into the weights.
    """

    about: dict[str, Any]
    thresholds: Float32
    calibration: Calibration


def export(model: Lean, corpus: Corpus, target: Path, facts: Facts) -> None:
    """Write the model folder, or raise and leave `target` as it was.

    Raises
    ------
    UserError
        If the folder would be over the budget.
    RuntimeError
        If PyTorch and ONNX Runtime disagree.
    """
    model = folded(model)
    round_to_int8(model)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        _graphs(model, folder)
        for path in folder.glob("*.onnx"):
            onnx.save(quantize_weights(loaded(path)), path)
        describe(folder, corpus, facts)
        clips = [corpus.clip(int(i)) for i in spread(corpus.split("val"))]
        worst = disagreement(model, LeanModel.open(folder), clips)
        if worst > TOLERANCE:
            raise RuntimeError(f"PyTorch and ONNX Runtime differ by {worst:.2e}: nothing written")
        place(folder, target)
        logger.info("PyTorch and ONNX Runtime within %.1e on %d clips", worst, len(clips))


def place(folder: Path, target: Path) -> None:
    """Copy a finished model folder to where it is wanted.

    Raises
    ------
    UserError
        If it is over the budget: then nothing is copied.
    """
    files = [folder / "model.json", *folder.glob("*.onnx")]
    size = sum(path.stat().st_size for path in files)
    if size > BUDGET:
        raise UserError(
            f"The model folder would have {size} bytes, over {BUDGET}: nothing was written."
        )
    target.mkdir(parents=True, exist_ok=True)
    for path in files:
        shutil.copyfile(path, target / path.name)
    logger.info("%s: %d bytes", target, size)


def spread(clips: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return up to COMPARED of some clips, from all over."""
    return clips[:: max(1, len(clips) // COMPARED)][:COMPARED]


def describe(folder: Path, corpus: Corpus, facts: Facts) -> None:
    """Write ``model.json`` beside a folder's graphs."""
    trained = corpus.labels[corpus.split("train")].sum(0)
    lines = facts.calibration
    labels = [
        {
            "name": label.name, "mid": label.mid, "title": label.title, "parents": label.parents,
            "threshold": round(float(facts.thresholds[at]), 3),
            "threshold_from": "validation clips" if lines.fitted[at] else "other sounds",
            "training_clips": int(trained[at]),
            "calibration": [round(float(lines.slope[at]), 4), round(float(lines.offset[at]), 4)],
        }
        for at, label in enumerate(corpus.taxonomy.labels)
    ]  # fmt: skip
    described = {
        "format": FORMAT,
        **facts.about,
        "front_end": asdict(YAMNET),
        "files": digests(folder),
        "labels": labels,
    }
    write_description(folder, described)


def digests(folder: Path) -> dict[str, str]:
    """Return the checksum of each graph of a folder."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.glob("*.onnx"))
    }


def write_description(folder: Path, described: dict[str, Any]) -> None:
    """Write ``model.json`` into a folder."""
    # a value per line, not indented: the folder has little room left
    text = json.dumps(described, indent=0, ensure_ascii=False)
    (folder / "model.json").write_text(text + "\n", encoding="utf-8")
