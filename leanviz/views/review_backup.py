"""What is not saved yet, kept in the user's folders: a crash costs no verdict."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import platformdirs
from PySide6.QtCore import QObject, QTimer, Signal

from leanviz.core.errors import UserError
from leanviz.core.taxonomy import Taxonomy
from leanviz.models.review import ReviewModel
from leanviz.sessions.review_file import SUFFIX, ReviewFile, read_review, write_review
from leanviz.views.background import Background

# Changes that follow each other within this time are written once.
REST_MS = 500


class ReviewBackup(QObject):
    """Writes every change to a file of its own for each recording, until it is saved.

    Parameters
    ----------
    review : ReviewModel
    worker : Background
        Reads and writes.
    snapshot : callable
        Returns the session of what is shown.

    Signals
    -------
    working :
        The worker has something to do.
    found : ReviewFile
        There is a backup of the recording shown.
    """

    working = Signal()
    found = Signal(object)

    def __init__(
        self,
        review: ReviewModel,
        worker: Background,
        snapshot: Callable[[], ReviewFile | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._review, self._worker, self._snapshot = review, worker, snapshot
        self._place: Path | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._keep)
        self._written = False
        review.begun.connect(self._begin)
        review.changed.connect(self._take)

    def look_for(self, sound: Path) -> None:
        """Look for what was not saved of a recording; `found` follows if there is something."""
        place = self._place = place_of(sound)
        self._worker.run(lambda: _read(place), self._tell)
        self.working.emit()

    def close(self) -> None:
        """Keep what is not saved at once."""
        if self._rest.isActive():
            self._rest.stop()
            review = self._snapshot()
            if review is not None and self._place is not None:
                _write(review, self._place)

    def _begin(self) -> None:
        """Forget the recording: what is not saved of it was given up, or is kept as it is."""
        self._rest.stop()
        self._place, self._written = None, False

    def _take(self) -> None:
        if self._place is None:
            return
        if self._review.dirty:
            self._rest.start()
        else:
            self._rest.stop()
            if self._written:
                self._written, place = False, self._place
                self._worker.run(lambda: place.unlink(missing_ok=True))
                self.working.emit()

    def _keep(self) -> None:
        review, place = self._snapshot(), self._place
        if review is not None and place is not None:
            self._written = True
            self._worker.run(lambda: _write(review, place))
            self.working.emit()

    def _tell(self, review: ReviewFile | None) -> None:
        if review is not None and review.annotations != self._review.annotations:
            self._written = True
            self.found.emit(review)


def place_of(sound: Path) -> Path:
    """Return where unsaved changes to the labels of a recording are kept."""
    name = hashlib.sha256(str(sound).encode("utf-8", "surrogateescape")).hexdigest()[:24]
    folder = platformdirs.user_state_path("leanviz", appauthor=False) / "unsaved"
    return folder / f"{name}{SUFFIX}"


def _write(review: ReviewFile, place: Path) -> None:
    """Write, if that is possible: it is a precaution, and saving will tell what is wrong."""
    with suppress(OSError, UserError):
        place.parent.mkdir(parents=True, exist_ok=True)
        write_review(review, [], Taxonomy(()), place)


def _read(place: Path) -> ReviewFile | None:
    with suppress(OSError, UserError):
        return read_review(place) if place.is_file() else None
    return None
