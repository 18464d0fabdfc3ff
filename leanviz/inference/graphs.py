"""What an ONNX graph asks for, looked at before ONNX Runtime loads it.

Read with a walk over its protocol buffer (https://protobuf.dev/programming-guides/encoding/; field
numbers from https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), since the library that writes
graphs is no part of leanviz as it runs.
"""

from collections.abc import Iterator

MOST_FIELDS = 200_000
MOST_DEPTH = 32
# A part computes the same for as long as there is sound; nothing in it may go round without end.
LOOPS = frozenset((b"Loop", b"Scan"))

# Which fields of a message hold which messages.
_WITHIN: dict[str, dict[int, str]] = {
    "model": {7: "graph", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {
        5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse",
    },
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}  # fmt: skip
_OP_TYPE = 4
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14


def problem_of(content: bytes) -> str:
    """Return why a graph is not to be loaded, as a clause; "" if nothing speaks against it."""
    try:
        return _Walk().message(memoryview(content), "model", 0)
    except (ValueError, IndexError):
        return "it is no ONNX graph, or is damaged"


class _Walk:
    """Goes over a graph, field by field, and no further than `MOST_FIELDS`."""

    def __init__(self) -> None:
        self._seen = 0

    def message(self, content: memoryview, kind: str, depth: int) -> str:
        """Return what is wrong with a message, "" if nothing is; ValueError if it is none."""
        if depth > MOST_DEPTH:
            raise ValueError(depth)
        for field, value in fields(content):
            self._seen += 1
            if self._seen > MOST_FIELDS:
                raise ValueError(self._seen)
            inner = _WITHIN[kind].get(field)
            if inner is not None and isinstance(value, memoryview):
                problem = self.message(value, inner, depth + 1)
            else:
                problem = _problem(kind, field, value)
            if problem:
                return problem
        return ""


def _problem(kind: str, field: int, value: memoryview | int) -> str:
    if kind == "tensor" and (field == _EXTERNAL_DATA or (field == _DATA_LOCATION and value)):
        return "it keeps weights in another file, and a part has to hold all of its own"
    if (kind, field) == ("node", _OP_TYPE) and isinstance(value, memoryview):
        return "it has a loop, which may be without end" if value.tobytes() in LOOPS else ""
    return ""


def fields(content: memoryview) -> Iterator[tuple[int, memoryview | int]]:
    """Yield number and value of each field: bytes, or a whole number; fixed ones as bytes."""
    at = 0
    while at < len(content):
        key, at = _varint(content, at)
        match key & 7:
            case 0:
                value, at = _varint(content, at)
                yield key >> 3, value
                continue
            case 1:
                stop = at + 8
            case 2:
                length, at = _varint(content, at)
                stop = at + length
            case 5:
                stop = at + 4
            case _:
                raise ValueError(key)
        if stop > len(content):
            raise ValueError(stop)
        yield key >> 3, content[at:stop]
        at = stop


def _varint(content: memoryview, at: int) -> tuple[int, int]:
    """Return a whole number and where it ends; ten bytes at most hold its 64 bits."""
    number = 0
    for shift in range(0, 70, 7):
        byte = content[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
    raise ValueError(number)
