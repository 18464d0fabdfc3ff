"""Clips in a folder: names that stay in it, room that is kept, and nothing removed but clips."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leanviz.core.errors import ExportError
from leanviz.core.watching import ClipFormat
from leanviz.sessions.clips import INDEX, ClipStore, Room, clip_name, event_clip_name
from tests.support.disk import little_space

NOON = datetime(2026, 11, 20, 12, 0, 0, 123_456, UTC)
PLENTY = Room(1_000_000, 1000)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != INDEX)


@pytest.mark.parametrize(
    ("label", "slug"),
    [
        ("Bark", "Bark"), ("Bark, woof", "Bark-woof"), ("../../etc/passwd", "etc-passwd"),
        ("/", "sound"), ("", "sound"), ("..", "sound"), ("a\0b\nc", "a-b-c"), ("-rf *", "rf"),
        ("$(reboot)", "reboot"), ("C:\\con", "C-con"), ("\N{BELL}\udc80", "sound"),
        ("\N{LATIN SMALL LETTER O WITH DIAERESIS}re", "\N{LATIN SMALL LETTER O WITH DIAERESIS}re"),
    ],
)  # fmt: skip
def test_names_are_made_of_letters_and_digits(label: str, slug: str) -> None:
    assert clip_name(NOON, label, ClipFormat.FLAC) == f"2026-11-20_12-00-00.123_{slug}.flac"


@given(label=st.text(max_size=300))
@example(label="../a")
def test_no_label_leaves_the_folder_or_is_too_long(label: str) -> None:
    name = clip_name(NOON, label, ClipFormat.WAV)
    assert Path(name).name == name
    assert name.isprintable()
    assert len(os.fsencode(name)) <= 255


@given(recording=st.text(max_size=300), label=st.text(max_size=300))
@example(recording="../..", label="/etc/passwd\0")
@example(recording="CON", label="\u202egpj.exe")
@example(recording="\u5f55" * 300, label="\U0001d51e" * 300)
def test_no_recording_and_no_label_leave_the_folder_or_are_too_long(
    recording: str, label: str
) -> None:
    name = event_clip_name(recording, 86_399.9994, label, ClipFormat.WAV)
    assert Path(name).name == name
    assert name.isprintable()
    assert not name.startswith((".", "-"))
    assert len(os.fsencode(name)) <= 255


def test_a_clip_is_written_and_indexed(tmp_path: Path) -> None:
    store = ClipStore(tmp_path / "clips" / "of today", PLENTY)
    place = store.keep("a.flac", b"1234", {"model": "LEAN \udc80 \N{SNOWMAN}", "events": []})
    assert place.read_bytes() == b"1234"
    assert store.clips() == [
        {"file": "a.flac", "bytes": 4, "model": "LEAN \udc80 \N{SNOWMAN}", "events": []}
    ]
    assert files(place.parent) == ["a.flac"], "nothing is left beside it"


def test_the_same_name_again_replaces_nothing(tmp_path: Path) -> None:
    store = ClipStore(tmp_path, PLENTY)
    (tmp_path / "a-2.flac").symlink_to(tmp_path / "nowhere")
    names = [store.keep("a.flac", bytes([n]), {}).name for n in range(3)]
    assert names == ["a.flac", "a-3.flac", "a-4.flac"]


def test_the_oldest_make_room_by_count_and_by_size(tmp_path: Path) -> None:
    few = ClipStore(tmp_path / "few", Room(1_000_000, 3))
    small = ClipStore(tmp_path / "small", Room(100, 1000))
    for n in range(6):
        few.keep(f"{n}.wav", b"x", {})
        small.keep(f"{n}.wav", b"x" * 40, {})
    assert files(tmp_path / "few") == ["3.wav", "4.wav", "5.wav"]
    assert files(tmp_path / "small") == ["4.wav", "5.wav"]
    assert [clip["file"] for clip in small.clips()] == ["4.wav", "5.wav"]


def test_a_clip_larger_than_all_room_is_refused_and_removes_nothing(tmp_path: Path) -> None:
    store = ClipStore(tmp_path, Room(100, 10))
    store.keep("a.wav", b"x" * 90, {})
    with pytest.raises(ExportError, match="does not fit"):
        store.keep("b.wav", b"x" * 101, {})
    assert files(tmp_path) == ["a.wav"]


def test_only_clips_are_ever_removed(tmp_path: Path) -> None:
    """Whatever the index has been made to say."""
    folder = tmp_path / "clips"
    store = ClipStore(folder, Room(1_000_000, 1))
    store.keep("mine.wav", b"clip", {})
    outside = tmp_path / "thesis.wav"
    outside.write_bytes(b"four")
    for name in ("theirs.wav", "notes.txt"):
        (folder / name).write_bytes(b"four")
    (folder / "link.wav").symlink_to(outside)
    claims = [
        {"file": "../thesis.wav", "bytes": 4}, {"file": str(outside), "bytes": 4},
        {"file": "notes.txt", "bytes": 4}, {"file": "link.wav", "bytes": 4},
        {"file": "theirs.wav", "bytes": 5}, {"file": "..", "bytes": 4}, {"file": 7, "bytes": 4},
        {"bytes": 4}, [], "x", {"file": "theirs.wav", "bytes": "4"},
        {"file": "a\0.wav", "bytes": 4},
    ]  # fmt: skip
    with (folder / INDEX).open("a") as index:
        index.write("".join(json.dumps(claim) + "\n" for claim in claims) + '{"file": "torn.wa')
    store.keep("next.wav", b"next", {})
    assert files(folder) == ["link.wav", "next.wav", "notes.txt", "theirs.wav"]
    assert outside.exists()
    assert [clip["file"] for clip in store.clips()] == ["next.wav"]


def test_an_index_whose_last_line_is_torn_goes_on_below_it(tmp_path: Path) -> None:
    store = ClipStore(tmp_path, PLENTY)
    store.keep("a.wav", b"1", {})
    with (tmp_path / INDEX).open("ab") as index:
        index.write(b'{"file": "b.wav", "by')
    store.keep("c.wav", b"1", {})
    assert [clip["file"] for clip in store.clips()] == ["a.wav", "c.wav"]


def test_what_the_user_took_away_no_longer_counts(tmp_path: Path) -> None:
    store = ClipStore(tmp_path, Room(1_000_000, 2))
    for name in ("a.wav", "b.wav"):
        store.keep(name, b"1", {})
    (tmp_path / "a.wav").unlink()
    store.keep("c.wav", b"1", {})
    assert files(tmp_path) == ["b.wav", "c.wav"]


def test_a_full_disk_is_a_sentence_leaves_no_half_file_and_is_got_over(tmp_path: Path) -> None:
    store = ClipStore(tmp_path, PLENTY)
    store.keep("a.wav", b"1", {})
    with little_space(1000), pytest.raises(ExportError, match=r"b\.wav cannot be written: "):
        store.keep("b.wav", b"x" * 5000, {})
    assert files(tmp_path) == ["a.wav"]
    store.keep("b.wav", b"x" * 5000, {})
    assert [clip["file"] for clip in store.clips()] == ["a.wav", "b.wav"]


def test_a_folder_that_cannot_be_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="cannot be written"):
        ClipStore(tmp_path / "file", PLENTY).keep("a.wav", b"1", {})
    with pytest.raises(ExportError, match="cannot be written"):
        ClipStore(tmp_path / "file" / "below", PLENTY).keep("a.wav", b"1", {})
