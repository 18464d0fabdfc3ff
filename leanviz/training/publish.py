"""From a trained network to a model folder that says of itself what it is worth."""

import math
from pathlib import Path
from typing import Any

import torch

from leanviz import __version__
from leanviz.evaluation.manifest import ClipRow
from leanviz.inference.model import LeanModel
from leanviz.training.calibrate import fit
from leanviz.training.corpus import Corpus
from leanviz.training.export import Facts, describe, export
from leanviz.training.measure import SplitScores, clip_figures, placed_figures
from leanviz.training.network import Lean
from leanviz.training.thresholds import choose_thresholds
from leanviz.training.validate import clip_scores

# As they are called in full, with the licence of the collection.
SOURCES = {
    "esc50": ("ESC-50", "CC BY-NC 3.0 collection"),
    "us8k": ("UrbanSound8K", "CC BY-NC collection"),
    "philharmonia": ("Philharmonia", "CC BY-SA 3.0"),
    "fsdd": ("FSDD", "CC BY-SA 4.0"),
    "sonicpi": ("Sonic Pi", "CC0"),
    "librosa": ("librosa examples", "per file"),
    "fsd50k": ("FSD50K", "CC BY collection, clips under their own licences"),
}


def publish(model: Lean, recipe: dict[str, Any], corpus: Corpus, data: Path, target: Path) -> None:
    """Calibrate, export, measure what was exported, and write thresholds and figures beside it.

    Parameters
    ----------
    recipe : dict
        What the model was made with, as plain values.

    Raises
    ------
    UserError
        If the folder would be over the budget.
    RuntimeError
        If PyTorch and ONNX Runtime disagree.
    """
    model = model.cpu().eval()
    clips = corpus.split("val")
    logits = clip_scores(model, corpus, clips, torch.device("cpu"), cached=False)
    lines = fit(logits, corpus.labels[clips])
    lines.fold(model)
    flat = corpus.labels[0] * 0 + 0.5
    facts = Facts(_about(corpus, recipe), flat, lines)
    export(model, corpus, target, facts)
    scores = SplitScores.measure(LeanModel.open(target), corpus, "val")
    thresholds = choose_thresholds(corpus.labels[clips], scores.peak)
    describe(target, corpus, Facts(facts.about, thresholds, lines))
    metrics = stated(clip_figures(scores, corpus) | placed_figures(LeanModel.open(target), data))
    describe(target, corpus, Facts({**facts.about, "metrics": metrics}, thresholds, lines))


def stated(figures: dict[str, float]) -> dict[str, Any]:
    """Return figures of val as ``model.json`` has them, beside the command that gives them."""
    return {
        "command": "leanviz evaluate --manifest M.csv --split val --timeline timeline/events.csv",
        "split": "val",
        # A split too small for a figure leaves it out.
        **{name: round(value, 4) for name, value in figures.items() if math.isfinite(value)},
    }


def _about(corpus: Corpus, recipe: dict[str, Any]) -> dict[str, Any]:
    trained: list[ClipRow] = [corpus.rows[i] for i in corpus.split("train")]
    sources = [name for name in SOURCES if any(row.source == name for row in trained)]
    restricted = any(row.non_commercial for row in trained)
    use = "non-commercial use" if restricted else "any use that the sources' licences allow"
    return {
        "name": "LEAN-R",
        "version": __version__,
        "architecture": "LEAN (arXiv 2305.12712), layer sizes reconstructed from the abstract",
        "trained_on": [SOURCES[name][0] for name in sources],
        "licences": f"Weights: for {use}. YAMNet: Apache-2.0. "
        + " ".join(f"{SOURCES[name][0]}: {SOURCES[name][1]}." for name in sources)
        + " AudioSet ontology: CC BY-SA 4.0.",
        "recipe": recipe,
    }
