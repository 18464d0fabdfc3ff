"""``leanviz analyze -o FOLDER/``: many files, with a result for each and a table of all."""

import os
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import typer
from rich.progress import TimeElapsedColumn, TimeRemainingColumn

from leanviz.cli.console import complain, say
from leanviz.cli.destination import as_written, format_of
from leanviz.cli.engine import open_model
from leanviz.cli.options import BatchOptions, DecisionOptions, Shape
from leanviz.cli.progress import CountingBar
from leanviz.cli.stopping import StopRequest
from leanviz.core.errors import UserError
from leanviz.pipeline.batch import Batch, BatchSummary, FileNews
from leanviz.pipeline.batch_cluster import ClusterWorkers
from leanviz.pipeline.batch_inputs import Inputs
from leanviz.pipeline.batch_pool import LocalWorkers, Workers
from leanviz.pipeline.batch_tables import has_parquet
from leanviz.pipeline.batch_work import BatchWork, Task
from leanviz.sessions.event_clips import ClipsDone
from leanviz.sessions.report import printable

CTRL_C = 130


def analyze_batch(
    folder: Path,
    inputs: Inputs,
    shape: Shape,
    decisions: DecisionOptions,
    model: Path | None,
    options: BatchOptions,
) -> bool:
    """Analyse files into a folder; return whether all went well.

    Raises
    ------
    UserError
        If the model, the folder, an option or the cluster is unusable.
    typer.Exit
        With 130, if Ctrl+C stopped it.
    """
    if options.jobs is not None and options.cluster is not None:
        raise UserError("--jobs is for this machine, and a cluster has its own workers: name one.")
    lean, rules = open_model(model, decisions)
    place = None if model is None else model.absolute()
    render = partial(as_written, shape=shape)
    work = BatchWork(
        place,
        lean.identity,
        rules,
        shape.value,
        render,
        file_dates=options.file_dates,
        cache=options.cache,
    )
    if options.clips is not None:
        work = replace(work, clips=options.cut, clips_folder=options.clips.absolute())
    if options.frame_scores is not None:
        work = replace(work, frame_scores=options.frame_scores.absolute())
    kind = format_of(shape)
    suffix = ".txt" if kind is None else kind.suffix
    with (
        StopRequest() as stop,
        Batch(folder, inputs, work, lean, suffix, restart=options.restart) as batch,
    ):
        if batch.todo:
            _run(batch, work, options, stop)
        if not batch.summary.complete:
            _tell_stopped(batch.summary)
            raise typer.Exit(CTRL_C)
        _tell_done(batch.summary, batch.finish(), folder)
        if work.clips is not None:
            tell_clips(batch.summary.clips, work.clips_folder)
    return batch.summary.failed == batch.summary.clips.failed == 0


def _run(batch: Batch, work: BatchWork, options: BatchOptions, stop: StopRequest) -> None:
    with (
        BatchProgress(batch.summary.total, batch.summary.before) as bar,
        closing(_workers(work, options, len(batch.todo), bar)) as workers,
    ):
        batch.run(workers, lambda: stop.made, bar.take)


def _workers(work: BatchWork, options: BatchOptions, count: int, bar: "BatchProgress") -> Workers:
    if options.cluster is None:
        jobs = options.jobs or len(os.sched_getaffinity(0))
        return LocalWorkers(work, min(jobs, count), bar.tell)
    cluster = ClusterWorkers(work, options.cluster)
    if not cluster.count:
        say(f"{options.cluster} has no workers yet: waiting for them. Ctrl+C ends.")
    return cluster


def _tell_stopped(summary: BatchSummary) -> None:
    done = summary.before + summary.analyzed
    say(f"Stopped: {done} of {summary.total} files are done. The same command goes on from there.")


def _tell_done(summary: BatchSummary, tables: list[Path], folder: Path) -> None:
    parts = [f"{summary.analyzed} analysed"]
    if summary.before:
        parts.append(f"{summary.before} done before")
    if summary.failed:
        parts.append(f"{summary.failed} could not be analysed")
    files = "1 file" if summary.total == 1 else f"{summary.total} files"
    names = ", ".join(path.name for path in tables)
    say(f"{files}: {', '.join(parts)}. All labels and files: {names} in {printable(folder)}.")
    if summary.left_out:
        labels = "1 label" if summary.left_out == 1 else f"{summary.left_out} labels"
        say(f"{labels} of ever-present classes left out (--show-ever-present shows them).")
    if not has_parquet():
        say("No Parquet table, because pyarrow is not installed: pip install 'leanviz[parquet]'.")


def tell_clips(done: ClipsDone, folder: Path) -> None:
    """Say what became of the clips, and why some could not be made."""
    say(done.sentence(folder))
    for why in done.why[1:]:
        complain(why)


class BatchProgress(CountingBar):
    """Shows how far a batch is, and how long the rest takes; tells what is wrong."""

    def __init__(self, total: int, done: int) -> None:
        super().__init__(total, done, TimeElapsedColumn(), TimeRemainingColumn())
        self._done = done
        self._parts: dict[str, float] = {}

    def tell(self, task: Task, fraction: float) -> None:
        """Take how much of a file is done."""
        self._parts[task.key] = fraction
        self._show(task.file)

    def take(self, news: FileNews) -> None:
        """Count a file, and say what is wrong with it."""
        name = printable(news.source.path)
        self._done += 1
        self._parts.pop(news.source.key, None)
        self._show(name)
        if news.result.error:
            complain(news.result.error)
        elif news.result.truncated:
            say(f"{name} ends before its header says; what is there was analysed.")

    def _show(self, name: str) -> None:
        completed = self._done + sum(self._parts.values())
        self._bar.update(self._task, completed=completed, description=Path(name).name)
