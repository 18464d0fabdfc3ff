"""The quantised trunk as an ONNX graph that ONNX Runtime computes in int8.

Convolutions between ``DequantizeLinear`` and ``QuantizeLinear`` become ``QLinearConv``, unless the
session says ``session.disable_quant_qdq``. Weights of float convolutions are int8 on disk too, but
behind ``Cast`` and ``Mul``, which are folded at load.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor

from leanviz.core.alignment import EMBEDDING_WIDTH
from leanviz.core.frontend import YAMNET
from leanviz.training.quantized import Int8Conv, QuantizedTrunk
from leanviz.training.yamnet import same_padding

OPSET = 17
# Room below int32's range for the sum of products.
LARGEST_BIAS = 2**30


class _Builder:
    """Nodes and initializers of a graph, and the feature map on which the next node works."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self.current = "patches"
        self.size = YAMNET.patch_frames, YAMNET.n_mels

    def constant(self, name: str, values: npt.NDArray[np.generic]) -> str:
        self.initializers.append(numpy_helper.from_array(values, name))
        return name

    def add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], output, **attributes))
        return output

    def apply(self, kind: str, output: str, *others: str, **attributes: Any) -> None:
        """Add a node that turns the current map into the next."""
        self.current = self.add(kind, [self.current, *others], output, **attributes)

    def convolve(self, name: str, layer: Int8Conv, weight: str, bias: str) -> None:
        """Add a convolution with TensorFlow's padding."""
        pads = [same_padding(size, layer.stride, layer.kernel) for size in self.size]
        self.apply(
            "Conv", f"{name}.out", weight, bias,
            kernel_shape=[layer.kernel] * 2, strides=[layer.stride] * 2, group=layer.groups,
            pads=[pads[0][0], pads[1][0], pads[0][1], pads[1][1]],
        )  # fmt: skip
        self.size = -(-self.size[0] // layer.stride), -(-self.size[1] // layer.stride)

    def quantize(self, name: str, step: Tensor) -> None:
        """Round the current map to uint8, which is a ReLU too."""
        scale = self.constant(f"{name}.step", _array(step))
        zero = self.constant(f"{name}.zero", np.array(0, np.uint8))
        self.apply("QuantizeLinear", f"{name}.uint8", scale, zero)
        self.apply("DequantizeLinear", f"{name}.map", scale, zero)


def _array(tensor: Tensor) -> npt.NDArray[np.float32]:
    return tensor.detach().cpu().contiguous().numpy()


def _int8_convolution(graph: _Builder, name: str, layer: Int8Conv, step: Tensor) -> None:
    """Add a convolution in int8 of a map with the given step."""
    values, scale = layer.int8()
    unit = scale.flatten() * step.to(scale.device)
    bias = (layer.bias / unit).round().clamp(-LARGEST_BIAS, LARGEST_BIAS)
    tensors = {
        "weight": (_array(values).astype(np.int8), _array(scale.flatten())),
        "bias": (_array(bias).astype(np.int32), _array(unit)),
    }
    for role, (stored, factor) in tensors.items():
        whole = graph.constant(f"{name}.{role}.stored", stored)
        scales = graph.constant(f"{name}.{role}.scale", factor)
        zeros = graph.constant(f"{name}.{role}.zero", np.zeros(len(factor), stored.dtype))
        graph.add("DequantizeLinear", [whole, scales, zeros], f"{name}.{role}", axis=0)
    graph.convolve(name, layer, f"{name}.weight", f"{name}.bias")


def _float_convolution(graph: _Builder, name: str, layer: Int8Conv) -> None:
    """Add a convolution that computes in float, its weights int8 on disk."""
    values, scale = layer.int8()
    stored = graph.constant(f"{name}.weight.stored", _array(values).astype(np.int8))
    factor = graph.constant(f"{name}.weight.scale", _array(scale))
    whole = graph.add("Cast", [stored], f"{name}.weight.whole", to=TensorProto.FLOAT)
    weight = graph.add("Mul", [whole, factor], f"{name}.weight")
    graph.convolve(name, layer, weight, graph.constant(f"{name}.bias", _array(layer.bias)))


@torch.no_grad()
def int8_graph(model: QuantizedTrunk) -> onnx.ModelProto:
    """Return the graph of a quantised trunk: ``patches`` [batch, 96, 64] to ``embeddings``.

    Biases are rounded to int32 here; `QuantizedTrunk.round_biases` makes PyTorch do the same.
    """
    graph = _Builder()
    graph.apply("Unsqueeze", "image", graph.constant("channel", np.array([1], np.int64)))
    parts = zip(model.convolutions(), model.int8_steps(), model.steps(), strict=True)
    for at, (convolution, step_in, step_out) in enumerate(parts):
        name = f"conv{at}"
        if step_in is None:
            _float_convolution(graph, name, convolution)
        else:
            _int8_convolution(graph, name, convolution, step_in)
        if step_out is None:
            graph.apply("Relu", f"{name}.map")
        else:
            graph.quantize(name, step_out)
    graph.apply("ReduceMean", "mean", axes=[2, 3], keepdims=0)
    graph.apply("Mul", "embeddings", graph.constant("output_scale", _array(model.output_scale)))
    return _model(graph)


def _model(graph: _Builder) -> onnx.ModelProto:
    batch = ["batch", YAMNET.patch_frames, YAMNET.n_mels]
    embedding = ["batch", EMBEDDING_WIDTH]
    made = helper.make_model(
        helper.make_graph(
            graph.nodes, "yamnet",
            [helper.make_tensor_value_info("patches", TensorProto.FLOAT, batch)],
            [helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, embedding)],
            graph.initializers,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=8,
    )  # fmt: skip
    onnx.checker.check_model(made)
    return made
