"""Large batches that are disturbed, and archives of what is broken: see `make soak`."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest
import soundfile

from leanviz.core.resources import resource_path
from tests.cli.running import Run
from tests.cli.test_analyze_batch import Cluster, Tree, cluster, finish, keys, start, tree
from tests.cli.test_analyze_batch import wait_for_results as wait_for
from tests.support.broken_sounds import BAD, broken_archive, written

assert cluster, "a fixture"
COUNT = 500
BROKEN = 200
PATIENCE_S = 1500

pytestmark = [pytest.mark.soak, pytest.mark.timeout(4 * PATIENCE_S)]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of 500 clips of one to three seconds."""
    folder = tmp_path_factory.mktemp("many") / "archive"
    samples, rate = soundfile.read(resource_path("demo", "demo.flac"))
    for number in range(COUNT):
        path = folder / f"day {number % 7}" / f"{number:03}.{('flac', 'ogg', 'wav')[number % 3]}"
        path.parent.mkdir(parents=True, exist_ok=True)
        begin = int(number * 0.05 * rate)
        soundfile.write(path, samples[begin : begin + (1 + number % 3) * rate], rate)
    return folder


@pytest.fixture(scope="module")
def unbroken(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Return what a run leaves that nobody disturbs."""
    out = tmp_path_factory.mktemp("unbroken") / "out"
    outcome = finish(start(archive, "-o", f"{out}/", "--jobs", 2), PATIENCE_S)
    assert outcome.code == 0, outcome.err
    return tree(out)


def assert_each_once(out: Path, archive: Path, unbroken: Tree) -> None:
    done = Counter(keys(out))
    assert done == Counter(str(path) for path in archive.rglob("*.*"))
    assert len(done) == COUNT
    assert tree(out) == unbroken


def test_killed_in_the_middle_of_five_hundred(
    archive: Path, unbroken: Tree, tmp_path: Path
) -> None:
    """kill -9, then once more: 500 results, each once, the same as those of an unbroken run."""
    out = tmp_path / "out"
    for least in (150, 330):
        process = start(archive, "-o", f"{out}/", "--jobs", 2)
        wait_for(out, least, process, PATIENCE_S)
        process.kill()
        finish(process, PATIENCE_S)
        assert len(keys(out)) < COUNT
    outcome = finish(start(archive, "-o", f"{out}/", "--jobs", 2), PATIENCE_S)
    assert outcome.code == 0, outcome.err
    assert_each_once(out, archive, unbroken)


def test_five_hundred_on_a_cluster_that_loses_a_worker(
    cluster: Cluster, archive: Path, unbroken: Tree, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = start(archive, "-o", f"{out}/", "--cluster", cluster.address)
    wait_for(out, 200, process, PATIENCE_S)
    cluster.workers[0].kill()
    outcome = finish(process, PATIENCE_S)
    assert outcome.code == 0, outcome.err
    assert_each_once(out, archive, unbroken)


def test_two_hundred_broken_files_are_named_and_the_others_done(run: Run, tmp_path: Path) -> None:
    """Each a sentence that names file and cause; what can be read of it is analysed."""
    folder, out = tmp_path / "archive", tmp_path / "out"
    broken = broken_archive(folder, BROKEN)
    good = [written(folder / f"good {number:02}.flac", seconds=2) for number in range(20)]
    process = start(folder, folder / "vanished.wav", "-o", f"{out}/", "--jobs", 2)
    outcome = finish(process, PATIENCE_S)
    assert outcome.code == 2, outcome.err
    assert "Traceback" not in outcome.err
    with (out / "files.csv").open(newline="", encoding="utf-8") as file:
        rows = {Path(row["file"]).name: row for row in csv.DictReader(file)}
    assert len(rows) == BROKEN + len(good) + 1
    for path in good:
        assert not rows[path.name]["error"]
    told = outcome.err.splitlines()
    for name in [*BAD, "vanished.wav"]:
        assert name in rows[name]["error"], name
    for path in broken:
        if error := rows[path.name]["error"]:
            assert path.name in error
            assert error.endswith(".")
            assert sum(path.name in line for line in told) == 1
        else:
            result = json.loads((out / rows[path.name]["result"]).read_text())
            assert result
