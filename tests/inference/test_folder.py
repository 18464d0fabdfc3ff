"""A model folder of somebody else: what it may not ask for, and what it may not be called."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leanviz.core.errors import ModelError
from leanviz.core.resources import resource_path
from leanviz.inference import folder as model_folder
from leanviz.inference.graphs import MOST_FIELDS, problem_of
from leanviz.inference.model import LeanModel

BUNDLED = resource_path("lean")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the bundled model folder."""
    return Path(shutil.copytree(BUNDLED, tmp_path / "model"))


def sentence(folder: Path) -> str:
    with pytest.raises(ModelError) as caught:
        LeanModel.open(folder)
    said = str(caught.value)
    assert said.endswith(".")
    assert said.isprintable()
    return said


def describe(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "model.json"
    metadata = json.loads(path.read_bytes())
    change(metadata)
    path.write_text(json.dumps(metadata), encoding="utf-8")


def put(folder: Path, part: str, content: bytes) -> None:
    (folder / f"{part}.onnx").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    describe(folder, lambda told: told["files"].update({f"{part}.onnx": digest}))


def _graph() -> Any:
    import onnx

    return onnx.load(BUNDLED / "wave.onnx")


def test_weights_outside_the_folder_are_refused(folder: Path) -> None:
    """ONNX may name any file to read weights from."""
    graph = _graph()
    tensor = graph.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = 1
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../../../etc/passwd"
    put(folder, "wave", graph.SerializeToString())
    assert "keeps weights in another file" in sentence(folder)


def _outer(graph: Any, kind: str) -> bytes:
    """Hide a node of a kind in a branch of another."""
    node = graph.graph.node.add()
    node.op_type = "If"
    branch = node.attribute.add()
    branch.name = "then_branch"
    branch.g.node.add().op_type = kind
    return graph.SerializeToString()


def test_loops_are_refused_wherever_they_are(folder: Path) -> None:
    put(folder, "wave", _outer(_graph(), "Loop"))
    assert "it has a loop" in sentence(folder)
    assert problem_of(_outer(_graph(), "Add")) == ""


def test_operators_that_onnx_runtime_does_not_have_are_refused(folder: Path) -> None:
    graph = _graph()
    graph.graph.node[0].domain = "com.somebody"
    put(folder, "wave", graph.SerializeToString())
    assert "cannot be loaded by ONNX Runtime" in sentence(folder)


@pytest.mark.parametrize(
    "content", [b"\xff" * 20, b"\x3a\xff\xff\xff\xff\x0f", b"\x0b", bytes(2 * MOST_FIELDS + 2)]
)
def test_what_is_no_graph_is_refused(content: bytes) -> None:
    """Numbers and messages without end, groups, and more fields than anybody needs."""
    assert "no ONNX graph" in problem_of(content)


@pytest.mark.parametrize(("part", "instead"), [("wave", "yamnet"), ("fusion", "wave")])
def test_parts_in_the_wrong_place(folder: Path, part: str, instead: str) -> None:
    put(folder, part, (BUNDLED / f"{instead}.onnx").read_bytes())
    assert str(folder) in sentence(folder)


def test_a_part_that_takes_something_else_does_not_run(folder: Path) -> None:
    graph = _graph()
    for node in graph.graph.node:
        node.input[:] = ["sound" if name == "samples" else name for name in node.input]
    graph.graph.input[0].name = "sound"
    put(folder, "wave", graph.SerializeToString())
    assert "does not run" in sentence(folder)


def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    for name in ("wave.onnx", "model.json"):
        (folder / name).unlink()
        os.mkfifo(folder / name)
        assert "it is no file" in sentence(folder)


def test_sizes_and_counts_have_limits(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, limit, said in (
        ("MOST_CLASSES", 199, "200 classes"),
        ("MOST_FILES", 2, "3 files"),
        ("MOST_PART_BYTES", 1_000_000, "yamnet.onnx cannot be read: it is larger than 1 MB"),
        ("MOST_BYTES", 10_000, "No model in"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(model_folder, name, limit)
            assert said in sentence(folder)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "<b>Dog</b>"),
        ("name", "Dog\x1b[2J"),
        ("name", "D" * 101),
        ("name", ["Dog"]),
        ("name", "Accelerating_and_revving_and_vroom"),  # as the class before it
        ("title", "Dog\n"),
        ("title", ""),
        ("mid", "\u202e"),
        ("threshold", float("nan")),
        ("threshold", "0.5"),
        ("threshold", True),
    ],
)
def test_names_that_cannot_be_shown_and_thresholds_that_are_none(
    folder: Path, key: str, value: object
) -> None:
    describe(folder, lambda told: told["labels"][1].update({key: value}))
    assert "damaged in its list of labels" in sentence(folder)


@pytest.mark.parametrize("key", ["name", "version"])
def test_a_model_called_what_cannot_be_shown(folder: Path, key: str) -> None:
    describe(folder, lambda told: told.update({key: "\x1b]0;owned\x07"}))
    assert "no name and version that can be shown" in sentence(folder)
