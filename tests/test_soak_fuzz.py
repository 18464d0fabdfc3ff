"""Ten thousand spoilt files: each is read, or refused in a sentence; none crashes, none hangs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.fuzzing import HANG_S, KINDS, fuzz

REPOSITORY = Path(__file__).resolve().parent.parent
# `LEANVIZ_FUZZ=5000` looks for longer.
INPUTS = int(os.environ.get("LEANVIZ_FUZZ", "420"))
AT_A_TIME = 70


@pytest.mark.parametrize("kind", KINDS)
def test_a_few_spoilt_files_are_read_or_refused(tmp_path: Path, kind: str) -> None:
    assert fuzz(tmp_path, kind, 0, 2) == []


def _in_a_process(folder: Path, kind: str, first: int, last: int) -> list[str]:
    """Read some inputs; one that kills the process is a finding, and the rest is read after it."""
    command = [sys.executable, "-m", "tests.support.fuzzing", folder, kind, str(first), str(last)]
    limit_s = 10 * HANG_S
    try:
        done = subprocess.run(
            command, cwd=REPOSITORY, capture_output=True, text=True, timeout=limit_s, check=False
        )
        why = f"exit code {done.returncode}: {done.stderr[-2000:]}"
    except subprocess.TimeoutExpired:
        why = f"not done after {limit_s} s"
    else:
        if done.returncode == 0:
            return json.loads((folder / f"{kind}.findings").read_text())
    culprit = int((folder / f"{kind}.at").read_text())
    rest = _in_a_process(folder, kind, culprit + 1, last) if culprit + 1 < last else []
    return [f"{culprit}: {why}", *rest]


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", KINDS)
def test_no_spoilt_file_crashes_or_hangs(tmp_path: Path, kind: str) -> None:
    findings: list[str] = []
    for first in range(0, INPUTS, AT_A_TIME):
        findings += _in_a_process(tmp_path, kind, first, min(INPUTS, first + AT_A_TIME))
    assert not findings, f"{len(findings)} of {INPUTS}\n" + "\n".join(findings[:5])
