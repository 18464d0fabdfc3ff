"""`leanviz analyze -o FOLDER/`: a batch as users have it, killed, stopped, and gone on with."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from leanviz.pipeline import batch_cluster
from leanviz.pipeline.batch_journal import NAME
from tests.cli.running import REPOSITORY, Outcome, Run, command, environment

COUNT = 40
PATIENCE_S = 60.0

Tree = dict[str, bytes]


def tree(folder: Path) -> Tree:
    """Return all that a batch left, but the journal, whose order is that of the clock."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != NAME)
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def keys(folder: Path) -> list[str]:
    """Return the files that the journal calls done, as often as it does."""
    journal = folder / NAME
    lines = journal.read_bytes().split(b"\n")[1:-1] if journal.exists() else []
    return [json.loads(line)["key"] for line in lines]


def wait_until(condition: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Wait for a condition, with the patience of a loaded machine."""
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, "this did not come about in time"
        time.sleep(0.01)


def wait_for_results(
    out: Path, least: int, process: subprocess.Popen[str], patience_s: float = PATIENCE_S
) -> None:
    """Wait until so many results are noted, or none will be any more."""
    wait_until(lambda: len(keys(out)) >= least or process.poll() is not None, patience_s)


@pytest.fixture(scope="module")
def archive(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of many short clips."""
    folder = tmp_path_factory.mktemp("many") / "archive"
    samples, rate = soundfile.read(demo)
    for number in range(COUNT):
        path = folder / f"day {number % 3}" / f"{number:02}.flac"
        path.parent.mkdir(parents=True, exist_ok=True)
        start = int(number * 0.6 * rate)
        soundfile.write(path, samples[start : start + rate], rate)
    return folder


def start(*args: object) -> subprocess.Popen[str]:
    """Start leanviz in a process group of its own."""
    return subprocess.Popen(
        command("analyze", *args, "--format", "json"),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str], patience_s: float = PATIENCE_S) -> Outcome:
    """Wait for its end."""
    out, err = process.communicate(timeout=patience_s)
    return Outcome(process.returncode, out, err)


