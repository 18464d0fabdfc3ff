"""Labelled clips: a CSV table with one row per sound file."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from leanviz.core.bounded import read_table
from leanviz.core.errors import UserError
from leanviz.core.taxonomy import Taxonomy
from leanviz.sessions.labels import Problem
from leanviz.sessions.report import printable

NEEDED = ("filename", "split", "source", "native_label", "fsd50k_labels")


@dataclass(frozen=True, slots=True)
class ClipRow:
    """One labelled clip.

    Attributes
    ----------
    path : Path
    split : str
        ``train``, ``val`` or whatever the table says.
    source : str
        The collection that the clip is from.
    native_label : str
        What that collection calls the sound.
    labels : tuple of int
        Positions in the taxonomy, ancestors included; at least one, each once.
    group : str
        Clips cut from one recording share it; "" where the table does not say.
    non_commercial : bool
        Whether the clip's own licence forbids commercial use.
    """

    path: Path
    split: str
    source: str
    native_label: str
    labels: tuple[int, ...]
    group: str = ""
    non_commercial: bool = False


@dataclass(frozen=True, slots=True)
class Manifest:
    """A table of labelled clips, and what could not be used of it.

    Attributes
    ----------
    rows : tuple of ClipRow
    problems : tuple of Problem
        In order of lines. A row with an unknown label is kept if it has a known one.
    unlabelled : int
        Whole rows that carry no label at all: there is nothing to learn from or to judge by.
    """

    rows: tuple[ClipRow, ...]
    problems: tuple[Problem, ...] = ()
    unlabelled: int = 0


def read_manifest(path: Path, taxonomy: Taxonomy, split: str | None = None) -> Manifest:
    """Read a table whose `filename` column is relative to itself.

    Parameters
    ----------
    split : str or None
        Take only the rows with this value in the column `split`, and look for problems only there.

    Raises
    ------
    UserError
        If the table cannot be read, lacks a column, or holds no usable row.
    """
    reading = _Reading(path.parent, taxonomy)
    try:
        for line, fields in records(io.StringIO(read_table(path), newline=""), path, NEEDED):
            if fields is None or split is None or fields["split"] == split:
                reading.take(line, fields)
    except OSError as error:
        raise UserError(f"The manifest {path} cannot be read: {error.strerror}.") from error
    manifest = Manifest(tuple(reading.rows), tuple(reading.problems), reading.unlabelled)
    if not manifest.rows:
        which = "" if split is None else f' in the split "{split}"'
        raise UserError(f"The manifest {path} has no usable row{which}.{_first(manifest)}")
    return manifest


def records(
    file: Iterable[str], path: Path, needed: Iterable[str]
) -> Iterator[tuple[int, dict[str, str] | None]]:
    """Yield line number and fields of each row of a table, None for one that is not whole.

    Raises
    ------
    UserError
        If the table lacks a column.
    """
    table = csv.DictReader(file)
    try:
        columns = table.fieldnames or ()
    except csv.Error as error:
        raise UserError(f"The table {path} is not a CSV file.") from error
    for name in needed:
        if name not in columns:
            raise UserError(f'The table {path} has no column "{name}".')
    while True:
        try:
            fields = next(table)
        except StopIteration:
            return
        except csv.Error:  # a field without end; a later line may be a row again
            fields = {None: ""}
        whole = None not in fields and None not in fields.values()
        yield table.reader.line_num, fields if whole else None


def _first(manifest: Manifest) -> str:
    return "".join(f" Line {p.line}: {p.what}" for p in manifest.problems[:1])


class _Reading:
    """Rows and problems so far."""

    def __init__(self, folder: Path, taxonomy: Taxonomy) -> None:
        self.rows: list[ClipRow] = []
        self.problems: list[Problem] = []
        self.unlabelled = 0
        self._folder = folder
        self._taxonomy = taxonomy

    def take(self, line: int, fields: dict[str, str] | None) -> None:
        """Turn the fields of one line into a row, a problem, or both."""
        if fields is None:
            self._complain(line, "the row has more or fewer fields than the table has columns.")
            return
        path = self._folder / fields["filename"]
        if not fields["filename"] or not is_file(path):
            self._complain(line, f"there is no file {printable(path)}.")
            return
        labels, complaints = read_labels(fields["fsd50k_labels"], self._taxonomy)
        for complaint in complaints:
            self._complain(line, complaint)
        if labels:
            self.rows.append(_row(path, fields, labels))
        self.unlabelled += not (labels or complaints)

    def _complain(self, line: int, what: str) -> None:
        self.problems.append(Problem(line, what))


def read_labels(text: str, taxonomy: Taxonomy) -> tuple[tuple[int, ...], list[str]]:
    """Return the classes named in ``A;B`` and, for each name that is none, a sentence."""
    known: list[int] = []
    complaints: list[str] = []
    for name in dict.fromkeys(name for name in text.split(";") if name):
        position = _position(name, taxonomy)
        if position is None:
            complaints.append(f'"{printable(name)}" is not a class of the model.')
        else:
            known.append(position)
    return tuple(known), complaints


def _position(name: str, taxonomy: Taxonomy) -> int | None:
    """Return the position of a class, spaces for underscores allowed; None if there is none."""
    for spelling in (name, name.replace(" ", "_")):
        try:
            return taxonomy.index(spelling)
        except KeyError:
            continue
    return None


def _row(path: Path, fields: dict[str, str], labels: tuple[int, ...]) -> ClipRow:
    return ClipRow(
        path=path,
        split=fields["split"],
        source=fields["source"],
        native_label=fields["native_label"],
        labels=labels,
        group=fields.get("source_group", ""),
        non_commercial=fields.get("nc") == "1",
    )


def is_file(path: Path) -> bool:
    """Tell whether a path is a file that can be reached."""
    try:
        return path.is_file()
    except OSError:  # a name too long, a folder that may not be entered
        return False


def targets(rows: Iterable[ClipRow], n_classes: int) -> npt.NDArray[np.float32]:
    """Return the labels as a matrix [n_clips, n_classes] of 0 and 1."""
    listed = [row.labels for row in rows]
    matrix = np.zeros((len(listed), n_classes), np.float32)
    for clip, labels in enumerate(listed):
        matrix[clip, list(labels)] = 1.0
    return matrix


def spoken_about(rows: Iterable[ClipRow], n_classes: int) -> dict[str, npt.NDArray[np.bool_]]:
    """Return for each source which classes [n_classes] it can speak about: those it labels."""
    known: dict[str, npt.NDArray[np.bool_]] = {}
    for row in rows:
        known.setdefault(row.source, np.zeros(n_classes, bool))[list(row.labels)] = True
    return known


def own_class(rows: Sequence[ClipRow]) -> dict[tuple[str, str], int]:
    """Return for each (source, native label) its most specific class: its rarest one there."""
    counts = Counter((row.source, label) for row in rows for label in row.labels)
    return {
        (row.source, row.native_label): min(row.labels, key=lambda k: counts[row.source, k])
        for row in rows
    }
