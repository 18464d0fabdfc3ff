"""Many files at once: dropped, lined up, searched for in folders, gone through."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from leanviz.views import file_queue
from leanviz.views.file_queue import FileQueue, gathered

Files = Callable[..., list[Path]]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Make empty files of these names; the queue looks at names alone."""

    def make(*names: str) -> list[Path]:
        paths = [tmp_path / name for name in names]
        for path in paths:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        return paths

    return make


class Listener:
    """A queue with its menu, and what it tells."""

    def __init__(self, qtbot: QtBot) -> None:
        self.menu = QMenu()
        qtbot.addWidget(self.menu)
        self._owner = QObject()
        self.queue = FileQueue(self.menu, self._owner)
        self.opened: list[Path] = []
        self.words: list[str] = []
        self.queue.chosen.connect(self.opened.append)
        self.queue.said.connect(self.words.append)
        self.queue.failed.connect(self.words.append)

    @property
    def listed(self) -> list[str]:
        return [("> " if a.isChecked() else "") + a.text() for a in self.menu.actions()]


@pytest.fixture
def listener(qtbot: QtBot) -> Iterator[Listener]:
    made = Listener(qtbot)
    yield made
    made.queue.close()
    made.queue.close()


def test_files_are_gone_through_in_the_order_they_came(listener: Listener, files: Files) -> None:
    paths = files("b.wav", "a & b.wav", "c.wav")
    queue = listener.queue
    queue.take(paths)
    assert (listener.opened, queue.earlier, queue.later) == (paths[:1], False, True)
    queue.step(-1)
    queue.step(1)
    queue.step(1)
    queue.step(1)
    assert (listener.opened, queue.earlier, queue.later) == (paths, True, False)
    assert listener.words[-1] == "File 3 of 3: c.wav"
    assert listener.listed == ["b.wav", "a && b.wav", "> c.wav"]
    listener.menu.actions()[1].trigger()
    assert listener.opened[-1] == paths[1]
    queue.take(paths[:1])
    assert (queue.earlier, queue.later, listener.listed) == (False, False, [])


def test_folders_give_their_sounds(qtbot: QtBot, listener: Listener, files: Files) -> None:
    deep, film, _, loose = files("d/sub/\u97f3 1.WAV", "d/film.mp4", "d/words.txt", "z.unknown")
    (deep.parent / "loop").symlink_to(film.parent)
    listener.queue.take([loose, film.parent, deep])
    qtbot.waitUntil(lambda: bool(listener.opened))
    assert listener.queue.files == (loose, film, deep)


def test_a_folder_without_sounds_is_said_and_what_is_open_stays(
    qtbot: QtBot, listener: Listener, files: Files
) -> None:
    before = files("a.wav", "b.wav")
    words = files("empty/words.txt")[0]
    listener.queue.take(before)
    listener.queue.take([words.parent])
    qtbot.waitUntil(lambda: "no sound files in the folder empty" in listener.words[-1])
    assert listener.queue.files == tuple(before)
    assert gathered([words.parent, words.parent])[1].endswith("folders empty, empty.")


def test_what_is_asked_last_counts(qtbot: QtBot, listener: Listener, files: Files) -> None:
    slow, quick = files("d/slow.wav", "quick.wav")
    listener.queue.take([slow.parent])
    listener.queue.take([quick])
    qtbot.waitUntil(lambda: not listener.queue._worker.busy)
    assert listener.opened == [quick]


def test_more_than_can_be_lined_up_is_counted(
    monkeypatch: pytest.MonkeyPatch, files: Files
) -> None:
    monkeypatch.setattr(file_queue, "MOST_FILES", 3)
    paths = files(*(f"{n}.wav" for n in range(5)))
    assert gathered(paths) == (paths[:3], "3 files are lined up; 2 more were left out.")
    found, sentence = gathered([paths[0].parent])
    assert (found, sentence) == (paths[:3], "3 files are lined up; 2 more were left out.")
