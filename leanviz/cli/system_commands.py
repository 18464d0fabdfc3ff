"""The commands about this machine and what leanviz keeps on it, and their options."""

from pathlib import Path
from typing import Annotated

import typer

from leanviz.cli.console import emit
from leanviz.cli.options import (
    ModelFolder,
)
from leanviz.cli.program import app


@app.command()
def devices() -> None:
    """List the microphones."""
    from leanviz.cli.devices import devices_text

    emit(devices_text())


@app.command()
def doctor(model: ModelFolder = None) -> None:
    """Tell what is installed, what is missing and what to type."""
    from leanviz.cli.doctor import doctor as run

    text, complete = run(model)
    emit(text)
    if not complete:
        raise typer.Exit(2)


@app.command()
def cache(
    clear: Annotated[bool, typer.Option("--clear", help="Remove all of it.")] = False,
) -> None:
    """Tell how much room kept analyses of files take. And where the window keeps them."""
    from leanviz.cli.cache import cache_text

    emit(cache_text(clear))


@app.command()
def bench(  # noqa: PLR0913, PLR0917  (each is an option)
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A sound file; the demo clip if none.")
    ] = None,
    repeats: Annotated[
        int, typer.Option(metavar="N", min=1, help="Turns; the least time counts.")
    ] = 5,
    live: Annotated[
        bool, typer.Option("--live", help="Measure the window instead, while it listens.")
    ] = False,
    seconds: Annotated[
        float, typer.Option(metavar="N", min=1.0, help="With --live: so long in each state.")
    ] = 20.0,
    latency: Annotated[
        bool, typer.Option("--latency", help="Measure how late sound and labels are seen instead.")
    ] = False,
    attention: Annotated[
        bool, typer.Option("--attention", help="Measure the map of an hour instead.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    model: ModelFolder = None,
) -> None:
    """Measure how fast files are analysed. Against YAMNet alone in the same run."""
    if attention:
        from leanviz.cli.bench_attention import bench_attention

        emit(bench_attention(10 * repeats, as_json))
        return
    if live:
        from leanviz.cli.bench_live import bench_live

        emit(bench_live(seconds, as_json))
        return
    if latency:
        from leanviz.cli.bench_latency import bench_latency

        emit(bench_latency(repeats, as_json))
        return
    from leanviz.cli.bench import bench as run

    emit(run(file, model, repeats, as_json))
