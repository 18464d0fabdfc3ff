"""``leanviz analyze``: what sounds in files, and when."""

import os
from collections.abc import Sequence
from pathlib import Path

from leanviz.cli.analyze_batch import BatchOptions, analyze_batch, tell_clips
from leanviz.cli.console import complain, say
from leanviz.cli.destination import Destination
from leanviz.cli.engine import ProgressBar, open_model, report_on
from leanviz.cli.options import ClipOptions, DecisionOptions, Shape
from leanviz.core.decisions import DecisionRules
from leanviz.core.errors import UserError
from leanviz.inference.model import LeanModel
from leanviz.pipeline.batch_inputs import Inputs, gather
from leanviz.sessions.event_clips import NO_CLIPS, make_folder, write_event_clips
from leanviz.sessions.report import ClipError, ClipReport


def analyze(
    files: Sequence[Path],
    shape: Shape,
    output: str | None,
    decisions: DecisionOptions,
    model: Path | None,
    batch: BatchOptions,
) -> bool:
    """Analyse files, write their reports and clips; return whether all went well.

    Raises
    ------
    UserError
        If the model, the output or an option is unusable; a bad sound file is reported and
        passed over.
    """
    inputs = _found(files)
    if batch.clips.folder is not None:
        make_folder(batch.clips.folder)
    wants_folder = batch.is_asked_for or any(path.is_dir() for path in files)
    if output is not None and _is_folder(output, wanted=wants_folder):
        done = analyze_batch(Path(output), inputs, shape, decisions, model, batch)
        return done and not inputs.problems
    if batch.is_asked_for:
        raise UserError("--jobs, --cluster and --restart need a folder to write to: -o FOLDER/.")
    paths = [source.path for source in inputs.sources]
    destination = Destination(None if output is None else Path(output), shape, paths)
    done = _one_by_one(paths, destination, batch.clips, *open_model(model, decisions))
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
        raise UserError("There is no sound file to analyse.")
    return inputs


def _is_folder(output: str, *, wanted: bool) -> bool:
    """Tell whether an output is a folder; a new name without a suffix is one where it must be."""
    if output.endswith(("/", os.sep)) or Path(output).is_dir():
        return True
    return wanted and not Path(output).suffix and not Path(output).exists()


def _one_by_one(
    paths: Sequence[Path],
    destination: Destination,
    clips: ClipOptions,
    lean: LeanModel,
    rules: DecisionRules,
) -> bool:
    failures, done = 0, NO_CLIPS
    for position, path in enumerate(paths):
        with ProgressBar(len(paths), position) as bar:
            report = report_on(path, lean, rules, bar)
        failures += isinstance(report, ClipError)
        destination.take(report)
        if isinstance(report, ClipReport) and clips.folder is not None:
            done += write_event_clips(path, report.events, clips.folder, clips.cut)
    destination.finish()
    if clips.folder is not None:
        tell_clips(done, clips.folder)
    return failures == done.failed == 0
