"""Reading labels that people or other programs wrote, whatever the format: its content tells.

A label file comes from anywhere: its size, its rows and its texts are bounded, and a row that is no
label is named and passed over.
"""

import codecs
from pathlib import Path

from leanviz.core.errors import LabelFileError
from leanviz.sessions.columns import DELIMITERS, TableReader, columns_guessed, columns_named
from leanviz.sessions.jsonfile import read_json
from leanviz.sessions.labels import MOST_MARKS, MOST_VALUES, Gathering, LabelFile, lines_of
from leanviz.sessions.report import printable
from leanviz.sessions.table import split_row

SUFFIXES = frozenset((".txt", ".csv", ".tsv", ".json", ".jsonl", ".lab"))
MOST_BYTES = 50_000_000
LONGEST_LINE = 20_000
# Somebody's remarks may stand above the table, but not more of them.
LINES_ABOVE = 20
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

Line = tuple[int, str]


def read_labels(path: Path) -> LabelFile:
    """Read a file of labels.

    Raises
    ------
    LabelFileError
        If it cannot be read, is too large, or holds no labels.
    """
    name = printable(path.name)
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise LabelFileError(f"{name} cannot be read: {error.strerror}.") from error
    if len(content) > MOST_BYTES:
        limit = MOST_BYTES // 1_000_000
        raise LabelFileError(f"{name} is larger than {limit} MB: it is no label file.")
    if content.count(b",") > MOST_VALUES:
        raise LabelFileError(f"{name} holds too many values: it is no label file.")
    found = labels_in(_decoded(content, name))
    if found is None:
        raise LabelFileError(f"{name} holds no labels in a format that leanviz knows.")
    return found


def labels_in(text: str) -> LabelFile | None:
    """Return the labels of a text; None if it is in no known format, an empty one has none."""
    start = text.lstrip()[:1]
    if not start:
        return LabelFile()
    found = Gathering()
    known = (read_json if start in "[{" else _read_table)(text, found)
    if found.is_full:
        found.refuse(0, f"Only the first {MOST_MARKS:,} labels are taken.")
    return found.result() if known else None


def _decoded(content: bytes, name: str) -> str:
    """Return the text of a file; one that is no UTF-8 is from an older Windows program."""
    if content.startswith(UTF16):
        return content.decode("utf-16", "replace")
    if b"\0" in content:
        raise LabelFileError(f"{name} is no text: it holds no labels.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _read_table(text: str, found: Gathering) -> bool:
    """Take the rows of a table; return whether it is one."""
    lines = list(lines_of(text, found))
    for position, (_, line) in enumerate(lines[:LINES_ABOVE]):
        for delimiter in DELIMITERS:
            fields = split_row(line[:LONGEST_LINE], delimiter)
            header = columns_named(fields)
            columns = header or columns_guessed(fields)
            if columns is not None:
                for number, _ in lines[: position if header is None else 0]:
                    found.refuse(number, "the row is no label.")
                rows = lines[position + (header is not None) :]
                _read_rows(rows, TableReader(columns, delimiter), found)
                return True
    return False


def _read_rows(rows: list[Line], reader: TableReader, found: Gathering) -> None:
    for number, line in rows:
        if found.is_full:
            return
        if len(line) > LONGEST_LINE:
            found.refuse(number, "the line is too long.")
        else:
            reader.read(line, number, found)
