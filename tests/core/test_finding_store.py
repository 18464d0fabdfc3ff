"""Findings as rows of numbers are the findings that went in."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leanviz.core import finding_store
from leanviz.core.decisions import PatchClock, place
from leanviz.core.events import Candidate, Finding, Specific
from leanviz.core.finding_store import FindingStore
from tests.core.material import TAXONOMY

LABELS = st.integers(0, len(TAXONOMY) - 1)
PARTS = st.floats(0, 1)
SPECIFICS = st.builds(Specific, LABELS, PARTS, PARTS, st.integers(1, 2**20), PARTS)
CANDIDATES = st.builds(
    Candidate,
    LABELS,
    first=st.integers(0, 2**20),
    last=st.integers(2**20, 2**21),
    score=PARTS,
    decided=st.integers(0, 2**21),
    specifics=st.lists(SPECIFICS, max_size=4).map(tuple),
    presence=PARTS,
)


def placed(candidate: Candidate, shown: int) -> Finding:
    found = place(candidate, PatchClock(192_000), TAXONOMY)
    return replace(found, event=replace(found.event, shown=shown))


FINDINGS = st.lists(st.builds(placed, CANDIDATES, st.integers(-1, 2**45)), max_size=12)
STEPS = st.lists(st.tuples(FINDINGS, st.integers(0, 14)), max_size=5)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding_store, "_CHUNK", 4)


def shown(findings: "list[Finding] | FindingStore") -> list[int]:
    """Return what equality of events passes over."""
    return [finding.event.shown for finding in findings]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_a_store_is_a_list(steps: list[tuple[list[Finding], int]]) -> None:
    store, plain = FindingStore(TAXONOMY, store=np.copy), list[Finding]()
    for findings, dropped in steps:
        before, as_it_was = store.snapshot(), plain.copy()
        store.extend(findings)
        plain += findings
        store.drop(dropped)
        del plain[:dropped]
        assert len(store) == len(plain)
        assert store == plain
        assert list(store) == plain
        assert shown(store) == shown(plain)
        assert [store.event(at) for at in range(len(store))] == [f.event for f in plain]
        assert store.column("score").tolist() == [f.candidate.score for f in plain]
        assert store.column("count", 2).tolist() == [len(f.candidate.specifics) for f in plain[2:]]
        assert list(before) == as_it_was, "a snapshot stays as it was"
        specifics = [s.label for f in plain[1:3] for s in f.candidate.specifics]
        assert store.specifics(1, min(3, len(plain)))[1]["label"].tolist() == specifics


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FINDINGS, FINDINGS, st.slices(12))
def test_a_part_of_a_store_stands_alone(
    findings: list[Finding], more: list[Finding], part: slice
) -> None:
    store = FindingStore(TAXONOMY, findings)
    taken = store[part]
    store.extend(more)
    assert taken == findings[part]
    other = FindingStore(TAXONOMY, more)
    other.extend(taken)
    assert other == [*more, *findings[part]]


def test_ten_hours_of_findings_are_small() -> None:
    """What an analysis of hours keeps: eleven megabytes, not sixty."""
    found = placed(Candidate(3, 1, 2, 0.5, 4, (Specific(1, 0.5, 0.5, 2),)), -1)
    store = FindingStore(TAXONOMY)
    for _ in range(5):
        store.extend([found] * 150)
        store.extend(store[:])
    rows, specifics = store.numbers(0, len(store))
    assert (rows.nbytes + specifics.nbytes) / len(store) < 110
    assert np.isfinite(store.column("score")).all()
