"""Files that were opened together: listed, and gone through one after the other."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu

from leanviz.audio.suffixes import SOUND_SUFFIXES
from leanviz.views.files import FileMenu
from leanviz.views.polled import PolledBackground
from leanviz.views.telling import Telling

# Of more the rest is counted: who has more to look at has the command line.
MOST_FILES = 10_000
# Entries of the menu, around the file that is open.
LISTED = 30


class FileQueue(Telling):
    """The files that were dropped or named together, folders searched, and which of them is open.

    Signals
    -------
    chosen : Path
        Open this one.
    changed :
        There are others before or after.
    """

    chosen = Signal(object)
    changed = Signal()

    def __init__(self, menu: QMenu, parent: QObject) -> None:
        super().__init__(parent)
        self._menu = FileMenu(menu, self._choose)
        self._files: list[Path] = []
        self._at = 0
        self._wish = 0
        self._worker = PolledBackground("folders", self)

    @property
    def files(self) -> Sequence[Path]:
        """All of them, in their order."""
        return tuple(self._files)

    @property
    def earlier(self) -> bool:
        """Whether there is a file before the one that is open."""
        return self._at > 0

    @property
    def later(self) -> bool:
        """Whether there is a file after the one that is open."""
        return self._at + 1 < len(self._files)

    def take(self, paths: Sequence[Path]) -> None:
        """Open the first file and line up the others, in place of those before.

        Folders are searched on a worker thread; files alone are opened at once.
        """
        self._wish += 1
        wish = self._wish
        if any(path.is_dir() for path in paths):
            self._worker.run(lambda: gathered(paths), lambda found: self._found(wish, *found))
        elif paths:
            self._found(wish, *gathered(paths))

    def step(self, steps: int) -> None:
        """Open a file before or after the one that is open, if there is one."""
        if 0 <= self._at + steps < len(self._files):
            self._go_to(self._at + steps)

    def close(self) -> None:
        """Forget what is searched. Twice is harmless."""
        self._wish += 1
        self._worker.close()

    def _found(self, wish: int, files: list[Path], sentence: str) -> None:
        if wish != self._wish:
            return
        if files:
            self._files = files
            self._go_to(0)
        if sentence:
            self.failed.emit(sentence)

    def _choose(self, path: Path) -> None:
        self._go_to(self._files.index(path))

    def _go_to(self, at: int) -> None:
        self._at = at
        first = max(0, min(at - LISTED // 2, len(self._files) - LISTED))
        listed = self._files[first : first + LISTED] if len(self._files) > 1 else ()
        self._menu.show(listed, self._files[at])
        self.chosen.emit(self._files[at])
        if len(self._files) > 1:
            self.said.emit(f"File {at + 1} of {len(self._files)}: {self._files[at].name}")
        self.changed.emit()


def gathered(paths: Iterable[Path]) -> tuple[list[Path], str]:
    """Return files and the sound files in folders, each once, and a sentence on what is left out.

    Folders are searched to their depth, by name; links to folders are not followed.
    """
    found: dict[Path, None] = {}
    empty: list[str] = []
    left_out = 0
    for path in paths:
        inside = _sounds_in(path) if path.is_dir() else [path]
        if not inside:
            empty.append(path.name)
        room = MOST_FILES - len(found)
        found.update(dict.fromkeys(inside[:room]))
        left_out += max(0, len(inside) - room)
    return list(found), _remark(empty, left_out)


def _remark(empty: Sequence[str], left_out: int) -> str:
    if left_out:
        return f"{MOST_FILES} files are lined up; {left_out} more were left out."
    if len(empty) == 1:
        return f"There are no sound files in the folder {empty[0]}."
    return f"There are no sound files in the folders {', '.join(empty)}." if empty else ""


def _sounds_in(folder: Path) -> list[Path]:
    """Return the sound files in a folder and those below it, by name."""
    found: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders.sort()
        found += [Path(place, n) for n in sorted(names) if Path(n).suffix.lower() in SOUND_SUFFIXES]
    return found
