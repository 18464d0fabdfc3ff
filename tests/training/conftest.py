"""A corpus of a few dozen real clips, and torch or a reason why not."""

import csv
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed: pip install 'leanviz[training]'")

import torch

from leanviz.training.corpus import Corpus, prepare


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    """On a busy machine several threads wait for each other longer than one takes."""
    torch.set_num_threads(1)


def _read(table: Path) -> list[dict[str, str]]:
    with table.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _write(table: Path, rows: list[dict[str, str]]) -> None:
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="session")
def small_data(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of the same shape with few clips and one mixture; audio is linked.

    Every 60th clip, and of speech as many validation clips as it takes to say something of it.
    """
    folder = tmp_path_factory.mktemp("data")
    for name in shared_data.iterdir():
        if name.name not in {"manifest.csv", "timeline"}:
            (folder / name.name).symlink_to(name)
    rows = _read(shared_data / "manifest.csv")
    spoken = [row for row in rows if (row["source"], row["split"]) == ("fsdd", "val")][:5]
    _write(folder / "manifest.csv", rows[::60] + spoken)
    events = _read(shared_data / "timeline" / "events.csv")
    mixture = events[0]["filename"]
    (folder / "timeline").mkdir()
    (folder / mixture).symlink_to(shared_data / mixture)
    _write(folder / "timeline" / "events.csv", [e for e in events if e["filename"] == mixture])
    return folder


@pytest.fixture(scope="session")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the small corpus is cached."""
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="session")
def corpus(small_data: Path, work: Path) -> Corpus:
    """The small corpus, encoded by the real trunk."""
    return prepare(small_data, work, small_data)