@pytest.fixture(scope="module")
def unbroken(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Return what a run leaves that nobody disturbs."""
    out = tmp_path_factory.mktemp("unbroken") / "out"
    outcome = finish(start(archive, "-o", f"{out}/", "--jobs", 1))
    assert outcome.code == 0
    assert outcome.err.startswith(f"{COUNT} files: {COUNT} analysed. All labels and files: events.")
    return tree(out)


def test_a_killed_run_goes_on_where_it_stopped(
    archive: Path, unbroken: Tree, tmp_path: Path
) -> None:
    """kill -9, twice: no file twice, none missing, and no process left."""
    out = tmp_path / "out"
    for least in (3, 12):
        process = start(archive, "-o", f"{out}/", "--jobs", 2)
        wait_for_results(out, least, process)
        process.kill()
        # ends when the last process of the batch has let go of standard error
        finish(process)
    outcome = finish(start(archive, "-o", f"{out}/", "--jobs", 2))
    assert outcome.code == 0
    assert "done before" in outcome.err
    assert sorted(keys(out)) == sorted(map(str, archive.rglob("*.flac")))
    assert tree(out) == unbroken


@pytest.mark.parametrize("least", [0, 3])
def test_ctrl_c_stops_with_a_sentence(archive: Path, tmp_path: Path, least: int) -> None:
    """As from a terminal, where all processes get the signal; also while they start."""
    short = sorted(archive.rglob("*.flac"))[:6]
    long, out = tmp_path / "long.wav", tmp_path / "out"
    # half an hour of sound: nobody waits until it is through
    soundfile.write(long, np.zeros(1800 * 16_000, np.int16), 16_000)
    process = start(*short, long, "-o", f"{out}/", "--jobs", 2)
    wait_until(lambda: (out / NAME).exists() or process.poll() is not None)
    wait_for_results(out, least, process)
    os.killpg(process.pid, signal.SIGINT)
    outcome = finish(process)
    assert outcome.code == 130, outcome.err
    assert outcome.err == (
        f"Stopped: {len(keys(out))} of 7 files are done. The same command goes on from there.\n"
    )
    assert not (out / "events.csv").exists()


def test_bad_files_are_listed_and_the_exit_code_tells(
    run: Run, siren: Path, bad: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    args = "analyze", siren, bad, tmp_path / "gone.wav", "-o", f"{out}/", "--format", "json"
    outcome = run(*args)
    assert (outcome.code, outcome.out) == (2, "")
    assert "3 files: 1 analysed, 2 could not be analysed." in outcome.err
    for name in ("bad.wav is damaged", "gone.wav does not exist"):
        assert name in outcome.err
        assert name in (out / "files.csv").read_text()
    assert (out / "siren.json").exists()
    # again: only what is bad is tried again
    bad.write_bytes(siren.read_bytes())
    (tmp_path / "gone.wav").write_bytes(siren.read_bytes())
    outcome = run(*args)
    assert outcome.code == 0
    assert "3 files: 2 analysed, 1 done before." in outcome.err
    assert {path.name for path in out.glob("*.json")} == {"siren.json", "bad.json", "gone.json"}


def test_equal_names_are_told_apart_and_tables_have_no_colour(
    run: Run, siren: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        shutil.copyfile(siren, tmp_path / folder / "s.wav")
    out = tmp_path / "out"
    # what rich takes for a terminal, on both sides
    monkeypatch.setenv("FORCE_COLOR", "1")
    outcome = run("analyze", tmp_path / "a/s.wav", tmp_path / "b/s.wav", "-o", f"{out}/")
    assert (outcome.code, outcome.out) == (0, "")
    texts = [(out / name).read_text() for name in ("s.txt", "s-2.txt")]
    assert all("Siren" in text and "\x1b" not in text for text in texts)
    assert texts[0].splitlines()[1:] == texts[1].splitlines()[1:]


def test_names_that_are_no_unicode(run_outside: Run, siren: Path, tmp_path: Path) -> None:
    odd = tmp_path / "in" / "caf\udce9 [red].wav"
    odd.parent.mkdir()
    try:
        shutil.copyfile(siren, odd)
    except OSError:
        pytest.skip("this file system takes no such name")
    for words in ("1 analysed", "1 done before"):
        outcome = run_outside("analyze", "in", "-o", "out/", "--format", "csv")
        assert outcome.code == 0
        assert words in outcome.err
    assert (tmp_path / "out" / "caf\udce9 [red].csv").exists()
    assert "[red].wav,0.000000" in (tmp_path / "out" / "events.csv").read_text()


def test_the_script_at_the_top_starts_batches_too(siren: Path, tmp_path: Path) -> None:
    """Each process reads it again, and must not begin a batch of its own."""
    done = subprocess.run(
        [sys.executable, REPOSITORY / "main.py", "analyze", siren, "-o", f"{tmp_path}/out/"],
        env=environment(),
        capture_output=True,
        timeout=PATIENCE_S,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("1 file: 1 analysed.")


def test_a_new_name_is_a_folder_where_it_must_be(run: Run, siren: Path, tmp_path: Path) -> None:
    outcome = run("analyze", siren, "-o", tmp_path / "out", "--jobs", 1)
    assert outcome.code == 0
    assert (tmp_path / "out" / "siren.txt").exists()


@pytest.mark.parametrize("option", ["--jobs=2", "--cluster=tcp://host:1", "--restart"])
def test_batch_options_need_a_folder(run: Run, siren: Path, option: str) -> None:
    outcome = run("analyze", siren, option)
    assert outcome.code == 2
    assert "-o FOLDER/" in outcome.sentence


def test_other_settings_need_another_folder(run: Run, siren: Path, tmp_path: Path) -> None:
    out = f"{tmp_path}/out/"
    assert run("analyze", siren, "-o", out, "--format", "csv").code == 0
    outcome = run("analyze", siren, "-o", out, "--format", "csv", "--threshold", "0.1")
    assert outcome.code == 2
    assert "other decision options" in outcome.sentence
    assert "--restart" in outcome.sentence
    restarted = run("analyze", siren, "-o", out, "--format", "raven", "--restart")
    assert restarted.code == 0


def test_without_pyarrow_there_is_a_sentence(
    run: Run, siren: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    outcome = run("analyze", siren, "-o", f"{tmp_path}/out/")
    assert outcome.code == 0
    assert "leanviz[parquet]" in outcome.err
    assert not (tmp_path / "out" / "events.parquet").exists()


def test_without_dask_there_is_a_sentence(
    run: Run, siren: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    outcome = run("analyze", siren, "-o", f"{tmp_path}/out/", "--cluster", "tcp://127.0.0.1:8786")
    assert outcome.code == 2
    assert "leanviz[cluster]" in outcome.sentence
    assert not (tmp_path / "out" / "siren.txt").exists()


class Cluster:
    """A Dask scheduler and two workers, as the documentation says to start them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "scheduler.json"
        scheduler = self._dask(
            "scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(self._file)
        )
        wait_until(lambda: self._file.exists() and self._file.stat().st_size > 0)
        self.address = str(json.loads(self._file.read_text())["address"])
        self.workers = [self._worker(number) for number in range(2)]
        self._all = [scheduler, *self.workers]

    def _worker(self, number: int) -> "subprocess.Popen[bytes]":
        return self._dask(
            "worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard",
            "--name", str(number), "--local-directory", str(self._folder),
        )  # fmt: skip

    def _dask(self, *words: str) -> "subprocess.Popen[bytes]":
        log = (self._folder / f"{words[0]}.log").open("ab")
        with log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *words],
                env=environment(),
                stdout=log,
                stderr=log,
                cwd=self._folder,
            )

    def close(self) -> None:
        """End all of it."""
        for process in self._all:
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Return a running cluster."""
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    running = Cluster(tmp_path_factory.mktemp("dask"))
    yield running
    running.close()


def test_a_cluster_gives_the_same_though_a_worker_dies(
    cluster: Cluster, archive: Path, unbroken: Tree, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = start(archive, "-o", f"{out}/", "--cluster", cluster.address)
    wait_for_results(out, 3, process)
    cluster.workers[0].kill()
    outcome = finish(process)
    assert outcome.code == 0, outcome.err
    assert f"{COUNT} analysed" in outcome.err
    assert sorted(keys(out)) == sorted(map(str, archive.rglob("*.flac")))
    assert tree(out) == unbroken


def test_no_scheduler_is_a_sentence(
    run: Run, siren: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    monkeypatch.setattr(batch_cluster, "_CONNECT_S", 0.2)
    outcome = run("analyze", siren, "-o", f"{tmp_path}/out/", "--cluster", "tcp://127.0.0.1:9")
    assert (outcome.code, outcome.sentence) == (
        2,
        "leanviz: No Dask scheduler answers at tcp://127.0.0.1:9.",
    )
