"""Convolutions of signals, told to a graph as those of images one pixel high.

ONNX Runtime has its blocked memory layout for images alone; in it the wave encoder takes three
quarters of the time. Weights stay as they are, and results but for rounding.
"""

from collections.abc import Iterator

import numpy as np
import onnx
from onnx import helper, numpy_helper

# Where the height of one pixel stands: [n, channels, height, width].
_HEIGHT = 2
_AXES = "images/axes"


def as_images(model: onnx.ModelProto) -> onnx.ModelProto:
    """Have a chain of convolutions of signals [n, channels, length] work on images.

    What has none is left as it is, and so is what was changed before.
    """
    graph = model.graph
    chain = list(_chain(graph))
    if not chain:
        return model
    for convolution in (node for node in chain if node.op_type == "Conv"):
        _flatten(convolution, graph)
    axes = numpy_helper.from_array(np.array([_HEIGHT], np.int64), _AXES)
    graph.initializer.append(axes)
    first, last = chain[0].input[0], chain[-1].output[0]
    chain[0].input[0], chain[-1].output[0] = "images/first", "images/last"
    nodes = list(graph.node)
    nodes.insert(nodes.index(chain[0]), _node("Unsqueeze", first, "images/first"))
    nodes.insert(nodes.index(chain[-1]) + 1, _node("Squeeze", "images/last", last))
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model


def _chain(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    """Yield the convolutions of signals and what stands behind each, in order."""
    readers = {name: node for node in graph.node for name in node.input[:1]}
    node = next((n for n in graph.node if n.op_type == "Conv" and len(_sizes(n)) == 1), None)
    while node is not None and node.op_type in {"Conv", "Relu"}:
        yield node
        node = readers.get(node.output[0])


def _sizes(convolution: onnx.NodeProto) -> list[int]:
    return next(list(a.ints) for a in convolution.attribute if a.name == "kernel_shape")


def _flatten(convolution: onnx.NodeProto, graph: onnx.GraphProto) -> None:
    """Give a convolution and its weights a height of one pixel."""
    for attribute in convolution.attribute:
        sizes = list(attribute.ints)
        if attribute.name in {"kernel_shape", "strides", "dilations"}:
            attribute.ints[:] = [1, *sizes]
        elif attribute.name == "pads":
            attribute.ints[:] = [0, sizes[0], 0, sizes[1]]
    # as they are, or as int8 behind a node that unfolds them
    names = {convolution.input[1], f"{convolution.input[1]}.int8"}
    (weights,) = [tensor for tensor in graph.initializer if tensor.name in names]
    weights.dims.insert(_HEIGHT, 1)


def _node(kind: str, read: str, written: str) -> onnx.NodeProto:
    return helper.make_node(kind, [read, _AXES], [written], f"images/{kind}")
