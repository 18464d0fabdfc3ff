"""Options that several commands share."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from leanviz.core.smoothing import Smoothing
from leanviz.core.watching import Cut

SoundFile = Annotated[Path, typer.Argument(metavar="FILE", help="A sound file.")]
ModelFolder = Annotated[
    Path | None,
    typer.Option("--model", metavar="DIR", help="Use this model folder, not the bundled one."),
]
ThresholdOffset = Annotated[
    float,
    typer.Option(
        "--threshold", metavar="X", min=-1.0, max=1.0, help="Added to the threshold of every class."
    ),
]
MinDuration = Annotated[
    float, typer.Option("--min-duration", metavar="S", min=0.0, help="Shortest label, in seconds.")
]
SmoothingChoice = Annotated[
    Smoothing, typer.Option("--smoothing", help="How scores of neighbouring patches are joined.")
]
Mute = Annotated[
    list[str] | None,
    typer.Option(
        "--mute", metavar="CLASS", help="Never show a class and those below it; as often as wanted."
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only", metavar="CLASS", help="Show only a class and those below it; as often as wanted."
    ),
]
EverPresent = Annotated[
    bool,
    typer.Option(
        "--quiet-ever-present/--show-ever-present",
        help="Whether a general class is quiet while it is heard most of the time.",
    ),
]


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
    mute, only : sequence of str
        Classes by FSD50K name or display name; each stands for those below it too.
    quiet_ever_present : bool
    """

    threshold: float = 0.0
    min_duration_s: float = 0.0
    smoothing: Smoothing = Smoothing.MEAN
    mute: Sequence[str] = ()
    only: Sequence[str] = ()
    quiet_ever_present: bool = True


@dataclass(frozen=True, slots=True)
class ClipOptions:
    """What the command line says about clips of the labels.

    Attributes
    ----------
    folder : Path or None
        Where they go; None makes none.
    cut : Cut
    """

    folder: Path | None = None
    cut: Cut = Cut()  # noqa: RUF009  (frozen)


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
