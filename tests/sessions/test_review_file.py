"""Sessions of recordings: read back as they were, found again, refused in a sentence."""

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leanviz.core.annotations import Annotations
from leanviz.core.clock import Span
from leanviz.core.errors import SessionError
from leanviz.core.events import Event
from leanviz.sessions.reading import read_labels
from leanviz.sessions.review_file import (
    ReviewFile,
    SoundFile,
    content_hash,
    find_sound,
    read_review,
    write_review,
)
from tests.core.test_annotations import CHANGES, SOUNDS, changed
from tests.sessions.conftest import TAXONOMY

BARK = Event(1000, 3000, "Bark", 0.8, 3200, ("Animal",), shown=1500)
CHIRP = Event(2000, 9000, "Chirp_and_tweet", 0.6)
RELAXED = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40
)
SAID = (
    Annotations()
    .confirm(BARK)
    .edit(CHIRP, "a frog, \u00e4 n\u00f6isy one", Span(2000, 8000), TAXONOMY)
    .add("Animal", Span(0, 10), TAXONOMY, (123.25, 4567.5))
)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "\u0441\u043e\u0431\u0430\u043a\u0430 dog.wav"
    path.write_bytes(b"not really a sound")
    return path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "dog.leanviz.json"


def review_of(sound: Path, said: Annotations = SAID) -> ReviewFile:
    facts = SoundFile(sound, sound.stat().st_size, content_hash(sound), 44_100, 441_000)
    return ReviewFile(facts, "LEAN-R 1 0123", said, {"offset": -0.1}, (1.5, 4.0))


def shown(said: Annotations) -> list[Event]:
    return said.applied([BARK, CHIRP])


def test_a_session_is_read_back_as_it_was(sound: Path, place: Path) -> None:
    review = review_of(sound)
    write_review(review, shown(SAID), TAXONOMY, place)
    again = read_review(place)
    assert again == review
    assert [one.found.shown for one in again.annotations.verdicts] == [1500, -1]
    assert "\u0441\u043e\u0431\u0430\u043a\u0430" in place.read_text(encoding="utf-8")


def test_its_events_are_those_of_a_json_export(sound: Path, place: Path) -> None:
    write_review(review_of(sound), shown(SAID), TAXONOMY, place)
    marks = read_labels(place).marks
    assert [(mark.label, mark.score, mark.provenance, mark.review) for mark in marks] == [
        ("Animal", None, "manual", ""),
        ("Bark", 0.8, "auto", "confirmed"),
        ("a frog, \u00e4 n\u00f6isy one", None, "auto", "relabelled"),
    ]
    assert {mark.file for mark in marks} == {sound.name}


@RELAXED
@given(st.lists(SOUNDS, unique_by=lambda e: (e.onset, e.label), max_size=4).map(sorted), CHANGES)
def test_whatever_is_said_is_kept(
    sound: Path, place: Path, found: list[Event], changes: list[tuple[str, int, str, int, int]]
) -> None:
    said = Annotations()
    for change in changes:
        said = changed(said, found, change)
    write_review(review_of(sound, said), said.applied(found), TAXONOMY, place)
    assert read_review(place).annotations == said


def test_names_that_are_no_unicode_survive(tmp_path: Path, place: Path) -> None:
    sound = tmp_path / "caf\udce9.wav"
    sound.touch()
    write_review(review_of(sound), [], TAXONOMY, place)
    assert find_sound(read_review(place).sound, place) == sound


# -- where the recording is ---------------------------------------------------------------------


def test_a_folder_that_was_copied_has_its_own_recording(sound: Path, tmp_path: Path) -> None:
    """The old one is still there, and may become another."""
    sounds, copied = tmp_path / "study" / "sounds", tmp_path / "copy" / "sounds"
    for folder in (sounds, copied):
        folder.mkdir(parents=True)
        (folder / "a.wav").write_bytes(b"the same")
    place = sounds.parent / "a.leanviz.json"
    write_review(review_of(sounds / "a.wav"), [], TAXONOMY, place)
    moved = place.rename(copied.parent / place.name)
    assert find_sound(read_review(moved).sound, moved) == copied / "a.wav"


