"""CSV: read back by a CSV reader, harmless in a spreadsheet."""

import csv
import io
from dataclasses import replace

import pytest

from leanviz.sessions.report import ClipReport
from leanviz.sessions.table import csv_table


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_columns(report: ClipReport, second: ClipReport) -> None:
    text = csv_table([report, second])
    assert text.startswith(
        "file,start_s,end_s,label,score,threshold,source,wall_time,review,low_hz,high_hz\n"
    )
    rows = _rows(text)
    assert rows[1] == {
        "file": "dog, and bird.wav",
        "start_s": "1.500023",
        "end_s": "2.000000",
        "label": "Chirp_and_tweet",
        "score": "",
        "threshold": "",
        "source": "manual",
        "wall_time": "",
        "review": "",
        "low_hz": "",
        "high_hz": "",
    }
    assert rows[2]["wall_time"] == "2026-03-02T00:00:00.250+02:00"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_name_becomes_a_formula(report: ClipReport, start: str) -> None:
    """Opened in a spreadsheet, ``=HYPERLINK(...)`` would run."""
    rows = _rows(csv_table([replace(report, file=f"{start}SUM(A1).wav")]))
    assert rows[0]["file"] == f"'{start}SUM(A1).wav".replace("\t", " ").replace("\r", " ")


def test_quotes_survive_and_line_ends_become_spaces(report: ClipReport) -> None:
    """A row is a line, for `grep` and for readers that split before they unquote."""
    text = csv_table([replace(report, file='a  "b",\nc\r.wav')])
    assert [row["file"] for row in _rows(text)] == ['a  "b", c .wav'] * 2
    assert len(text.splitlines()) == 3
