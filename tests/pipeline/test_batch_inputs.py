"""What is taken from folders, and that no two results have one name."""

import os
from pathlib import Path, PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanviz.pipeline.batch_inputs import Places, Source, gather


def _touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def _places(paths: list[Path]) -> list[str]:
    return [str(source.place) for source in gather(paths).sources]


def test_a_folder_stands_for_its_sounds(tmp_path: Path) -> None:
    names = ("b.wav", "a.FLAC", "sub/c.ogg", "sub/deep/d.mp3")
    _touch(*(tmp_path / name for name in (*names, "notes.txt", ".hidden.wav", ".git/e.wav")))
    found = gather([tmp_path])
    assert [str(s.place) for s in found.sources] == [
        "a.FLAC",
        "b.wav",
        "sub/c.ogg",
        "sub/deep/d.mp3",
    ]
    assert (found.passed_over, found.problems) == (1, [])


def test_several_folders_stay_apart(tmp_path: Path) -> None:
    _touch(tmp_path / "x" / "a.wav", tmp_path / "y" / "a.wav", tmp_path / "odd.name")
    paths = [tmp_path / "x", tmp_path / "y", tmp_path / "odd.name"]
    assert _places(paths) == ["x/a.wav", "y/a.wav", "odd.name"]


def test_each_file_is_taken_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _touch(tmp_path / "a.wav")
    monkeypatch.chdir(tmp_path)
    paths = [Path(), Path("a.wav"), tmp_path / "a.wav", Path(f"../{tmp_path.name}")]
    assert _places(paths) == [f"{tmp_path.name}/a.wav"]


def test_links_are_followed_once(tmp_path: Path) -> None:
    _touch(tmp_path / "in" / "a.wav", tmp_path / "elsewhere" / "b.wav")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "there").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "in" / "gone.wav").symlink_to(tmp_path / "nowhere.wav")
    (tmp_path / "in" / "self.wav").symlink_to(tmp_path / "in" / "self.wav")
    assert _places([tmp_path / "in"]) == ["a.wav", "gone.wav", "self.wav", "there/b.wav"]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_folder_that_is_closed_is_told(tmp_path: Path) -> None:
    _touch(tmp_path / "closed" / "a.wav", tmp_path / "b.wav")
    (tmp_path / "closed").chmod(0)
    try:
        found = gather([tmp_path])
    finally:
        (tmp_path / "closed").chmod(0o700)
    [problem] = found.problems
    assert problem == f"{tmp_path / 'closed'} cannot be read: permission denied."
    assert len(found.sources) == 1


NAMES = st.sampled_from(["a", "A", "a-2", "a.wav", "b.json", "ß", "SS", "x" * 250, "..."])
SOURCES = st.lists(
    st.tuples(st.sampled_from(["", "a.json/", "sub/"]), NAMES, st.sampled_from([".wav", ".ogg"])),
    max_size=12,
)


@given(SOURCES, st.data())
def test_places_never_collide_and_a_broken_run_gives_the_same(
    names: list[tuple[str, str, str]], data: st.DataObject
) -> None:
    sources = [
        Source(Path(f"/{number}"), PurePath(f"{folder}{stem}{suffix}"))
        for number, (folder, stem, suffix) in enumerate(names)
    ]
    given = Places(".json", sources)
    whole = [given.give(source) for source in sources]
    folded = {str(place).casefold() for place in whole}
    assert len(folded) == len(whole)
    assert folded.isdisjoint(str(up).casefold() for s in sources for up in s.place.parents)
    assert all(len(os.fsencode(place.name)) < 240 for place in whole)
    assert [place.parent for place in whole] == [source.place.parent for source in sources]
    done = data.draw(st.sets(st.sampled_from(range(len(sources))))) if sources else set()
    rest = Places(".json", sources, [whole[number] for number in done])
    for number, source in enumerate(sources):
        if number not in done:
            assert rest.give(source) == whole[number]
