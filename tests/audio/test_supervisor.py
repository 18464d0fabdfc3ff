"""What is said of a microphone that goes, with streams that end when the test says so."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from leanviz.audio.devices import Device
from leanviz.audio.intake import Intake
from leanviz.audio.source import SourceState
from leanviz.audio.supervisor import Supervisor
from leanviz.core.errors import AudioDeviceError
from tests.support.programs import wait_until

RATE = 48_000
MICROPHONE = Device("Snowball", "ALSA", 0, 1, RATE, is_default=True)


class Stream:
    """An open stream; its first block comes at once or never."""

    def __init__(self, intake: Intake, *, delivers: bool = True) -> None:
        self.device, self.heard_before, self.finished = MICROPHONE, intake.heard_at, not delivers
        if delivers:
            intake.take(np.ones((480, 1), np.float32), overflow=False)

    def retire(self) -> None:
        """Deliver nothing more, as before."""

    def close(self) -> None:
        """Give nothing back: there is nothing."""


class Looked:
    """A supervisor whose streams connect as the test wants."""

    def __init__(self) -> None:
        self.intake, self.wake = Intake(RATE, 1, 10 * RATE), threading.Event()
        self.delivering: list[bool | Exception] = [True]
        self.stream = Stream(self.intake)
        self.supervisor = Supervisor(self.stream, self.intake, self.connect, self.wake)  # pyright: ignore[reportArgumentType]

    def connect(self) -> Stream:
        wanted = self.delivering.pop(0)
        if isinstance(wanted, Exception):
            raise wanted
        self.stream = Stream(self.intake, delivers=wanted)
        return self.stream

    def lose(self) -> None:
        """End the stream, which is opened again at once."""
        self.stream.finished = True
        self.wake.set()

    def is_back(self) -> bool:
        standing = self.supervisor.standing
        return not self.delivering and standing.state is SourceState.RUNNING


@pytest.fixture
def looked() -> Iterator[Looked]:
    made = Looked()
    made.supervisor.start()
    wait_until(lambda: made.supervisor.standing.state is SourceState.RUNNING, "the first block")
    yield made
    made.supervisor.stop()


def test_an_interruption_is_counted_however_soon_it_is_over(looked: Looked) -> None:
    assert looked.supervisor.standing.interruptions == 0
    for times in (1, 2):
        looked.delivering = [True]
        looked.lose()
        wait_until(looked.is_back, "the next stream")
        standing = looked.supervisor.standing
        assert (standing.message, standing.interruptions) == ("", times)
        assert standing.interruption.startswith("The microphone “Snowball” or its sound server")


def test_whatever_is_wrong_with_opening_it_is_tried_again(looked: Looked) -> None:
    looked.delivering = [AudioDeviceError("It is not there."), ValueError("no such index"), True]
    looked.lose()
    wait_until(looked.is_back, "the stream that opens")
    assert looked.supervisor.standing.interruptions == 1


def test_one_that_comes_back_without_sound_was_not_back(looked: Looked) -> None:
    looked.delivering = [False, False, True]
    looked.lose()
    wait_until(looked.is_back, "the stream that delivers")
    assert looked.supervisor.standing.interruptions == 1


def test_one_that_freezes_while_nobody_looks_is_missed_all_the_same(looked: Looked) -> None:
    looked.supervisor.unseen = True
    looked.delivering = [True]
    wait_until(lambda: looked.supervisor.standing.interruptions == 1, "it is missed")
    assert "no longer delivers" in looked.supervisor.standing.interruption
    wait_until(looked.is_back, "the next stream")
