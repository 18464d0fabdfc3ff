"""The formats that events are exported in, by name."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from leanviz.core.errors import ExportError
from leanviz.sessions.audacity import audacity_labels
from leanviz.sessions.dcase import dcase_table
from leanviz.sessions.jsonfile import json_lines, json_list
from leanviz.sessions.raven import raven_table
from leanviz.sessions.report import ClipReport, Report
from leanviz.sessions.table import csv_table
from leanviz.sessions.writing import write_text


class Format(StrEnum):
    """A file format for events."""

    JSON = "json"
    CSV = "csv"
    AUDACITY = "audacity"
    RAVEN = "raven"
    DCASE = "dcase"
    JSONL = "jsonl"

    @property
    def suffix(self) -> str:
        """What a file name ends with; what is tab-separated, or a list of lines, stays apart."""
        own = {"audacity": ".audacity.txt", "raven": ".raven.txt", "dcase": ".dcase.tsv"}
        # a plain .jsonl is the log of a session
        return {**own, "jsonl": ".events.jsonl"}.get(self, f".{self}")

    @property
    def holds_many(self) -> bool:
        """Whether one file can hold the events of several recordings."""
        return self is not Format.AUDACITY

    @property
    def holds_errors(self) -> bool:
        """Whether a file that could not be analysed has a place in it."""
        return self in {Format.JSON, Format.JSONL}


def as_text(reports: Sequence[Report], kind: Format) -> str:
    """Return reports in a format; ExportError if it cannot hold that many recordings."""
    results = [report for report in reports if isinstance(report, ClipReport)]
    match kind:
        case Format.JSON:
            return json_list(reports)
        case Format.JSONL:
            return json_lines(reports)
        case Format.DCASE:
            return dcase_table(results)
        case Format.CSV:
            return csv_table(results)
        case Format.RAVEN:
            return raven_table(results)
        case Format.AUDACITY:
            if len(results) > 1:
                raise ExportError("An Audacity label track holds one recording, not several.")
            return "".join(map(audacity_labels, results))


def export(reports: Sequence[Report], kind: Format, path: Path) -> None:
    """Write reports to `path`; ExportError with a sentence if that is not possible."""
    write_text(path, as_text(reports, kind))