def test_a_recording_is_looked_for_beside_its_session(
    sound: Path, tmp_path: Path, place: Path
) -> None:
    write_review(review_of(sound), [], TAXONOMY, place)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    moved = place.rename(folder / place.name)
    assert find_sound(read_review(moved).sound, moved) == sound, "where it was"
    beside = sound.rename(folder / sound.name)
    assert find_sound(read_review(moved).sound, moved) == beside
    beside.unlink()
    assert find_sound(read_review(moved).sound, moved) is None


def test_of_two_the_one_of_the_right_size_is_taken(sound: Path, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    place = folder / "a.leanviz.json"
    review = review_of(sound)
    (folder / sound.name).write_bytes(sound.read_bytes())
    sound.write_bytes(b"other")
    assert find_sound(review.sound, place) == folder / sound.name


def test_a_hash_is_of_what_can_be_read(sound: Path) -> None:
    assert content_hash(sound) != ""
    assert content_hash(sound.with_name("gone")) == ""


# -- what is no session -------------------------------------------------------------------------


def damaged(record: Any, at: list[Any], value: object) -> Any:
    made = json.loads(json.dumps(record))
    part = made
    for key in at[:-1]:
        part = part[key]
    part[at[-1]] = value
    return made


VERDICT, ADDED = ["annotations", "verdicts", 0], ["annotations", "added", 0]


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (["format"], "other"), (["version"], 0), (["version"], "1"), (["version"], True),
        (["sound"], None), (["sound", "path"], 5), (["sound", "path"], "a\0b"),
        (["sound", "n_samples"], -1), (["sound", "sample_rate"], 0), (["sound", "n_bytes"], 1e300),
        (["annotations"], []), (["annotations", "verdicts"], {"a": 1}),
        ([*VERDICT, "found"], None), ([*VERDICT, "event"], 7),
        ([*VERDICT, "found", "onset"], 1.5), ([*VERDICT, "found", "offset"], 0),
        ([*VERDICT, "found", "label"], "<img src=x>"), ([*VERDICT, "found", "label"], ""),
        ([*VERDICT, "found", "score"], 2), ([*VERDICT, "found", "parents"], 3),
        ([*VERDICT, "found", "parents"], ["<b>"]), ([*ADDED, "provenance"], "nobody"),
        ([*ADDED, "review"], ["confirmed"]), (["decisions"], []), (["view"], 1),
        (["view", "start_s"], "0"), (["view", "span_s"], 1e12), (["model"], 3),
    ],
)  # fmt: skip
def test_a_damaged_session_is_refused_in_a_sentence(
    sound: Path, place: Path, at: list[Any], value: object
) -> None:
    write_review(review_of(sound), shown(SAID), TAXONOMY, place)
    record = json.loads(place.read_text(encoding="utf-8"))
    place.write_text(json.dumps(damaged(record, at, value)), encoding="utf-8")
    with pytest.raises(SessionError, match="is no session of leanviz, or is damaged"):
        read_review(place)


@RELAXED
@given(st.data())
def test_no_cut_and_no_flipped_byte_is_an_accident(
    sound: Path, place: Path, data: st.DataObject
) -> None:
    write_review(review_of(sound), shown(SAID), TAXONOMY, place)
    whole = place.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    if data.draw(st.booleans()):
        place.write_bytes(whole[:at])
    else:
        place.write_bytes(whole[:at] + bytes([data.draw(st.integers(0, 255))]) + whole[at + 1 :])
    with suppress(SessionError):
        read_review(place)


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b"{}"])
def test_other_files_are_no_sessions(place: Path, content: bytes) -> None:
    place.write_bytes(content)
    with pytest.raises(SessionError, match="is no session"):
        read_review(place)


def test_a_newer_version_and_a_missing_file_are_named(sound: Path, place: Path) -> None:
    with pytest.raises(SessionError, match="cannot be read"):
        read_review(place)
    write_review(review_of(sound), [], TAXONOMY, place)
    place.write_text(place.read_text(encoding="utf-8").replace('"version": 1', '"version": 2'))
    with pytest.raises(SessionError, match="newer version"):
        read_review(place)


def test_a_session_of_nothing_said_is_a_session(sound: Path, place: Path) -> None:
    review = replace(review_of(sound), annotations=Annotations())
    write_review(review, [], TAXONOMY, place)
    assert read_review(place) == review
