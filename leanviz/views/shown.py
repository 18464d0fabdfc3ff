"""What the window shows, and what its other parts ask about it."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from leanviz.core.events import Event
from leanviz.models.decisions import DecisionsModel
from leanviz.settings import Settings
from leanviz.views.action_table import Mode, State
from leanviz.views.attention_live import LiveMap
from leanviz.views.deciding import Deciding
from leanviz.views.engine import Engine
from leanviz.views.file_date import FileDate
from leanviz.views.file_view import FileView
from leanviz.views.heard_playing import HeardPlaying
from leanviz.views.listening import Listening
from leanviz.views.live_view import LiveView, Parts
from leanviz.views.recording import Recording
from leanviz.views.session_view import SessionView
from leanviz.views.telling import Telling
from leanviz.views.transport import Transport
from leanviz.views.window_length import WindowLength
from leanviz.views.workspace import Workspace

if TYPE_CHECKING:
    from leanviz.core.decisions import DecisionRules
    from leanviz.core.tracks import Tracks
    from leanviz.pipeline.results import ClipAnalysis
    from leanviz.sessions.report import ClipReport


class Shown(Telling):
    """A file, a stream, a session or nothing: made visible by parts that know one of them each.

    Attributes
    ----------
    date : FileDate
        When the file shown was recorded.
    """

    def __init__(self, parts: Parts, settings: Settings, parent: QObject) -> None:
        super().__init__(parent)
        self._parts = parts
        self.live_span_s = settings.live_span_s
        self.date = FileDate(settings.file_dates, self)
        self.decisions = DecisionsModel(settings.decisions, self)
        self._engine: Engine | None = None
        self._shown = Path()
        self._mode = Mode.EMPTY
        self.listening, self.recording = Listening(self), Recording(self)
        self.transport = Transport(self)
        spectrogram = parts.workspace.spectrogram
        self.window_length = WindowLength(spectrogram, self.listening, settings.window_ms, self)
        self._live = LiveView(parts)
        self._file = FileView(parts, self.recording, self.transport, self)
        self.heard = HeardPlaying(self.transport, parts.workspace.time, self)
        self._sessions = SessionView(parts, self)
        self.deciding = Deciding(self.decisions, parts, self.listening, self.recording, self)

    @property
    def mode(self) -> Mode:
        """What is shown."""
        return self._mode

    @property
    def title(self) -> str:
        """What is shown, in a word; empty for nothing."""
        if self._mode in {Mode.FILE, Mode.SESSION}:
            return self._shown.name
        return {Mode.LIVE: "listening", Mode.HEARD: "heard"}.get(self._mode, "")

    @property
    def engine(self) -> Engine | None:
        """The model and what is made from it, once loaded."""
        return self._engine

    @property
    def workspace(self) -> Workspace:
        """The panes."""
        return self._parts.workspace

    @property
    def file(self) -> Path | None:
        """The file that is shown; None if something else is."""
        return self._shown if self._mode is Mode.FILE else None

    @property
    def stream(self) -> "Tracks | None":
        """What is heard live, or was before listening ended; None if something else is shown."""
        live = self._mode in {Mode.LIVE, Mode.HEARD}
        return self._parts.workspace.waveform.tracks if live else None

    @property
    def live_map(self) -> LiveMap:
        """The attention map of a live stream."""
        return self._live.map

    @property
    def origin(self) -> datetime | None:
        """The moment of the first sample shown, where it is known; of a file, as it says itself."""
        if self._mode is Mode.FILE:
            return self.date.moment
        session = self._sessions.session
        return self._live.origin if session is None else session.head.started

    @property
    def rules(self) -> "DecisionRules | None":
        """Which candidates are shown as labels."""
        return self.decisions.rules

    @property
    def analysis(self) -> "ClipAnalysis | None":
        """The file shown, as it is decided now; None before all of it is analysed."""
        return self.deciding.analysis()

    def report(self) -> "ClipReport | None":
        """Return what can be exported of the file or the session shown; None if nothing can."""
        from leanviz.sessions.report import ClipReport, printable
        from leanviz.sessions.session import reviewed, session_report

        engine, rules, session = self._engine, self.rules, self._sessions.session
        if engine is None or rules is None:
            return None
        if session is not None:
            session = reviewed(session, self._parts.workspace.timeline.annotations)
            return session_report(session, engine.model.taxonomy, rules)
        analysis = self.analysis
        if analysis is None:
            return None
        return ClipReport.of(
            analysis, printable(analysis.path), engine.model.taxonomy, rules, began=self.date.told
        )

    def state(self, selected: Event | None) -> State:
        """Return what decides which actions can be used."""
        analysis = self.recording.analysis
        band = self._parts.workspace.attention_model.band
        return State(
            mode=self._mode,
            ready=self._engine is not None,
            analysed=analysis is not None or self._sessions.session is not None,
            playable=self.transport.loaded and not self.transport.no_output,
            events=self._parts.workspace.timeline.rowCount() > 0,
            selected=selected is not None,
            heads=0 if band is None else band.n_heads,
            dated=self.origin is not None,
        )
