"""``leanviz evaluate``: what a model folder is worth, measured through the engine users run."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from leanviz.cli.console import as_text, complain, say
from leanviz.cli.engine import analyze_path, open_model, report_on
from leanviz.cli.progress import ProgressBar
from leanviz.core.decisions import DecisionRules
from leanviz.core.errors import UserError
from leanviz.evaluation.comparison import REPEATS, Comparison, compare
from leanviz.evaluation.manifest import ClipRow, read_manifest
from leanviz.evaluation.report import ClipFigures, Evaluation, as_record
from leanviz.evaluation.robustness import (
    ConditionFigures,
    rerecorded_scores,
    robustness_figures,
    spread,
)
from leanviz.evaluation.scores import ScoredClips, StoredScores, clip_names, load_scores
from leanviz.evaluation.tables import tables
from leanviz.evaluation.timeline import (
    Heard,
    Timeline,
    TimelineFigures,
    TrueEvent,
    read_timeline,
    timeline_figures,
)
from leanviz.inference.model import LeanModel
from leanviz.sessions.labels import Problem
from leanviz.sessions.report import ClipError
from leanviz.sessions.writing import check_place

# A table made for another folder has as many problems as rows; the first ones tell.
MOST_TOLD = 20


@dataclass(frozen=True)
class Wanted:
    """What to evaluate, and how thoroughly.

    Attributes
    ----------
    manifest : Path
    split : str or None
    timeline : Path or None
        Table of events at known times.
    robustness : bool
        Whether to record the clips anew in many ways.
    limit : int or None
        How many clips to do that with.
    scores : Path or None
        Where to write the clip scores.
    against : Path or None
        Clip scores of another model.
    """

    manifest: Path
    split: str | None = None
    timeline: Path | None = None
    robustness: bool = False
    limit: int | None = None
    scores: Path | None = None
    against: Path | None = None


def evaluate(wanted: Wanted, folder: Path | None, as_json: bool) -> tuple[str, bool]:
    """Evaluate a model folder, the bundled one if None.

    Returns
    -------
    (str, bool)
        The findings as JSON or as tables, and whether every row and every file could be used.

    Raises
    ------
    UserError
        If the model, a table or an output is unusable, or no clip can be read.
    """
    model, rules = open_model(folder)
    found = _Run(wanted, model, rules).evaluation()
    if as_json:
        text = json.dumps(as_record(found, model.taxonomy), indent=1, ensure_ascii=False) + "\n"
    else:
        text = as_text(*(part for table in tables(found, model.taxonomy) for part in (table, "")))
    return text, not found.problems


class _Run:
    """One evaluation; everything that can be wrong beforehand is looked at first."""

    def __init__(self, wanted: Wanted, model: LeanModel, rules: DecisionRules) -> None:
        self._wanted, self._model, self._rules = wanted, model, rules
        self._problems: list[str] = []
        self._manifest = read_manifest(wanted.manifest, model.taxonomy, wanted.split)
        self._tell(wanted.manifest, self._manifest.problems)
        self._timeline: Timeline | None = None
        if wanted.timeline is not None:
            self._timeline = read_timeline(wanted.timeline, model.taxonomy)
            self._tell(wanted.timeline, self._timeline.problems)
        self._against: StoredScores | None = None
        if wanted.against is not None:
            self._against = load_scores(wanted.against, model.taxonomy)
            if not self._against.of(clip_names(self._manifest.rows, wanted.manifest))[0]:
                raise UserError(f"{wanted.against} has no clip of {wanted.manifest}.")
        if wanted.scores is not None:
            check_place(wanted.scores)

    def evaluation(self) -> Evaluation:
        """Return all that was asked for."""
        wanted = self._wanted
        scored = self._score()
        if wanted.scores is not None:
            scored.save(wanted.scores, wanted.manifest, self._model.taxonomy)
        timeline = self._placed()
        robustness = self._rerecorded(scored.rows) if wanted.robustness else []
        against = self._compared(scored)
        return Evaluation(
            model=self._model.identity,
            model_bytes=self._model.size_bytes,
            manifest=wanted.manifest,
            split=wanted.split,
            unlabelled=sum(t.unlabelled for t in (self._manifest, self._timeline) if t),
            problems=tuple(self._problems),
            clip=ClipFigures.of(scored.rows, scored.scores),
            timeline=timeline,
            robustness=tuple(robustness),
            against=against,
        )

    def _tell(self, table: Path, problems: Iterable[Problem]) -> None:
        sentences = [f"{table}, line {p.line}: {p.what}" for p in problems]
        for sentence in sentences[:MOST_TOLD]:
            complain(sentence)
        if len(sentences) > MOST_TOLD:
            complain(f"{table} has {len(sentences) - MOST_TOLD} more such problems.")
        self._problems += sentences

    def _score(self) -> ScoredClips:
        rows: list[ClipRow] = []
        scores: list[np.ndarray] = []
        with ProgressBar(len(self._manifest.rows)) as bar:
            for row in self._manifest.rows:
                report = report_on(row.path, self._model, self._rules, bar)
                bar.step()
                if isinstance(report, ClipError):
                    self._problems.append(report.error)
                    continue
                rows.append(row)
                scores.append(report.clip_scores)
        if not rows:
            raise UserError(f"No clip of {self._wanted.manifest} can be read.")
        return ScoredClips(tuple(rows), np.stack(scores))

    def _placed(self) -> TimelineFigures | None:
        if self._timeline is None:
            return None
        heard: list[tuple[list[TrueEvent], Heard]] = []
        with ProgressBar(len(self._timeline.recordings)) as bar:
            for path, events in self._timeline.recordings.items():
                try:
                    analysis = analyze_path(path, self._model, self._rules, bar)
                except UserError as error:
                    complain(str(error))
                    self._problems.append(str(error))
                else:
                    heard.append((events, Heard.of(analysis)))
                bar.step()
        if not heard:
            raise UserError(f"No recording of {self._wanted.timeline} can be read.")
        return timeline_figures(heard, self._rules, self._model.taxonomy)

    def _rerecorded(self, rows: tuple[ClipRow, ...]) -> list[ConditionFigures]:
        chosen = spread(rows, self._wanted.limit)
        scores: list[np.ndarray] = []
        with ProgressBar(len(chosen)) as bar:
            for seed, row in enumerate(chosen):
                bar.show(f"{row.path.name} recorded otherwise", 0.0)
                scores.append(rerecorded_scores(self._model, row.path, seed))
                bar.step()
        return robustness_figures(chosen, np.stack(scores))

    def _compared(self, scored: ScoredClips) -> Comparison | None:
        if self._against is None:
            return None
        known, others = self._against.of(clip_names(scored.rows, self._wanted.manifest))
        if len(known) < len(scored.rows):
            say(f"{self._wanted.against} has {len(known)} of {len(scored.rows)} clips.")
        if not known:  # those it has cannot be read
            return None
        with ProgressBar(REPEATS + 1) as bar:
            bar.show("Comparing", 0.0)
            rows = [scored.rows[at] for at in known]
            return compare(rows, scored.scores[known], others, bar.step)
