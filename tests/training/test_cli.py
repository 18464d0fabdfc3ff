"""``python -m leanviz.training`` from a data folder to a model folder, and what it refuses."""

import csv
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
import torch
from typer.testing import CliRunner, Result

from leanviz.inference.model import LeanModel
from leanviz.training.__main__ import app
from leanviz.training.corpus import Corpus, prepare
from leanviz.training.export import BUDGET
from leanviz.training.fsd50k_eval import whole_clip_logits
from leanviz.training.network import LeanConfig
from leanviz.training.train import averaged, new_model
from leanviz.training.validate import clip_scores
from tests.support.fsd50k_tree import CLIPS, make_tree

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = [
    *(REPOSITORY / "docs").glob("*.md"),
    *(REPOSITORY / "resources").rglob("README.md"),
]
TYPED = sorted(
    {
        found
        for page in PAGES
        for found in re.findall(
            r"leanviz\.training ([a-z]+ [^`\n]*)", page.read_text(encoding="utf-8")
        )
    }
)

RECIPE = """
average = 1
peers = 1
peer_passes = 0.02
[stages.new-parts]
passes = 0.02
batch = 3
[stages.everything]
passes = 0.02
batch = 3
"""


@dataclass(frozen=True)
class Place:
    """What the commands are told, and what they said so far."""

    data: Path
    yamnet: Path
    work: Path
    target: Path
    recipe: Path

    def run(self, command: str, *others: str) -> Result:
        """Run a command with the options that it has."""
        options = {"--data": self.data, "--yamnet": self.yamnet, "--work": self.work}
        if command in {"train", "export", "baseline", "evaluate"}:
            options["--target"] = self.target
        if command in {"train", "ablate"}:
            options["--recipe"] = self.recipe
            others = ("--device", "cpu", *others)
        if command == "train":
            others = ("--threads", "1", *others)
        told = [str(part) for option in options.items() for part in option]
        return CliRunner().invoke(app, [command, *told, *others])

    def lines(self, command: str, *others: str) -> list[str]:
        """Return what a command prints that must not fail."""
        result = self.run(command, *others)
        if result.exception is not None:
            raise result.exception
        assert result.exit_code == 0
        return result.stdout.splitlines()

    def described(self) -> dict[str, Any]:
        """Return ``model.json``, which any JSON reader must understand."""
        text = (self.target / "model.json").read_text(encoding="utf-8")
        return json.loads(text, parse_constant=_refused)

    def steps(self) -> list[str]:
        """Return the curves of all runs, line by line."""
        curves = sorted(self.work.rglob("curves.csv"))
        return [
            f"{path.parent.name}: {line}"
            for path in curves
            for line in path.read_text().splitlines()
        ]


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _place(data: Path, yamnet: Path, folder: Path) -> Place:
    recipe = folder / "recipe.toml"
    recipe.write_text(RECIPE)
    return Place(data, yamnet, folder / "work", folder / "lean", recipe)


@pytest.fixture(scope="module")
def trained(
    small_data: Path, work: Path, corpus: Corpus, tmp_path_factory: pytest.TempPathFactory
) -> Place:
    """The small corpus after ``prepare`` and ``train``."""
    place = _place(small_data, small_data, tmp_path_factory.mktemp("small"))
    place.work.mkdir()
    for name in ("index.npz", "samples.raw", "embeddings.raw"):
        shutil.copyfile(work / name, place.work / name)
    said = f"{len(corpus.rows)} clips, 0 that could not be used"
    assert place.lines("prepare")[-1] == said
    assert said in place.lines("train")
    return place


def test_train_leaves_a_model_folder(trained: Place, corpus: Corpus) -> None:
    lean = LeanModel.open(trained.target)
    assert lean.size_bytes <= BUDGET
    described = trained.described()
    assert described["recipe"]["peer_passes"] == 0.02
    assert described["recipe"]["stages"][1]["batch"] == 3
    assert {"ESC-50", "UrbanSound8K"} <= set(described["trained_on"])
    assert "non-commercial" in described["licences"]
    assert {"mAP", "ece", "frame_auc", "peak_inside", "event_f1"} <= set(described["metrics"])
    counts = [label["training_clips"] for label in described["labels"]]
    assert counts == corpus.labels[corpus.split("train")].sum(0).tolist()
    assert {line.split(":")[0] for line in trained.steps()} >= {"peer-0", "work"}


