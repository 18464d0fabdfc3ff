"""The command that measures, and its options; each kind of measurement has a file of its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from leanviz.cli.console import emit
from leanviz.cli.grouped import grouped
from leanviz.cli.options import AsJson, ModelFolder
from leanviz.cli.program import app


@dataclass(frozen=True, slots=True)
class BenchOptions:
    """What to measure, each in place of files, and how thoroughly; several may be asked for."""

    repeats: Annotated[
        int, typer.Option(metavar="N", min=1, help="Turns; the least time counts.")
    ] = 5
    stages: Annotated[
        bool, typer.Option("--stages", help="Measure the parts of the model instead.")
    ] = False
    tflite: Annotated[
        Path | None,
        typer.Option(
            "--tflite", metavar="FILE", exists=True, help="With --stages: YAMNet for TFLite, too."
        ),
    ] = None
    memory: Annotated[
        bool, typer.Option("--memory", help="Measure memory against the length of files instead.")
    ] = False
    startup: Annotated[
        bool, typer.Option("--startup", help="Measure how long the window takes to come instead.")
    ] = False
    live: Annotated[
        bool, typer.Option("--live", help="Measure the window instead, while it listens.")
    ] = False
    seconds: Annotated[
        float, typer.Option(metavar="N", min=1.0, help="With --live: so long in each state.")
    ] = 20.0
    peer: Annotated[
        list[str] | None,
        typer.Option("--peer", metavar="COMMAND", help="With --live: a program to run beside."),
    ] = None
    latency: Annotated[
        bool, typer.Option("--latency", help="Measure how late sound and labels are seen instead.")
    ] = False
    dashed: Annotated[
        Path | None,
        typer.Option(
            "--dashed", metavar="FOLDER", exists=True, help="Count dashed labels that go again."
        ),
    ] = None
    attention: Annotated[
        bool, typer.Option("--attention", help="Measure the map of an hour instead.")
    ] = False
    as_json: AsJson = False


@app.command()
@grouped
def bench(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A sound file; the demo clip if none.")
    ] = None,
    *,
    options: BenchOptions,
    model: ModelFolder = None,
) -> None:
    """Measure how fast leanviz is. Files if nothing else is asked for."""
    measured = [*_of_the_model(options, model), *_of_the_window(options)]
    if not measured:
        from leanviz.cli.bench import bench as files

        measured.append(partial(files, file, model, options.repeats, options.as_json))
    for measure in measured:
        emit(measure())


def _of_the_model(options: BenchOptions, model: Path | None) -> Iterator[Callable[[], str]]:
    if options.stages or options.tflite is not None:
        from leanviz.cli.bench_stages import bench_stages

        yield partial(bench_stages, model, options.tflite, options.repeats, options.as_json)
    if options.dashed is not None:
        from leanviz.cli.bench_dashed import bench_dashed

        yield partial(bench_dashed, options.dashed, model, options.as_json)
    if options.memory:
        from leanviz.cli.bench_memory import bench_memory

        yield partial(bench_memory, options.as_json)


def _of_the_window(options: BenchOptions) -> Iterator[Callable[[], str]]:
    if options.attention:
        from leanviz.cli.bench_attention import bench_attention

        yield partial(bench_attention, 10 * options.repeats, options.as_json)
    if options.startup:
        from leanviz.cli.bench_startup import bench_startup

        yield partial(bench_startup, options.repeats, options.as_json)
    if options.live or options.peer:
        from leanviz.cli.bench_live import bench_live

        yield partial(bench_live, options.seconds, options.as_json, options.peer or ())
    if options.latency:
        from leanviz.cli.bench_latency import bench_latency

        yield partial(bench_latency, options.repeats, options.as_json)
