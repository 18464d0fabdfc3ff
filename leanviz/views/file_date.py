"""When the file shown was recorded: its name tells at once, its header a moment later."""

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from leanviz.audio.recording_date import NOT_KNOWN, Began, began, by_name
from leanviz.views.polled import PolledBackground


class FileDate(QObject):
    """Reads the header on a worker thread; the newest file counts.

    Attributes
    ----------
    wanted : bool
        Whether times of day are wanted of files.

    Signals
    -------
    changed :
        Something else is known.
    said : str
        What of it is damaged, or contradicts.
    """

    changed = Signal()
    said = Signal(str)

    def __init__(self, wanted: bool, parent: QObject) -> None:
        super().__init__(parent)
        self.wanted = wanted
        self._told, self._path = NOT_KNOWN, Path()
        self._worker = PolledBackground("file-date", self)

    @property
    def told(self) -> Began:
        """When the file was recorded, and who says so; nothing if that is not wanted."""
        return self._told if self.wanted else NOT_KNOWN

    @property
    def moment(self) -> datetime | None:
        """When the file was recorded, where that is known and wanted."""
        return self.told.moment

    def show(self, path: Path) -> None:
        """Look at another file."""
        self._path, self._told = path, by_name(path)
        self._worker.run(lambda: began(path), lambda found: self._take(path, found))

    def close(self) -> None:
        """End. Twice is harmless."""
        self._worker.close()

    def _take(self, path: Path, found: Began) -> None:
        if path != self._path:
            return
        before, self._told = self._told, found
        if found != before:
            self.changed.emit()
        if found.remark and self.wanted:
            self.said.emit(found.remark)
