"""Whatever stands in a sound file, reading it ends: in samples, or in a sentence that names it."""

import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leanviz.audio.file import open_audio
from leanviz.core.errors import AudioFileError
from tests.support.broken_sounds import BAD, FORMATS, ODD, written

# More than any of these files holds, however its header lies: about a minute at the highest rate.
MOST_BLOCKS = 800
# `LEANVIZ_FUZZ=5000` looks for longer.
EXAMPLES = int(os.environ.get("LEANVIZ_FUZZ", "12"))


@cache
def whole(kind: str) -> bytes:
    """Return a file that is in order."""
    with TemporaryDirectory() as folder:
        return written(Path(folder) / f"sound.{kind}", seconds=0.3).read_bytes()


def read(path: Path) -> int:
    """Return how many samples a file has; they must be numbers."""
    count = 0
    with open_audio(path) as reader:
        for number, block in enumerate(reader.blocks()):
            assert np.isfinite(block).all()
            count += len(block)
            assert number < MOST_BLOCKS, "it never ends"
    return count


def assert_ends(path: Path) -> None:
    try:
        assert read(path) > 0
    except AudioFileError as error:
        sentence = str(error)
        assert path.name in sentence
        assert sentence.endswith(".")
        assert "\n" not in sentence


EDITS = st.lists(
    st.tuples(
        st.floats(0, 1), st.sampled_from(("flip", "cut", "insert", "drop")), st.binary(max_size=9)
    ),
    min_size=1,
    max_size=6,
)  # fmt: skip


def edited(content: bytes, edits: list[tuple[float, str, bytes]]) -> bytes:
    for place, how, extra in edits:
        at = int(place * len(content))
        if how == "flip" and at < len(content):
            content = content[:at] + bytes([content[at] ^ (extra or b"\1")[0]]) + content[at + 1 :]
        elif how == "cut":
            content = content[:at]
        elif how == "insert":
            content = content[:at] + extra + content[at:]
        elif how == "drop":
            content = content[:at] + content[at + len(extra) :]
    return content


@pytest.mark.parametrize("kind", FORMATS)
@settings(max_examples=EXAMPLES, deadline=None)
@given(edits=EDITS, header=st.booleans())
def test_reading_ends(
    tmp_path_factory: pytest.TempPathFactory,
    kind: str,
    edits: list[tuple[float, str, bytes]],
    header: bool,
) -> None:
    content = whole(kind)
    # what stands first decides how all the rest is read
    fuzzed = 120 if header else len(content)
    content = edited(content[:fuzzed], edits) + content[fuzzed:]
    path = tmp_path_factory.getbasetemp() / f"the culprit.{kind}"
    path.write_bytes(content)
    assert_ends(path)


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    BAD[name](tmp_path / name)
    with pytest.raises(AudioFileError, match=name) as refusal:
        read(tmp_path / name)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("name", ODD)
def test_what_looks_broken_is_read(tmp_path: Path, name: str) -> None:
    ODD[name](tmp_path / name)
    assert read(tmp_path / name) > 0
