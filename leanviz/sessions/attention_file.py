"""An explanation as a file: a NumPy archive with all there is of it, or a table of its pieces."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from leanviz.core.bounded import read_arrays
from leanviz.core.errors import UserError
from leanviz.sessions.writing import replacing, write_text

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]

FORMAT = 1
PIECES = ("key", "patch", "moment")


@dataclass(frozen=True, slots=True)
class Pieces:
    """What can be taken away, of one kind.

    Attributes
    ----------
    times_s : numpy.ndarray [n, 2]
        Seconds [start, stop) that each sees.
    attention : numpy.ndarray [n_heads, n]
        Part of the asked patches' attention.
    occlusion : numpy.ndarray [n]
        How far the label's logit falls without it.
    muted : numpy.ndarray [n] or None
        The same with its sound muted and all run again, where that was done.
    """

    times_s: Float64
    attention: Float32
    occlusion: Float32
    muted: Float32 | None = None


@dataclass(frozen=True, slots=True)
class AttentionRecord:
    """A window of a recording: who looked where, and what that was worth to a label.

    Attributes
    ----------
    attention : numpy.ndarray [n_heads, n_queries, n_keys]
        As the model gave it; each row sums to 1.
    scores : numpy.ndarray [n_queries, n_classes]
        Of the patches, in [0, 1]; not probabilities.
    labels : tuple of str
        Names of the classes.
    asked : numpy.ndarray [n_queries]
        Weight of each patch in the logit asked about.
    pieces : dict of str to Pieces
        By the names in `PIECES`: wave features (their times are those of the keys), patches (those
        of the queries) and moments.
    facts : dict
        Plain values: file, sha256 of the sound file, model, leanviz, label, logit, units and so on.
    """

    attention: Float32
    scores: Float32
    labels: tuple[str, ...]
    asked: Float32
    pieces: dict[str, Pieces]
    facts: dict[str, Any]

    @property
    def query_s(self) -> Float64:
        """Seconds [n_queries, 2] that each patch sees."""
        return self.pieces["patch"].times_s

    @property
    def key_s(self) -> Float64:
        """Seconds [n_keys, 2] that each wave feature sees."""
        return self.pieces["key"].times_s


def write_attention(record: AttentionRecord, path: Path) -> None:
    """Write a NumPy archive that needs no pickle to be read; ExportError if it cannot be.

    Arrays: ``attention``, ``query_s``, ``key_s``, ``scores``, ``labels``, ``asked``; for each of
    ``key``, ``patch`` and ``moment``: ``..._attention`` and ``..._occlusion``; ``moment_s``,
    ``moment_muted``; and ``facts``, a JSON text.
    """
    arrays: dict[str, npt.NDArray[Any]] = {
        "attention": record.attention,
        "query_s": record.query_s,
        "key_s": record.key_s,
        "moment_s": record.pieces["moment"].times_s,
        "scores": record.scores,
        "labels": np.array(record.labels),
        "asked": record.asked,
        "facts": np.array(json.dumps({"format": FORMAT, **record.facts})),
    }
    for name, pieces in record.pieces.items():
        arrays[f"{name}_attention"], arrays[f"{name}_occlusion"] = (
            pieces.attention,
            pieces.occlusion,
        )
        if pieces.muted is not None:
            arrays[f"{name}_muted"] = pieces.muted
    save: Any = np.savez_compressed  # its annotations take any name for one of its own options
    with replacing(path) as place, place.open("wb") as file:
        save(file, **arrays)


def read_attention(path: Path) -> AttentionRecord:
    """Read what `write_attention` wrote.

    Raises
    ------
    UserError
        If the file cannot be read, or is no such archive.
    """
    try:
        return _record(read_arrays(path))
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (KeyError, TypeError, ValueError, IndexError, RecursionError) as error:
        raise UserError(f"{path} holds no attention that leanviz wrote.") from error


def _record(arrays: Mapping[str, npt.NDArray[Any]]) -> AttentionRecord:
    facts = json.loads(str(arrays["facts"]))
    if facts.pop("format") != FORMAT:
        raise ValueError("of another format")
    times = {"key": "key_s", "patch": "query_s", "moment": "moment_s"}
    pieces = {
        name: Pieces(
            arrays[times[name]],
            arrays[f"{name}_attention"],
            arrays[f"{name}_occlusion"],
            arrays.get(f"{name}_muted"),
        )
        for name in PIECES
    }
    labels = tuple(str(name) for name in arrays["labels"])
    return AttentionRecord(
        arrays["attention"], arrays["scores"], labels, arrays["asked"], pieces, facts
    )


def attention_table(record: AttentionRecord) -> str:
    """Return the pieces as comma-separated values: one row each, keys, patches, then moments."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    heads = [f"attention_head_{number + 1}" for number in range(len(record.attention))]
    rows.writerow(("kind", "start_s", "end_s", "attention", *heads, "occlusion", "muted"))
    for kind in PIECES:
        pieces = record.pieces[kind]
        for at, (start_s, end_s) in enumerate(pieces.times_s):
            weights = pieces.attention[:, at]
            muted = None if pieces.muted is None else pieces.muted[at]
            rows.writerow((
                kind, f"{start_s:.6f}", f"{end_s:.6f}",
                *_numbers((weights.mean(), *weights, pieces.occlusion[at], muted)),
            ))  # fmt: skip
    return text.getvalue()


def write_attention_table(record: AttentionRecord, path: Path) -> None:
    """Write `attention_table`; ExportError if it cannot be written."""
    write_text(path, attention_table(record))


def _numbers(values: Sequence[Any]) -> list[str]:
    return ["" if value is None else f"{float(value):.6g}" for value in values]
