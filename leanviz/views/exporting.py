"""Writing what is shown to a file: labels for other programs, or a figure."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from leanviz.core.errors import ExportError
from leanviz.sessions.formats import Format, export
from leanviz.sessions.frames import SUFFIX as FRAMES
from leanviz.sessions.frames import write_frame_scores
from leanviz.sessions.report import ClipReport
from leanviz.sessions.writing import replacing
from leanviz.views.figure_spec import FigureSpec
from leanviz.views.render import Also, render_clip

if TYPE_CHECKING:
    from leanviz.pipeline.results import ClipAnalysis

FIGURES = (".png", ".svg")
FILTERS = {
    "Audacity labels (*.audacity.txt *.txt)": Format.AUDACITY.suffix,
    "Raven selection table (*.raven.txt)": Format.RAVEN.suffix,
    "Comma-separated values (*.csv)": Format.CSV.suffix,
    "JSON (*.json)": Format.JSON.suffix,
    "JSON Lines (*.events.jsonl)": Format.JSONL.suffix,
    "DCASE event list (*.dcase.tsv)": Format.DCASE.suffix,
    "Frame scores (*.scores.npz)": FRAMES,
    "Figure (*.png)": FIGURES[0],
    "Figure, vector graphics (*.svg)": FIGURES[1],
}


@dataclass(frozen=True, slots=True)
class Exportable:
    """What can be written.

    Attributes
    ----------
    report : ClipReport
        The labels.
    analysis : ClipAnalysis or None
        What a figure is drawn from; None for a session, of which no sound was kept.
    spec : FigureSpec
    also : Also
        What a figure shows, and how.
    """

    report: ClipReport
    analysis: "ClipAnalysis | None"
    spec: FigureSpec
    also: Also = field(default_factory=Also)


def ask_where(parent: QWidget, sound: Path) -> tuple[Path, str] | None:
    """Return the place that the user chooses and the suffix of its format; None if they do not."""
    name, chosen = QFileDialog.getSaveFileName(
        parent, "Export", str(sound.with_suffix(Format.AUDACITY.suffix)), ";;".join(FILTERS)
    )
    return with_suffix(Path(name), FILTERS.get(chosen, FIGURES[0])) if name else None


def with_suffix(path: Path, chosen: str) -> tuple[Path, str]:
    """Return where to write and in which format: the name decides, else the chosen suffix."""
    named = next((suffix for suffix in FILTERS.values() if path.name.endswith(suffix)), "")
    if named or path.suffix:
        return path, named or chosen
    return path.with_name(path.name + chosen), chosen


def write(what: Exportable, path: Path, suffix: str) -> None:
    """Write to `path` in the format of a suffix; ExportError with a sentence if that fails."""
    if suffix in FIGURES:
        analysis = what.analysis
        if analysis is None:
            raise ExportError("No sound was kept of this session: there is no figure to draw.")
        with replacing(path) as place:
            render_clip(analysis, what.report.taxonomy, place, what.spec, what.also)
        return
    if suffix == FRAMES:
        if what.analysis is None:
            raise ExportError("A session log has no frame scores to write.")
        write_frame_scores(what.analysis, what.report.taxonomy, path)
        return
    kind = next((kind for kind in Format if kind.suffix == suffix), None)
    if kind is None:
        raise ExportError(f"leanviz does not write {suffix} files.")
    export([what.report], kind, path)
