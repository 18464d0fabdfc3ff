"""Adding the readout to a model folder's graphs, and taking it out again.

The readout leaves YAMNet's trunk after layer 12. What it says of its classes travels behind the
embedding of each patch, and replaces in fusion what the heads say of them; every other score is
the same to the bit. What the heads knew of its classes is not kept.
"""

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

from leanviz.core.alignment import EMBEDDING_WIDTH
from leanviz.core.errors import UserError

# What the readout adds to a graph is named so.
PREFIX = "readout/"
PLAIN = {name: f"{PREFIX}plain_{name}" for name in ("embeddings", "frame_logits")}
# Where each class stands in the weights of heads; the last stands in for those that are not kept.
KEPT, GONE = f"{PREFIX}kept", -1
# Convolutions before layer 13 of the trunk: one in layer 1, two in each of 2 to 12.
BEFORE = 23


def middle(trunk: onnx.ModelProto) -> str:
    """Return the name of the map [n, 512, 6, 4] that a trunk's layer 13 sees."""
    convolutions = [node for node in trunk.graph.node if node.op_type == "Conv"]
    return convolutions[BEFORE].input[0]


def bare(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a copy of a trunk's or fusion's graph without a readout.

    What the heads did not keep of its classes is zero.
    """
    plain = onnx.ModelProto()
    plain.CopyFrom(model)
    graph = plain.graph
    _fill(graph)
    nodes = [node for node in graph.node if not node.name.startswith(PREFIX)]
    tensors = [tensor for tensor in graph.initializer if not tensor.name.startswith(PREFIX)]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(tensors)
    for name, aside in PLAIN.items():
        _rename(graph, aside, name)
    _widen(graph, EMBEDDING_WIDTH)
    return plain


def on_trunk(trunk: onnx.ModelProto, readout: onnx.ModelProto, n: int) -> onnx.ModelProto:
    """Return a bare trunk that gives a readout's `n` logits behind each embedding.

    Parameters
    ----------
    readout : onnx.ModelProto
        ``map`` and ``embeddings`` to ``logits``.
    """
    grafted, source = bare(trunk), middle(trunk)
    graph = grafted.graph
    _rename(graph, "embeddings", PLAIN["embeddings"])
    _take_over(graph, readout, {"map": source, "embeddings": PLAIN["embeddings"]})
    inputs = [PLAIN["embeddings"], f"{PREFIX}logits"]
    graph.node.append(_node("Concat", inputs, ["embeddings"], axis=1))
    _widen(graph, EMBEDDING_WIDTH + n)
    onnx.checker.check_model(grafted)
    return grafted


def on_fusion(
    fusion: onnx.ModelProto, classes: npt.NDArray[np.intp], n_classes: int
) -> onnx.ModelProto:
    """Return a bare fusion that takes its logits of some classes from behind the embeddings.

    Raises
    ------
    UserError
        If its heads know nothing of another class: it had a readout for more classes.
    """
    grafted = bare(fusion)
    graph = grafted.graph
    _forget(graph, classes, n_classes)
    _rename(graph, "embeddings", PLAIN["embeddings"])
    for node in graph.node:
        node.output[:] = [PLAIN["frame_logits"] if o == "frame_logits" else o for o in node.output]
    order = np.arange(n_classes)
    order[classes] = n_classes + np.arange(len(classes))
    for name, array in (("split", [EMBEDDING_WIDTH, len(classes)]), ("order", order)):
        constant = numpy_helper.from_array(np.asarray(array, np.int64), f"{PREFIX}{name}")
        graph.initializer.append(constant)
    parts = [PLAIN["embeddings"], f"{PREFIX}logits"]
    graph.node.insert(0, _node("Split", ["embeddings", f"{PREFIX}split"], parts, axis=2))
    said = [PLAIN["frame_logits"], f"{PREFIX}logits"]
    nodes = [
        _node("Concat", said, [f"{PREFIX}both"], axis=2),
        _node("Gather", [f"{PREFIX}both", f"{PREFIX}order"], ["frame_logits"], axis=2),
    ]
    last = max(at for at, n in enumerate(graph.node) if PLAIN["frame_logits"] in n.output)
    for node in reversed(nodes):
        graph.node.insert(last + 1, node)
    _widen(graph, EMBEDDING_WIDTH + len(classes))
    onnx.checker.check_model(grafted)
    return grafted


def _forget(graph: onnx.GraphProto, classes: npt.NDArray[np.intp], n_classes: int) -> None:
    """Keep no columns for some classes in the weights of heads.

    Unfolded the matrices have their old shape, so that no other logit changes by a bit.
    """
    heads = [t for t in graph.initializer if t.name.endswith(".int8") and t.dims[-1] == n_classes]
    others = np.setdiff1d(np.arange(n_classes), classes)
    order = np.full(n_classes, GONE)
    order[others] = np.arange(len(others))
    whole = {head.name: numpy_helper.to_array(head)[:, others] for head in heads}
    known = [values.any(0) for values in whole.values()]
    if known and not np.any(known, axis=0).all():
        raise UserError(
            "The model folder has a readout for classes that have clips here, and its heads know "
            "nothing of them: train a model on these clips first."
        )
    graph.initializer.append(numpy_helper.from_array(order.astype(np.int64), KEPT))
    for head in heads:
        name, kept = head.name, f"{PREFIX}{head.name}"
        head.CopyFrom(numpy_helper.from_array(whole[name], kept))
        graph.node.insert(0, helper.make_node("Gather", [kept, KEPT], [name], kept, axis=1))


def _fill(graph: onnx.GraphProto) -> None:
    """Give the weights of heads their columns back, those that were not kept as zeros."""
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    if KEPT not in tensors:
        return
    order = numpy_helper.to_array(tensors[KEPT])
    for node in graph.node:
        if KEPT in node.input:
            kept = tensors[node.input[0]]
            values = numpy_helper.to_array(kept)[:, order]
            values[:, order == GONE] = 0
            kept.CopyFrom(numpy_helper.from_array(values, node.output[0]))


def _take_over(graph: onnx.GraphProto, other: onnx.ModelProto, inputs: dict[str, str]) -> None:
    """Append another graph's nodes and weights; its inputs are tensors of the first."""
    for tensor in other.graph.initializer:
        tensor.name = f"{PREFIX}{tensor.name}"
    for at, node in enumerate(other.graph.node):
        node.name = f"{PREFIX}{at}"
        node.input[:] = [inputs.get(i, f"{PREFIX}{i}") if i else i for i in node.input]
        node.output[:] = [f"{PREFIX}{o}" for o in node.output]
    graph.initializer.extend(other.graph.initializer)
    graph.node.extend(other.graph.node)


def _rename(graph: onnx.GraphProto, old: str, new: str) -> None:
    """Give a tensor another name wherever a node reads or writes it."""
    for node in graph.node:
        node.input[:] = [new if name == old else name for name in node.input]
        node.output[:] = [new if name == old else name for name in node.output]


def _widen(graph: onnx.GraphProto, width: int) -> None:
    """Say how wide the embeddings are that a graph takes or gives."""
    for told in (*graph.input, *graph.output):
        if told.name == "embeddings":
            told.type.tensor_type.shape.dim[-1].dim_value = width


def _node(kind: str, inputs: list[str], outputs: list[str], axis: int) -> onnx.NodeProto:
    return helper.make_node(kind, inputs, outputs, f"{PREFIX}{kind}", axis=axis)
