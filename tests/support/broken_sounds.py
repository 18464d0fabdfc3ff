"""Sound files as archives have them: cut, flipped, renamed, emptied, and worse."""

import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

RATE = 16_000
FORMATS = ("wav", "flac", "ogg", "opus", "mp3", "aiff", "w64")
_KINDS = {"opus": ("OGG", "OPUS")}


def written(path: Path, rate: int = RATE, channels: int = 1, seconds: float = 0.5) -> Path:
    """Write some noise in the format of a suffix."""
    rng = np.random.default_rng(len(path.name))
    samples = rng.normal(0, 0.1, (max(1, int(seconds * rate)), channels)).astype(np.float32)
    kind, subtype = _KINDS.get(path.suffix[1:], (path.suffix[1:].upper(), None))
    soundfile.write(path, samples, rate, subtype, format=kind)
    return path


def cut(content: bytes, share: float) -> bytes:
    """Return the beginning of a file."""
    return content[: int(share * len(content))]


def flipped(content: bytes, rng: np.random.Generator, count: int, first: int = 0) -> bytes:
    """Return a file with some bits flipped."""
    bits = np.unpackbits(np.frombuffer(content, np.uint8))
    bits[rng.integers(8 * min(first, len(content) - 1), len(bits), count)] ^= 1
    return np.packbits(bits).tobytes()


def _with_rate(path: Path, rate: int) -> None:
    content = bytearray(written(path).read_bytes())
    content[24:28] = struct.pack("<I", rate)
    path.write_bytes(content)


def _floats(path: Path, value: float) -> None:
    samples = np.zeros(RATE, np.float32)
    samples[RATE // 2] = value
    soundfile.write(path, samples, RATE, "FLOAT")


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _forbidden(path: Path) -> None:
    # even for root, whom permissions do not bind: a file that opens and cannot be read
    path.symlink_to("/proc/self/mem")
    if os.geteuid():
        path.unlink()
        written(path).chmod(0)


def _gone(path: Path) -> None:
    path.symlink_to("vanished.wav")


BAD: dict[str, Callable[[Path], object]] = {
    "empty.wav": Path.touch,
    "empty.ogg": Path.touch,
    "text.wav": lambda path: path.write_text("Dear diary, today I was renamed.\n" * 40),
    "text.mp3": lambda path: path.write_text("Dear diary, today I was renamed.\n" * 40),
    "zeros.flac": lambda path: path.write_bytes(bytes(5_000)),
    "picture.ogg": lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(2_000)),
    "no samples.wav": lambda path: soundfile.write(path, np.zeros(0), RATE),
    "0 hertz.wav": lambda path: _with_rate(path, 0),
    "absurd rate.wav": lambda path: _with_rate(path, 4_000_000_000),
    "nan.wav": lambda path: _floats(path, np.nan),
    "infinite.wav": lambda path: _floats(path, np.inf),
    "65 channels.wav": lambda path: written(path, channels=65),
    "loop.wav": _loop,
    "gone.wav": _gone,
    "forbidden.wav": _forbidden,
    "pipe.wav": os.mkfifo,
}
"""What cannot be analysed, by name."""

ODD: dict[str, Callable[[Path], object]] = {
    "64 channels.wav": lambda path: written(path, channels=64),
    "192 kHz.wav": lambda path: written(path, rate=192_000),
    "one sample.wav": lambda path: written(path, seconds=0),
    "one sample.flac": lambda path: written(path, seconds=0),
    "really a flac.wav": lambda path: written(path.with_suffix(".flac")).rename(path),
    "really a wav.mp3": lambda path: written(path.with_suffix(".wav")).rename(path),
}
"""What looks broken, and can be analysed."""


def broken_archive(folder: Path, count: int) -> list[Path]:
    """Fill a folder with `count` files that are cut or flipped, beside those of `BAD` and `ODD`."""
    folder.mkdir(parents=True)
    for name, make in (BAD | ODD).items():
        make(folder / name)
    rng = np.random.default_rng(5)
    found = list(folder.iterdir())
    for number in range(count - len(found)):
        kind = FORMATS[number % len(FORMATS)]
        path = written(folder / f"damaged {number:03}.{kind}")
        content = path.read_bytes()
        if number % 3 == 0:
            content = cut(content, rng.uniform())
        else:
            # the header alone every other time: that is what a reader believes
            content = flipped(content, rng, int(rng.integers(1, 60)), 0 if number % 2 else 100)
            content = content if number % 2 else content[:100] + path.read_bytes()[100:]
        path.write_bytes(content)
        found.append(path)
    return found
