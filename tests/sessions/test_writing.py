"""Writing: the old file or the whole new one, and a sentence for every place that refuses."""

import os
import stat
import threading
from pathlib import Path

import pytest

from leanviz.core.errors import ExportError
from leanviz.sessions.writing import check_place, replacing, write_text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with nothing else in it."""
    path = tmp_path / "folder"
    path.mkdir()
    return path


def test_replaces_what_was_there(folder: Path) -> None:
    place = folder / "a.txt"
    place.write_text("old")
    write_text(place, "neu: ü\n")
    assert place.read_bytes() == "neu: ü\n".encode()
    assert list(folder.iterdir()) == [place]


def test_a_failure_half_way_leaves_the_old_file_and_nothing_else(folder: Path) -> None:
    place = folder / "a.png"
    place.write_text("old")

    def run_out_of_space() -> None:
        with replacing(place) as beside:
            assert beside.suffix == ".png"  # picture writers go by it
            beside.write_text("half")
            raise OSError(28, "No space left on device")

    with pytest.raises(ExportError, match=r"a\.png cannot be written: No space"):
        run_out_of_space()
    assert place.read_text() == "old"
    assert list(folder.iterdir()) == [place]


def test_permissions_are_those_of_any_new_file(folder: Path) -> None:
    """A temporary file's 0600 would keep colleagues from reading the result."""
    write_text(folder / "a", "")
    (folder / "b").touch()
    modes = [stat.S_IMODE((folder / name).stat().st_mode) for name in "ab"]
    assert modes[0] == modes[1]


def test_a_link_stays_a_link(folder: Path) -> None:
    (folder / "real").write_text("old")
    (folder / "link").symlink_to("real")
    write_text(folder / "link", "new")
    assert (folder / "link").is_symlink()
    assert (folder / "real").read_text() == "new"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_is_written_to_and_not_replaced(folder: Path) -> None:
    """Renaming over ``/dev/null`` or ``/dev/stdout`` would destroy it for the whole machine."""
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()))
    reader.start()
    write_text(pipe, "through")
    reader.join()
    assert got == ["through"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize(
    ("place", "cause"),
    [
        ("inner", "it is a folder"),
        ("missing/a.txt", "there is no folder"),
        ("file/a.txt", "there is no folder"),
        ("x" * 300, "File name too long"),
    ],
)
def test_a_place_that_refuses_is_named(folder: Path, place: str, cause: str) -> None:
    (folder / "inner").mkdir()
    (folder / "file").touch()
    with pytest.raises(ExportError, match=cause):
        write_text(folder / place, "")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is write-protected for root")
def test_a_protected_file_is_not_overwritten(folder: Path) -> None:
    place = folder / "a.txt"
    place.touch(mode=0o444)
    with pytest.raises(ExportError, match="write-protected"):
        check_place(place)
