"""Options that several commands share."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from leanviz.core.smoothing import Smoothing
from leanviz.core.watching import MOST_PADDING_S, ClipFormat, Cut

SoundFile = Annotated[Path, typer.Argument(metavar="FILE", help="A sound file.")]
ModelFolder = Annotated[
    Path | None,
    typer.Option("--model", metavar="DIR", help="Use this model folder, not the bundled one."),
]
Split = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Only the rows with this value in the column split."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@dataclass(frozen=True, slots=True)
class DecisionOptions:
    """What the command line says about decisions; the values here are the defaults.

    Attributes
    ----------
    threshold : float
        Added to the threshold of every class.
    min_duration_s : float
        Shortest label, in seconds; the next whole number of patch hops counts.
    smoothing : Smoothing
    mute, only : list of str or None
        Classes by FSD50K name or display name; each stands for those below it too.
    quiet_ever_present : bool
    """

    threshold: Annotated[
        float,
        typer.Option(metavar="X", min=-1.0, max=1.0, help="Added to the threshold of every class."),
    ] = 0.0
    min_duration_s: Annotated[
        float,
        typer.Option("--min-duration", metavar="S", min=0.0, help="Shortest label, in seconds."),
    ] = 0.0
    smoothing: Annotated[
        Smoothing, typer.Option(help="How scores of neighbouring patches are joined.")
    ] = Smoothing.MEAN
    mute: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CLASS", help="Never show a class and those below it; as often as wanted."
        ),
    ] = None
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CLASS", help="Show only a class and those below it; as often as wanted."
        ),
    ] = None
    quiet_ever_present: Annotated[
        bool,
        typer.Option(
            "--quiet-ever-present/--show-ever-present",
            help="Whether a general class is quiet while it is heard most of the time.",
        ),
    ] = True


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """What the command line says about many files, and about what else is written of each.

    Attributes
    ----------
    jobs : int or None
        How many processes; as many as processors if None.
    cluster : str or None
        Address of a Dask scheduler, in place of processes on this machine.
    restart : bool
        Whether to do again what the folder has from before.
    clips : Path or None
        Where clips of the labels go; None makes none.
    clip_format : ClipFormat
    pad_s : float
        Sound before and after each clip.
    frame_scores : Path or None
        Where frame scores go. This and clips are also for a few files without a folder.
    file_dates : bool
        Whether times of day are taken from headers, and from names that recorders give.
    cache : bool
        Whether results are looked up that the window has kept of files.
    """

    jobs: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Processes; as many as processors if not given."),
    ] = None
    cluster: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Let the workers of this Dask scheduler do it."),
    ] = None
    restart: Annotated[
        bool, typer.Option("--restart", help="Do all again, whatever the folder has from before.")
    ] = False
    clips: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Also write a clip of each label here.")
    ] = None
    clip_format: Annotated[
        ClipFormat, typer.Option("--clip-format", help="How clips are stored.")
    ] = ClipFormat.FLAC
    pad_s: Annotated[
        float,
        typer.Option(
            "--pad", metavar="S", min=0.0, max=MOST_PADDING_S, help="Sound around each clip."
        ),
    ] = 0.0
    frame_scores: Annotated[
        Path | None,
        typer.Option("--frame-scores", metavar="DIR", help="Also write all scores here, as .npz."),
    ] = None
    file_dates: Annotated[
        bool, typer.Option(help="Take times of day from headers, and names that recorders give.")
    ] = True
    cache: Annotated[bool, typer.Option(help="Use what the window has kept of a file.")] = True

    @property
    def is_asked_for(self) -> bool:
        """Whether there is an option that only a batch has."""
        return (self.jobs, self.cluster, self.restart) != (None, None, False)

    @property
    def cut(self) -> Cut:
        """How clips are cut."""
        return Cut(self.clip_format, self.pad_s, self.pad_s)


@dataclass(frozen=True, slots=True)
class WatchOptions:
    """What the command line says about clips and alerts while listening; by default there are none.

    Attributes
    ----------
    record : Path or None
        Folder for clips of all that is shown.
    alert : list of str or None
        Classes that alert, each with those below it.
    ready : bool
        Whether those alert, too, that one wants to see where one cannot hear (`core.ready_rules`).
    command : str
        What an alert runs, quoted as for a shell but run without one; "" for nothing.
    """

    record: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Keep a clip of all that is shown in this folder."),
    ] = None
    alert: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CLASS",
            help="Alert when a class, or one below it, is heard; as often as wanted.",
        ),
    ] = None
    ready: Annotated[
        bool,
        typer.Option(
            "--ready-alerts",
            help="Alert on what one wants to see where one cannot hear: alarms, doorbell, ...",
        ),
    ] = False
    command: Annotated[
        str, typer.Option("--run", metavar="COMMAND", help="Program that each alert runs.")
    ] = ""


class Shape(StrEnum):
    """What `analyze` prints or writes: a table for people, or one of the export formats."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    AUDACITY = "audacity"
    RAVEN = "raven"
    DCASE = "dcase"
    JSONL = "jsonl"


class LiveShape(StrEnum):
    """What `live` prints."""

    TABLE = "table"
    JSONL = "jsonl"


class Theme(StrEnum):
    """How `render` colours its picture."""

    LIGHT = "light"
    DARK = "dark"
    HIGH_CONTRAST = "high contrast"


class FigurePane(StrEnum):
    """What `render` draws."""

    WAVEFORM = "waveform"
    SPECTROGRAM = "spectrogram"
    LANES = "lanes"
    REFERENCE = "reference"
    ATTENTION = "attention"
    ALL = "all"
