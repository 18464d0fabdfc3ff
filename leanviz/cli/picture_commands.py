"""The commands that draw and explain, and their options."""

from pathlib import Path
from typing import Annotated

import typer

from leanviz.cli.console import emit
from leanviz.cli.options import (
    DecisionOptions,
    EverPresent,
    FigurePane,
    MinDuration,
    ModelFolder,
    Mute,
    Only,
    SmoothingChoice,
    SoundFile,
    Theme,
    ThresholdOffset,
)
from leanviz.cli.program import app
from leanviz.core.errors import UserError
from leanviz.core.scales import Brightness, Scale
from leanviz.core.smoothing import Smoothing


@app.command()
def render(  # noqa: PLR0913, PLR0917  (each is an option)
    file: SoundFile,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="PATH", help="Where to write: .png or .svg.")
    ],
    theme: Annotated[Theme, typer.Option(help="Colours.")] = Theme.DARK,
    width: Annotated[int, typer.Option(metavar="W", min=320, max=16384, help="Pixels.")] = 1280,
    height: Annotated[
        int | None,
        typer.Option(metavar="H", min=240, max=16384, help="Pixels; by the panes if not given."),
    ] = None,
    pane: Annotated[
        list[FigurePane] | None, typer.Option(help="What to draw; as often as wanted.")
    ] = None,
    start_s: Annotated[
        float | None, typer.Option("--start", metavar="S", min=0.0, help="Draw from here.")
    ] = None,
    stop_s: Annotated[
        float | None, typer.Option("--stop", metavar="S", min=0.0, help="Draw up to here.")
    ] = None,
    reference: Annotated[
        list[Path] | None, typer.Option(metavar="LABELS", help="Labels to draw below the file's.")
    ] = None,
    scale: Annotated[Scale, typer.Option(help="Of frequencies.")] = Scale.MEL,
    floor_db: Annotated[
        float | None, typer.Option("--floor", metavar="DB", help="Level of the darkest colour.")
    ] = None,
    ceiling_db: Annotated[
        float | None, typer.Option("--ceiling", metavar="DB", help="Level of the brightest.")
    ] = None,
    low_hz: Annotated[
        float | None, typer.Option("--low", metavar="HZ", min=0.0, help="Lowest frequency.")
    ] = None,
    high_hz: Annotated[
        float | None, typer.Option("--high", metavar="HZ", min=1.0, help="Highest frequency.")
    ] = None,
    palette: Annotated[
        str | None, typer.Option(metavar="NAME", help="Colour map of the spectrogram.")
    ] = None,
    window_ms: Annotated[
        int | None, typer.Option("--window", metavar="MS", min=4, max=500, help="Of the spectra.")
    ] = None,
    model_eye: Annotated[
        bool, typer.Option("--model-eye", help="Draw the 64 bands that LEAN gets.")
    ] = False,
    head: Annotated[
        str, typer.Option(metavar="N|max", help="Attention head; 0 is the mean.")
    ] = "0",
    ridge: Annotated[
        bool, typer.Option("--ridge/--no-ridge", help="Where each moment looks on average.")
    ] = True,
    brightness: Annotated[
        Brightness,
        typer.Option(help="What the attention's brightest colour is the most of."),
    ] = Brightness.ROW,
    decisions_text: Annotated[
        str | None,
        typer.Option("--decisions", metavar="JSON", help="All decisions, as captions have them."),
    ] = None,
    threshold: ThresholdOffset = 0.0,
    min_duration: MinDuration = 0.0,
    smoothing: SmoothingChoice = Smoothing.MEAN,
    mute: Mute = None,
    only: Only = None,
    quiet_ever_present: EverPresent = True,
    model: ModelFolder = None,
) -> None:
    """Draw the panes and the alignment map of a file. Needs no screen."""
    from leanviz.cli.render import RenderOptions
    from leanviz.cli.render import render as run

    decisions = DecisionOptions(
        threshold, min_duration, smoothing, mute or (), only or (), quiet_ever_present
    )
    options = RenderOptions(
        theme, width, height, pane or (), start_s, stop_s, scale, floor_db, ceiling_db, low_hz,
        high_hz, palette, window_ms, model_eye, head, ridge, brightness, reference or (),
        decisions_text,
    )  # fmt: skip
    run(file, output, options, decisions, model)


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
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="PATH", help="To a .npz, .csv, .svg or .png file."),
    ] = None,
    head: Annotated[
        int,
        typer.Option(metavar="N", min=0, max=9, help="Head that a picture shows; 0 is their mean."),
    ] = 0,
    theme: Annotated[Theme, typer.Option(help="Colours of a picture.")] = Theme.DARK,
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
    from leanviz.cli.attention import Wanted
    from leanviz.cli.attention import attention as run

    emit(run(Wanted(file, at_s, label, whole, output, theme, head), model))
