"""The official FSD50K tree as labelled clips.

Fonseca, Favory, Pons, Font and Serra, "FSD50K: an open dataset of human-labeled sound events",
IEEE/ACM TASLP 30, 2022, https://arxiv.org/abs/2010.00475; data: https://zenodo.org/record/4060432.
"""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leanviz.core.errors import UserError
from leanviz.core.taxonomy import Taxonomy
from leanviz.evaluation.manifest import ClipRow, Manifest, records
from leanviz.sessions.labels import Problem
from leanviz.sessions.report import printable

SOURCE = "fsd50k"
SPLITS = ("train", "val", "eval")

GROUND_TRUTH = "FSD50K.ground_truth"

# CC0 and CC BY; FSD50K's other clips are CC BY-NC or CC Sampling+.
COMMERCIAL_LICENCES = ("/publicdomain/zero/", "/licenses/by/")


@dataclass(frozen=True, slots=True)
class _Part:
    """One of the two halves that FSD50K is published in."""

    root: Path
    name: str

    @property
    def table(self) -> Path:
        return self.root / GROUND_TRUTH / f"{self.name}.csv"

    @property
    def columns(self) -> tuple[str, ...]:
        return ("fname", "labels", "mids", "split") if self.name == "dev" else ("fname", "labels")

    @property
    def audio(self) -> Path:
        return self.root / f"FSD50K.{self.name}_audio"

    @property
    def clip_info(self) -> Path:
        return self.root / "FSD50K.metadata" / f"{self.name}_clips_info_FSD50K.json"


def is_fsd50k(root: Path) -> bool:
    """Return whether a folder is laid out as FSD50K is when unpacked."""
    return (root / GROUND_TRUTH).is_dir()


def read_fsd50k(root: Path, taxonomy: Taxonomy, split: str | None = None) -> Manifest:
    """Read FSD50K's own tables.

    The labels hold their ancestors already and are taken as they stand. All 200 classes are
    annotated: a class that a clip does not list is absent. The evaluation labels are exhaustive,
    the others "could be occasionally incomplete" (README of the data).

    Parameters
    ----------
    root : Path
        Folder with ``FSD50K.dev_audio``, ``FSD50K.eval_audio``, ``FSD50K.ground_truth`` and, for
        the licences, ``FSD50K.metadata``. A clip of unknown licence counts as non-commercial.
    taxonomy : Taxonomy
        The 200 classes in any order; they are matched by AudioSet mid.
    split : {"train", "val", "eval"} or None
        Take only the clips of one official split; the tables and audio of others may be missing.

    Returns
    -------
    Manifest
        Every row that could not be used is among its problems.

    Raises
    ------
    UserError
        If a table is missing or unreadable, if the vocabulary is not FSD50K's, or if no clip is
        left.
    """
    vocabulary = _read_vocabulary(root / GROUND_TRUTH / "vocabulary.csv", taxonomy)
    parts = {None: ("dev", "eval"), "eval": ("eval",)}.get(split, ("dev",))
    rows: list[ClipRow] = []
    problems: list[Problem] = []
    unlabelled = 0
    for name in parts:
        reading = _Reading(_Part(root, name), vocabulary)
        reading.read(split)
        rows += reading.rows
        problems += reading.problems
        unlabelled += reading.unlabelled
    if not rows:
        which = "" if split is None else f' of the split "{split}"'
        first = f" {problems[0].what}" if problems else ""
        raise UserError(f"No clip{which} in {root} can be used.{first}")
    return Manifest(tuple(rows), tuple(problems), unlabelled)


