"""The commands that draw and explain, and their options."""

from pathlib import Path
from typing import Annotated

import typer

from leanviz.cli.console import emit
from leanviz.cli.figure_options import RenderOptions
from leanviz.cli.grouped import grouped
from leanviz.cli.options import DecisionOptions, ModelFolder, SoundFile, Theme
from leanviz.cli.program import app
from leanviz.core.errors import UserError
from leanviz.core.scales import Brightness


@app.command()
@grouped
def render(
    file: SoundFile,
    *,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="PATH", help="Where to write: .png or .svg.")
    ],
    figure: RenderOptions,
    decisions: DecisionOptions,
    model: ModelFolder = None,
) -> None:
    """Draw the panes and the alignment map of a file. Needs no screen."""
    from leanviz.cli.render import render as run

    run(file, output, figure, decisions, model)


@app.command()
def attention(  # noqa: PLR0913, PLR0917  (each is an option)
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A sound file; none with --check.")
    ] = None,
    at_s: Annotated[
        float | None, typer.Option("--at", metavar="S", min=0.0, help="When, in seconds.")
    ] = None,
    label: Annotated[
        str | None, typer.Option(metavar="CLASS", help="Which class; the best one if not given.")
    ] = None,
    whole: Annotated[
        bool, typer.Option("--window", help="Ask about all of the window, not only the label.")
    ] = False,
    whole_map: Annotated[
        bool, typer.Option("--map", help="The map of all of the file: as text, .npz or .csv.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="PATH", help="To a .npz, .csv, .svg or .png file."),
    ] = None,
    head: Annotated[
        int,
        typer.Option(metavar="N", min=0, max=9, help="Head that a picture shows; 0 is their mean."),
    ] = 0,
    theme: Annotated[Theme, typer.Option(help="Colours of a picture.")] = Theme.DARK,
    brightness: Annotated[
        Brightness, typer.Option(help="What a picture's brightest colour is the most of.")
    ] = Brightness.ROW,
    check: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="Measure explanations on short sounds of a manifest."),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="With --check: only rows with this in column split."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="With --check: so many clips; 100 if not given."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="With --check: print JSON.")] = False,
    model: ModelFolder = None,
) -> None:
    """Tell why a label has its score. By attention, by occlusion, and by muting the sound."""
    if check is not None:
        from leanviz.cli.attention_check import check as run_check

        emit(run_check(check, split, limit, model, as_json))
        return
    if file is None:
        raise UserError("Name a sound file: leanviz attention FILE.")
    if whole_map:
        _emit_map(file, output, model, narrowed=whole or (at_s, label) != (None, None))
        return
    from leanviz.cli.attention import Wanted
    from leanviz.cli.attention import attention as run

    emit(run(Wanted(file, at_s, label, whole, output, theme, head, brightness), model))


def _emit_map(file: Path, output: Path | None, model: Path | None, narrowed: bool) -> None:
    """Write or print the map of all of a file; UserError if only a part was asked about."""
    if narrowed:
        raise UserError("--map is of all of the file: leave --at, --label and --window out.")
    from leanviz.cli.attention_map import attention_map

    emit(attention_map(file, output, model))


@app.command()
def spectrum(  # noqa: PLR0913, PLR0917  (each is an option)
    file: SoundFile,
    start_s: Annotated[
        float | None, typer.Option("--start", metavar="S", min=0.0, help="From here.")
    ] = None,
    stop_s: Annotated[
        float | None, typer.Option("--stop", metavar="S", min=0.0, help="Up to here.")
    ] = None,
    low_hz: Annotated[
        float | None,
        typer.Option("--low", metavar="HZ", min=0.0, help="Numbers of the frequencies from here."),
    ] = None,
    high_hz: Annotated[
        float | None, typer.Option("--high", metavar="HZ", min=0.0, help="Up to here.")
    ] = None,
    window_ms: Annotated[
        float,
        typer.Option("--window", metavar="MS", min=1.0, max=10_000.0, help="How long a window is."),
    ] = 64.0,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="CSV", help="Also write the level of each bin."),
    ] = None,
) -> None:
    """Tell peak, centroid and bandwidth of the mean spectrum of a file, or of a part of it."""
    from leanviz.cli.spectrum import Wanted
    from leanviz.cli.spectrum import spectrum as run

    emit(run(Wanted(file, start_s, stop_s, low_hz, high_hz, window_ms, output)))
