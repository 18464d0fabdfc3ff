"""``leanviz attention --map``: the attention map of all of a file, as numbers or as an archive."""

from pathlib import Path

from leanviz.cli.attention import realignment
from leanviz.cli.engine import analyze_path, open_model
from leanviz.cli.progress import ProgressBar
from leanviz.core.errors import ExportError
from leanviz.pipeline.map_record import MAP_SUFFIXES, write_whole_map
from leanviz.sessions.writing import check_place


def attention_map(file: Path, output: Path | None, folder: Path | None) -> str:
    """Write the map; without an output return its numbers as text.

    Raises
    ------
    UserError
        If the file, the model or the output is unusable.
    """
    if output is not None:
        if output.suffix.lower() not in MAP_SUFFIXES:
            raise ExportError(
                f"{output} ends with neither .npz nor .csv. "
                "leanviz render --pane attention draws the map of a file."
            )
        check_place(output)
    model, rules = open_model(folder)
    with ProgressBar(1) as bar:
        analysis = analyze_path(file, model, rules, bar)
    band = analysis.attention
    if output is None:
        return realignment(band, range(band.n_patches))
    write_whole_map(output, model, analysis, band)
    return ""
