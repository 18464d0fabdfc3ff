"""From a trained network to a model folder that says of itself what it is worth."""

import math
from pathlib import Path
from typing import Any

import numpy as np
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


def publish(model: Lean, about: dict[str, Any], corpus: Corpus, data: Path, target: Path) -> None:
    """Calibrate, export, measure what was exported, and write thresholds and figures beside it.

    Parameters
    ----------
    about : dict
        What the folder says of its model, as `about_lean` and `about_yamnet` return it.

    Raises
    ------
    UserError
        If the folder would be over the budget.
    RuntimeError
        If PyTorch and ONNX Runtime disagree.
    """
    model = model.cpu().eval()
    clips = corpus.calibrating()
    logits = clip_scores(model, corpus, clips, torch.device("cpu"), cached=False)
    lines = fit(logits, corpus.labels[clips])
    lines.fold(model)
    flat = corpus.labels[0] * 0 + 0.5
    facts = Facts(about, flat, lines)
    export(model, corpus, target, facts)
    scores = SplitScores.measure(LeanModel.open(target), corpus, "val")
    known = np.isin(scores.clips, clips)
    thresholds = choose_thresholds(corpus.labels[clips], scores.peak[known])
    describe(target, corpus, Facts(about, thresholds, lines))
    metrics = stated(clip_figures(scores, corpus) | placed_figures(LeanModel.open(target), data))
    describe(target, corpus, Facts({**about, "metrics": metrics}, thresholds, lines))


def stated(figures: dict[str, float]) -> dict[str, Any]:
    """Return figures of val as ``model.json`` has them, beside the command that gives them."""
    return {
        "command": "leanviz evaluate --manifest M.csv --split val --timeline timeline/events.csv",
        "split": "val",
        # A split too small for a figure leaves it out.
        **{name: round(value, 4) for name, value in figures.items() if math.isfinite(value)},
    }


def about_lean(corpus: Corpus, recipe: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of a model that learned from a corpus by a recipe in plain values."""
    trained: list[ClipRow] = [corpus.rows[i] for i in corpus.split("train")]
    sources = [name for name in SOURCES if any(row.source == name for row in trained)]
    restricted = any(row.non_commercial for row in trained)
    use = (
        "for non-commercial use"
        if restricted
        else "from clips whose own licences allow commercial use; look at those of the collections"
    )
    return {
        "name": "LEAN-R",
        "version": __version__,
        "architecture": "LEAN (arXiv 2305.12712), layer sizes reconstructed from the abstract",
        "trained_on": [SOURCES[name][0] for name in sources],
        "licences": f"Weights: {use}. YAMNet: Apache-2.0. "
        + " ".join(f"{SOURCES[name][0]}: {SOURCES[name][1]}." for name in sources)
        + " AudioSet ontology: CC BY-SA 4.0.",
        "recipe": recipe,
    }


def about_yamnet() -> dict[str, Any]:
    """Return what is said of YAMNet's own rows, which learned from no corpus."""
    return {
        "name": "YAMNet, mapped",
        "version": __version__,
        "architecture": "YAMNet's classifier rows for our classes, to compare with",
        "trained_on": [],
        "licences": "YAMNet: Apache-2.0. AudioSet ontology: CC BY-SA 4.0.",
    }
