"""A small data set laid out exactly as FSD50K is when unpacked: 44.1 kHz PCM16 WAV and tables."""

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from leanviz.core.resources import resource_path

SAMPLE_RATE = 44_100
BY_NC = "http://creativecommons.org/licenses/by-nc/3.0/"
CC0 = "http://creativecommons.org/publicdomain/zero/1.0/"

# Names that are easy to get wrong, classes that AudioSet lacks, and lengths at either end.
CLIPS = (
    # name, split, most specific class, seconds, licence
    ("64760", "train", "Electric_guitar", 2.0, BY_NC),
    ("16399", "train", "Fill_(with_liquid)", 31.0, CC0),
    ("16401", "train", "Accelerating_and_revving_and_vroom", 5.0, CC0),
    ("16402", "train", "Hi-hat", 0.3, CC0),
    ("16404", "train", "Dog", 1.0, CC0),
    ("64761", "train", "Crash_cymbal", 1.2, "http://creativecommons.org/licenses/by/3.0/"),
    ("100", "val", "Frying_(food)", 3.0, "http://creativecommons.org/licenses/sampling+/1.0/"),
    ("101", "val", "Bird_vocalization_and_bird_call_and_bird_song", 0.9, CC0),
    ("102", "val", "Dog", 1.5, CC0),
    ("37199", "eval", "Electric_guitar", 0.3, CC0),
    ("175151", "eval", "Dog", 31.0, BY_NC),
    ("253463", "eval", "Human_voice", 4.0, CC0),
    ("329838", "eval", "Fill_(with_liquid)", 0.97, CC0),
)


@dataclass(frozen=True)
class Tree:
    """A folder with FSD50K's layout.

    Attributes
    ----------
    root : Path
    labels : dict of str to list of str
        All labels of each clip, ancestors included, by the clip's name.
    """

    root: Path
    labels: dict[str, list[str]]

    def table(self, name: str) -> Path:
        """Return the place of ``dev``, ``eval`` or ``vocabulary``."""
        return self.root / "FSD50K.ground_truth" / f"{name}.csv"

    def clip(self, name: str) -> Path:
        """Return the place of a clip's audio."""
        [path] = self.root.glob(f"FSD50K.*_audio/{name}.wav")
        return path

    def append(self, table: str, line: str) -> None:
        """Add a line as it stands to a table."""
        with self.table(table).open("a", encoding="utf-8", newline="") as file:
            file.write(line + "\n")


def make_tree(root: Path, shared_data: Path | None = None) -> Tree:
    """Write a tree of synthesised clips and, from a folder of real ones, some of its own.

    Of `shared_data`, laid out as ../shared/data, two clips of each of four classes are recoded and
    put into train, val and eval.
    """
    entries: list[dict[str, str]] = json.loads(resource_path("lean", "model.json").read_text())[
        "labels"
    ]
    classes = {entry["name"]: entry for entry in entries}
    for part in ("dev_audio", "eval_audio", "ground_truth", "metadata"):
        (root / f"FSD50K.{part}").mkdir(parents=True)
    labels = {name: [leaf, *classes[leaf]["parents"]] for name, _, leaf, _, _ in CLIPS}
    splits = {name: split for name, split, _, _, _ in CLIPS}
    licences = {name: licence for name, _, _, _, licence in CLIPS}
    for seed, (name, split, leaf, seconds, _) in enumerate(CLIPS):
        _write(root, name, split, _sound(sorted(classes).index(leaf), seconds, seed))
    for name, split, names, samples in _real(shared_data):
        _write(root, name, split, samples)
        labels[name], splits[name], licences[name] = names, split, BY_NC
    tree = Tree(root, labels)
    _write_tables(tree, splits, licences, classes)
    return tree


def _sound(kind: int, seconds: float, seed: int) -> npt.NDArray[np.float32]:
    """Return a tone of the class's own pitch in noise [n], trembling."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    tone = np.sin(2 * np.pi * (120 + 37 * kind) * time) * (0.6 + 0.4 * np.sin(9 * time))
    return (0.4 * tone + 0.05 * rng.standard_normal(len(time))).astype(np.float32)


def _real(
    shared_data: Path | None,
) -> Iterable[tuple[str, str, list[str], npt.NDArray[np.float32]]]:
    """Yield name, split, labels and samples of real clips, two of each class and split."""
    if shared_data is None:
        return
    with (shared_data / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["source"] == "esc50"]
    for kind in ("dog", "rain", "clock_alarm", "church_bells"):
        same = [row for row in rows if row["native_label"] == kind][:6]
        for number, row in enumerate(same):
            samples, rate = soundfile.read(shared_data / row["filename"], dtype="float32")
            split = ("train", "val", "eval")[number % 3]
            name = row["source_clip"].split("-")[1] + str(number)
            yield name, split, row["fsd50k_labels"].split(";"), soxr.resample(samples, rate, 44_100)


def _write(root: Path, name: str, split: str, samples: npt.NDArray[np.float32]) -> None:
    half = "eval" if split == "eval" else "dev"
    place = root / f"FSD50K.{half}_audio" / f"{name}.wav"
    soundfile.write(place, samples, SAMPLE_RATE, subtype="PCM_16")


def _write_tables(
    tree: Tree,
    splits: dict[str, str],
    licences: dict[str, str],
    classes: dict[str, dict[str, str]],
) -> None:
    vocabulary = [(n, name, classes[name]["mid"]) for n, name in enumerate(sorted(classes))]
    _save(tree.table("vocabulary"), vocabulary)
    tables: dict[str, list[tuple[str, ...]]] = {
        "dev": [("fname", "labels", "mids", "split")],
        "eval": [("fname", "labels", "mids")],
    }
    for name, names in tree.labels.items():
        row = (name, ",".join(names), ",".join(classes[n]["mid"] for n in names))
        if splits[name] == "eval":
            tables["eval"].append(row)
        else:
            tables["dev"].append((*row, splits[name]))
    for half, rows in tables.items():
        _save(tree.table(half), rows)
        clips = {row[0]: {"license": licences[row[0]]} for row in rows[1:]}
        info = tree.root / "FSD50K.metadata" / f"{half}_clips_info_FSD50K.json"
        info.write_text(json.dumps(clips))


def _save(place: Path, rows: Iterable[tuple[object, ...]]) -> None:
    with place.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