def test_a_class_with_enough_clips_is_calibrated(trained: Place) -> None:
    labels = {label["name"]: label for label in trained.described()["labels"]}
    speech, dog = labels["Speech"], labels["Dog"]
    assert speech["threshold_from"] == "validation clips"
    assert speech["calibration"] != [1, 0]
    assert (dog["threshold_from"], dog["calibration"]) == ("other sounds", [1, 0])


def test_what_ships_is_calibrated_as_it_says(trained: Place, corpus: Corpus) -> None:
    model, _ = averaged(trained.work, corpus, trained.yamnet)
    lean, clips = LeanModel.open(trained.target), corpus.split("val")[-5:]
    speech = lean.taxonomy.index("Speech")
    slope, offset = trained.described()["labels"][speech]["calibration"]
    before = clip_scores(model, corpus, clips, torch.device("cpu"), cached=False)[:, speech]
    shipped = np.array([whole_clip_logits(lean, corpus.clip(int(i)))[speech] for i in clips])
    # int8 weights move a logit a little
    assert np.abs(shipped - (slope * before + offset)).max() < 0.3 * np.abs(shipped - before).max()


def test_export_writes_what_train_wrote(trained: Place) -> None:
    before = trained.described()
    shutil.rmtree(trained.target)
    trained.lines("export")
    assert trained.described() == before
    assert LeanModel.open(trained.target).size_bytes <= BUDGET


def test_evaluate_prints_what_the_model_folder_says(trained: Place) -> None:
    figures = dict(line.split() for line in trained.lines("evaluate") if len(line.split()) == 2)
    for name, value in trained.described()["metrics"].items():
        if isinstance(value, float):
            assert float(figures[name]) == pytest.approx(value, abs=2e-4), name


def test_ablate_prints_a_line_for_each_precision(trained: Place) -> None:
    variants = "--variant", "A2", "--against", "yamnet", "--seeds", "1"
    table = [line for line in trained.lines("ablate", *variants) if line.startswith("|")]
    assert [line.split(":")[0] for line in table[2:]] == ["| A2"] * 2 + ["| yamnet"] * 2
    with (trained.work / "ablation" / "ablation.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["variant"], row["precision"]) for row in rows] == [
        (name, precision) for name in ("A2", "yamnet") for precision in ("float32", "int8")
    ]
    sizes = {(row["variant"], row["precision"]): int(row["bytes"]) for row in rows}
    assert sizes["yamnet", "int8"] < sizes["A2", "int8"] < sizes["yamnet", "float32"] / 2
    steps = trained.steps()
    again = trained.lines("ablate", *variants)
    assert ([line for line in again if line.startswith("|")], trained.steps()) == (table, steps)
    assert [line[:21] for line in again if " above " in line] == ["A2 above yamnet: mAP "]


