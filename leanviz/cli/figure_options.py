"""Options of ``leanviz render``."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from leanviz.cli.options import FigurePane, Theme
from leanviz.core.analysis_kinds import Kind
from leanviz.core.scales import Brightness, Scale


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """What the command line says about a figure; None is as by default.

    Attributes
    ----------
    panes : list of FigurePane or None
        None of them, or `FigurePane.ALL`: all.
    stored_decisions : str or None
        As `leanviz.settings.decisions_text` writes them, in place of other decision options.
    """

    theme: Annotated[Theme, typer.Option(help="Colours.")] = Theme.DARK
    width: Annotated[int, typer.Option(metavar="W", min=320, max=16384, help="Pixels.")] = 1280
    height: Annotated[
        int | None,
        typer.Option(metavar="H", min=240, max=16384, help="Pixels; by the panes if not given."),
    ] = None
    panes: Annotated[
        list[FigurePane] | None, typer.Option("--pane", help="What to draw; as often as wanted.")
    ] = None
    analysis: Annotated[
        Kind | None,
        typer.Option(help="What librosa makes of it, of at most 60 s."),
    ] = None
    start_s: Annotated[
        float | None, typer.Option("--start", metavar="S", min=0.0, help="Draw from here.")
    ] = None
    stop_s: Annotated[
        float | None, typer.Option("--stop", metavar="S", min=0.0, help="Draw up to here.")
    ] = None
    time_of_day: Annotated[
        bool,
        typer.Option("--time-of-day", help="Write times of day, where the file tells its date."),
    ] = False
    references: Annotated[
        list[Path] | None,
        typer.Option("--reference", metavar="LABELS", help="Labels to draw below the file's."),
    ] = None
    session: Annotated[
        Path | None,
        typer.Option(
            metavar="SESSION", help="What was said of the labels, as the window saved it."
        ),
    ] = None
    scale: Annotated[Scale, typer.Option(help="Of frequencies.")] = Scale.MEL
    floor_db: Annotated[
        float | None, typer.Option("--floor", metavar="DB", help="Level of the darkest colour.")
    ] = None
    ceiling_db: Annotated[
        float | None, typer.Option("--ceiling", metavar="DB", help="Level of the brightest.")
    ] = None
    low_hz: Annotated[
        float | None, typer.Option("--low", metavar="HZ", min=0.0, help="Lowest frequency.")
    ] = None
    high_hz: Annotated[
        float | None, typer.Option("--high", metavar="HZ", min=1.0, help="Highest frequency.")
    ] = None
    palette: Annotated[
        str | None, typer.Option(metavar="NAME", help="Colour map of the spectrogram.")
    ] = None
    window_ms: Annotated[
        int | None, typer.Option("--window", metavar="MS", min=4, max=500, help="Of the spectra.")
    ] = None
    model_eye: Annotated[
        bool, typer.Option("--model-eye", help="Draw the 64 bands that LEAN gets.")
    ] = False
    head: Annotated[str, typer.Option(metavar="N|max", help="Attention head; 0 is the mean.")] = "0"
    ridge: Annotated[
        bool, typer.Option("--ridge/--no-ridge", help="Where each moment looks on average.")
    ] = True
    brightness: Annotated[
        Brightness,
        typer.Option(help="What the attention's brightest colour is the most of."),
    ] = Brightness.ROW
    stored_decisions: Annotated[
        str | None,
        typer.Option("--decisions", metavar="JSON", help="All decisions, as captions have them."),
    ] = None
