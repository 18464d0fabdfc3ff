"""Matrices of four-bit numbers, two in a byte, which a graph unfolds with plain operators.

Half the bytes of int8 are room for twice the weights, which is worth more than their precision
if they are rounded while they learn (Bengio and others, arXiv 1308.3432: what is rounded passes
its gradient on as if it were not).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import helper, numpy_helper
from torch import Tensor, nn
from torch.nn import functional

Float32 = npt.NDArray[np.float32]

# Whole numbers from -LEVELS to LEVELS; in a byte they are above zero.
LEVELS, ABOVE = 7, 8
# Between two of them, in units of a row's root mean square: least error for normal weights.
STEP = 0.35


def _steps(weights: Tensor) -> Tensor:
    return weights.square().mean(1, keepdim=True).sqrt().clamp(min=1e-8) * STEP


@dataclass(frozen=True)
class Coded:
    """A matrix [rows, columns] as whole numbers and the step of each row [rows, 1]."""

    numbers: npt.NDArray[np.int8]
    steps: Float32

    @property
    def weights(self) -> Float32:
        """The matrix."""
        return self.numbers * self.steps


class Coarse(nn.Linear):
    """A linear layer that learns with weights of four bits; its columns are an even number.

    Attributes
    ----------
    coded : Coded or None
        The weights once they are settled: from then on they are as they will be stored.
    """

    coded: Coded | None = None

    def rounded(self) -> Tensor:
        """Return the weights as four bits say them; gradients are those of the weights."""
        if self.coded is not None:
            return self.weight
        weights = self.weight.detach()
        steps = _steps(weights)
        nearest = (weights / steps).round().clamp(-LEVELS, LEVELS) * steps
        return self.weight + (nearest - weights)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        """Return what a linear layer with the rounded weights returns."""
        return functional.linear(input, self.rounded(), self.bias)

    @torch.no_grad()
    def settle(self) -> None:
        """Round the weights for good."""
        steps = _steps(self.weight)
        numbers = (self.weight / steps).round().clamp(-LEVELS, LEVELS)
        self.coded = Coded(numbers.numpy().astype(np.int8), steps.numpy())
        self.weight.copy_(torch.from_numpy(self.coded.weights))


def pack(model: onnx.ModelProto, matrices: list[Coded]) -> onnx.ModelProto:
    """Return a graph with some of its weights as bytes, and nodes that unfold them.

    Raises
    ------
    RuntimeError
        If a matrix is not among the graph's weights.
    """
    for coded in matrices:
        _pack(model.graph, coded)
    onnx.checker.check_model(model)
    return model


def _pack(graph: onnx.GraphProto, coded: Coded) -> None:
    tensor = _found(graph, coded.weights)
    name, shape = tensor.name, list(tensor.dims)
    graph.initializer.remove(tensor)
    low, high = np.split(coded.numbers + ABOVE, 2, axis=1)
    constants = {
        "bytes": (low + 16 * high).astype(np.uint8),
        "steps": coded.steps,
        "sixteen": np.float32(16),
        "above": np.float32(ABOVE),
        "shape": np.array(shape, np.int64),
    }
    of = {key: f"{name}.{key}" for key in (*constants, "both", "high", "least", "low", "all")}
    of |= {"numbers": f"{name}.numbers", "matrix": f"{name}.matrix", "down": f"{name}.down"}
    graph.initializer.extend(
        numpy_helper.from_array(np.asarray(value), of[key]) for key, value in constants.items()
    )
    nodes = [
        helper.make_node("Cast", [of["bytes"]], [of["both"]], to=onnx.TensorProto.FLOAT),
        helper.make_node("Div", [of["both"], of["sixteen"]], [of["down"]]),
        helper.make_node("Floor", [of["down"]], [of["high"]]),
        helper.make_node("Mul", [of["high"], of["sixteen"]], [of["least"]]),
        helper.make_node("Sub", [of["both"], of["least"]], [of["low"]]),
        helper.make_node("Concat", [of["low"], of["high"]], [of["all"]], axis=1),
        helper.make_node("Sub", [of["all"], of["above"]], [of["numbers"]]),
        helper.make_node("Mul", [of["numbers"], of["steps"]], [of["matrix"]]),
        helper.make_node("Reshape", [of["matrix"], of["shape"]], [name]),
    ]
    for at, node in enumerate(nodes):
        graph.node.insert(at, node)


def _found(graph: onnx.GraphProto, weights: Float32) -> onnx.TensorProto:
    """Return the tensor that holds some weights, whatever an exporter called it."""
    for tensor in graph.initializer:
        if np.prod(tensor.dims) == weights.size:
            values = numpy_helper.to_array(tensor)
            if np.array_equal(values.ravel(), weights.ravel()):
                return tensor
    raise RuntimeError("A matrix of four-bit numbers is not in the graph: nothing written")
