"""What `leanviz bench` measures besides files and the window: the shape of what it tells."""

import json
import os
import sys
from pathlib import Path

import pytest

from leanviz.cli.bench_memory import KINDS, bench_memory
from leanviz.cli.bench_peer import Cost, beside, parent_of, running, tree
from leanviz.cli.bench_stages import bench_stages, likeness
from leanviz.core.errors import UserError
from leanviz.core.resources import resource_path
from leanviz.inference.folder import PARTS
from tests.cli.running import Run

# A program with a child that works.
PEER = f'{sys.executable} -c "import os; os.fork(); [sum(range(10**6)) for _ in iter(int, 1)]"'


def test_every_part_of_the_model_is_timed_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leanviz.cli.bench_stages.HEARD_S", 2.0)
    monkeypatch.setattr("leanviz.cli.bench_stages.TURNS", 1)
    monkeypatch.setattr("leanviz.cli.bench_stages.TOGETHER", 1)
    told = json.loads(bench_stages(None, None, 1, as_json=True))
    assert set(told["milliseconds"]) == set(PARTS)
    for row in told["milliseconds"].values():
        assert row["float32"] > 0
        assert row["stored"] > 0
        assert row["likeness"] == pytest.approx(1.0, abs=0.01), "weights alone are stored in int8"
    assert told["sound to YAMNet"] > 0


def test_without_what_runs_tflite_a_sentence_says_so(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    with pytest.raises(UserError, match="pip install ai-edge-litert"):
        bench_stages(None, resource_path("lean", "yamnet.onnx"), 1, as_json=True)
    assert run("bench", "--tflite", "no such file").code == 2


def test_likeness() -> None:
    import numpy as np

    first, second = np.array([1.0, 0.0], np.float32), np.array([0.0, 2.0], np.float32)
    assert (likeness(first, 3 * first), likeness(first, second)) == (1.0, 0.0)


def test_memory_is_that_of_a_process_for_each_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(KINDS, "pictures")
    told = json.loads(bench_memory(as_json=True, lengths_s=(1.2,)))
    (row,) = told["megabytes"].values()
    assert set(row) == {*KINDS, *(f"{kind}, seconds" for kind in KINDS)}
    assert all(row[kind] > 10 for kind in KINDS)


def test_a_program_beside_ours_is_measured_with_its_children(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("leanviz.cli.bench_peer.SETTLE_S", 0.0)
    its, ours = Cost(0.0, 0.0, 0), Cost(0.0, 0.0, 0)
    for seconds in (0.2, 2.0, 8.0):  # Python takes its time to start on a busy machine
        try:
            its, ours = beside(PEER, os.getpid(), seconds)
        except UserError:
            continue
        if its.processes == 2 and its.cpu_percent > 0:
            break
    assert its.processes == 2
    assert its.cpu_percent > 0
    assert its.resident_mb > 1
    assert ours.processes == 1


def test_a_program_that_cannot_be_started_is_named() -> None:
    for command in ("/no/such/program", "", "'"):
        with pytest.raises(UserError, match="cannot be started"), running(command):
            pass


def test_a_tree_is_read_from_proc(tmp_path: Path) -> None:
    for pid, parent in ((7, 1), (8, 7), (9, 8), (10, 1)):
        (tmp_path / str(pid)).mkdir()
        (tmp_path / str(pid) / "stat").write_text(f"{pid} (a) b) S {parent} 7 7 0 -1\n")
    assert tree(7, tmp_path) == [7, 8, 9]
    assert tree(11, tmp_path) == []
    assert parent_of("7 (x (y) S 12 1") == 12
