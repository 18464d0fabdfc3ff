"""The 200 classes, and how YAMNet's 521 classes speak about them."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from leanviz.core.taxonomy import Label, Taxonomy

Float32 = npt.NDArray[np.float32]


def read_taxonomy(vocabulary: Path) -> Taxonomy:
    """Read the vocabulary CSV: name, mid, audioset_name, parents_in_vocabulary (``;``)."""
    with vocabulary.open(newline="", encoding="utf-8") as file:
        return Taxonomy(
            tuple(
                Label(
                    row["name"],
                    row["mid"],
                    row["audioset_name"] or row["name"].replace("_", " "),
                    tuple(p for p in row["parents_in_vocabulary"].split(";") if p),
                )
                for row in csv.DictReader(file)
            )
        )


# A class that borrows its parent's or siblings' rows is rarer than they are: its logits begin this
# much lower, and YAMNet teaches it this part of their score.
BORROWED_LOGIT = -1.5
BORROWED_PART = 0.3


@dataclass(frozen=True)
class YamnetRows:
    """For each of our classes, the rows of YAMNet's classifier that speak about it.

    A class with its own AudioSet mid has one row; a parent that YAMNet lacks has the rows of its
    descendants; the few others borrow from their most specific parent, or from their siblings in
    the AudioSet ontology.
    """

    rows: tuple[tuple[int, ...], ...]
    borrowed: tuple[bool, ...]

    @classmethod
    def match(cls, taxonomy: Taxonomy, class_map: Path, ontology: Path) -> "YamnetRows":
        """Match classes to rows by mid."""
        with class_map.open(newline="", encoding="utf-8") as file:
            by_mid = {row["mid"]: int(row["index"]) for row in csv.DictReader(file)}
        families = _siblings(json.loads(ontology.read_text(encoding="utf-8")))
        rows: list[tuple[int, ...]] = []
        borrowed: list[bool] = []
        for position, label in enumerate(taxonomy.labels):
            below = np.flatnonzero(taxonomy.is_ancestor[position]).tolist()
            above = list(reversed(taxonomy.breadcrumb(position)))
            own = _known([label.mid], by_mid) or _known([taxonomy[i].mid for i in below], by_mid)
            parents = _known([taxonomy[i].mid for i in above], by_mid)[:1]
            rows.append(own or parents or _known(families[label.mid], by_mid))
            borrowed.append(not own)
        return cls(tuple(rows), tuple(borrowed))

    def head(self, kernel: Float32, bias: Float32) -> tuple[Float32, Float32]:
        """Return weights [n, 1024] and bias [n] composed from YAMNet's own [521, 1024], [521]."""
        weights = np.stack([kernel[list(rows)].mean(0) for rows in self.rows])
        offsets = np.stack([bias[list(rows)].mean() for rows in self.rows])
        offsets = offsets + np.where(self.borrowed, BORROWED_LOGIT, 0.0)
        return weights.astype(np.float32), offsets.astype(np.float32)

    def scores(self, yamnet: Float32) -> Float32:
        """Map scores [..., 521] to [..., n]; a composed class takes its best row's score."""
        best = np.stack([yamnet[..., list(rows)].max(-1) for rows in self.rows], -1)
        return (best * np.where(self.borrowed, BORROWED_PART, 1.0)).astype(np.float32)


def _known(mids: list[str], by_mid: dict[str, int]) -> tuple[int, ...]:
    return tuple(by_mid[mid] for mid in mids if mid in by_mid)


def _siblings(ontology: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return for each mid the mids that share a parent with it."""
    found: dict[str, list[str]] = {}
    for entry in ontology:
        for child in entry["child_ids"]:
            found.setdefault(child, []).extend(entry["child_ids"])
    return found
