"""What several tests of the engine are made of."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from leanviz.core.taxonomy import Label, Taxonomy

REPOSITORY = Path(__file__).resolve().parents[2]
DEMO = REPOSITORY / "resources" / "demo" / "demo.flac"

SIREN, ANIMAL, DOG, BARK = range(4)
TAXONOMY = Taxonomy(
    (
        Label("Siren", "/m/03kmc9", "Siren, alarm"),
        Label("Animal", "/m/0jbk", "Animal"),
        Label("Dog", "/m/0bt9lr", "Dog", ("Animal",)),
        Label("Bark", "/m/05tny_", "Bark, woof", ("Dog", "Animal")),
    )
)


def noise(count: int, seed: int = 0) -> npt.NDArray[np.float32]:
    """Return white noise in [-1, 1]."""
    return np.random.default_rng(seed).uniform(-1, 1, count).astype(np.float32)


def cuts(count: int) -> st.SearchStrategy[list[int]]:
    """Return where to cut `count` items into blocks, empty ones included."""
    return st.lists(st.integers(0, count), max_size=8).map(sorted)


def blocks(items: npt.NDArray[Any], at: Sequence[int]) -> list[npt.NDArray[Any]]:
    """Cut an array."""
    return np.split(items, at)
