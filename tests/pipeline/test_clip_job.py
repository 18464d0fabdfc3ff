"""The worker that analyses files for a window: newest wins, every request ends once."""

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from leanviz.inference.model import LeanModel
from leanviz.pipeline.clip import ClipDone, ClipFailure, ClipJob, ClipNews, ClipProgress
from leanviz.pipeline.results import ClipAnalysis
from tests.pipeline.sources import BrokenModel, GatedModel
from tests.support.programs import wait_until

Clip = Callable[[int], Path]
Jobs = Callable[[LeanModel], ClipJob]


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    """Return a function that starts a worker; all are closed afterwards."""
    opened: list[ClipJob] = []

    def start(model: LeanModel) -> ClipJob:
        opened.append(ClipJob(model))
        return opened[-1]

    yield start
    for job in opened:
        job.close()


def ends(news: list[ClipNews]) -> list[ClipDone | ClipFailure]:
    return [one for one in news if not isinstance(one, ClipProgress)]


def news_until_ended(job: ClipJob, requests: int) -> list[ClipNews]:
    """Return all news up to the end of so many requests."""
    news: list[ClipNews] = []

    def ended() -> bool:
        news.extend(job.poll())
        return len(ends(news)) >= requests

    wait_until(ended, f"{requests} requests ended")
    return news


def test_a_file_is_analysed_with_progress(
    model: LeanModel, jobs: Jobs, clip: Clip, analysed: Callable[[int], ClipAnalysis]
) -> None:
    job = jobs(model)
    request = job.open(str(clip(44_100)))
    *progress, done = news_until_ended(job, 1)
    assert isinstance(done, ClipDone)
    assert done.request == request
    assert done.analysis.events == analysed(44_100).events
    assert len(progress) == 2
    for one in progress:
        assert isinstance(one, ClipProgress)
        assert (one.request, one.path) == (request, clip(44_100))
        assert one.tracks is done.analysis.tracks
    assert job.poll() == []


def test_the_newest_request_wins(model: LeanModel, jobs: Jobs, clip: Clip, tmp_path: Path) -> None:
    """What was running and what was waiting is dropped, and says no more than that."""
    missing = tmp_path / "missing.wav"
    gated = GatedModel(model)
    job = jobs(gated)
    running = job.open(clip(16_000))
    assert gated.reached.wait(10)
    waiting = job.open(missing)
    newest = job.open(clip(44_100))
    gated.gate.set()
    *dropped, done = ends(news_until_ended(job, 3))
    assert dropped == [
        ClipFailure(running, clip(16_000), ""),
        ClipFailure(waiting, missing, ""),
    ]
    assert isinstance(done, ClipDone)
    assert (done.request, done.analysis.path) == (newest, clip(44_100))


def test_a_running_analysis_can_be_cancelled(model: LeanModel, jobs: Jobs, clip: Clip) -> None:
    gated = GatedModel(model)
    job = jobs(gated)
    request = job.open(clip(16_000))
    assert gated.reached.wait(10)
    job.cancel()
    gated.gate.set()
    assert ends(news_until_ended(job, 1)) == [ClipFailure(request, clip(16_000), "")]
    # and the worker is there for the next
    again = job.open(clip(16_000))
    (done,) = ends(news_until_ended(job, 1))
    assert isinstance(done, ClipDone)
    assert done.request == again


def test_rules_are_the_request_s_own(model: LeanModel, jobs: Jobs, clip: Clip) -> None:
    job = jobs(model)
    job.open(clip(16_000), replace(model.default_rules(), allowed=frozenset()))
    (done,) = ends(news_until_ended(job, 1))
    assert isinstance(done, ClipDone)
    assert done.analysis.events == ()
    assert done.analysis.hidden


def test_a_file_that_is_none_ends_in_a_sentence(
    model: LeanModel, jobs: Jobs, tmp_path: Path
) -> None:
    job = jobs(model)
    request = job.open(tmp_path / "missing.wav")
    (failure,) = news_until_ended(job, 1)
    assert isinstance(failure, ClipFailure)
    assert (failure.request, failure.path) == (request, tmp_path / "missing.wav")
    assert failure.message == f"{tmp_path / 'missing.wav'} does not exist."


def test_what_nobody_foresaw_ends_in_a_sentence(model: LeanModel, jobs: Jobs, clip: Clip) -> None:
    job = jobs(BrokenModel(model))
    for _ in range(2):
        job.open(clip(16_000))
        (failure,) = ends(news_until_ended(job, 1))
        assert isinstance(failure, ClipFailure)
        assert failure.message.startswith(
            "16000.wav could not be analysed: RuntimeError: no memory"
        )


def test_an_owner_that_never_polls_still_gets_the_result(
    model: LeanModel, jobs: Jobs, clip: Clip, tmp_path: Path
) -> None:
    job = jobs(model)
    for _ in range(400):
        job.open(tmp_path / "missing.wav")
    job.open(clip(16_000))
    wait_until(lambda: _has_ended(job._news), "the last request ended")
    news = job.poll()
    assert len(news) <= 256
    assert isinstance(news[-1], ClipDone)


def _has_ended(news: "queue.Queue[ClipNews]") -> bool:
    return any(isinstance(one, ClipDone) for one in list(news.queue))


class JustPolled(queue.Queue[ClipNews]):
    """A queue that its reader empties between a failed put and the next get."""

    failures = 1

    def put_nowait(self, item: ClipNews) -> None:
        """Fail once."""
        if self.failures:
            self.failures -= 1
            raise queue.Full
        super().put_nowait(item)


def test_a_poll_at_the_wrong_moment_does_not_kill_the_worker(
    model: LeanModel, jobs: Jobs, tmp_path: Path
) -> None:
    job = jobs(model)
    job._news = JustPolled()
    job.open(tmp_path / "missing.wav")
    (failure,) = news_until_ended(job, 1)
    assert isinstance(failure, ClipFailure)


def test_closing_an_idle_worker(model: LeanModel) -> None:
    job = ClipJob(model)
    job.close()
    job.close()
    assert not job._thread.is_alive()
    assert job.poll() == []


def test_closing_a_busy_worker(model: LeanModel, clip: Clip) -> None:
    gated = GatedModel(model)
    job = ClipJob(gated)
    request = job.open(clip(16_000))
    assert gated.reached.wait(10)
    closing = threading.Thread(target=job.close)
    closing.start()
    wait_until(lambda: job._closed, "close has begun")
    gated.gate.set()
    closing.join()
    job.close()
    assert not job._thread.is_alive()
    assert ends(job.poll()) == [ClipFailure(request, clip(16_000), "")]


def test_closing_after_failure_and_success(model: LeanModel, clip: Clip, tmp_path: Path) -> None:
    for path in (tmp_path / "missing.wav", clip(16_000)):
        job = ClipJob(model)
        job.open(path)
        news_until_ended(job, 1)
        job.close()
        job.close()
        assert not job._thread.is_alive()
