"""The commands and their options, and the one place where failures become sentences."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import leanviz
from leanviz.cli.console import complain, emit, prepare_streams
from leanviz.cli.display import missing_library
from leanviz.cli.options import (
    ClipOptions,
    DecisionOptions,
    EverPresent,
    FigurePane,
    LiveShape,
    MinDuration,
    ModelFolder,
    Mute,
    Only,
    Shape,
    SmoothingChoice,
    Theme,
    ThresholdOffset,
)
from leanviz.core.errors import UserError
from leanviz.core.scales import Brightness, ScaleChoice
from leanviz.core.smoothing import Smoothing
from leanviz.core.watching import MOST_PADDING_S, ClipFormat, Cut


class FilesOpen(TyperGroup):
    """Commands, where ``leanviz FILE...`` means ``leanviz open FILE...``."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command to run and its arguments; UserError for a file that is not there."""
        if args[0] not in self.commands and not args[0].startswith("-"):
            path = Path(args[0])
            if path.exists():
                args = ["open", *args]
            elif path.suffix or len(path.parts) > 1:
                raise UserError(f"{path} does not exist.")
        return super().resolve_command(ctx, args)


app = typer.Typer(
    name="leanviz",
    cls=FilesOpen,
    help="See, hear and question what LEAN recognises in sound. Without a command: the window.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

SoundFile = Annotated[Path, typer.Argument(metavar="FILE", help="A sound file.")]
Openable = Annotated[
    list[Path],
    typer.Argument(metavar="FILE|DIR", help="Sounds, folders, label files, logs, or a session."),
]


def main(args: Sequence[str] | None = None) -> None:
    """Run leanviz with command-line arguments, those of the process if None, and exit.

    The exit code is 0, or 2 after a failure, which is told in one sentence on standard error, or
    130 after Ctrl+C.
    """
    prepare_streams()
    try:
        app(args, prog_name="leanviz")
    except UserError as error:
        complain(str(error))
        sys.exit(2)
    except Exception as error:
        if os.environ.get("LEANVIZ_DEBUG"):
            raise
        complain(_unforeseen(error))
        sys.exit(2)


def _unforeseen(error: Exception) -> str:
    """Return the sentence for an error that no command expects."""
    if isinstance(error, ImportError) and (library := missing_library(error)):
        return f"The system library {library} is missing: `leanviz doctor` tells what to type."
    return (
        f"This should not have happened: {type(error).__name__}: {error} "
        "(LEANVIZ_DEBUG=1 shows where)."
    )


def _version(asked: bool) -> None:
    if asked:
        emit(f"leanviz {leanviz.__version__}\n")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def leanviz_(
    context: typer.Context,
    _: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Print the version.")
    ] = False,
) -> None:
    """Open the window if no command is given."""
    if context.invoked_subcommand is None:
        open_([])


@app.command("open")
def open_(files: Openable) -> None:
    """Open the window on files, folders or a session."""
    from leanviz.cli.window import open_window

    raise typer.Exit(open_window(files))


@app.command()
def analyze(  # noqa: PLR0913, PLR0917  (each is an option)
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE|DIR", help="Sound files, or folders of them.")
    ],
    shape: Annotated[Shape, typer.Option("--format", help="Shape of the output.")] = Shape.TABLE,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="PATH", help="Write to this file, or folder/."),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Processes; as many as processors if not given."),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Let the workers of this Dask scheduler do it."),
    ] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="Do all again, whatever the folder has from before.")
    ] = False,
    clips: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Also write a clip of each label here.")
    ] = None,
    clip_format: Annotated[
        ClipFormat, typer.Option("--clip-format", help="How clips are stored.")
    ] = ClipFormat.FLAC,
    pad_s: Annotated[
        float,
        typer.Option(
            "--pad", metavar="S", min=0.0, max=MOST_PADDING_S, help="Sound around each clip."
        ),
    ] = 0.0,
    frame_scores: Annotated[
        Path | None,
        typer.Option("--frame-scores", metavar="DIR", help="Also write all scores here, as .npz."),
    ] = None,
    threshold: ThresholdOffset = 0.0,
    min_duration: MinDuration = 0.0,
    smoothing: SmoothingChoice = Smoothing.MEAN,
    mute: Mute = None,
    only: Only = None,
    quiet_ever_present: EverPresent = True,
    model: ModelFolder = None,
) -> None:
    """Tell what sounds in files, and when. A bad file is reported; the rest goes on."""
    from leanviz.cli.analyze import analyze as run
    from leanviz.cli.analyze_batch import BatchOptions

    decisions = DecisionOptions(
        threshold, min_duration, smoothing, mute or (), only or (), quiet_ever_present
    )
    cut = ClipOptions(clips, Cut(clip_format, pad_s, pad_s))
    batch = BatchOptions(jobs, cluster, restart, cut, frame_scores)
    if not run(files, shape, output, decisions, model, batch):
        raise typer.Exit(2)


@app.command()
def score(
    manifest: Annotated[
        Path,
        typer.Option(metavar="CSV", help="Table with a column filename, relative to itself."),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="NPZ", help="Where to write.")],
    split: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Only the rows with this value in the column split."),
    ] = None,
    model: ModelFolder = None,
) -> None:
    """Write the clip scores of all files in a manifest. A bad file is reported and has no row."""
    from leanviz.cli.score import score as run

    if not run(manifest, output, split, model):
        raise typer.Exit(2)


