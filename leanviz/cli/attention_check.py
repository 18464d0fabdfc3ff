"""``leanviz attention --check``: how often explanations point to the sound."""

import json
from dataclasses import asdict
from pathlib import Path

from leanviz.cli.console import as_text, complain, say
from leanviz.cli.engine import open_model
from leanviz.cli.progress import ProgressBar
from leanviz.core.errors import UserError
from leanviz.evaluation.manifest import read_manifest
from leanviz.evaluation.occlusion import Pointing, PointingFigures, pointing, short_sounds
from leanviz.evaluation.tables import new_table
from leanviz.inference.model import LeanModel

CLIPS = 100
# A table made for another folder has as many problems as rows; the first ones tell.
MOST_TOLD = 3
ROWS = {
    "clips": "clips",
    "occlusion peak in the sound": "occlusion",
    "peak of muting and running again in it": "muting",
    "peak of attention in it, whole window": "attention",
    "peak of attention in it, best patch": "best_attention",
    "by chance": "chance",
    "rank correlation, attention and occlusion": "agreement",
    "rank correlation, occlusion and muting": "trust",
}


def check(
    manifest: Path, split: str | None, limit: int | None, folder: Path | None, as_json: bool
) -> str:
    """Return how often explanations point to the sound, on clips of one short sound in noise.

    Raises
    ------
    UserError
        If the manifest or the model is unusable, or no clip has a short sound.
    """
    model, _ = open_model(folder)
    rows = read_manifest(manifest, model.taxonomy, split)
    for problem in rows.problems[:MOST_TOLD]:
        complain(f"{manifest}, line {problem.line}: {problem.what}")
    most = limit or CLIPS
    found: list[Pointing] = []
    with ProgressBar(most) as bar:
        for row, sound, generator in short_sounds(rows.rows):
            bar.show(row.path.name, 0.0)
            found.append(pointing(model, row, sound, generator))
            bar.step()
            if len(found) == most:
                break
    if not found:
        raise UserError(f"No clip of {manifest} has one short sound that stands out.")
    if len(found) < most:
        say(f"{len(found)} clips have one short sound that stands out.")
    return _checked(found, model, as_json)


def _checked(found: list[Pointing], model: LeanModel, as_json: bool) -> str:
    heard = [each for each in found if each.heard]
    groups = {"all": PointingFigures.of(found)}
    if heard:
        groups["shown"] = PointingFigures.of(heard)
    if as_json:
        record = {"model": model.identity, **{name: asdict(f) for name, f in groups.items()}}
        return json.dumps(record, indent=1) + "\n"
    table = new_table(f"{model.identity}: one short sound in noise", "", "all clips", "label shown")
    for title, name in ROWS.items():
        values = [getattr(figures, name) for figures in groups.values()]
        table.add_row(title, *(f"{v}" if name == "clips" else f"{v:.2f}" for v in values))
    return as_text(table)
