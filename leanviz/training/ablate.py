"""What each part of LEAN brings: the same data and budget for every variant and seed."""

import csv
import logging
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.utils.flop_counter import FlopCounterMode

from leanviz.core.alignment import EMBEDDING_WIDTH, WAVE_WIDTH, wave_count
from leanviz.evaluation.comparison import paired_differences
from leanviz.evaluation.metrics import average_precisions, common_classes, mean
from leanviz.training.corpus import Corpus, window_samples
from leanviz.training.export import folded, graph_bytes, round_to_int8
from leanviz.training.network import Join, Lean
from leanviz.training.recipe import Recipe
from leanviz.training.train import Trainer, Workshop, new_model
from leanviz.training.validate import clip_scores, figures

Float32 = npt.NDArray[np.float32]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Variant:
    """One line of the table.

    Attributes
    ----------
    hidden : int
        Width of the hidden layer beside the linear head; 0 for none.
    trained : bool
        False for YAMNet's own rows, as they are.
    tuned : bool
        Whether the trunk is trained too.
    """

    name: str
    what: str
    join: Join
    hidden: int = 0
    trained: bool = True
    tuned: bool = True


VARIANTS = (
    Variant("yamnet-mapped", "YAMNet's own rows", Join.NONE, trained=False, tuned=False),
    Variant("yamnet-frozen", "YAMNet frozen, linear head", Join.NONE, tuned=False),
    Variant("yamnet", "YAMNet fine-tuned, linear head", Join.NONE),
    Variant("yamnet-hidden", "YAMNet fine-tuned, LEAN's head", Join.NONE, hidden=128),
    Variant("wave", "wave encoder only", Join.WAVE, hidden=128),
    Variant("D", "no attention: mean of wave features", Join.MEAN),
    Variant("A", "patches attend to wave features", Join.ALIGN),
    Variant("A2", "A with a hidden layer (as shipped)", Join.ALIGN, hidden=128),
    Variant("B", "wave features attend to patches", Join.REVERSE),
    Variant("C", "last wave state attends to patches", Join.FINAL),
)


def variant_recipe(recipe: Recipe, variant: Variant, seed: int) -> Recipe:
    """Return a recipe for one variant and seed, otherwise as given."""
    model = replace(recipe.model, join=variant.join, hidden=variant.hidden)
    stages = recipe.stages if variant.trained else ()
    if not variant.tuned:
        stages = tuple(replace(stage, trunk_rate=0.0) for stage in stages)
    return replace(recipe, model=model, stages=stages, seed=seed)


def macs_per_second(model: Lean) -> float:
    """Return multiply-accumulates per second of audio in a window of 20 patches."""
    n, config = 20, model.config
    counter = FlopCounterMode(display=False)
    with counter, torch.inference_mode():
        if model.fusion.sees:
            model.yamnet(torch.zeros(1, 96, 64))
        per_hop = counter.get_total_flops()
        if model.fusion.listens:
            model.wave(torch.zeros(1, window_samples(n)))
    waves = counter.get_total_flops() - per_hop
    seconds = window_samples(n) / 16000
    # The counter knows no LSTM: four gates over input and state, in two directions.
    hidden = config.lstm_hidden
    recurrent = 2 * 4 * hidden * (WAVE_WIDTH + hidden) * 12.5 if model.fusion.listens else 0
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        masks = torch.ones(1, n), torch.ones(1, wave_count(n))
        parts = torch.zeros(1, n, EMBEDDING_WIDTH), torch.zeros(1, wave_count(n), WAVE_WIDTH)
        model.fusion(*parts, *masks)
    fused = counter.get_total_flops() / 2 / n / 0.48
    return per_hop / 2 / 0.48 + waves / 2 / seconds + recurrent + fused


def run(
    shop: Workshop, recipe: Recipe, seeds: Sequence[int], variants: Sequence[Variant] = VARIANTS
) -> list[dict[str, Any]]:
    """Train and judge every variant with every seed; write ``ablation.csv`` and the scores.

    Variants that are done already are not done again. Each is judged in float32 and with its
    weights rounded to int8 as they are shipped.

    Returns
    -------
    list of dict
        One per variant, seed and precision: mAP and top-1 on val, bytes, multiply-accumulates.
    """
    shop.work.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    for variant in variants:
        for seed in seeds if variant.trained else seeds[:1]:
            found = _done(shop.work, variant.name, seed)
            rows += found or _run_one(shop, recipe, variant, seed)
    return rows