@app.command()
def evaluate(  # noqa: PLR0913, PLR0917  (each is an option)
    manifest: Annotated[
        Path,
        typer.Option(metavar="CSV", help="Labelled clips, see docs/cli.md; files relative to it."),
    ],
    split: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Only the rows with this value in the column split."),
    ] = None,
    timeline: Annotated[
        Path | None, typer.Option(metavar="CSV", help="Also sounds at known times.")
    ] = None,
    robustness: Annotated[
        bool, typer.Option("--robustness", help="Also the clips recorded in 15 other ways.")
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="So many clips for --robustness; all if not given."),
    ] = None,
    scores: Annotated[
        Path | None, typer.Option(metavar="NPZ", help="Write the clip scores here.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(metavar="NPZ", help="Compare with these clip scores.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    model: ModelFolder = None,
) -> None:
    """Measure what a model is worth on labelled clips. A bad row or file is named and counted."""
    from leanviz.cli.evaluate import Wanted
    from leanviz.cli.evaluate import evaluate as run

    wanted = Wanted(manifest, split, timeline, robustness, limit, scores, against)
    text, complete = run(wanted, model, as_json)
    emit(text)
    if not complete:
        raise typer.Exit(2)


@app.command()
def live(  # noqa: PLR0913, PLR0917  (each is an option)
    limit_s: Annotated[
        float | None,
        typer.Option(
            "--seconds", "--duration", metavar="S", min=0.1, help="Stop after so much sound."
        ),
    ] = None,
    shape: Annotated[
        LiveShape, typer.Option("--format", help="Shape of the output.")
    ] = LiveShape.TABLE,
    as_jsonl: Annotated[bool, typer.Option("--jsonl", help="The same as --format jsonl.")] = False,
    provisional: Annotated[
        bool, typer.Option("--provisional", help="In JSON Lines, also what sounds at the moment.")
    ] = False,
    device: Annotated[
        str | None, typer.Option(metavar="NAME", help="Microphone, or part of its name.")
    ] = None,
    channel: Annotated[
        str, typer.Option(metavar="NAME", help="Channel: mix, left, right or its number.")
    ] = "mix",
    source: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Listen to this file as if it were live.")
    ] = None,
    log: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Also keep a session log in this folder.")
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Keep a clip of all that is shown in this folder."),
    ] = None,
    alert: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CLASS",
            help="Alert when a class, or one below it, is heard; as often as wanted.",
        ),
    ] = None,
    command: Annotated[
        str, typer.Option("--run", metavar="COMMAND", help="Program that each alert runs.")
    ] = "",
    threshold: ThresholdOffset = 0.0,
    min_duration: MinDuration = 0.0,
    smoothing: SmoothingChoice = Smoothing.MEAN,
    mute: Mute = None,
    only: Only = None,
    quiet_ever_present: EverPresent = True,
    model: ModelFolder = None,
) -> None:
    """Listen, and print each event when it is over. Ctrl+C stops."""
    from leanviz.audio.capture import DeviceSource, FileSource
    from leanviz.cli.devices import find_channel, find_device
    from leanviz.cli.engine import open_model
    from leanviz.cli.live import Outputs
    from leanviz.cli.live import live as run
    from leanviz.cli.live_lines import LiveLines
    from leanviz.cli.live_log import KeptLog
    from leanviz.cli.live_watch import Watch, WatchOptions

    decisions = DecisionOptions(
        threshold, min_duration, smoothing, mute or (), only or (), quiet_ever_present
    )
    lean, rules = open_model(model, decisions)
    if source is not None:
        heard = FileSource(source)
    else:
        found = find_device(device) if device is not None else None
        heard = DeviceSource(found, find_channel(channel))
    lines = LiveLines(LiveShape.JSONL if as_jsonl else shape, sounding=provisional)
    kept = None if log is None else KeptLog(log)
    watch = Watch(WatchOptions(record, alert or (), command), lean.taxonomy)
    run(heard, lean, rules, Outputs(lines, kept, watch), limit_s)


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
    scale: Annotated[ScaleChoice, typer.Option(help="Of frequencies.")] = ScaleChoice.MEL,
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


@app.command()
def compare(  # noqa: PLR0913, PLR0917  (each is an option)
    results: Annotated[
        list[Path],
        typer.Argument(metavar="RESULTS|FILE", help="Label files, folders of them, or sounds."),
    ],
    reference: Annotated[
        list[Path], typer.Option(metavar="LABELS", help="What is true: label files, or folders.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    collar_s: Annotated[
        float, typer.Option("--collar", metavar="S", min=0.0, help="Onsets may differ by this.")
    ] = 0.5,
    segment_s: Annotated[
        float, typer.Option("--segment", metavar="S", min=0.01, help="Length of a segment.")
    ] = 1.0,
    threshold: ThresholdOffset = 0.0,
    min_duration: MinDuration = 0.0,
    smoothing: SmoothingChoice = Smoothing.MEAN,
    mute: Mute = None,
    only: Only = None,
    quiet_ever_present: EverPresent = True,
    model: ModelFolder = None,
) -> None:
    """Tell how well results agree with somebody's labels. Sounds are analysed first."""
    from leanviz.cli.compare import Wanted
    from leanviz.cli.compare import compare as run
    from leanviz.evaluation.reference import Collars

    decisions = DecisionOptions(
        threshold, min_duration, smoothing, mute or (), only or (), quiet_ever_present
    )
    collars = Collars(collar_s, segment_s)
    text, complete = run(Wanted(results, reference, collars, decisions, model), as_json)
    emit(text)
    if not complete:
        raise typer.Exit(2)


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
    from leanviz.cli.bench import bench as run

    emit(run(file, model, repeats, as_json))
