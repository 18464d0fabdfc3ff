"""Sound files that only ffmpeg reads (M4A, WMA, the sound of a film): decoded by it into a pipe.

ffmpeg is a program of its own, which may be installed or not. It is given a file, never an address,
and may open nothing but files; it is killed when the reader closes or when it falls silent.
"""

import math
import os
import re
import selectors
import shutil
import subprocess
import threading
from pathlib import Path

import soundfile

# Seconds without a sign of life while more is wanted: a disk that hangs, a file that traps ffmpeg.
STALL_S = 30.0
# What files report that have no length; ffmpeg tells it in hundredths of a second.
UNKNOWN_LENGTH = 2**62
_BLOCK = 65_536
_CLOSE_S = 2.0
_LONGEST_LINE = 4_096
# Two spaces before it: what is deeper is text from the file.
_DURATION = re.compile(rb"^\[info\]  Duration: (\d+):(\d\d):(\d\d\.\d+)", re.MULTILINE)
_TROUBLE = re.compile(rb"^[^\n]*?\[(error|fatal|panic)\] ", re.MULTILINE)
# How ffmpeg says that it takes noise or text for sound.
_GUESS = b"misdetection possible"


def find() -> str | None:
    """Return where ffmpeg is; None where it is not installed."""
    return shutil.which("ffmpeg")


class ConvertedFile(soundfile.SoundFile):
    """A file as ffmpeg decodes it: its first sound track, at its own rate, read straight on.

    Parameters
    ----------
    path : Path
        What libsndfile does not read.
    program : str
        Where ffmpeg is.
    start_s : float
        Where to begin; up to a packet of the format off (23 ms in AAC).

    Raises
    ------
    soundfile.SoundFileError
        If ffmpeg finds no sound in it either.
    """

    def __init__(self, path: Path, program: str, start_s: float = 0.0) -> None:
        self._ffmpeg = _Conversion(path, program, start_s)
        try:
            super().__init__(self._ffmpeg.samples)
        except soundfile.SoundFileError:
            self._ffmpeg.end()
            raise

    @property
    def frames(self) -> int:
        """Samples per channel as the file claims, from where reading began."""
        seconds = self._ffmpeg.duration_s
        return UNKNOWN_LENGTH if seconds is None else math.ceil(seconds * self.samplerate)

    @property
    def cut(self) -> bool:
        """Whether ffmpeg complained of what it decoded so far."""
        return self._ffmpeg.complained

    def seekable(self) -> bool:
        """Return False: a pipe is read straight on."""
        return False

    def close(self) -> None:
        """End ffmpeg too; twice is harmless."""
        self._ffmpeg.kill()
        super().close()
        self._ffmpeg.end()


class _Conversion:
    """ffmpeg at work, and the thread that passes on what it gives.

    The thread waits for a reader without limit, and for ffmpeg no longer than `STALL_S`.
    """

    def __init__(self, path: Path, program: str, start_s: float) -> None:
        # NB: written by the thread, loaded by others; one reference store each.
        self.duration_s: float | None = None
        self.complained = False
        self._process = subprocess.Popen(
            _command(path, program, start_s),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )
        self.samples, self._sink = os.pipe()
        self._words = b""
        self._thread = threading.Thread(target=self._run, name="leanviz-ffmpeg", daemon=True)
        self._thread.start()

    def kill(self) -> None:
        """Have ffmpeg end, whatever it is at."""
        self._process.kill()

    def end(self) -> None:
        """Kill ffmpeg and wait for the thread, for a bounded time."""
        self.kill()
        self._thread.join(_CLOSE_S)

    def _run(self) -> None:
        try:
            self._pass_on()
        except OSError:
            pass  # the reader has closed
        finally:
            self.kill()
            os.close(self._sink)
            self._process.wait()
            for pipe in (self._process.stdout, self._process.stderr):
                if pipe is not None:
                    pipe.close()

    def _pass_on(self) -> None:
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        sound, words = self._process.stdout.fileno(), self._process.stderr.fileno()
        with selectors.DefaultSelector() as pipes:
            pipes.register(sound, selectors.EVENT_READ)
            pipes.register(words, selectors.EVENT_READ)
            while pipes.get_map():
                ready = {key.fd for key, _ in pipes.select(STALL_S)}
                if not ready:
                    self.complained = True
                    return
                # words first: the length of a file is told before its first sample
                for pipe in sorted(ready, key=lambda fd: fd == sound):
                    block = os.read(pipe, _BLOCK)
                    if not block:
                        pipes.unregister(pipe)
                    elif pipe == words:
                        self._listen(block)
                    else:
                        self._write(block)

    def _write(self, block: bytes) -> None:
        rest = memoryview(block)
        while rest:
            rest = rest[os.write(self._sink, rest) :]

    def _listen(self, block: bytes) -> None:
        """Take note of what ffmpeg says."""
        lines, _, self._words = (self._words + block).rpartition(b"\n")
        self._words = self._words[:_LONGEST_LINE]
        if _GUESS in lines:
            raise OSError(_GUESS)
        if self.duration_s is None and (found := _DURATION.search(lines)):
            hours, minutes, seconds = (float(part) for part in found.groups())
            self.duration_s = 3600 * hours + 60 * minutes + seconds
        self.complained = self.complained or _TROUBLE.search(lines) is not None


def _command(path: Path, program: str, start_s: float) -> list[str | bytes]:
    """Return the command line: the first sound track as 32-bit floats in an AU file."""
    begin = ["-ss", f"{start_s:.9f}"] if start_s else []
    return [
        program, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info",
        "-protocol_whitelist", "file", *begin, "-i", b"file:" + os.fsencode(path.absolute()),
        "-map", "0:a:0", "-c:a", "pcm_f32be", "-f", "au", "pipe:1",
    ]  # fmt: skip