def _run_one(shop: Workshop, recipe: Recipe, variant: Variant, seed: int) -> list[dict[str, Any]]:
    corpus = shop.corpus
    told = variant_recipe(recipe, variant, seed)
    if variant.trained:
        own = replace(shop, work=shop.work / f"{variant.name}-{seed}")
        model = Trainer(told, own).run()
    else:
        model = new_model(told.model, corpus, shop.yamnet).to(shop.device)
    plain = folded(model.cpu())
    rounded = deepcopy(plain)
    round_to_int8(rounded)
    rows: list[dict[str, Any]] = []
    clips = corpus.split("val")
    for precision, judged in (("float32", plain), ("int8", rounded)):
        scores = clip_scores(judged.to(shop.device), corpus, clips, shop.device, cached=False)
        np.save(shop.work / f"{variant.name}-{seed}-{precision}.npy", scores.astype(np.float16))
        judged.cpu()
        row = {
            "variant": variant.name, "what": variant.what, "seed": seed, "precision": precision,
            **figures(scores, corpus, clips),
            "bytes": graph_bytes(plain, quantize=precision == "int8"),
            "macs_per_s": macs_per_second(plain),
        }  # fmt: skip
        rows.append(row)
        _append(shop.work / "ablation.csv", row)
        logger.info("%s", "  ".join(f"{k} {v}" for k, v in row.items()))
    return rows


def _append(path: Path, row: dict[str, Any]) -> None:
    is_new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, row)
        if is_new:
            writer.writeheader()
        writer.writerow(row)


def _done(work: Path, variant: str, seed: int) -> list[dict[str, Any]]:
    """Return the rows that an earlier run has left for a variant and seed: both or none."""
    path = work / "ablation.csv"
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    # By precision: of a run that died between its two rows, the later row counts.
    found = {r["precision"]: r for r in rows if (r["variant"], r["seed"]) == (variant, str(seed))}
    return list(found.values()) if len(found) == 2 else []


def table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the table's lines in Markdown: means over seeds, and their least and greatest."""
    judged = [name for name in rows[0] if name.startswith("top1_")]
    heads = [
        "variant", "precision", "mAP", "least - greatest",
        *(f"top-1 {name.removeprefix('top1_')}" for name in judged), "MB", "MMAC/s",
    ]  # fmt: skip
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for key in dict.fromkeys((row["variant"], row["precision"]) for row in rows):
        group = [row for row in rows if (row["variant"], row["precision"]) == key]
        found = np.array([float(row["mAP"]) for row in group])
        top1 = (np.mean([float(row[name]) for row in group]) for name in judged)
        cells = [
            *(f"{key[0]}: {group[0]['what']}", key[1], f"{found.mean():.3f}"),
            f"{found.min():.3f} - {found.max():.3f}",
            *(f"{value:.3f}" for value in top1),
            f"{float(group[0]['bytes']) / 1e6:.2f}",
            f"{float(group[0]['macs_per_s']) / 1e6:.0f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def differences(work: Path, corpus: Corpus, variant: str, other: str) -> Iterator[str]:
    """Yield how much higher average precision is for a variant than for another, as shipped.

    Of both the mean over seeds. After all classes together come those of which the interval, over
    recordings drawn again, does not hold 0.

    Parameters
    ----------
    work : Path
        The folder in which `run` left the scores of both.
    """
    clips = corpus.split("val")
    labels = corpus.labels[clips]
    classes = common_classes(labels)
    ours, theirs = (_scores(work, name) for name in (variant, other))

    def gained(at: npt.NDArray[np.intp]) -> npt.NDArray[np.floating]:
        means = [
            np.mean([average_precisions(labels[at], each[at], classes) for each in scores], 0)
            for scores in (ours, theirs)
        ]
        gains = means[0] - means[1]
        return np.array([mean(gains.tolist()), *gains])

    groups = [corpus.rows[at].group for at in clips]
    whole, *found = paired_differences(gained, groups)
    yield f"{variant} above {other}: mAP {whole}"
    for k, each in sorted(zip(classes, found, strict=True), key=lambda pair: pair[1].value):
        if each.low > 0 or each.high < 0:
            yield f"  {corpus.taxonomy[int(k)].name} {each}"


def _scores(work: Path, variant: str) -> list[Float32]:
    """Return what each seed of a variant says of the validation clips."""
    paths = sorted(work.glob(f"{variant}-[0-9]*-int8.npy"))
    return [np.load(path, allow_pickle=False).astype(np.float32) for path in paths]
