"""The session log of a live stream: all of it, in order, once; through kills and full disks."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from leanviz.audio.file import read_mono
from leanviz.audio.replay import FileSource
from leanviz.core.clock import Span
from leanviz.core.events import Event
from leanviz.core.ring import Ring
from leanviz.inference.model import LeanModel
from leanviz.pipeline import session_log
from leanviz.pipeline.clip import analyze_file
from leanviz.pipeline.live import LivePipeline
from leanviz.pipeline.results import ClipAnalysis
from leanviz.pipeline.session_log import SessionLog
from leanviz.pipeline.sinks import DeviceChange, Miss, Missed, RulesChange, StreamInfo
from leanviz.sessions.log_file import in_use
from leanviz.sessions.log_folder import logs
from leanviz.sessions.session_reader import read_session
from tests.core.material import DEMO
from tests.pipeline.sources import HandSource
from tests.support.programs import wait_until

Clip = Callable[[int], Path]
Analysed = Callable[[int], ClipAnalysis]
PLENTY = 10**9


@pytest.fixture
def stream(model: LeanModel) -> StreamInfo:
    origin = datetime(2026, 3, 1, 12, tzinfo=UTC)
    return StreamInfo(
        origin, 16_000, "Desk", "ALSA", model.identity, model.taxonomy, model.default_rules()
    )


@pytest.fixture
def begun(stream: StreamInfo, tmp_path: Path) -> Iterator[SessionLog]:
    session = SessionLog(tmp_path / "logs", PLENTY)
    session.begin(stream, Ring(1))
    yield session
    session.abandon()


def event_at(second: int) -> Event:
    return Event(second * 16_000, second * 16_000 + 8_000, "Bark", 0.75, announced=second * 16_000)


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def path_of(log: SessionLog) -> Path:
    wait_until(lambda: log.path is not None, "the log has a file")
    assert log.path is not None
    return log.path


def test_every_event_of_the_file_is_in_the_log_once(
    model: LeanModel, clip: Clip, analysed: Analysed, tmp_path: Path
) -> None:
    """Heard live, 50 times as fast as it sounds, with nobody emptying the mailbox."""
    analysis, log = analysed(44_100), SessionLog(tmp_path, PLENTY)
    pipeline = LivePipeline(FileSource(clip(44_100), speed=50), model, sinks=[log])
    with closing(pipeline):
        pipeline.start()
        wait_until(lambda: pipeline.stats().heard_s >= analysis.duration_s, "all is heard")
    session = read_session(path_of(log))
    assert analysis.events
    assert [(e.onset, e.offset, e.label) for e in session.events] == sorted(
        (e.onset, e.offset, e.label) for e in analysis.events
    )
    assert session.n_samples == analysis.n_samples
    assert (session.stopped, session.damaged, session.unheard) == (True, 0, ())
    assert session.head.model == model.identity
    assert session.head.device == "44100.wav"
    assert pipeline.stats().sinks[0].written == len(analysis.events)
    assert log.finished


def test_what_happens_is_logged_in_order(begun: SessionLog, stream: StreamInfo) -> None:
    begun.take([event_at(1)], 20_000)
    begun.note(Missed(Span(20_000, 30_000), Miss.SKIPPED))
    begun.note(DeviceChange(30_000, "USB", "ALSA"))
    begun.take([], 40_000)
    begun.note(RulesChange(40_000, replace(stream.rules, offset=0.1)))
    begun.take([event_at(2), event_at(3)], 80_000)
    begun.close()
    begun.close()
    begun.take([event_at(4)], 90_000)
    found = records(path_of(begun))
    assert [record["type"] for record in found] == [
        "session", "event", "missed", "device", "rules", "event", "event", "end",
    ]  # fmt: skip
    assert found[-1]["at"] == 80_000
    assert found[5]["threshold"] == pytest.approx(found[1]["threshold"] + 0.1)
    assert begun.status().trouble == ""


def test_an_event_is_in_the_file_before_listening_ends(begun: SessionLog) -> None:
    path = path_of(begun)
    begun.take([event_at(1)], 20_000)
    wait_until(lambda: begun.status().written == 1, "the event is written")
    assert read_session(path).events == (event_at(1),)
    assert in_use(path)


def test_an_event_is_taken_to_the_disk_before_listening_ends(
    begun: SessionLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut costs what the kernel holds and the disk does not."""
    taken: list[int] = []
    monkeypatch.setattr(session_log, "SYNC_S", 0.0)
    monkeypatch.setattr(os, "fsync", lambda file: taken.append(os.fstat(file).st_size))
    path = path_of(begun)
    begun.take([event_at(1)], 20_000)
    wait_until(lambda: begun.status().written == 1, "the event is written")
    wait_until(lambda: taken[-1:] == [path.stat().st_size], "the event is on the disk")


