"""A session log in the window: its events in the same views, without the sound, which is gone."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from leanviz.models.time_text import elapsed
from leanviz.models.timeline import LIMIT
from leanviz.sessions.formats import Format
from leanviz.sessions.session import SUFFIX, Session, Unheard
from leanviz.sessions.session_reader import read_session
from leanviz.views.background import Background
from leanviz.views.event_marks import NOTHING, EventMarks
from leanviz.views.inspector import NOW_ROWS
from leanviz.views.live_view import Parts
from leanviz.views.notes import SKIPPED, WORDS, Note
from leanviz.views.score_rows import leading

# Labels alone are read at a glance: more of a long session is shown than of a long file.
SPAN_S = 600.0
PEAKS = "PEAKS OF THE SESSION"
NO_SOUND = "No sound was kept of this session."
NO_LABELS = "Nothing was recognised in this session."


def _read(path: Path) -> Session:
    session = read_session(path)
    # worked out and kept here: it would take the GUI thread too long
    _ = session.extents, session.best
    return session


def is_session(path: Path) -> bool:
    """Tell from its name whether a file is a session log; exported labels are none."""
    return path.suffix.lower() == SUFFIX and not path.name.lower().endswith(Format.JSONL.suffix)


class SessionView(QObject):
    """Reads logs on a worker thread, the newest request wins, and shows them.

    Signals
    -------
    read : Session
        The log asked for last.
    failed : str
        It could not be read, and why.
    """

    read = Signal(object)
    failed = Signal(str)

    def __init__(self, parts: Parts, parent: QObject) -> None:
        super().__init__(parent)
        self._parts = parts
        self._reader = Background("sessions")
        self._wanted: Path | None = None
        self._session: Session | None = None
        overview = parts.workspace.overview
        self.marks = EventMarks(overview.box, overview.axis_for)
        overview.add(self.marks)
        parts.workspace.time.seek_requested.connect(self._seek)

    @property
    def session(self) -> Session | None:
        """What is shown; None if it is not a session."""
        return self._session

    @property
    def busy(self) -> bool:
        """Whether `poll` has something to do."""
        return self._reader.busy

    def open(self, path: Path) -> None:
        """Ask for a log; `read` or `failed` follows."""
        self._wanted = path
        self._reader.run(
            lambda: _read(path),
            lambda session: self._take(path, session),
            lambda sentence: self._refuse(path, sentence),
        )

    def poll(self) -> None:
        """Tell what was read. GUI thread; never waits."""
        self._reader.poll()

    def close(self) -> None:
        """End the worker. Twice is harmless."""
        self._reader.close()

    def cancel(self) -> None:
        """Let go of what was asked for and is not shown yet."""
        self._wanted = None

    def forget(self) -> None:
        """Let go of the session, and of what was asked for: something else is shown."""
        if self._session is not None:
            self.marks.show_extents(NOTHING)
            self._parts.workspace.rest()
        self._session = self._wanted = None

    def show(self, session: Session) -> None:
        """Show a session in all panes."""
        workspace, head = self._parts.workspace, session.head
        self._session = session
        workspace.show_tracks(None)
        workspace.timeline.restart(head.sample_rate, session.events[-LIMIT:])
        workspace.time.show_recording(session.duration_s)
        workspace.time.show(0.0, min(session.duration_s, SPAN_S))
        workspace.time.set_cursor(0.0)
        silent = (workspace.waveform, workspace.spectrogram, workspace.attention)
        for pane in silent:
            pane.explain(NO_SOUND)
        workspace.rest(*silent)
        notes = [_note(one, head.sample_rate) for one in session.unheard]
        workspace.lanes.explain(NO_LABELS, notes)
        workspace.overview.explain("", notes)
        workspace.overview.markers.is_empty = False
        self.marks.show_extents(session.extents / head.sample_rate)
        workspace.tick()
        self._show_scores(session)
        self._parts.status.show_source(head.device, head.sample_rate)

    def _show_scores(self, session: Session) -> None:
        """Show the best score of every class."""
        inspector, taxonomy = self._parts.inspector, self._parts.workspace.timeline.taxonomy
        scores = np.zeros(len(taxonomy), np.float32)
        for place, name in enumerate(taxonomy.names):
            scores[place] = session.best.get(name, 0.0)
        inspector.show_now(PEAKS, leading(scores, taxonomy, NOW_ROWS))
        inspector.near.show_misses(())
        inspector.show_heads(0)

    def _take(self, path: Path, session: Session) -> None:
        if path == self._wanted:
            self._wanted = None
            self.read.emit(session)

    def _refuse(self, path: Path, sentence: str) -> None:
        if path == self._wanted:
            self._wanted = None
            self.failed.emit(sentence)

    def _seek(self, time_s: float) -> None:
        if self._session is not None:
            self._parts.workspace.time.set_cursor(time_s)


def _note(one: Unheard, rate: int) -> Note:
    word = {str(cause): word for cause, word in WORDS.items()}.get(one.cause, SKIPPED)
    return Note(one.span.start / rate, one.span.stop / rate, word, hatched=True)


def remarks(session: Session, shown: int) -> str:
    """Return what somebody who opens a session should know of it, "" if all is well.

    Parameters
    ----------
    shown : int
        How many of its events the window shows.
    """
    said: list[str] = []
    if not session.stopped:
        said.append(f"Listening ended without a stop after {elapsed(session.duration_s, 0)}.")
    if session.damaged:
        said.append(f"Damaged lines passed over: {session.damaged}.")
    if session.dropped:
        said.append(f"Events that could not be saved while listening: {session.dropped}.")
    if session.cut:
        said.append("The log is too long: only its first part was read.")
    if shown < len(session.events):
        count = len(session.events)
        said.append(f"The newest {shown} of {count} events are shown; exports have all that exist.")
    return " ".join(said)
