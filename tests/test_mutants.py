"""The list of planted faults keeps up with the code; `make mutants` plants them."""

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.support.mutants import REPOSITORY, Fault, faults

FAULTS = faults()
LEAST = 25


@cache
def functions_in(path: Path) -> frozenset[str]:
    """Return the names of the test functions of a file."""
    nodes = ast.parse(path.read_text(encoding="utf-8")).body
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_has_its_place_and_its_tests(fault: Fault) -> None:
    text = (REPOSITORY / fault.file).read_text(encoding="utf-8")
    planted = fault.planted(text)
    assert planted != text
    compile(planted, fault.file, "exec")
    assert fault.tests
    for test in fault.tests:
        file, _, name = test.partition("::")
        known = functions_in(REPOSITORY / file)
        assert not name or name in known, f"{test} is no test any more"


def test_faults_are_many_and_each_is_another() -> None:
    assert len(FAULTS) >= LEAST
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert len({(fault.file, fault.old, fault.new) for fault in FAULTS}) == len(FAULTS)
