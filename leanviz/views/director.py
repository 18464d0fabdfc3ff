"""What the window is doing: loading, listening, analysing, playing; and what comes of it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from leanviz.core.clock import Span, seconds, to_sample
from leanviz.core.events import Event
from leanviz.models.viewport import MAX_LIVE_SPAN_S
from leanviz.settings import Settings
from leanviz.views.action_table import Mode
from leanviz.views.engine import AudioDevices, Engine
from leanviz.views.live_view import Parts
from leanviz.views.loading import Loading
from leanviz.views.pacing import Pacing
from leanviz.views.reviewing import NO_RANGE
from leanviz.views.session_view import is_session, remarks
from leanviz.views.shown import Shown

if TYPE_CHECKING:
    from leanviz.audio.devices import Device
    from leanviz.core.tracks import Tracks
    from leanviz.pipeline.clip import ClipProgress
    from leanviz.pipeline.results import ClipAnalysis
    from leanviz.sessions.session import Session


class Director(Shown):
    """Knows what is going on, and lets one thing end before another begins.

    Signals
    -------
    changed :
        Other actions can be used now.
    trouble : str
        What is wrong with the input while listening goes on; "" when it is right again.
    opened : Path
        A file is shown.
    devices_found : AudioDevices
        There is a new list of inputs.
    """

    changed = Signal()
    trouble = Signal(str)
    opened = Signal(object)
    devices_found = Signal(object)

    def __init__(self, parts: Parts, settings: Settings, parent: QObject) -> None:
        super().__init__(parts, settings, parent)
        self._wanted: Path | None = None
        self._loading = Loading(self)
        workers = (
            self._loading, self.recording, self.transport, self.deciding, self.heard,
            self._sessions, self.window_length,
        )  # fmt: skip
        self._pacing = Pacing(
            self.listening, self.transport, self._live, workers, parts.status, self
        )
        self._connect()

    def _connect(self) -> None:
        self._loading.loaded.connect(self._take_engine)
        self._loading.devices_found.connect(self._take_devices)
        self._loading.failed.connect(self.failed)
        self.listening.began.connect(self._hear_first)
        self.listening.heard.connect(self._live.hear)
        self.listening.level_takers.append(self._live.hear_level)
        self.listening.rest_heard.connect(self._live.hear_rest)
        self.listening.ended.connect(self._hear_last)
        self.listening.trouble.connect(self.trouble)
        self.recording.progressed.connect(self._fill)
        self.recording.analysed.connect(self._complete)
        self.recording.failed.connect(self._give_up)
        self._sessions.read.connect(self._show_session)
        self._sessions.failed.connect(self._refuse_session)
        self.transport.changed.connect(self.changed)
        self.transport.failed.connect(self.failed)
        self.heard.changed.connect(self.changed)
        self.date.changed.connect(self.changed)
        self.date.said.connect(self.said)
        self.heard.failed.connect(self.failed)
        self.window_length.said.connect(self.said)
        self.window_length.failed.connect(self.failed)
        self.window_length.begun.connect(self._wake)
        self.decisions.changed.connect(self._wake)

    def load(self, load: Callable[[], Engine]) -> None:
        """Load the model, and look for devices, on worker threads."""
        self._loading.load(load)
        self._pacing.wake()

    def find_devices(self, find: Callable[[], AudioDevices]) -> None:
        """Look for devices anew."""
        self._loading.find_devices(find)
        self._pacing.wake()

    def open(self, path: Path) -> None:
        """Open a file, now or when the model is there; listening ends once it can be shown."""
        if self._engine is None or self.rules is None:
            self._wanted = path
            if self._loading.why_not:
                self.failed.emit(self._loading.why_not)
            return
        if self._mode is not Mode.LIVE:  # what is not heard yet would hide the file
            self._leave_stream(path)
        if is_session(path):
            self.recording.cancel()
            self._sessions.open(path)
        else:
            self._sessions.cancel()
            self.recording.open(self._engine, path, self.rules)
        self._parts.toolbar.show_progress(f"Opening {path.name}", 0.0)
        self._wake()

    def listen(self, device: "Device | None", channel: int) -> None:
        """Begin to listen; the file shown stays until there is something to hear."""
        if self._engine is None or self.rules is None:
            return
        self.transport.pause()
        self._live.forget()
        self.listening.start(self._engine, device, channel, self.rules)
        self._parts.toolbar.show_badge("opening\u2026")
        self._wake()

    def stop_listening(self) -> None:
        """End listening; what was heard stays."""
        self.listening.stop()
        self._wake()

    def play(self, event: Event | None = None) -> None:
        """Play or pause what is loaded; or play a label of what is shown."""
        if event is not None:
            self._play_span(Span(event.onset, event.offset))
        else:
            self.transport.toggle()
        self._wake()

    def play_selection(self) -> None:
        """Play the selected time range of the file, or of what was heard."""
        span = self.selected_span()
        if span is not None:
            self._play_span(span)
            self._wake()

    def selected_span(self) -> Span | None:
        """Return the selected time range in source samples; without one, say so."""
        selection = self._parts.workspace.time.selection
        if selection is None:
            self.said.emit(NO_RANGE)
            return None
        rate = self._parts.workspace.timeline.sample_rate
        return Span(*(to_sample(end_s, rate) for end_s in selection))

    def _play_span(self, span: Span) -> None:
        tracks = self.stream
        if tracks is None:
            self.transport.play(span)
        elif self._engine is not None:
            self.heard.play(self._engine, tracks, span)

    def choose_window(self, window_ms: int) -> None:
        """Have the spectrogram made with another window."""
        self.window_length.choose(window_ms)
        self._wake()

    def stop(self) -> bool:
        """Stop an analysis, or what plays of a stream; return whether there was one."""
        working = self.recording.working or self.heard.loaded
        self.recording.cancel()
        self.heard.forget()
        return working

    def close(self) -> None:
        """End everything in order, each for a bounded time. Harmless twice and in any state."""
        self._pacing.close()
        self.listening.close()
        self.recording.close()
        self._file.close()
        self.heard.close()
        self.transport.close()
        self.deciding.close()
        self._sessions.close()
        self.window_length.close()
        self.date.close()
        self._loading.close()

    def set_visible(self, visible: bool) -> None:
        """Draw nothing, and work in larger steps, while nobody can see the window."""
        self._pacing.set_visible(visible)
        self._live.set_seen(visible)
        self.listening.rest(not visible)

    def pause(self) -> None:
        """Hear nothing, or hear again; the session goes on."""
        self.listening.pause(not self.listening.paused)
        self.changed.emit()

    def _wake(self) -> None:
        self._pacing.wake()
        self.changed.emit()

    def _take_engine(self, engine: Engine) -> None:
        self._engine = engine
        self._parts.workspace.set_taxonomy(engine.model.taxonomy)
        self.deciding.set_model(engine.model)
        self._parts.status.show_model(engine.model)
        if self._wanted is not None:
            path, self._wanted = self._wanted, None
            self.open(path)
        self.changed.emit()

    def _take_devices(self, devices: AudioDevices) -> None:
        self.transport.no_output = devices.no_output
        self.devices_found.emit(devices)
        self.changed.emit()

    def _hear_first(self, tracks: "Tracks") -> None:
        self._leave_file()
        self._mode = Mode.LIVE
        self._live.begin(tracks, self.live_span_s)
        self.window_length.show(tracks)
        self.changed.emit()

    def _hear_last(self, reason: str) -> None:
        if self._mode is Mode.LIVE:
            self.live_span_s = min(max(self._parts.workspace.time.span_s, 5.0), MAX_LIVE_SPAN_S)
        self._live.end()
        if self._mode is Mode.LIVE:
            self._mode = Mode.HEARD
        if reason:
            self.failed.emit(reason)
        self.changed.emit()

    def _leave_file(self) -> None:
        if self.recording.working and self.recording.path is not None:
            self.said.emit(f"The analysis of {self.recording.path.name} was stopped to listen.")
        self.heard.forget()
        self.transport.unload()
        self.recording.forget()
        self._file.forget()
        self._sessions.forget()
        self.window_length.forget()

    def _leave_stream(self, path: Path) -> None:
        if self.listening.active:
            self.listening.stop()
            self.said.emit(f"Listening ended to open {path.name}.")
        self.listening.forget()

    def _show_session(self, session: "Session") -> None:
        self._leave_stream(session.path)
        self._leave_file()
        self._live.forget()
        self._mode, self._shown = Mode.SESSION, session.path
        self._sessions.show(session)
        self._parts.toolbar.hide_progress()
        self.opened.emit(session.path)
        if said := remarks(session, self._parts.workspace.timeline.rowCount()):
            self.failed.emit(said)
        self.changed.emit()

    def _refuse_session(self, sentence: str) -> None:
        self._parts.toolbar.hide_progress()
        self.failed.emit(sentence)
        self.changed.emit()

    def _fill(self, progress: "ClipProgress") -> None:
        fresh = progress.tracks is not self._file.tracks
        if fresh:
            self._leave_stream(progress.path)
        length = self._file.fill(progress)
        if fresh:
            self._show_file(progress.path, progress.tracks.sample_rate, length)
        self.transport.set_length(length)

    def _complete(self, analysis: "ClipAnalysis") -> None:
        fresh = analysis.tracks is not self._file.tracks
        if fresh:
            self._leave_stream(analysis.path)
        self._file.complete(analysis)
        self.deciding.settle()
        self.window_length.show(analysis.tracks, analysis.path)
        if fresh:
            self._show_file(analysis.path, analysis.sample_rate, analysis.n_samples)
        self.transport.set_length(analysis.n_samples)
        self._parts.toolbar.hide_progress()
        if analysis.truncated:
            heard_s = seconds(analysis.n_samples, analysis.sample_rate)
            self.failed.emit(
                f"{analysis.path.name} ends early: its first {heard_s:.1f} s could be read."
            )
        self.changed.emit()

    def _show_file(self, path: Path, sample_rate: int, n_samples: int) -> None:
        assert self._engine is not None
        self._mode, self._shown = Mode.FILE, path
        self.date.show(path)
        self._live.forget()
        self._sessions.forget()
        self.heard.forget()
        self.transport.load(self._engine, path, n_samples)
        self._parts.status.show_source(path.name, sample_rate)
        self.opened.emit(path)
        self.changed.emit()

    def _give_up(self, path: Path, sentence: str) -> None:
        self._parts.toolbar.hide_progress()
        if sentence:
            self.failed.emit(sentence)
        else:
            later = " Opened again, it goes on from there." if self.recording.kept_mb else ""
            self.said.emit(f"The analysis of {path.name} was stopped.{later}")
        self.changed.emit()
