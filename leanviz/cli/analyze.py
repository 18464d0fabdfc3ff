"""``leanviz analyze``: what sounds in files, and when."""

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from leanviz.cli.analyze_batch import analyze_batch, tell_clips
from leanviz.cli.console import complain, say
from leanviz.cli.destination import Destination
from leanviz.cli.engine import open_model, report_on
from leanviz.cli.options import BatchOptions, DecisionOptions, Shape
from leanviz.cli.progress import ProgressBar
from leanviz.core.decisions import DecisionRules
from leanviz.core.errors import UserError
from leanviz.inference.model import LeanModel
from leanviz.pipeline.batch_inputs import Inputs, Places, Source, gather
from leanviz.pipeline.batch_work import kept_analyses
from leanviz.pipeline.results import ClipAnalysis
from leanviz.sessions.event_clips import NO_CLIPS, write_event_clips
from leanviz.sessions.frames import SUFFIX as FRAMES
from leanviz.sessions.frames import write_frame_scores
from leanviz.sessions.report import ClipError
from leanviz.sessions.writing import make_folder


def analyze(
    files: Sequence[Path],
    shape: Shape,
    output: str | None,
    decisions: DecisionOptions,
    model: Path | None,
    batch: BatchOptions,
) -> bool:
    """Analyse files, write their reports and what else is wanted; return whether all went well.

    Raises
    ------
    UserError
        If the model, the output or an option is unusable; a bad sound file is reported and
        passed over.
    """
    inputs = _found(files)
    for folder in (batch.clips, batch.frame_scores):
        if folder is not None:
            make_folder(folder)
    wants_folder = batch.is_asked_for or any(path.is_dir() for path in files)
    if output is not None and _is_folder(output, wanted=wants_folder):
        done = analyze_batch(Path(output), inputs, shape, decisions, model, batch)
        return done and not inputs.problems
    if batch.is_asked_for:
        raise UserError("--jobs, --cluster and --restart need a folder to write to: -o FOLDER/.")
    paths = [source.path for source in inputs.sources]
    destination = Destination(None if output is None else Path(output), shape, paths)
    done = _one_by_one(inputs, destination, batch, *open_model(model, decisions))
    return done and not inputs.problems


def _found(files: Sequence[Path]) -> Inputs:
    """Return what is to be analysed, and tell what is not."""
    inputs = gather(files)
    for problem in inputs.problems:
        complain(problem)
    if inputs.passed_over:
        others = (
            "1 other file is" if inputs.passed_over == 1 else f"{inputs.passed_over} others are"
        )
        say(f"{others} passed over: no sound by the name.")
    if not inputs.sources:
        names = ", ".join(map(str, files))
        raise UserError(f"There is no sound file to analyse in {names}.")
    return inputs


def _is_folder(output: str, *, wanted: bool) -> bool:
    """Tell whether an output is a folder; a new name without a suffix is one where it must be."""
    if output.endswith(("/", os.sep)) or Path(output).is_dir():
        return True
    return wanted and not Path(output).suffix and not Path(output).exists()


class _Extras:
    """What is written of a file besides its report."""

    def __init__(self, options: BatchOptions, inputs: Inputs, lean: LeanModel) -> None:
        self._clips, self._cut, self._folder = options.clips, options.cut, options.frame_scores
        self._places = Places(FRAMES, inputs.sources)
        self._taxonomy = lean.taxonomy
        self.done = NO_CLIPS

    def take(self, source: Source, analysis: ClipAnalysis) -> None:
        """Write what is wanted of a file; UserError if that is not possible."""
        if self._clips is not None:
            self.done += write_event_clips(source.path, analysis.events, self._clips, self._cut)
        if self._folder is not None:
            place = self._folder / self._places.give(source)
            make_folder(place.parent)
            write_frame_scores(analysis, self._taxonomy, place)

    def finish(self) -> bool:
        """Tell what became of the clips; return whether all could be made."""
        if self._clips is not None:
            tell_clips(self.done, self._clips)
        return self.done.failed == 0


def _one_by_one(
    inputs: Inputs,
    destination: Destination,
    options: BatchOptions,
    lean: LeanModel,
    rules: DecisionRules,
) -> bool:
    extras, failures = _Extras(options, inputs, lean), 0
    cache = kept_analyses() if options.cache else None
    for position, source in enumerate(inputs.sources):
        with ProgressBar(len(inputs.sources), position) as bar:
            use = partial(extras.take, source)
            report = report_on(
                source.path, lean, rules, bar, use, dated=options.file_dates, cache=cache
            )
        failures += isinstance(report, ClipError)
        destination.take(report)
    destination.finish()
    return extras.finish() and failures == 0
