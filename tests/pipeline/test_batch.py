"""A batch: the same results whatever happens meanwhile and however many work on it."""

import csv
import json
import os
import signal
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from multiprocessing import active_children
from pathlib import Path, PurePath

import pytest
import soundfile

from leanviz.audio.file import read_mono
from leanviz.audio.recording_date import Began, Teller
from leanviz.core.errors import ExportError, ModelError
from leanviz.inference.model import LeanModel
from leanviz.pipeline.batch import Batch, BatchSummary, FileNews
from leanviz.pipeline.batch_inputs import gather
from leanviz.pipeline.batch_journal import NAME, Entry, Journal, _entry, _record
from leanviz.pipeline.batch_pool import LocalWorkers
from leanviz.pipeline.batch_tables import Reporter
from leanviz.pipeline.batch_work import BatchWork, FileResult, WorkerError
from leanviz.pipeline.clip import analyze_file
from leanviz.sessions.formats import Format, as_text
from leanviz.sessions.report import ClipReport
from tests.core.material import DEMO

Tree = dict[str, bytes]
COUNT = 9


def as_json(report: ClipReport) -> str:
    """Make what a result file holds; in every process of the batch."""
    return as_text([report], Format.JSON)


def deadly(report: ClipReport) -> str:
    """End the process that is at a certain file, as a fault in a decoder would."""
    if Path(report.file).name == "2.wav":
        os.kill(os.getpid(), signal.SIGKILL)
    return as_json(report)


def deadly_once(report: ClipReport, mark: Path) -> str:
    """End the process that is at a certain file, the first time."""
    if Path(report.file).name == "2.wav" and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return as_json(report)


def wrong(report: ClipReport) -> str:
    """Fail as a mistake of ours would."""
    if Path(report.file).name == "2.wav":
        raise RuntimeError("no such luck")
    return as_json(report)


@pytest.fixture(scope="session")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of short sounds in subfolders, one of them damaged."""
    folder = tmp_path_factory.mktemp("batch") / "recordings"
    samples, rate = read_mono(DEMO)
    for number in range(COUNT):
        path = folder / ("", "north", "north/ünder the 森")[number % 3] / f"{number}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        start = number * 2 * rate
        soundfile.write(path, samples[start : start + 2 * rate], rate)
    (folder / "north" / "bad.wav").write_text("This is not a sound.")
    return folder


@pytest.fixture(scope="session")
def work(model: LeanModel) -> BatchWork:
    """Return the usual work."""
    return BatchWork(None, model.identity, model.default_rules(), "json", as_json)


def batch_of(paths: Iterable[Path], out: Path, work: BatchWork, *, restart: bool = False) -> Batch:
    """Return a batch of files and folders."""
    return Batch(out, gather(paths), work, LeanModel.open(), ".json", restart=restart)


def run_batch(
    sounds: Path,
    out: Path,
    work: BatchWork,
    jobs: int = 2,
    told: Callable[[FileNews], None] = lambda _: None,
) -> BatchSummary:
    """Run a batch to its end, with its tables."""
    with batch_of([sounds], out, work) as batch:
        with closing(LocalWorkers(work, jobs)) as workers:
            batch.run(workers, lambda: False, told)
        batch.finish()
        return batch.summary


def tree(folder: Path) -> Tree:
    """Return all that a batch left, but the journal, whose order is that of the clock."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != NAME)
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def journal_keys(folder: Path) -> list[str]:
    """Return the files that the journal calls done, as often as it does."""
    found: list[str] = []
    for line in (folder / NAME).read_text().splitlines():
        with suppress(ValueError):  # cut short
            entry = json.loads(line)
            found += [entry["key"]] if entry.get("result") else []
    return found


