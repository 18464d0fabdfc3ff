"""Skips by list only: a test that is skipped for a reason nobody wrote down fails the run.

The hooks are pytest's own and work in each process of pytest-xdist; `tests/conftest.py` takes them.
"""

import re
from collections.abc import Generator
from pathlib import Path

import pytest

LIST = Path(__file__).resolve().parent.parent / "allowed_skips.txt"


def allowed_reasons(path: Path = LIST) -> tuple[re.Pattern[str], ...]:
    """Return the patterns of a list: lines that are neither empty nor begin with #."""
    lines = map(str.strip, path.read_text(encoding="utf-8").splitlines())
    return tuple(re.compile(line) for line in lines if line and not line.startswith("#"))


ALLOWED = allowed_reasons()


def _check(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip that is not on the list into a failure."""
    if not report.skipped or hasattr(report, "wasxfail"):
        return
    said = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    reason = said.removeprefix("Skipped: ")
    if not any(pattern.fullmatch(reason) for pattern in ALLOWED):
        report.outcome = "failed"
        report.longrepr = f"skipped for a reason that is not in tests/{LIST.name}: {reason}"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Judge the skip of a test."""
    report = yield
    _check(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Judge the skip of a whole file or folder."""
    report = yield
    _check(report)
    return report
