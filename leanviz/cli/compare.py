"""``leanviz compare``: what was found, against what somebody labelled."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from leanviz.cli.console import as_text, complain, say
from leanviz.cli.engine import analyze_path, open_model
from leanviz.cli.options import DecisionOptions
from leanviz.cli.progress import ProgressBar
from leanviz.core.errors import LabelFileError, UserError
from leanviz.evaluation.recordings import Recordings, matched
from leanviz.evaluation.reference import (
    Collars,
    Pair,
    ReferenceFigures,
    Sounds,
    as_record,
    pair_of_analysis,
    pair_of_results,
    reference_figures,
    written,
)
from leanviz.evaluation.tables import new_table, number, rates
from leanviz.evaluation.timeline import Heard
from leanviz.sessions.labels import stem
from leanviz.sessions.reading import SUFFIXES, read_labels
from leanviz.sessions.report import printable

# Names and rows that are told one by one; the others are counted.
MOST_TOLD = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be compared.

    Attributes
    ----------
    results : sequence of Path
        Label files, folders of such, or sounds, which are analysed.
    reference : sequence of Path
        Label files, or folders of such.
    collars : Collars
    decisions : DecisionOptions
        What counts as found in sounds.
    model : Path or None
    """

    results: Sequence[Path]
    reference: Sequence[Path]
    collars: Collars
    decisions: DecisionOptions
    model: Path | None


def compare(wanted: Wanted, as_json: bool) -> tuple[str, bool]:
    """Return what to print, and whether all that was given could be used.

    Raises
    ------
    UserError
        If nothing can be compared.
    """
    comparison = _Comparison(wanted)
    figures = comparison.figures()
    taxonomy = comparison.taxonomy
    if as_json:
        record = {**as_record(figures, taxonomy), "problems": comparison.problems}
        return json.dumps(record, indent=1, ensure_ascii=False) + "\n", not comparison.problems
    titles = [taxonomy[each.label].title for each in figures.classes]
    return as_text(_overview(figures), "", _classes(figures, titles)), not comparison.problems


class _Comparison:
    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._model, self._rules = open_model(wanted.model, wanted.decisions)
        self.taxonomy = self._model.taxonomy
        self.problems: list[str] = []
        self._reference, self._results = Recordings(), Recordings()
        self._sounds: dict[str, Path] = {}

    def figures(self) -> ReferenceFigures:
        for path in _label_files(self._wanted.reference):
            self._read(path, self._reference)
        if not self._reference.marks:
            raise UserError("There is no reference to compare with.")
        labels = [mark for marks in self._reference.marks.values() for mark in marks]
        self._tell_unknown(Sounds.of(labels, self.taxonomy).unknown)
        judged = written(labels, self.taxonomy)
        if labels and not judged:
            raise UserError("No label of the reference names a class that LEAN knows.")
        self._find_results()
        return reference_figures(self._pairs(), judged, self._wanted.collars)

    def _read(self, path: Path, into: Recordings) -> None:
        """Take a label file; one that is none is a problem, and so is every bad row."""
        try:
            labels = read_labels(path)
        except LabelFileError as error:
            self._complain(str(error))
            return
        name = printable(path)
        for problem in labels.problems[:MOST_TOLD]:
            self._complain(f"{name}, line {problem.line}: {problem.what}")
        if labels.n_problems > MOST_TOLD:
            self._complain(f"{name} has {labels.n_problems - MOST_TOLD} more such problems.")
        into.take(path, labels)

    def _complain(self, sentence: str) -> None:
        complain(sentence)
        self.problems.append(sentence)

    def _tell_unknown(self, unknown: dict[str, int]) -> None:
        if unknown:
            counts = [f"{name or '(no name)'} ({n})" for name, n in unknown.items()]
            named = ", ".join(counts[:MOST_TOLD])
            more = f" and {len(unknown) - MOST_TOLD} more" if len(unknown) > MOST_TOLD else ""
            say(f"Not judged, since LEAN has no such class: {named}{more}.")

    def _find_results(self) -> None:
        sounds = [p for p in self._wanted.results if not _holds_labels(p)]
        self._sounds = {stem(path.name): path for path in sounds}
        for path in _label_files(p for p in self._wanted.results if _holds_labels(p)):
            self._read(path, self._results)

    def _pairs(self) -> list[Pair]:
        found = {**self._results.marks, **self._sounds}
        match = matched(self._reference.marks, found)
        if missing := [name for name in self._reference.marks if name not in match]:
            self._complain(f"There are no results for {', '.join(missing[:MOST_TOLD])}.")
        if beyond := [name for name in found if name not in match.values()]:
            say(f"Not judged, since the reference lacks them: {', '.join(beyond[:MOST_TOLD])}.")
        pairs: list[Pair] = []
        with ProgressBar(len(match)) as bar:
            for name, result in match.items():
                pair = self._pair(name, result, bar)
                pairs += [] if pair is None else [pair]
                bar.step()
        if not pairs:
            raise UserError("No recording of the reference is among the results.")
        return pairs

    def _pair(self, name: str, result: str, bar: ProgressBar) -> Pair | None:
        truth = self._reference.marks[name]
        if result in self._sounds:
            try:
                analysis = analyze_path(self._sounds[result], self._model, self._rules, bar)
            except UserError as error:
                self._complain(str(error))
                return None
            heard = Heard.of(analysis)
            return pair_of_analysis(truth, heard, analysis.events, self._rules, self.taxonomy)
        known = [self._reference.durations_s.get(name), self._results.durations_s.get(result)]
        duration_s = next((each for each in known if each), None)
        if duration_s is None:
            duration_s = max(self._reference.end_s(name), self._results.end_s(result))
            say(f"The length of {name} is not known: it is taken to end with its last label.")
        return pair_of_results(truth, self._results.marks[result], duration_s, self.taxonomy)


def _holds_labels(path: Path) -> bool:
    return path.is_dir() or path.suffix.lower() in SUFFIXES


def _label_files(paths: Iterable[Path]) -> list[Path]:
    """Return files as they are, and of folders the label files in them."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.iterdir()) if path.is_dir() else [path]
        found += [p for p in inside if not path.is_dir() or p.suffix.lower() in SUFFIXES]
    return found


def _overview(figures: ReferenceFigures) -> Table:
    hours = f"{figures.duration_s / 3600:.2f} h" if figures.duration_s >= 3600 else ""
    length = hours or f"{figures.duration_s:.1f} s"
    count = figures.recordings
    recordings = "1 recording" if count == 1 else f"{count} recordings"
    title = f"{recordings}, {length}, {len(figures.classes)} classes"
    table = new_table(title, "", "F1", "precision", "recall")
    table.add_row("Event-based (onset)", *rates(figures.event_based))
    table.add_row("Segment-based", *rates(figures.segment_based))
    table.add_row("PSDS 1 (when)", number(figures.psds_located))
    table.add_row("PSDS 2 (which)", number(figures.psds_recognised))
    table.add_row("Labels of other classes, not judged", str(figures.others))
    return table


def _classes(figures: ReferenceFigures, titles: Sequence[str]) -> Table:
    table = new_table("By class", "", "labels", "found", "F1", "precision", "recall", "segment F1")
    for title, each in zip(titles, figures.classes, strict=True):
        hits = each.event_based
        counts = str(hits.there), str(hits.found)
        table.add_row(title, *counts, *rates(hits), number(each.segment_based.f1))
    return table
