"""``leanviz render``: the panes and the alignment map of a file as a picture, without a screen."""

import os
from pathlib import Path

from leanviz.cli.engine import ProgressBar, analyze_path, open_model
from leanviz.cli.options import DecisionOptions, Theme
from leanviz.core.decisions import DecisionRules
from leanviz.core.errors import ExportError
from leanviz.inference.model import LeanModel
from leanviz.pipeline.results import ClipAnalysis
from leanviz.sessions.writing import check_place, replacing


def render(
    path: Path,
    output: Path,
    theme: Theme,
    size: tuple[int, int],
    decisions: DecisionOptions,
    model: Path | None,
) -> None:
    """Analyse a file and draw it.

    Parameters
    ----------
    size : tuple of int
        Width and height in pixels.

    Raises
    ------
    UserError
        If the file, the model or the output is unusable.
    """
    if output.suffix.lower() != ".png":
        raise ExportError(
            f"Pictures are written as PNG: name a file that ends with .png, not {output}."
        )
    check_place(output)
    lean, rules = open_model(model, decisions)
    draw(analyze(path, lean, rules), lean, output, theme, size)


def analyze(path: Path, lean: LeanModel, rules: DecisionRules) -> ClipAnalysis:
    """Analyse a file, showing how far it is."""
    with ProgressBar(1) as bar:
        return analyze_path(path, lean, rules, bar, pictures=True)


def draw(
    analysis: ClipAnalysis, lean: LeanModel, output: Path, theme: Theme, size: tuple[int, int]
) -> None:
    """Draw an analysis into a PNG file; ExportError if it cannot be written."""
    # a picture needs no screen, and looks the same with and without one
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from leanviz.views.render import render_clip

    width, height = size
    with replacing(output) as place:
        render_clip(analysis, lean.taxonomy, place, theme=theme.value, width=width, height=height)
