"""What Raven reads: its own column names, and one running time over several files."""

import csv
import io
from dataclasses import replace

from leanviz.sessions.raven import raven_table
from leanviz.sessions.report import ClipReport


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), dialect="excel-tab"))


def test_header_begins_with_ravens_own_columns(report: ClipReport) -> None:
    header = raven_table([report]).split("\n")[0].split("\t")
    assert header[:7] == [
        "Selection", "View", "Channel", "Begin Time (s)", "End Time (s)", "Low Freq (Hz)",
        "High Freq (Hz)",
    ]  # fmt: skip


def test_times_run_on_over_files_and_offsets_do_not(report: ClipReport, second: ClipReport) -> None:
    """A file without events still takes its time: everything after it would be misplaced."""
    silent = replace(report, events=(), n_samples=3 * 44_100)
    rows = _rows(raven_table([report, silent, second]))
    assert [row["Selection"] for row in rows] == ["1", "2", "3"]
    before_s = 100_000 / 44_100 + 3
    assert abs(float(rows[2]["Begin Time (s)"]) - (before_s + 0.5)) < 1e-6
    assert abs(float(rows[2]["End Time (s)"]) - (before_s + 1.0)) < 1e-6
    assert [float(row["File Offset (s)"]) for row in rows] == [0.5, 1.500023, 0.5]
    assert rows[2]["Begin Path"] == f"'{second.file}"  # no formula in a spreadsheet
    assert (rows[2]["View"], rows[2]["Channel"], rows[2]["Label"]) == ("Spectrogram 1", "1", "Bark")


def test_frequencies_stay_below_what_the_file_holds(report: ClipReport, second: ClipReport) -> None:
    rows = _rows(raven_table([report, second]))
    assert [row["High Freq (Hz)"] for row in rows] == ["7500.0", "7500.0", "4000.0"]


def test_frequencies_that_a_person_gave_are_told_from_those_of_the_model(
    report: ClipReport,
) -> None:
    bark, chirp = report.events
    boxed = replace(report, events=(replace(bark, band_hz=(440.0, 1234.5678)), chirp))
    names = "Low Freq (Hz)", "High Freq (Hz)", "Frequencies"
    assert [[row[name] for name in names] for row in _rows(raven_table([boxed]))] == [
        ["440.0", "1234.5678", "label"], ["0.0", "7500.0", "model"],
    ]  # fmt: skip


def test_file_names_cannot_break_the_columns(report: ClipReport) -> None:
    rows = _rows(raven_table([replace(report, file="a\tb\nc.wav")]))
    assert [row["Begin Path"] for row in rows] == ["a b c.wav"] * 2
    assert rows[0]["Score"] == "0.8765"
