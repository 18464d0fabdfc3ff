"""Chunks of WAV files beside their sound; whatever a header says, no more is read than there is."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

# Texts and dates are in chunks of some kilobytes; nobody has so many chunks.
MOST_BYTES, MOST_CHUNKS = 65_536, 1_000
_FORMS = (b"RIFF", b"RF64", b"BW64")
_HEADER, _LARGE = 8, 0xFFFFFFFF


def chunks_of(path: Path, names: frozenset[bytes]) -> dict[bytes, bytes]:
    """Return chunks by name, the first of each, cut to `MOST_BYTES` and to where the file ends.

    Of a file that is no WAV, or says that a chunk is longer than it is, what comes before that.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    found: dict[bytes, bytes] = {}
    with path.open("rb") as file:
        if file.read(4) not in _FORMS or len(file.read(4)) < 4 or file.read(4) != b"WAVE":
            return found
        for name, length in _headers(file):
            if name in names and name not in found:
                found[name] = file.read(min(length, MOST_BYTES))
            if len(found) == len(names):
                break
    return found


def _headers(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Yield name and length of each chunk, the file standing at its content."""
    at, end = file.tell(), os.fstat(file.fileno()).st_size
    data_length = _LARGE
    for _ in range(MOST_CHUNKS):
        file.seek(at)
        header = file.read(_HEADER)
        if len(header) < _HEADER:
            return
        name, length = header[:4], int.from_bytes(header[4:], "little")
        if name == b"ds64":
            # RIFF size, then data size: those of more than 4 GB
            data_length = int.from_bytes(file.read(16)[8:], "little")
            file.seek(at + _HEADER)
        if name == b"data" and length == _LARGE:
            length = data_length
        yield name, length
        at += _HEADER + length + length % 2
        if at >= end:
            return
