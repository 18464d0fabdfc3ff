"""The attention map of a whole recording as a file: a NumPy archive, or a table of its numbers.

Both are written row by row, or in blocks of a few megabytes: a map may be of many hours.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from leanviz.core.attention import AttentionBand, Head
from leanviz.core.realignment import read_rows
from leanviz.sessions.writing import replacing

FORMAT = 1
# Patches whose numbers are worked out at once.
CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class MapRecord:
    """A map of a recording, or of one window.

    Attributes
    ----------
    band : AttentionBand
    scores : numpy.ndarray [n_patches, n_classes] or None
        In [0, 1]; not probabilities. None where they are not kept.
    labels : tuple of str
        Names of the classes.
    facts : dict
        Plain values: file, sha256 of the sound file, model, leanviz, units and so on.
    """

    band: AttentionBand
    scores: npt.NDArray[np.float32] | None = None
    labels: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)


def write_map(record: MapRecord, path: Path) -> None:
    """Write a NumPy archive that needs no pickle to be read; ExportError if it cannot be.

    Arrays: ``weights`` [patch, head, n] as the model gave them, of the wave features from
    ``first_key`` [patch] on; ``query_s`` [patch, 2] and ``key_s`` [feature, 2], seconds of what
    each sees; ``scores`` [patch, class] and ``labels``, where known; ``facts``, a JSON text.
    """
    band, rate = record.band, record.band.sample_rate
    arrays: dict[str, npt.NDArray[Any]] = {
        "weights": band.weights,
        "first_key": band.first_key,
        "query_s": band.query_extents / rate,
        "key_s": band.key_extents / rate,
        "facts": np.array(json.dumps({"format": FORMAT, **record.facts})),
    }
    if record.scores is not None:
        arrays |= {"scores": record.scores, "labels": np.array(record.labels)}
    # numpy writes an array in blocks, so that one that lies on the disk never is in memory whole;
    # its annotations take any name for one of its own options
    save: Any = np.savez_compressed
    with replacing(path) as place, place.open("wb") as file:
        save(file, **arrays)


def write_map_table(band: AttentionBand, path: Path) -> None:
    """Write ridge, lag, spread and shape of each patch, for the mean and for each head, as CSV.

    Raises
    ------
    ExportError
        If it cannot be written.
    """
    names = ("ridge_s", "lag_ms", "spread_ms", "shape")
    heads = {"mean": None, **{f"head_{at + 1}": at for at in range(band.n_heads)}}
    columns = [f"{head}_{name}" for head in heads for name in names]
    with replacing(path) as place, place.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("start_s", "end_s", *columns))
        rows.writerows(_rows(band, heads))


def _rows(band: AttentionBand, heads: Mapping[str, Head]) -> Iterator[list[str]]:
    for at in range(0, band.n_patches, CHUNK):
        part = slice(at, min(at + CHUNK, band.n_patches))
        read = [read_rows(band, head, part) for head in heads.values()]
        extents_s = band.query_extents[part] / band.sample_rate
        for row, times_s in enumerate(extents_s):
            cells = [f"{time_s:.6f}" for time_s in times_s]
            for one in read:
                cells += [f"{one.ridge_s[row]:.6f}", f"{one.lag_ms[row]:.1f}"]
                cells += [f"{one.spread_ms[row]:.1f}", str(one.verdicts[row])]
            yield cells
