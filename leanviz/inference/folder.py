"""What lies in a model folder, read with limits and checked: it may be anybody's."""

import hashlib
import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from leanviz.core.bounded import MEGABYTE, read_bounded
from leanviz.core.errors import ModelError
from leanviz.core.frontend import YAMNET
from leanviz.core.taxonomy import Label, Taxonomy
from leanviz.core.visible import visible
from leanviz.inference.graphs import problem_of

FORMAT = 1
PARTS = ("yamnet", "wave", "fusion")
MOST_BYTES = 20 * MEGABYTE
MOST_PART_BYTES = 500 * MEGABYTE
MOST_FILES = 20
# AudioSet has 527.
MOST_CLASSES = 2000
LONGEST_NAME = 100


def read_metadata(folder: Path) -> dict[str, Any]:
    """Return what ``model.json`` says; ModelError if it is not there, or none of leanviz."""
    path = folder / "model.json"
    try:
        metadata = json.loads(_content(path, MOST_BYTES))
        made_for, files, labels = metadata["front_end"], metadata["files"], metadata["labels"]
        complete = isinstance(files, dict) and isinstance(labels, list) and len(labels) > 0
        complete = complete and {"name", "version"} <= metadata.keys()
    except OSError as error:
        cause = error.strerror or error
        raise ModelError(f"No model in {folder}: model.json: {cause}.") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(f"{path} is damaged: it is not a leanviz model description.") from error
    if not complete or metadata.get("format") != FORMAT:
        raise ModelError(f"{path} is not in model format {FORMAT}, which this leanviz reads.")
    if made_for != asdict(YAMNET):
        raise ModelError(f"The model in {folder} was trained with another front end.")
    missing = [part for part in PARTS if f"{part}.onnx" not in files]
    if missing:
        raise ModelError(f"{path} does not name the model part {missing[0]}.onnx.")
    if len(files) > MOST_FILES or len(labels) > MOST_CLASSES:
        raise ModelError(
            f"{path} names {len(files)} files and {len(labels)} classes: "
            f"{MOST_FILES} and {MOST_CLASSES} are the most."
        )
    if not (_is_name(metadata["name"]) and _is_name(metadata["version"])):
        raise ModelError(f"{path} has no name and version that can be shown.")
    return metadata


def read_parts(folder: Path, metadata: dict[str, Any]) -> dict[str, bytes]:
    """Return the graph of each part.

    Raises
    ------
    ModelError
        If a file that ``model.json`` names is missing, too large, outside the folder or not what it
        was, or if a graph asks for more than itself.
    """
    parts: dict[str, bytes] = {}
    for name, digest in metadata["files"].items():
        content = _file(folder, name, digest)
        if name.removesuffix(".onnx") in PARTS:
            parts[name.removesuffix(".onnx")] = content
    for part, content in parts.items():
        if problem := problem_of(content):
            place = folder / f"{part}.onnx"
            raise ModelError(f"The model file {place} cannot be loaded: {problem}.")
    return parts


def vocabulary(metadata: dict[str, Any], folder: Path) -> tuple[Taxonomy, tuple[float, ...]]:
    """Return the classes and their thresholds; ModelError if they are not what they should be."""
    try:
        entries = metadata["labels"]
        labels = [
            Label(e["name"], e["mid"], e["title"], tuple(e["parents"]), _clips(e)) for e in entries
        ]
        if not all(map(_is_label, labels)):
            raise ValueError("a name that cannot be shown")  # noqa: TRY301
        taxonomy = Taxonomy(tuple(labels))
        if len({label.name for label in labels}) < len(labels):
            raise ValueError("a name twice")  # noqa: TRY301
        for parent in {parent for label in labels for parent in label.parents}:
            taxonomy.index(parent)  # KeyError where there is none
        return taxonomy, tuple(_threshold(entry["threshold"]) for entry in entries)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ModelError(f"{folder / 'model.json'} is damaged in its list of labels.") from error


def _content(path: Path, most_bytes: int) -> bytes:
    if path.exists() and not path.is_file():
        raise OSError(None, "it is no file")
    return read_bounded(path, most_bytes)


def _file(folder: Path, name: str, digest: object) -> bytes:
    if Path(name).name != name:
        outside = visible(name)
        raise ModelError(f"{folder / 'model.json'} names a file outside its folder: {outside}.")
    place = visible(str(folder / name))
    try:
        content = _content(folder / name, MOST_PART_BYTES)
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        cause = getattr(error, "strerror", None) or error
        raise ModelError(f"The model file {place} cannot be read: {cause}.") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise ModelError(f"The model file {place} is damaged: its checksum is wrong.")
    return content


def _is_name(value: object, *, longest: int = LONGEST_NAME) -> bool:
    """Tell whether a text can be shown anywhere: short, of one line, no markup."""
    return isinstance(value, str) and value.isprintable() and 0 < len(value) <= longest


def _is_label(label: Label) -> bool:
    texts = (label.name, label.title, *label.parents)
    plain = all(_is_name(text) and not set(text) & set("<>") for text in texts)
    return plain and (label.mid == "" or _is_name(label.mid))


def _clips(entry: dict[str, Any]) -> int | None:
    """Return how many clips a class was learned from; None if the folder does not say."""
    value = entry.get("training_clips")
    return value if isinstance(value, int) and value >= 0 else None


def _threshold(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(value)
    return float(value)
