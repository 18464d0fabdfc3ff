"""What a batch writes when it is through: one table of all events, and a list of all files."""

import csv
import importlib
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from leanviz.audio.recording_date import NOT_KNOWN, by_name
from leanviz.core.clock import seconds
from leanviz.core.errors import ExportError
from leanviz.core.events import Event
from leanviz.inference.model import LeanModel
from leanviz.pipeline.batch_journal import Entry, Journal
from leanviz.pipeline.batch_work import BatchWork
from leanviz.sessions.report import ClipReport, harmless, printable
from leanviz.sessions.table import csv_table
from leanviz.sessions.writing import replacing

EVENTS_CSV, EVENTS_PARQUET, FILES_CSV = "events.csv", "events.parquet", "files.csv"
FILES_HEADER = (
    "file",
    "result",
    "duration_s",
    "events",
    "left_out",
    "truncated",
    "error",
    "began",
    "began_from",
)

# Recordings whose events make one block of the Parquet file: what is held in memory.
_BLOCK = 2_000


def write_tables(folder: Path, journal: Journal, work: BatchWork, model: LeanModel) -> list[Path]:
    """Write the tables of all that the journal knows, in order of the files' paths.

    Parquet is written only where pyarrow is installed. Returns what was written.

    Raises
    ------
    ExportError
        If that is not possible; what was there before is left.
    """
    reporter = Reporter(work, model)
    written = [folder / EVENTS_CSV, folder / FILES_CSV]
    _write_lines(written[0], _event_lines(map(reporter.report, _analyzed(journal))))
    with replacing(written[1]) as place, place.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(FILES_HEADER)
        table.writerows(map(_file_row, journal.entries()))
    if has_parquet():
        written.append(folder / EVENTS_PARQUET)
        _write_parquet(written[-1], map(reporter.report, _analyzed(journal)))
    return written


def has_parquet() -> bool:
    """Tell whether pyarrow is installed, which writes Parquet."""
    return find_spec("pyarrow") is not None


class Reporter:
    """Makes reports of what the journal remembers; they have no clip scores."""

    def __init__(self, work: BatchWork, model: LeanModel) -> None:
        self._work, self._model = work, model
        self._names = frozenset(model.taxonomy.names)

    def report(self, entry: Entry) -> ClipReport:
        """Return the report of a file that was analysed.

        Raises
        ------
        ExportError
            If the journal has labels that the model lacks: somebody has changed it.
        """
        strange = {event.label for event in entry.result.events} - self._names
        if strange:
            raise ExportError(
                f"The journal of the batch has labels that the model lacks ({min(strange)}): "
                "add --restart to do all again."
            )
        told = NOT_KNOWN
        if self._work.file_dates:
            # journals from before know nothing of headers
            told = entry.result.began if entry.result.began.moment else by_name(Path(entry.file))
        return ClipReport(
            file=entry.file,
            sample_rate=entry.result.sample_rate,
            n_samples=entry.result.n_samples,
            model=self._work.identity,
            events=entry.result.events,
            clip_scores=np.zeros(0, np.float32),
            taxonomy=self._model.taxonomy,
            rules=self._work.rules,
            truncated=entry.result.truncated,
            started=told.moment,
            dated_by=told.teller or "",
        )


def _analyzed(journal: Journal) -> Iterator[Entry]:
    return (entry for entry in journal.entries() if not entry.result.error)


def _event_lines(reports: Iterable[ClipReport]) -> Iterator[str]:
    """Yield the table that the CSV exporter makes, without holding it as a whole."""
    header = csv_table([])
    yield header
    for report in reports:
        yield csv_table([report]).removeprefix(header)


def _write_lines(path: Path, parts: Iterable[str]) -> None:
    with replacing(path) as place, place.open("w", encoding="utf-8", newline="") as file:
        file.writelines(parts)


def _file_row(entry: Entry) -> tuple[str, ...]:
    result, told = entry.result, entry.result.began
    if result.error or entry.place is None:
        return (harmless(entry.file), "", "", "", "", "", harmless(result.error), "", "")
    duration_s = seconds(result.n_samples, result.sample_rate)
    facts = f"{duration_s:.6f}", str(len(result.events)), str(result.left_out)
    cut = "yes" if result.truncated else ""
    moment = "" if told.moment is None else told.moment.isoformat()
    place = harmless(printable(str(entry.place)))
    return (harmless(entry.file), place, *facts, cut, "", moment, told.teller or "")


def _write_parquet(path: Path, reports: Iterable[ClipReport]) -> None:
    # by name: the extra is not there everywhere, and has no types
    arrow, parquet = (importlib.import_module(name) for name in ("pyarrow", "pyarrow.parquet"))
    kinds = {
        "file": arrow.string(),
        "start_s": arrow.float64(),
        "end_s": arrow.float64(),
        "label": arrow.string(),
        "score": arrow.float64(),
        "threshold": arrow.float64(),
        "source": arrow.string(),
    }
    schema = arrow.schema(list(kinds.items()))
    try:
        with replacing(path) as place, parquet.ParquetWriter(place, schema) as writer:
            for rows in _blocks(reports):
                writer.write_table(arrow.Table.from_pylist(rows, schema=schema))
    except arrow.ArrowException as error:
        raise ExportError(f"{path} cannot be written: {error}.") from error


def _blocks(reports: Iterable[ClipReport]) -> Iterator[list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    for number, report in enumerate(reports, 1):
        rows += [_row(report, event) for event in report.events]
        if number % _BLOCK == 0:
            yield rows
            rows = []
    yield rows


def _row(report: ClipReport, event: Event) -> dict[str, Any]:
    return {
        "file": report.file,
        "start_s": report.onset_s(event),
        "end_s": report.offset_s(event),
        "label": event.label,
        "score": float(event.score),
        "threshold": report.threshold(event),
        "source": event.provenance.value,
    }
