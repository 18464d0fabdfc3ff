"""Which files to open: from the dialog, from a menu, or dropped on the window."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from leanviz.audio.suffixes import SOUND_SUFFIXES
from leanviz.sessions.review_file import SUFFIX
from leanviz.views.plain import plain_tip

SOUNDS = " ".join(f"*{suffix}" for suffix in SOUND_SUFFIXES)
FILTERS = (
    f"Sounds and sessions ({SOUNDS} *.jsonl *{SUFFIX})",
    f"Sound files ({SOUNDS})",
    f"Sessions (*{SUFFIX} *.jsonl)",
    "All files (*)",
)


def ask_for_file(parent: QWidget, folder: str) -> Path | None:
    """Return the file that the user chooses, None if they do not."""
    name, _ = QFileDialog.getOpenFileName(parent, "Open", folder, ";;".join(FILTERS))
    return Path(name) if name else None


class FileMenu:
    """A menu of files, hidden while there are none.

    Parameters
    ----------
    menu : QMenu
        Is filled.
    open_file : callable
        Is given the file that was chosen.
    """

    def __init__(self, menu: QMenu, open_file: Callable[[Path], object]) -> None:
        self._menu, self._open = menu, open_file
        self.show(())

    def show(self, paths: Sequence[Path], checked: Path | None = None) -> None:
        """List files, with a mark at one of them."""
        self._menu.clear()
        for path in paths:
            # an ampersand would underline the letter after it
            action = self._menu.addAction(path.name.replace("&", "&&"))
            action.setToolTip(plain_tip(str(path)))
            action.setCheckable(path == checked)
            action.setChecked(path == checked)
            action.triggered.connect(self._opening(path))
        self._menu.setToolTipsVisible(True)
        self._menu.menuAction().setVisible(bool(paths))

    def _opening(self, path: Path) -> Callable[[], None]:
        def open_it() -> None:
            self._open(path)

        return open_it