@pytest.fixture(scope="session")
def unbroken(sounds: Path, work: BatchWork, tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Return what one process leaves that nobody disturbs."""
    out = tmp_path_factory.mktemp("unbroken") / "out"
    summary = run_batch(sounds, out, work, jobs=1)
    assert (summary.analyzed, summary.failed, summary.before) == (COUNT, 1, 0)
    return tree(out)


def test_any_number_of_processes_gives_the_same_bytes(
    sounds: Path, work: BatchWork, unbroken: Tree, tmp_path: Path
) -> None:
    run_batch(sounds, tmp_path / "out", work, jobs=3)
    assert tree(tmp_path / "out") == unbroken


def test_results_are_those_of_a_single_analysis(
    sounds: Path, work: BatchWork, unbroken: Tree, model: LeanModel
) -> None:
    path = sounds / "north" / "1.wav"
    report = ClipReport.of(analyze_file(path, model), str(path), model.taxonomy, work.rules)
    assert unbroken["north/1.json"].decode() == as_json(report)


def test_each_file_has_one_result_in_its_folder(sounds: Path, unbroken: Tree) -> None:
    sounded = [path.relative_to(sounds) for path in sounds.rglob("[0-9].wav")]
    results = {str(path.with_suffix(".json")) for path in sounded}
    tables = {"events.csv", "files.csv", "events.parquet"}
    assert set(unbroken) - tables == results


def test_the_tables_hold_what_the_results_hold(unbroken: Tree) -> None:
    entries = [json.loads(text)[0] for name, text in unbroken.items() if name.endswith(".json")]
    expected = {(e["file"], x["label"], x["onset_s"]) for e in entries for x in e["events"]}
    rows = list(csv.DictReader(unbroken["events.csv"].decode().splitlines()))
    assert {(row["file"], row["label"], float(row["start_s"])) for row in rows} == expected
    assert len(rows) == len(expected) > COUNT
    files = list(csv.DictReader(unbroken["files.csv"].decode().splitlines()))
    assert [row["file"] for row in files if row["error"]] == [
        row["file"] for row in files if row["file"].endswith("bad.wav")
    ]
    for row in files:
        counted = sum(event["file"] == row["file"] for event in rows)
        assert row["error"] or (int(row["events"]), row["duration_s"]) == (counted, "2.000000")


def test_parquet_holds_what_the_csv_holds(unbroken: Tree, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra `parquet` is not installed")
    (tmp_path / "e.parquet").write_bytes(unbroken["events.parquet"])
    found = parquet.read_table(tmp_path / "e.parquet").to_pylist()
    rows = list(csv.DictReader(unbroken["events.csv"].decode().splitlines()))
    assert [(row["file"], row["label"], f"{row['start_s']:.6f}") for row in found] == [
        (row["file"], row["label"], row["start_s"]) for row in rows
    ]


def test_what_is_stopped_goes_on(
    sounds: Path, work: BatchWork, unbroken: Tree, tmp_path: Path
) -> None:
    """Nothing is done again, and the end is as if nothing had been."""
    out, seen = tmp_path / "out", list[str]()
    with (
        batch_of([sounds], out, work) as batch,
        closing(LocalWorkers(work, 2)) as workers,
    ):
        batch.run(workers, lambda: len(seen) >= 3, lambda news: seen.append(news.source.key))
        assert not batch.summary.complete
    assert "events.csv" not in tree(out)
    again = list[str]()
    summary = run_batch(sounds, out, work, told=lambda news: again.append(news.source.key))
    bad = str(sounds / "north" / "bad.wav")
    assert {*seen} & {*again} <= {bad}
    assert summary.before == len({*seen} - {bad})
    assert tree(out) == unbroken


def test_a_line_that_was_cut_short_counts_as_not_written(
    sounds: Path, work: BatchWork, unbroken: Tree, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run_batch(sounds, out, work)
    journal = out / NAME
    journal.write_bytes(journal.read_bytes()[:-20])
    (out / "north" / ".leanviz-0123abcd.json").write_text("half a res")
    summary = run_batch(sounds, out, work)
    assert summary.analyzed + summary.failed in {1, 2}
    assert sorted(journal_keys(out)) == sorted(str(p) for p in sounds.rglob("[0-9].wav"))
    assert tree(out) == unbroken
    with batch_of([sounds], out, work) as batch:
        assert batch.summary.before == COUNT


def test_what_changed_or_vanished_is_done_again(
    work: BatchWork, sounds: Path, tmp_path: Path
) -> None:
    mine, out = tmp_path / "mine", tmp_path / "out"
    mine.mkdir()
    for name in ("0.wav", "3.wav", "6.wav"):
        (mine / name).write_bytes((sounds / name).read_bytes())
    run_batch(mine, out, work)
    (mine / "0.wav").write_bytes((sounds / "6.wav").read_bytes())
    os.utime(mine / "0.wav", (1, 1))
    (out / "3.json").unlink()
    done = list[str]()
    run_batch(mine, out, work, told=lambda news: done.append(news.source.path.name))
    assert sorted(done) == ["0.wav", "3.wav"]
    first, last = (json.loads((out / name).read_text())[0] for name in ("0.json", "6.json"))
    assert first["events"] == last["events"]


def test_other_settings_are_refused(sounds: Path, work: BatchWork, tmp_path: Path) -> None:
    """Results of different rules must not stand side by side unnoticed."""
    out = tmp_path / "out"
    batch_of([sounds], out, work).close()
    for other, words in (
        (replace(work, rules=replace(work.rules, offset=0.1)), "other decision options"),
        (replace(work, identity="LEAN-X 1 abc", shape="csv"), "another model and another format"),
        (replace(work, version="0.0.1"), "another version of leanviz"),
    ):
        with pytest.raises(ExportError, match=words):
            batch_of([sounds], out, other)
        batch_of([sounds], tmp_path / "out2", other, restart=True).close()
    batch_of([sounds], out, work).close()


def test_restart_does_all_again(sounds: Path, work: BatchWork, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_batch(sounds, out, work)
    with batch_of([sounds], out, work, restart=True) as batch:
        assert len(batch.todo) == COUNT + 1


def test_two_at_a_time_are_refused(work: BatchWork, tmp_path: Path) -> None:
    with (
        Journal(tmp_path, work),
        pytest.raises(ExportError, match="Another leanviz is writing"),
    ):
        Journal(tmp_path, work)
    Journal(tmp_path, work).close()


@pytest.mark.parametrize(
    "change",
    [
        {"result": "../../escaped.json"}, {"result": "/tmp/escaped.json"}, {"result": ".."},
        {"result": ""}, {"result": 3}, {"size": "1"}, {"n_samples": -1}, {"bytes": None},
        {"events": [[0, 0, "Bark", 0.5]]}, {"events": [[0, 1, "Bark", 2]]}, {"events": [[0, 1]]},
        {"events": 3}, {"file": None}, {"sample_rate": 0},
    ],
)  # fmt: skip
def test_a_journal_that_lies_is_not_believed(
    work: BatchWork, tmp_path: Path, change: dict[str, object]
) -> None:
    """The folder may be somebody else's: no result is written outside it, no crash awaits."""
    record: dict[str, object] = {
        "type": "file", "key": "/a.wav", "file": "a.wav", "size": 1, "mtime_ns": 2,
        "result": "sub/a.json", "bytes": 3, "sample_rate": 8000, "n_samples": 4, "truncated": False,
        "left_out": 0, "events": [[0, 1, "Bark", 0.5]],
    }  # fmt: skip
    Journal(tmp_path, work).close()
    before = (tmp_path / NAME).read_text()
    (tmp_path / NAME).write_text(before + json.dumps(record) + "\n")
    with closing(Journal(tmp_path, work)) as journal:
        assert [str(entry.place) for entry in journal.entries()] == [str(Path("sub", "a.json"))]
    (tmp_path / NAME).write_text(before + json.dumps(record | change) + "\n")
    with closing(Journal(tmp_path, work)) as journal:
        assert list(journal.entries()) == []
        assert journal.places == {}


def test_a_foreign_journal_is_left_alone(work: BatchWork, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text('{"type":"session"}\n')
    with pytest.raises(ExportError, match="no journal of leanviz"):
        Journal(tmp_path, work, restart=True)
    assert (tmp_path / NAME).read_text() == '{"type":"session"}\n'


def test_a_killed_process_costs_nothing(
    sounds: Path, work: BatchWork, unbroken: Tree, tmp_path: Path
) -> None:
    mark = tmp_path / "killed"
    disturbed = replace(work, render=partial(deadly_once, mark=mark))
    summary = run_batch(sounds, tmp_path / "out", disturbed)
    assert mark.exists()
    assert summary.failed == 1
    assert tree(tmp_path / "out") == unbroken


@pytest.mark.parametrize(
    ("render", "words"),
    [(deadly, "was ended by signal 9"), (wrong, "RuntimeError: no such luck")],
)
def test_a_file_that_breaks_everything_breaks_only_itself(
    sounds: Path,
    work: BatchWork,
    tmp_path: Path,
    render: Callable[[ClipReport], str],
    words: str,
) -> None:
    errors = dict[str, str]()

    def note(news: FileNews) -> None:
        if news.result.error:
            errors[news.source.path.name] = news.result.error

    summary = run_batch(sounds, tmp_path / "out", replace(work, render=render), told=note)
    assert (summary.analyzed, summary.failed) == (COUNT - 1, 2)
    assert "2.wav could not be analysed" in errors["2.wav"]
    assert words in errors["2.wav"]


def test_workers_that_cannot_work_are_an_error_of_the_whole(
    sounds: Path, work: BatchWork, tmp_path: Path
) -> None:
    """And not of each file: nothing is noted, so that the next run does it."""
    for other, kind in (
        (replace(work, identity="LEAN-X 1 abc"), ModelError),
        (replace(work, version="0.0.1"), WorkerError),
    ):
        with pytest.raises(kind, match="A worker has"):
            run_batch(sounds, tmp_path / work.version / str(kind), other)


def test_closing_leaves_no_process(sounds: Path, work: BatchWork, tmp_path: Path) -> None:
    with batch_of([sounds], tmp_path / "out", work) as batch:
        workers = LocalWorkers(work, 2)
        done = list[FileNews]()
        batch.run(workers, lambda: bool(done), done.append)
        assert _processes()
        workers.close()
        workers.close()
    assert _processes() == []


def _processes() -> list[str]:
    return [child.name for child in active_children() if child.name == "leanviz-batch"]


def test_the_table_of_all_has_the_times_of_day_too(work: BatchWork, model: LeanModel) -> None:
    """What headers told is in the journal; in those from before, the names tell it again."""
    result = FileResult(sample_rate=16_000, n_samples=16_000)
    entry = Entry("north/20250131_053000.WAV", None, None, 0, result)
    report = Reporter(work, model).report(entry)
    assert report.started is not None
    assert report.started.isoformat() == "2025-01-31T05:30:00"
    told = Began(datetime(2025, 1, 31, 4, 30, tzinfo=UTC), Teller.GUANO)
    known = replace(entry, place=PurePath("a.json"), result=replace(result, began=told))
    again = _entry(json.loads(json.dumps(_record(known))))
    assert again.result.began == told
    of_header = Reporter(work, model).report(again)
    assert (of_header.started, of_header.dated_by) == (told.moment, "GUANO")
    assert Reporter(replace(work, file_dates=False), model).report(entry).started is None