class _Reading:
    """Rows and problems of one half so far.

    Parameters
    ----------
    part : _Part
    vocabulary : dict
        Position in the taxonomy of each name that the tables use.
    """

    def __init__(self, part: _Part, vocabulary: dict[str, int]) -> None:
        self.rows: list[ClipRow] = []
        self.problems: list[Problem] = []
        self.unlabelled = 0
        self._part = part
        self._vocabulary = vocabulary
        self._licences = _read_licences(part.clip_info)
        # asking once for all 40,966 is fast on a network drive too
        self._present = {path.name for path in part.audio.glob("*.wav")}
        self._taken: set[str] = set()

    def read(self, split: str | None) -> None:
        """Take the rows of one split, or all.

        Raises
        ------
        UserError
            If the table cannot be read or lacks a column.
        """
        table = self._part.table
        try:
            # an undecodable byte spoils a name, not the table
            with table.open(newline="", encoding="utf-8-sig", errors="surrogateescape") as file:
                for line, fields in records(file, table, self._part.columns):
                    if fields is None:
                        self._complain(line, "a row has more or fewer fields than columns.")
                    elif split in (None, self._split(fields)) or self._split(fields) not in SPLITS:
                        self._take(line, fields)
        except OSError as error:
            raise UserError(f"The table {table} cannot be read: {error.strerror}.") from error

    def _split(self, fields: dict[str, str]) -> str:
        return "eval" if self._part.name == "eval" else fields["split"]

    def _take(self, line: int, fields: dict[str, str]) -> None:
        """Turn the fields of one line into a row, problems, or both."""
        fault = self._fault(fields)
        if fault:
            self._complain(line, fault)
            return
        self._taken.add(fields["fname"])
        names = dict.fromkeys(name for name in fields["labels"].split(",") if name)
        for name in names:
            if name not in self._vocabulary:
                self._complain(line, f'the label "{printable(name)}" is not in the vocabulary.')
        labels = tuple(self._vocabulary[name] for name in names if name in self._vocabulary)
        self.unlabelled += not names
        if labels:
            self.rows.append(self._row(fields, labels))

    def _fault(self, fields: dict[str, str]) -> str | None:
        """Return what rules a row out."""
        name = f"{fields['fname']}.wav"
        if self._split(fields) not in SPLITS:
            return f'the split "{printable(fields["split"])}" is none of FSD50K.'
        if fields["fname"] in self._taken:
            return f"{printable(name)} is listed twice."
        if name not in self._present:
            return f"there is no {printable(name)} in {self._part.audio.name}."
        return None

    def _row(self, fields: dict[str, str], labels: tuple[int, ...]) -> ClipRow:
        licence = self._licences.get(fields["fname"], "")
        return ClipRow(
            path=self._part.audio / f"{fields['fname']}.wav",
            split=self._split(fields),
            source=SOURCE,
            native_label="",  # a clip has several classes, which do not exclude each other
            labels=labels,
            non_commercial=not any(free in licence for free in COMMERCIAL_LICENCES),
        )

    def _complain(self, line: int, what: str) -> None:
        self.problems.append(Problem(line, f"{self._part.table.name}: {what}"))


def _read_vocabulary(path: Path, taxonomy: Taxonomy) -> dict[str, int]:
    """Return our position of each class name of a vocabulary table: index, label, mid."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [cells for cells in csv.reader(file) if cells]
    except OSError as error:
        raise UserError(f"The vocabulary {path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"The vocabulary {path} is not a CSV table in UTF-8.") from error
    if any(len(cells) != 3 for cells in rows):
        raise UserError(f"The vocabulary {path} has rows that are not index, label and mid.")
    ours = {label.mid: position for position, label in enumerate(taxonomy.labels)}
    theirs = {mid: name for _, name, mid in rows}
    strange = sorted(ours.keys() ^ theirs.keys())
    if strange or len(rows) != len(ours):
        which = f"; {len(strange)} differ, {strange[0]} among them" if strange else ""
        raise UserError(
            f"The vocabulary {path} does not list FSD50K's {len(ours)} classes once each{which}."
        )
    return {name: ours[mid] for mid, name in theirs.items()}


def _read_licences(path: Path) -> dict[str, str]:
    """Return the licence of each clip by its name; none if the metadata was not unpacked."""
    if not path.exists():
        return {}
    try:
        clips: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
        return {name: str(clip["license"]) for name, clip in clips.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"The licences in {path} cannot be read.") from error