@pytest.fixture(scope="module")
def fsd50k(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """FSD50K's tree, with a row and a clip that cannot be used, after ``train``."""
    folder = tmp_path_factory.mktemp("fsd50k")
    tree = make_tree(folder / "FSD50K")
    tree.append("dev", "1,Dog,/m/0bt9lr,train")
    tree.clip("16404").write_bytes(b"RIFF")
    place = _place(tree.root, shared_data, folder)
    prepared, trained = place.lines("prepare"), place.lines("train")
    for said in (prepared, trained):
        assert "line 11: dev.csv: there is no 1.wav in FSD50K.dev_audio." in said
        assert any("16404.wav is damaged" in line for line in said)
        assert f"{len(CLIPS) - 1} clips, 2 that could not be used" in said
    return place


def test_fsd50k_becomes_a_model_folder(fsd50k: Place) -> None:
    """No class has five validation clips: no figure is made up, and no threshold is free."""
    described = fsd50k.described()
    assert described["trained_on"] == ["FSD50K"]
    assert "mAP" not in described["metrics"]
    assert {label["threshold_from"] for label in described["labels"]} == {"other sounds"}
    assert all(0.35 <= label["threshold"] <= 0.85 for label in described["labels"])


def test_training_again_goes_on_from_the_end(fsd50k: Place) -> None:
    before, steps = fsd50k.described(), fsd50k.steps()
    fsd50k.lines("train")
    assert fsd50k.steps() == steps
    assert fsd50k.described() == before


@pytest.mark.parametrize(("split", "clips"), [("eval", 4), ("val", 3)])
def test_fsd50k_is_judged_by_its_protocol(fsd50k: Place, split: str, clips: int) -> None:
    *_, counts, figures = fsd50k.lines("evaluate", "--split", split)
    assert f"FSD50K {split}: {clips} clips" in counts
    assert figures.startswith("mAP 0.")
    assert "lwlrap 0." in figures


def test_fsd50k_gives_a_table(fsd50k: Place) -> None:
    table = fsd50k.lines("ablate", "--variant", "yamnet-mapped", "--seeds", "1")
    assert table[-4].count("|") == table[-1].count("|") == 7


def test_the_baseline_is_yamnet(fsd50k: Place) -> None:
    """Its rows without a step of training: that is what LEAN is said to be better than."""
    told = Place(fsd50k.data, fsd50k.yamnet, fsd50k.work, fsd50k.work / "yamnet", fsd50k.recipe)
    told.lines("baseline")
    lean, corpus = LeanModel.open(told.target), prepare(told.data, told.work, told.yamnet)
    assert lean.metadata["name"] == "YAMNet, mapped"
    model = new_model(LeanConfig(), corpus, told.yamnet).eval()
    clips = corpus.split("val")
    expected = clip_scores(model, corpus, clips, torch.device("cpu"), cached=True)
    found = np.stack([whole_clip_logits(lean, corpus.clip(int(i))) for i in clips])
    # no class has clips enough to be calibrated; int8 weights move a logit by some 0.2
    assert np.abs(found - expected).mean() < 0.5


def test_what_commercial_use_costs_is_told_of_both(fsd50k: Place) -> None:
    told = [line for line in fsd50k.lines("commercial") if "training clips" in line]
    corpus = prepare(fsd50k.data, fsd50k.work, fsd50k.yamnet)
    fewer = len(corpus.commercial().split("train"))
    assert told[0].startswith(f"all clips: {len(corpus.split('train'))} training clips")
    assert told[1].startswith(f"commercial use: {fewer} training clips")


def test_for_commercial_use_nothing_else_is_learned_from(fsd50k: Place) -> None:
    """Going on from a checkpoint that heard other clips would make the licence a lie."""
    told = Place(fsd50k.data, fsd50k.yamnet, fsd50k.work, fsd50k.work / "free", fsd50k.recipe)
    told.lines("train", "--commercial")
    described = told.described()
    taxonomy = LeanModel.open().taxonomy
    guitar = described["labels"][taxonomy.index("Electric_guitar")]
    assert guitar["training_clips"] == 0  # its one clip is CC BY-NC
    assert "non-commercial" not in described["licences"]
    assert described["files"] != fsd50k.described()["files"]
    told.lines("export", "--commercial")
    assert told.described() == described


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("train --recipe {tmp}/none.toml", "none.toml cannot be read"),
        ("train --recipe {tmp}/bad.toml", "has no avarage"),
        ("ablate --variant E", "There is no variant E; there are yamnet-mapped,"),
        ("train --device tpu", "There is no device tpu"),
        ("prepare --data {tmp}/nowhere", "There is no folder"),
        ("prepare --data {tmp}", "manifest.csv cannot be read"),
        ("prepare --yamnet {tmp}", "There is no yamnet_weights.npz in"),
        ("export --work {tmp}/cache", "There is no checkpoint in"),
        ("evaluate --target {tmp}", "No model in"),
        ("evaluate --split test", 'No clip of the split "test"'),
        ("train --work {tmp}/torn", "cannot be used"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(
    fsd50k: Place, tmp_path: Path, command: str, said: str
) -> None:
    (tmp_path / "bad.toml").write_text("avarage = 2")
    for name in ("cache", "torn"):
        (tmp_path / name).mkdir()
        for cached in ("index.npz", "samples.raw", "embeddings.raw"):
            (tmp_path / name / cached).symlink_to(fsd50k.work / cached)
    (tmp_path / "torn" / "checkpoint.pt").write_bytes(b"PK")
    (tmp_path / "torn" / "peer-0").symlink_to(fsd50k.work / "peer-0")
    name, *options = command.format(tmp=tmp_path).split()
    result = fsd50k.run(name, *options)
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)
    [line] = result.stderr.splitlines()
    assert said in line
    assert not (tmp_path / "lean").exists()


@pytest.mark.parametrize("line", TYPED)
def test_what_the_pages_tell_people_to_type_exists(line: str) -> None:
    name, *words = line.split()
    result = CliRunner().invoke(app, [name, "--help"])
    assert result.exit_code == 0, f"there is no {name}"
    for option in (word for word in words if word.startswith("--")):
        assert option in result.stdout, f"{name} has no {option}"