def test_how_far_listening_has_come_is_logged_now_and_then(
    begun: SessionLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_log, "HEARD_S", 0.0)
    path = path_of(begun)
    begun.take([], 123_456)
    wait_until(lambda: read_session(path).n_samples == 123_456, "a sign of life")
    assert {record["type"] for record in records(path)} == {"session", "heard"}


def test_a_slider_that_is_dragged_fills_no_disk(begun: SessionLog, stream: StreamInfo) -> None:
    for step in range(1000):
        begun.note(RulesChange(step, replace(stream.rules, offset=step / 2000)))
    begun.close()
    found = [record for record in records(path_of(begun)) if record["type"] == "rules"]
    assert len(found) < 1000
    assert found[-1]["rules"] == {"offset": pytest.approx(999 / 2000)}


def test_a_pause_that_grows_is_one_line(begun: SessionLog) -> None:
    begun.take([event_at(1)], 20_000)
    for start in range(20_000, 60_000, 800):
        begun.take([], start)
        begun.note(Missed(Span(start, start + 800), Miss.PAUSED))
    begun.note(Missed(Span(60_000, 61_000), Miss.LOST))
    begun.take([event_at(5)], 90_000)
    begun.note(Missed(Span(90_000, 91_000), Miss.LOST))
    begun.close()
    missed = [record for record in records(path_of(begun)) if record["type"] == "missed"]
    assert [(m["start"], m["stop"], m["cause"]) for m in missed] == [
        (20_000, 60_000, "paused"), (60_000, 61_000, "lost"), (90_000, 91_000, "lost"),
    ]  # fmt: skip
    types = [record["type"] for record in records(path_of(begun))]
    assert types == ["session", "event", "missed", "missed", "event", "missed", "end"]


def test_a_log_without_a_stream_leaves_no_file(tmp_path: Path) -> None:
    log = SessionLog(tmp_path / "logs", PLENTY)
    log.close()
    assert log.finished
    assert not (tmp_path / "logs").exists()


def test_a_file_that_somebody_deletes_is_begun_anew(begun: SessionLog) -> None:
    path = path_of(begun)
    begun.take([event_at(1)], 20_000)
    wait_until(lambda: begun.status().written == 1, "the event is written")
    path.unlink()
    begun.take([event_at(2)], 40_000)
    begun.close()
    assert read_session(path_of(begun)).events == (event_at(2),)


def test_older_sessions_make_room_for_this_one(stream: StreamInfo, tmp_path: Path) -> None:
    old = tmp_path / "2020-01-01_00-00-00.jsonl"
    old.write_bytes(b"x" * 100_000)
    log = SessionLog(tmp_path, 50_000)
    with closing(log):
        log.begin(stream, Ring(1))
        wait_until(lambda: not old.exists(), "the old session makes room")
    assert logs(tmp_path) == [path_of(log)]


# -- disks that cannot be written ---------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a file system of 64 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_loses_nothing_once_there_is_space(
    stream: StreamInfo, small_disk: Path
) -> None:
    """Also after listening has ended; half a line is completed, and no event is written twice."""
    other = small_disk / "other"
    other.write_bytes(b"x" * 40_000)
    log = SessionLog(small_disk, PLENTY)
    log.begin(stream, Ring(1))
    for second in range(100):
        log.take([event_at(second)], second * 16_000)
    wait_until(lambda: log.status().trouble != "", "the trouble is told")
    status = log.status()
    assert (
        status.trouble
        == f"Session log: The disk is full. Events waiting to be saved: {status.waiting}."
    )
    assert 0 < status.waiting < 100
    assert status.waiting + status.written == 100
    log.close()
    assert not log.finished
    other.unlink()
    wait_until(lambda: log.finished, "all is written")
    session = read_session(path_of(log))
    assert session.events == tuple(event_at(second) for second in range(100))
    assert (session.stopped, session.damaged) == (True, 0)
    assert log.status().trouble == ""


