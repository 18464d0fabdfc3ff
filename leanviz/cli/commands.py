"""The commands that recognise sounds, and their options."""

from pathlib import Path
from typing import Annotated

import typer

from leanviz.cli.console import emit
from leanviz.cli.grouped import grouped
from leanviz.cli.options import (
    AsJson,
    BatchOptions,
    DecisionOptions,
    LiveShape,
    ModelFolder,
    Shape,
    Split,
    WatchOptions,
)
from leanviz.cli.program import app


@app.command()
@grouped
def analyze(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE|DIR", help="Sound files, or folders of them.")
    ],
    *,
    shape: Annotated[Shape, typer.Option("--format", help="Shape of the output.")] = Shape.TABLE,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="PATH", help="Write to this file, or folder/."),
    ] = None,
    batch: BatchOptions,
    decisions: DecisionOptions,
    model: ModelFolder = None,
) -> None:
    """Tell what sounds in files, and when. A bad file is reported; the rest goes on."""
    from leanviz.cli.analyze import analyze as run

    if not run(files, shape, output, decisions, model, batch):
        raise typer.Exit(2)


@app.command()
@grouped
def live(  # noqa: PLR0913  (each is an option)
    *,
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
    watching: WatchOptions,
    decisions: DecisionOptions,
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
    from leanviz.cli.live_watch import Watch

    lean, rules = open_model(model, decisions)
    if source is not None:
        heard = FileSource(source)
    else:
        found = find_device(device) if device is not None else None
        heard = DeviceSource(found, find_channel(channel))
    lines = LiveLines(LiveShape.JSONL if as_jsonl else shape, sounding=provisional)
    kept = None if log is None else KeptLog(log)
    watch = Watch(watching, lean.taxonomy, lean.default_rules())
    run(heard, lean, rules, Outputs(lines, kept, watch), limit_s)


@app.command()
def score(
    manifest: Annotated[
        Path,
        typer.Option(metavar="CSV", help="Table with a column filename, relative to itself."),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="NPZ", help="Where to write.")],
    split: Split = None,
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
    split: Split = None,
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
    as_json: AsJson = False,
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
@grouped
def compare(  # noqa: PLR0913  (each is an option)
    results: Annotated[
        list[Path],
        typer.Argument(metavar="RESULTS|FILE", help="Label files, folders of them, or sounds."),
    ],
    *,
    reference: Annotated[
        list[Path], typer.Option(metavar="LABELS", help="What is true: label files, or folders.")
    ],
    as_json: AsJson = False,
    collar_s: Annotated[
        float, typer.Option("--collar", metavar="S", min=0.0, help="Onsets may differ by this.")
    ] = 0.5,
    segment_s: Annotated[
        float, typer.Option("--segment", metavar="S", min=0.01, help="Length of a segment.")
    ] = 1.0,
    decisions: DecisionOptions,
    model: ModelFolder = None,
) -> None:
    """Tell how well results agree with somebody's labels. Sounds are analysed first."""
    from leanviz.cli.compare import Wanted
    from leanviz.cli.compare import compare as run
    from leanviz.evaluation.reference import Collars

    collars = Collars(collar_s, segment_s)
    text, complete = run(Wanted(results, reference, collars, decisions, model), as_json)
    emit(text)
    if not complete:
        raise typer.Exit(2)
