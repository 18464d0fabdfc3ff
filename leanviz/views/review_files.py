"""The session of a recording as a file: saved, opened, and never lost by leaving it."""

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from leanviz.core.clock import to_sample
from leanviz.models.review import ReviewModel
from leanviz.sessions.review_file import (
    SUFFIX,
    ReviewFile,
    SoundFile,
    content_hash,
    find_sound,
    read_review,
    write_review,
)
from leanviz.settings import from_stored
from leanviz.views.action_table import Mode
from leanviz.views.actions import Actions
from leanviz.views.background import Background
from leanviz.views.banner import Banner
from leanviz.views.review_backup import ReviewBackup

if TYPE_CHECKING:
    from leanviz.views.director import Director
    from leanviz.views.workspace import Workspace

FILTER = f"Sessions (*{SUFFIX})"
POLL_MS = 50
REVIEWED = (Mode.FILE, Mode.SESSION)
OTHER_RATE = "{} has another sample rate than the recording of the session: its labels do not fit."
OTHER_SOUND = "{} is not what it was when the session was saved: labels may not fit it."
GONE = "The recording {} of this session is not where it was."

Then = Callable[[], object]
Button = QMessageBox.StandardButton


class ReviewFiles(QObject):
    """Saves and opens sessions, and asks before unsaved labels would be lost.

    Files are read, written and hashed on a worker thread.

    Signals
    -------
    changed :
        There is something to save, or no more.
    said, failed : str
        A sentence about what was done, or could not be.
    """

    changed = Signal()
    said = Signal(str)
    failed = Signal(str)

    def __init__(
        self,
        review: ReviewModel,
        director: "Director",
        workspace: "Workspace",
        banner: Banner,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._review, self._director, self._workspace = review, director, workspace
        self._banner, self._window = banner, window
        self._sound: Path | None = None  # the recording shown
        self._wanted: Path | None = None  # the one asked for: it begins anew
        self._place: Path | None = None  # its session
        self._pending: tuple[Path, ReviewFile] | None = None
        self._hashes: dict[tuple[Path, int, int], str] = {}
        self._question: QMessageBox | None = None
        self._wish = 0
        self._worker = Background("review")
        # of its own: the hash of a long recording must not hold up what is to be kept
        self._hasher = Background("review-hash")
        self.backup = ReviewBackup(review, self._worker, self.snapshot, self)
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)
        self.backup.working.connect(self._timer.start)
        self.backup.found.connect(self._offer)
        director.opened.connect(self._take_sound)
        director.changed.connect(self._leave_sound)
        review.changed.connect(self.changed)

    @property
    def place(self) -> Path | None:
        """The session file of what is shown; None while it has none."""
        return self._place

    @property
    def saved(self) -> Path | None:
        """The session file, if it has all that is said."""
        return None if self._review.dirty else self._place

    @property
    def reviewable(self) -> bool:
        """Whether there is a recording whose labels can be reviewed."""
        return self._sound is not None

    def serve(self, actions: Actions) -> None:
        """Do what the actions say."""
        actions.connect({"save": self.save, "save as": self.save_as})

    # -- saving ---------------------------------------------------------------------------------

    def save(self, then: Then | None = None) -> None:
        """Save, asking where to for the first time; then go on."""
        if self._place is None:
            self.save_as(then)
        else:
            self.save_to(self._place, then)

    def save_as(self, then: Then | None = None) -> None:
        """Ask where to save."""
        if self._sound is None:
            return
        proposed = self._place or self._sound.with_name(self._sound.stem + SUFFIX)
        name, _ = QFileDialog.getSaveFileName(self._window, "Save Session", str(proposed), FILTER)
        if name:
            self.save_to(Path(name if name.endswith(SUFFIX) else name + SUFFIX), then)

    def save_to(self, place: Path, then: Then | None = None) -> None:
        """Write the session of what is shown to a file; then go on."""
        review = self.snapshot()
        if review is None:
            return
        timeline = self._workspace.timeline
        timeline.settle()
        shown, taxonomy = list(timeline.events), timeline.taxonomy

        def write() -> ReviewFile:
            hashed = replace(review, sound=self._hashed(review.sound))
            write_review(hashed, shown, taxonomy, place)
            return hashed

        self.said.emit(f"Saving {place.name}\u2026")
        self._worker.run(write, lambda done: self._saved(place, done, then), self.failed.emit)
        self._timer.start()

    def snapshot(self) -> ReviewFile | None:
        """Return the session of what is shown; None if there is no recording."""
        engine, time = self._director.engine, self._workspace.time
        if self._sound is None or engine is None:
            return None
        rate = self._workspace.timeline.sample_rate
        choices = asdict(self._director.decisions.choices)
        del choices["presets"]  # the user's, and not of this recording
        n_samples = to_sample(time.limits[1], rate)
        return ReviewFile(
            SoundFile(self._sound.absolute(), 0, "", rate, n_samples),
            engine.model.identity,
            self._review.annotations,
            choices,
            (time.start_s, time.span_s),
        )

    def _hashed(self, sound: SoundFile) -> SoundFile:
        """Return a recording with its size and hash, as far as it can be read. Worker thread."""
        try:
            facts = sound.path.stat()
        except OSError:
            return sound
        key = sound.path, facts.st_size, facts.st_mtime_ns
        if not self._hashes.get(key):
            self._hashes[key] = content_hash(sound.path)
        return replace(sound, n_bytes=facts.st_size, sha256=self._hashes[key])

    def _saved(self, place: Path, review: ReviewFile, then: Then | None) -> None:
        if review.sound.path == self._absolute():
            self._place = place
            self._review.mark_saved(review.annotations)
        self.said.emit(f"Saved: {place}")
        if then is not None:
            then()

    # -- opening --------------------------------------------------------------------------------

    def open(self, place: Path) -> None:
        """Open a session: read it, find its recording, and show both."""
        self._wish += 1
        wish = self._wish

        def read() -> tuple[ReviewFile, Path | None]:
            review = read_review(place)
            return review, find_sound(review.sound, place)

        self._worker.run(read, lambda found: self._found(wish, place, *found), self.failed.emit)
        self._timer.start()

    def expect(self, sound: Path) -> None:
        """Note that the user wants this recording, from the beginning."""
        self._wish += 1
        self._wanted, self._pending = sound, None

    def _found(self, wish: int, place: Path, review: ReviewFile, sound: Path | None) -> None:
        if wish != self._wish:
            return
        if sound is None:
            sentence = GONE.format(review.sound.path.name)
            self._banner.say(sentence, way_out=("Find It\u2026", lambda: self._find(place, review)))
            return
        self._wanted, self._pending = sound, (place, review)
        self._director.open(sound)

    def _find(self, place: Path, review: ReviewFile) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self._window, f"Find {review.sound.path.name}", str(place.parent)
        )
        if name:
            self._found(self._wish, place, review, Path(name))

    def _take_sound(self, path: Path) -> None:
        """Begin with a recording, or go on with the one that is shown again."""
        if self._director.mode not in REVIEWED:
            return
        if path == self._sound and path != self._wanted:
            self._workspace.timeline.set_annotations(self._review.annotations)
            return
        pending, self._pending = self._pending, None
        self._sound, self._place, self._wanted = path, None, None
        if pending is not None and self._fits(pending[1], path):
            self._show(*pending)
        else:
            self._review.begin()
            self.backup.look_for(path.absolute())

    def _fits(self, review: ReviewFile, path: Path) -> bool:
        fits = review.sound.sample_rate == self._workspace.timeline.sample_rate
        if not fits:
            self.failed.emit(OTHER_RATE.format(path.name))
        return fits

    def _show(self, place: Path, review: ReviewFile) -> None:
        assert self._sound is not None
        self._place = place
        self._review.begin(review.annotations)
        self.backup.look_for(self._sound.absolute())
        choices = from_stored({"decisions": review.decisions}).decisions
        decisions = self._director.decisions
        choices = replace(choices, presets=decisions.choices.presets)
        decisions.change(choices, "Decisions are as the session has them.")
        if review.view_s[1] > 0.0:
            self._workspace.time.show(*review.view_s)
        self._compare(review.sound, self._sound)

    def _compare(self, expected: SoundFile, sound: Path) -> None:
        """Tell if a recording is not what it was."""
        if expected.sha256:
            now = replace(expected, path=sound.absolute())
            self._hasher.run(lambda: self._hashed(now), lambda found: self._tell(expected, found))
            self._timer.start()

    def _tell(self, expected: SoundFile, found: SoundFile) -> None:
        if found.sha256 != expected.sha256 and found.path == self._absolute():
            self.failed.emit(OTHER_SOUND.format(found.path.name))

    def _leave_sound(self) -> None:
        if self._director.mode not in REVIEWED and self._sound is not None:
            self._sound = self._place = None
            self._review.begin()

    # -- what is not saved ----------------------------------------------------------------------

    def leave(self, then: Then) -> None:
        """Go on, at once if there is nothing to save; else when the user has decided."""
        if not self._review.dirty or self._sound is None:
            then()
            return
        if self._question is not None:
            self._question.raise_()
            return
        box = QMessageBox(self._window)
        box.setWindowTitle("Unsaved Labels")
        box.setIcon(QMessageBox.Icon.Question)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(f"Save what you changed in the labels of {self._sound.name}?")
        box.setStandardButtons(Button.Save | Button.Discard | Button.Cancel)
        box.setDefaultButton(Button.Save)
        self._question = box
        box.finished.connect(lambda answer: self._answered(Button(answer), then))
        box.open()

    def _answered(self, answer: Button, then: Then) -> None:
        assert self._question is not None
        self._question.deleteLater()
        self._question = None
        if answer is Button.Save:
            self.save(then)
        elif answer is Button.Discard:
            self._review.mark_saved(self._review.annotations)
            then()

    def _offer(self, backup: ReviewFile) -> None:
        """Offer what was not saved the last time this recording was open."""
        if backup.sound.path == self._absolute() and not self._review.dirty:
            self._banner.say(
                f"Changes to the labels of {backup.sound.path.name} were not saved.",
                way_out=(
                    "Restore",
                    lambda: self._review.change(backup.annotations, "Restore Changes"),
                ),
            )

    def close(self) -> None:
        """Keep what is not saved, and end the worker. Twice is harmless."""
        self._timer.stop()
        self.backup.close()
        for worker in (self._worker, self._hasher):
            worker.close()

    def _absolute(self) -> Path | None:
        return None if self._sound is None else self._sound.absolute()

    def _poll(self) -> None:
        workers = (self._worker, self._hasher)
        for worker in workers:
            worker.poll()
        if not any(worker.busy for worker in workers):
            self._timer.stop()


def is_review(path: Path) -> bool:
    """Tell from its name whether a file is the session of a recording."""
    return path.name.lower().endswith(SUFFIX)
