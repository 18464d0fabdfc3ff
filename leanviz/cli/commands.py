"""The commands that recognise sounds, and their options."""

from pathlib import Path
from typing import Annotated

import typer

from leanviz.cli.console import emit
from leanviz.cli.options import (
    ClipOptions,
    DecisionOptions,
    EverPresent,
    LiveShape,
    MinDuration,
    ModelFolder,
    Mute,
    Only,
    Shape,
    SmoothingChoice,
    ThresholdOffset,
)
from leanviz.cli.program import app
from leanviz.core.smoothing import Smoothing
from leanviz.core.watching import MOST_PADDING_S, ClipFormat, Cut


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
