"""MP3 files that do not say how long they are.

For these libsndfile guesses the length from the first frame and reads no further (its issue 1001):
of a file with variable bit rate most may be left out. From a pipe it reads to the end.
"""

import contextlib
import os
import shutil
import threading
from pathlib import Path

_LENGTH_TAGS = (b"Xing", b"Info", b"VBRI")
# The tag stands within the first MPEG frame, which is no longer than this.
_LONGEST_FRAME = 1_441


def says_length(path: Path) -> bool:
    """Return whether an MP3 file tells its number of frames."""
    with path.open("rb") as file:
        file.seek(_id3_size(file.read(10)))
        first_frame = file.read(_LONGEST_FRAME)
    return any(tag in first_frame for tag in _LENGTH_TAGS)


def through_pipe(path: Path) -> int:
    """Return a file descriptor that gives the content of `path`, and is a pipe; close it."""
    read_end, write_end = os.pipe()

    def pump() -> None:
        # the reader may close the pipe at any time
        with contextlib.suppress(OSError), os.fdopen(write_end, "wb") as pipe, path.open("rb") as f:
            shutil.copyfileobj(f, pipe)

    threading.Thread(target=pump, name="leanviz-mp3", daemon=True).start()
    return read_end


def _id3_size(head: bytes) -> int:
    """Return the length of the ID3v2 tag that a file beginning with `head` begins with, or 0."""
    if len(head) < 10 or not head.startswith(b"ID3"):
        return 0
    size = 0
    for byte in head[6:10]:  # seven bits in each
        size = size << 7 | byte & 0x7F
    return 10 + size
