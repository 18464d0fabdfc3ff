"""Fusion that can be asked about some patches of a window, made from the graph that it came as.

What fusion says of a patch depends on the patch's embedding, its place in the window and the wave
features; it need not answer for all others too. The graph counts places itself: it numbers the
patches that it gets from 1 on and subtracts 1. Here that 1 becomes an input. All else stays as it
is, and so does every answer.
"""

import struct
from collections.abc import Iterable

from leanviz.inference.graphs import fields

Content = memoryview | bytes | int
Field = tuple[int, Content]

# Field numbers of onnx.proto, see `inference.graphs`.
_GRAPH, _NODE, _INPUT = 7, 1, 11
_NODE_INPUT, _NODE_OUTPUT, _OP_TYPE, _ATTRIBUTE = 1, 2, 4, 5
_TENSOR = 5
_FLOAT = 1
# element type and bytes of a tensor without dimensions
_ONE = {2: _FLOAT, 9: struct.pack("<f", 1.0)}
# how fields are written: a whole number, or bytes behind their length
_VARINT, _BYTES = 0, 2


def with_places(fusion: bytes) -> tuple[bytes, str] | None:
    """Return fusion with one more input, and its name; None if it does not count places so.

    Parameters
    ----------
    fusion : bytes
        An ONNX graph.

    Returns
    -------
    tuple of (bytes, str) or None
        The input is a float without dimensions: 1 where the patches begin with the first of the
        window, ``1 - n`` where they begin with its patch `n`.
    """
    try:
        model = list(fields(memoryview(fusion)))
        graph = [field for number, part in model if number == _GRAPH for field in _within(part)]
        nodes = [_Node(part) for number, part in graph if number == _NODE]
        name = _subtracted(nodes)
        kept = [f for f in graph if f[0] != _NODE or not _Node(f[1]).is_one(name)]
    except (ValueError, IndexError):  # whatever it is, ONNX Runtime will say so
        return None
    if len(graph) - len(kept) != 1:
        return None
    changed = _message([*kept, (_INPUT, _number(name))])
    return _message((n, changed if n == _GRAPH else part) for n, part in model), name


class _Node:
    """What a node does, and the names of what it reads and writes."""

    def __init__(self, content: Content) -> None:
        found: dict[int, list[str]] = {_NODE_INPUT: [], _NODE_OUTPUT: [], _OP_TYPE: []}
        for number, value in _within(content):
            if number in found and not isinstance(value, int):
                found[number].append(str(value, "utf-8"))
        self.inputs, self.outputs = found[_NODE_INPUT], found[_NODE_OUTPUT]
        self.kind = "".join(found[_OP_TYPE])
        self._content = content

    def is_one(self, name: str) -> bool:
        """Tell whether it is the constant 1 of a name, a float without dimensions."""
        if self.kind != "Constant" or self.outputs != [name]:
            return False
        values = [value for number, value in _within(self._content) if number == _ATTRIBUTE]
        tensors = [part for value in values for number, part in _within(value) if number == _TENSOR]
        return [dict(_within(tensor)) for tensor in tensors] == [_ONE]


def _subtracted(nodes: list[_Node]) -> str:
    """Return the name of what is subtracted from the numbers of the patches; "" if nothing is."""
    makers = {name: node for node in nodes for name in node.outputs}
    for node in nodes:
        counted = makers.get(node.inputs[0]) if node.kind == "Sub" else None
        if counted is None or counted.kind != "CumSum":
            continue
        if _source(counted, makers, len(nodes)) == "embeddings":
            return node.inputs[1]
    return ""


def _source(node: _Node, makers: dict[str, _Node], most: int) -> str:
    """Return the input of the graph that what a node reads first is made from."""
    name = node.inputs[0]
    for _ in range(most):  # a graph may be damaged, and go round
        maker = makers.get(name)
        if maker is None or not maker.inputs:
            break
        name = maker.inputs[0]
    return name


def _within(content: Content) -> list[Field]:
    """Return the fields of a message; ValueError if it is none."""
    return list(fields(memoryview(b"\xff" if isinstance(content, int) else content)))


def _number(name: str) -> bytes:
    """Return the description of an input that is one float (ValueInfoProto)."""
    tensor = _message([(1, _FLOAT), (2, b"")])  # element type, and a shape of no dimensions
    return _message([(1, name.encode()), (2, _message([(1, tensor)]))])


def _message(parts: Iterable[Field]) -> bytes:
    """Return fields as they are written."""
    written = bytearray()
    for number, value in parts:
        if isinstance(value, int):
            written += _varint(number << 3 | _VARINT) + _varint(value)
        else:
            written += _varint(number << 3 | _BYTES) + _varint(len(value)) + bytes(value)
    return bytes(written)


def _varint(number: int) -> bytes:
    """Return a whole number, seven bits at a time, the lowest first."""
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])
