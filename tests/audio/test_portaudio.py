"""Streams that PortAudio never returns from starting: known, told, and no hindrance at the end."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from leanviz.audio import portaudio
from leanviz.core.errors import AudioDeviceError
from tests.support.programs import wait_until
from tests.support.virtual_mic import VirtualMic

REPOSITORY = Path(__file__).resolve().parent.parent.parent

# Opens an output and a microphone, and starts them when it is told that the sound server is gone.
OPENS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from leanviz.audio import portaudio, speaker
from leanviz.audio.capture import DeviceSource
from leanviz.core.errors import AudioDeviceError

start = portaudio.start
portaudio.START_LIMIT_S = 0.5
portaudio.within = partial(portaudio.within, limit_s=60)

def start_late(stream, ended):
    print("open", flush=True)
    sys.stdin.readline()
    start(stream, ended)

def opened(opens):
    try:
        opens()
    except AudioDeviceError as error:
        return str(error)

portaudio.start = start_late
with ThreadPoolExecutor() as pool:
    print(*pool.map(opened, (speaker.open_speaker, DeviceSource().start)), sep="\\n")
print(portaudio.lost_streams(), flush=True)
"""


class Slow:
    """A stream that is started when the test says so."""

    def __init__(self) -> None:
        self.goes_on, self.closed = threading.Event(), threading.Event()

    def start(self) -> None:
        """Wait as PortAudio does."""
        assert self.goes_on.wait(60)

    def close(self) -> None:
        """Note it."""
        self.closed.set()


def test_a_stream_that_ends_before_it_starts_is_given_up_until_it_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(portaudio, "START_LIMIT_S", 0.01)
    stream, ended = Slow(), threading.Event()
    ended.set()
    with pytest.raises(AudioDeviceError, match="went away while it was being opened"):
        portaudio.start(stream, ended)
    assert portaudio.lost_streams() == 1
    stream.goes_on.set()
    wait_until(lambda: portaudio.lost_streams() == 0, "the stream that was only slow")
    assert stream.closed.is_set()


def test_a_server_that_dies_between_opening_and_starting_is_told_and_the_program_ends(
    virtual_mic: VirtualMic,
) -> None:
    """PortAudio's own thread dies there with a lock that the caller waits for, for ever."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", OPENS], cwd=REPOSITORY, stdin=pipe, stdout=pipe, text=True
    ) as child:
        assert child.stdout is not None
        assert [child.stdout.readline() for _ in range(2)] == 2 * ["open\n"]
        virtual_mic.kill_server()
        try:
            said, _ = child.communicate("\n\n", timeout=60)
        finally:
            child.kill()
    *sentences, lost = said.splitlines()
    for sentence, what in zip(sentences, ("sound output", "microphone"), strict=True):
        assert sentence.startswith(f"The {what} “")
        assert "cannot be opened: " in sentence
    # a PortAudio that has learnt to return gives its own reason
    assert int(lost) == sum(portaudio.WENT_MEANWHILE in sentence for sentence in sentences)
    assert child.returncode == 0