def test_a_place_that_cannot_be_written_is_told_and_tried_again(
    stream: StreamInfo, tmp_path: Path
) -> None:
    folder = tmp_path / "logs"
    folder.write_text("a file where the folder should be")
    log = SessionLog(folder, PLENTY)
    log.begin(stream, Ring(1))
    log.take([event_at(1)], 20_000)
    wait_until(lambda: log.status().trouble != "", "the trouble is told")
    assert log.status().trouble == ("Session log: File exists. Events waiting to be saved: 1.")
    folder.unlink()
    log.take([event_at(2)], 40_000)
    wait_until(lambda: log.status().trouble == "", "all is well again")
    log.close()
    assert read_session(path_of(log)).events == (event_at(1), event_at(2))


def test_memory_is_bounded_and_what_was_given_up_counted(
    stream: StreamInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_log, "MOST_WAITING", 10)
    folder = tmp_path / "logs"
    folder.write_text("a file where the folder should be")
    log = SessionLog(folder, PLENTY)
    log.begin(stream, Ring(1))
    for second in range(25):
        log.take([event_at(second)], second * 16_000)
    wait_until(lambda: log.status().trouble != "", "the trouble is told")
    assert log.status().trouble.endswith("Events waiting to be saved: 10, given up: 15.")
    folder.unlink()
    wait_until(lambda: log.status().waiting == 0, "what waited is written")
    log.take([event_at(30)], 500_000)
    log.close()
    session = read_session(path_of(log))
    assert session.events == (*(event_at(second) for second in range(10)), event_at(30))
    assert session.dropped == log.status().dropped == 15


def test_a_log_that_can_never_be_written_can_be_given_up(
    stream: StreamInfo, tmp_path: Path
) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    log = SessionLog(tmp_path / "logs", PLENTY)
    log.begin(stream, Ring(1))
    log.take([event_at(1)], 20_000)
    log.abandon()
    log.abandon()
    assert log.finished
    assert log.status().waiting == 1


# -- kill -9 ------------------------------------------------------------------------------------

LISTENER = """
import sys, time
from pathlib import Path
from leanviz.audio.replay import FileSource
from leanviz.inference.model import LeanModel
from leanviz.pipeline.live import LivePipeline
from leanviz.pipeline.session_log import SessionLog

log = SessionLog(Path(sys.argv[2]), 10**9)
pipeline = LivePipeline(FileSource(sys.argv[1], speed=5), LeanModel.open(), sinks=[log])
pipeline.start()
while True:
    for update in pipeline.drain():
        for event in update.events:
            print(event.onset, event.offset, event.label, flush=True)
    time.sleep(0.01)
"""


def test_a_killed_process_leaves_every_event_that_was_final(
    model: LeanModel, tmp_path: Path
) -> None:
    """What it printed a moment before the kill is in the log; nothing is there twice."""
    samples, rate = read_mono(DEMO)
    heard = tmp_path / "heard.wav"
    soundfile.write(heard, np.tile(samples, 2), rate)
    folder = tmp_path / "logs"
    command = [sys.executable, "-c", LISTENER, str(heard), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        printed = [process.stdout.readline() for _ in range(6)]
        wait_until(
            lambda: len(read_session(logs(folder)[0]).events) >= 6, "they are in the log too"
        )
        os.kill(process.pid, signal.SIGKILL)
        printed += process.stdout.readlines()
    (path,) = logs(folder)
    assert not in_use(path)
    session = read_session(path)
    assert not session.stopped
    found = [f"{e.onset} {e.offset} {e.label}\n" for e in session.events]
    assert len(set(found)) == len(found)
    assert set(printed[:6]) <= set(found)
    expected = {(e.onset, e.offset, e.label) for e in analyze_file(heard, model).events}
    assert {(e.onset, e.offset, e.label) for e in session.events} <= expected
    assert all(one.onset <= other.onset for one, other in pairwise(session.events))


def test_a_gap_of_the_source_is_logged(model: LeanModel, clip: Clip, tmp_path: Path) -> None:
    samples, rate = read_mono(clip(16_000))
    source, log = HandSource(rate), SessionLog(tmp_path, PLENTY)
    with closing(LivePipeline(source, model, history_s=60, sinks=[log])) as pipeline:
        pipeline.start()
        source.hear(samples)
        wait_until(lambda: pipeline.stats().hops >= 15, "some of it is analysed")
        source.ring.skip(33_000)
        wait_until(lambda: pipeline.stats().heard_s >= 11, "the gap is passed")
    (gap,) = read_session(path_of(log)).unheard
    assert gap.span == Span(len(samples), len(samples) + 33_000)
    assert gap.cause == "lost"
