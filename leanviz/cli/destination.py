"""Where the reports of `analyze` go: standard output or one file; a folder is a batch's."""

from collections.abc import Sequence
from pathlib import Path

from leanviz.cli.console import as_text, emit
from leanviz.cli.options import Shape
from leanviz.cli.text import events_table, summary
from leanviz.core.errors import ExportError
from leanviz.sessions.formats import Format
from leanviz.sessions.formats import as_text as exported
from leanviz.sessions.report import ClipReport, Report
from leanviz.sessions.writing import check_place, write_text


class Destination:
    """Takes reports in the order of the files and writes them where the user wants them.

    Parameters
    ----------
    output : Path or None
        A file, or standard output.
    shape : Shape
    files : sequence of Path
        What will be analysed.

    Raises
    ------
    ExportError
        At once, before hours are spent, if the place cannot be written or cannot hold the reports.
    """

    def __init__(self, output: Path | None, shape: Shape, files: Sequence[Path]) -> None:
        self._shape, self._file = shape, output
        self._kept: list[Report] = []
        kind = format_of(shape)
        if kind is not None and not kind.holds_many and len(files) > 1:
            raise ExportError(
                "An Audacity label track holds one recording: name a folder to write to, -o FOLDER/"
            )
        if output is not None:
            check_place(output)
            _keep_sounds(output, files)

    def take(self, report: Report) -> None:
        """Take the next report; a table to print is printed at once."""
        if self._shape is Shape.TABLE and self._file is None:
            emit(_text([report], self._shape, plain=False))
        else:
            self._kept.append(report)

    def finish(self) -> None:
        """Write what was kept."""
        if self._file is not None:
            write_text(self._file, _text(self._kept, self._shape, plain=True))
        elif self._shape is not Shape.TABLE:
            emit(_text(self._kept, self._shape, plain=False))


def format_of(shape: Shape) -> Format | None:
    """Return the export format that is a shape; None for the table for people."""
    return None if shape is Shape.TABLE else Format(shape.value)


def as_written(report: ClipReport, shape: Shape) -> str:
    """Return what a file with the results of one recording holds."""
    return _text([report], shape, plain=True)


def _text(reports: Sequence[Report], shape: Shape, *, plain: bool) -> str:
    if (kind := format_of(shape)) is not None:
        return exported(reports, kind)
    results = [report for report in reports if isinstance(report, ClipReport)]
    return "".join(as_text(summary(r), events_table(r), "", plain=plain) for r in results)


def _keep_sounds(target: Path, files: Sequence[Path]) -> None:
    if target.resolve() in {path.resolve() for path in files}:
        raise ExportError(f"{target} is one of the sounds to analyse; it would be overwritten.")
