"""TensorFlow's padding, told to the convolutions of a graph themselves.

PyTorch exports uneven padding as a ``Pad`` before each convolution. ONNX Runtime then leaves its
blocked memory layout for every one of them, which costs a third of YAMNet's time; the results are
the same to the bit.
"""

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import TensorProto, helper


def pads_inside(model: onnx.ModelProto) -> onnx.ModelProto:
    """Move the zeros that ``Pad`` adds around images into the convolutions that they are for."""
    graph = model.graph
    for pad, amounts in _pads(model):
        (convolution,) = [node for node in graph.node if pad.output[0] in node.input]
        assert convolution.op_type == "Conv"
        assert not amounts[[0, 1, 4, 5]].any(), "only height and width may be padded"
        inside = next(a for a in convolution.attribute if a.name == "pads")
        whole = np.array(inside.ints) + amounts[[2, 3, 6, 7]]
        inside.ints[:] = whole.tolist()
        convolution.input[0] = pad.input[0]
        graph.node.remove(pad)
    _drop_unused(graph)
    onnx.checker.check_model(model)
    return model


def _pads(model: onnx.ModelProto) -> list[tuple[onnx.NodeProto, npt.NDArray[np.int64]]]:
    """Return the ``Pad`` nodes before convolutions of images, with how much each adds."""
    pads = [node for node in model.graph.node if node.op_type == "Pad"]
    if not pads:
        return []
    # The exporter computes the amounts in the graph; ONNX Runtime is asked what they come to.
    names = [node.input[1] for node in pads]
    asked = onnx.ModelProto()
    asked.CopyFrom(model)
    del asked.graph.output[:]
    asked.graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.INT64, None) for name in names
    )
    session = onnxruntime.InferenceSession(
        asked.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    inputs = {
        each.name: np.zeros([d.dim_value or 1 for d in each.type.tensor_type.shape.dim], np.float32)
        for each in model.graph.input
    }
    amounts = (np.asarray(found, np.int64) for found in session.run(names, inputs))
    return list(zip(pads, amounts, strict=True))


def _drop_unused(graph: onnx.GraphProto) -> None:
    """Remove the nodes whose results nobody reads any more."""
    wanted = {output.name for output in graph.output}
    for node in reversed(list(graph.node)):  # sorted: a node comes before those that read it
        if wanted.isdisjoint(node.output):
            graph.node.remove(node)
        else:
            wanted.update(node.input)
    kept = [tensor for tensor in graph.initializer if tensor.name in wanted]
    del graph.initializer[:]
    graph.initializer.extend(kept)
