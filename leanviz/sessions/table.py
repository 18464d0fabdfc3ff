"""CSV tables of events: one row per event, one header, any number of recordings."""

import csv
import io
from collections.abc import Iterable

from leanviz.sessions.report import ClipReport, harmless, hz_text, wall_time

HEADER = (
    "file", "start_s", "end_s", "label", "score", "threshold", "source", "wall_time", "review",
    "low_hz", "high_hz",
)  # fmt: skip


def csv_table(reports: Iterable[ClipReport]) -> str:
    """Return the events of recordings as comma-separated values.

    Where a person gave the label there is no score, and no threshold for it.
    """
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(HEADER)
    for report in reports:
        for event in report.events:
            onset_s, offset_s = report.onset_s(event), report.offset_s(event)
            rows.writerow((
                harmless(report.file), f"{onset_s:.6f}", f"{offset_s:.6f}", harmless(event.label),
                f"{event.score:.4f}" if event.scored else "",
                f"{report.threshold(event):.4f}" if event.scored else "", event.provenance.value,
                wall_time(report.started, onset_s), event.review.value,
                *(map(hz_text, event.band_hz) if event.band_hz else ("", "")),
            ))  # fmt: skip
    return text.getvalue()


def split_row(line: str, delimiter: str) -> list[str]:
    """Return the fields of a line; only commas and semicolons are ever within quotes."""
    if delimiter == "\t":
        return line.split("\t")
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return [line]
