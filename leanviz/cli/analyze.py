"""``leanviz analyze``: what sounds in files, and when."""

import os
from collections.abc import Sequence
from pathlib import Path

from leanviz.cli.analyze_batch import BatchOptions, analyze_batch
from leanviz.cli.console import complain, say
from leanviz.cli.destination import Destination
from leanviz.cli.engine import ProgressBar, open_model, report_on
from leanviz.cli.options import DecisionOptions, Shape
from leanviz.core.errors import UserError
from leanviz.pipeline.batch_inputs import Inputs, gather
from leanviz.sessions.report import ClipError


def analyze(
    files: Sequence[Path],
    shape: Shape,
    output: str | None,
    decisions: DecisionOptions,
    model: Path | None,
    batch: BatchOptions,
) -> bool:
    """Analyse files and write their reports; return whether every file could be analysed.

    Raises
    ------
    UserError
        If the model, the output or an option is unusable; a bad sound file is reported and
        passed over.
    """
    inputs = _found(files)
    wants_folder = batch.is_asked_for or any(path.is_dir() for path in files)
    if output is not None and _is_folder(output, wanted=wants_folder):
        done = analyze_batch(Path(output), inputs, shape, decisions, model, batch)
        return done and not inputs.problems
    if batch.is_asked_for:
        raise UserError("--jobs, --cluster and --restart need a folder to write to: -o FOLDER/.")
    paths = [source.path for source in inputs.sources]
    return _one_by_one(paths, shape, output, decisions, model) and not inputs.problems


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
        raise UserError("There is no sound file to analyse.")
    return inputs


def _is_folder(output: str, *, wanted: bool) -> bool:
    """Tell whether an output is a folder; a new name without a suffix is one where it must be."""
    if output.endswith(("/", os.sep)) or Path(output).is_dir():
        return True
    return wanted and not Path(output).suffix and not Path(output).exists()


def _one_by_one(
    paths: Sequence[Path],
    shape: Shape,
    output: str | None,
    decisions: DecisionOptions,
    model: Path | None,
) -> bool:
    destination = Destination(None if output is None else Path(output), shape, paths)
    lean, rules = open_model(model, decisions)
    failures = 0
    for position, path in enumerate(paths):
        with ProgressBar(len(paths), position) as bar:
            report = report_on(path, lean, rules, bar)
        failures += isinstance(report, ClipError)
        destination.take(report)
    destination.finish()
    return failures == 0
