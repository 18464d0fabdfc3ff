"""Every variant of the table is built, costs what it should, and differs in one thing only."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from leanviz.training.ablate import (
    VARIANTS,
    Variant,
    differences,
    macs_per_second,
    table,
    variant_recipe,
)
from leanviz.training.corpus import Corpus
from leanviz.training.export import BUDGET, folded, graph_bytes
from leanviz.training.network import Join, Lean, LeanConfig
from leanviz.training.recipe import Recipe

BY_NAME = {variant.name: variant for variant in VARIANTS}


def _lean(variant: Variant) -> Lean:
    return Lean(variant_recipe(Recipe(), variant, 0).model).eval()


@cache  # some variants differ only in what is trained
def _shipped_bytes(config: LeanConfig) -> int:
    return graph_bytes(folded(Lean(config).eval()), quantize=True)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_every_variant_becomes_graphs_that_would_ship(variant: Variant) -> None:
    """One that ONNX cannot say, or that is too large, is no alternative to what ships."""
    assert 200_000 < _shipped_bytes(_lean(variant).config) < BUDGET


def test_every_join_has_a_line() -> None:
    assert {variant.join for variant in VARIANTS} == set(Join)
    assert variant_recipe(Recipe(), BY_NAME["A2"], 0) == Recipe()


def test_only_what_a_line_says_differs_in_its_recipe() -> None:
    told = Recipe(average=3.0)
    assert variant_recipe(told, BY_NAME["yamnet-mapped"], 1).stages == ()
    frozen = variant_recipe(told, BY_NAME["yamnet-frozen"], 1)
    assert [stage.trunk_rate for stage in frozen.stages] == [0.0, 0.0]
    assert [stage.passes for stage in frozen.stages] == [stage.passes for stage in told.stages]
    aligned = variant_recipe(told, BY_NAME["A"], 1)
    assert (aligned.seed, aligned.average, aligned.stages) == (1, 3.0, told.stages)
    assert (aligned.model.join, aligned.model.hidden) == (Join.ALIGN, 0)


def test_work_is_counted_in_every_part() -> None:
    """YAMNet's own figure is 69.2 million for each patch: TensorFlow's model page."""
    yamnet, wave, both = (macs_per_second(_lean(BY_NAME[n])) for n in ("yamnet", "wave", "A2"))
    assert yamnet == pytest.approx(69.2e6 / 0.48, rel=0.03)
    assert yamnet + wave == pytest.approx(both, rel=0.03)
    assert 0.02 * yamnet < wave < 0.5 * yamnet


def _row(variant: str, seed: int, found: float) -> dict[str, object]:
    return {
        "variant": variant, "what": "this", "seed": seed, "precision": "int8", "mAP": found,
        "top1_esc50": found / 2, "bytes": 4_250_000, "macs_per_s": 160e6,
    }  # fmt: skip


def test_the_table_holds_means_and_extremes() -> None:
    head, rule, *lines = table([_row("A", 0, 0.8), _row("A", 1, 0.9), _row("B", 0, 0.5)])
    assert "| top-1 esc50 |" in head
    assert head.count("|") == rule.count("|") == lines[0].count("|")
    assert lines == [
        "| A: this | int8 | 0.850 | 0.800 - 0.900 | 0.425 | 4.25 | 160 |",
        "| B: this | int8 | 0.500 | 0.500 - 0.500 | 0.250 | 4.25 | 160 |",
    ]


def test_a_variant_is_compared_with_the_seeds_of_the_other_alone(
    corpus: Corpus, tmp_path: Path
) -> None:
    """ "yamnet-frozen" has the name of "yamnet" in its own."""
    labels = corpus.labels[corpus.split("val")].astype(np.float16)
    for name in ("A2-0", "A2-1", "yamnet-frozen-0"):
        np.save(tmp_path / f"{name}-int8.npy", labels)
    np.save(tmp_path / "yamnet-0-int8.npy", 1 - labels)
    better, *classes = differences(tmp_path, corpus, "A2", "yamnet")
    assert better.startswith("A2 above yamnet: mAP +0.")
    assert all(" +0." in line for line in classes)
    same, *classes = differences(tmp_path, corpus, "A2", "yamnet-frozen")
    assert same == "A2 above yamnet-frozen: mAP +0.0000 (95 % +0.0000 to +0.0000)"
    assert not classes
