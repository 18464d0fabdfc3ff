"""Why a label: asked when one is selected, answered by a worker, shown, heard and written."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from leanviz.core.clock import Span, seconds, to_sample
from leanviz.core.events import Event
from leanviz.core.inquiry import Change
from leanviz.models.time_text import TimeFormat
from leanviz.views.background import Background
from leanviz.views.explain_alike import ExplainAlike
from leanviz.views.explain_export import ExplainExport
from leanviz.views.explain_panel import ExplainPanel
from leanviz.views.explain_playing import ExplainPlaying
from leanviz.views.explain_source import ExplainSource
from leanviz.views.explain_whatif import ExplainWhatIf
from leanviz.views.telling import Telling

if TYPE_CHECKING:
    from leanviz.core.tracks import Tracks
    from leanviz.pipeline.explaining import FileExplanation
    from leanviz.views.actions import Actions
    from leanviz.views.director import Director
    from leanviz.views.navigation import Navigation
    from leanviz.views.side import Side
    from leanviz.views.workspace import Workspace

POLL_MS = 30
BUTTONS = (
    "play why", "play rest", "mute selection", "isolate selection", "similar", "export why",
)  # fmt: skip
PLAY = ("play why", "play rest")
SELECT_LABEL = "Select a label to see what drove it."
SELECT_SOMETHING = "Select a label or a time range first."


class ExplainDesk(Telling):
    """Answers why, what if, and what is alike, of what is shown; the newest wish wins.

    Signals
    -------
    changed :
        There is, or is no longer, an explanation.
    wanted : Path
        A file to open, since a moment in it was chosen.
    """

    changed = Signal()
    wanted = Signal(object)

    def __init__(
        self,
        director: "Director",
        workspace: "Workspace",
        navigation: "Navigation",
        actions: "Actions",
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._director, self._workspace, self._navigation = director, workspace, navigation
        self._window, self._actions = window, actions
        self._model = workspace.explanation_model
        self.panel = ExplainPanel([actions[name] for name in BUTTONS])
        self._source = ExplainSource(director)
        self._stream: Tracks | None = None
        self._side: Side | None = None
        self._event: Event | None = None  # that is explained, or will be
        self._wish = 0
        self._worker = Background("why")
        self.playing = ExplainPlaying(director.transport, workspace.time, self)
        self.alike = ExplainAlike(director, workspace, self._source, self.panel, self)
        self.exporting = ExplainExport(director, workspace, window)
        self.exporting.said.connect(self.said)
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)
        navigation.selected.connect(self._select)
        director.changed.connect(self._follow)
        director.opened.connect(lambda _: self._forget())
        workspace.attention_model.changed.connect(self._take_head)
        self.panel.drivers.chosen.connect(self._go_to_driver)
        self.what_if = ExplainWhatIf(director, self._source, self.panel, self)
        self._parts = (self.playing, self.alike, self.what_if, self.exporting)
        for part in self._parts:
            part.failed.connect(self.failed)
        self.alike.wanted.connect(self.wanted)

    @property
    def explained(self) -> bool:
        """Whether there is an explanation."""
        return self._model.found is not None

    @property
    def busy(self) -> bool:
        """Whether anything is asked that is not answered, or plays."""
        return self._worker.busy or any(part.busy for part in self._parts)

    def serve(self, side: "Side") -> None:
        """Have the actions do their work, and the page stand beside the others."""
        self._side = side
        side.addTab(self.panel, "&Why")
        side.currentChanged.connect(lambda _: self._turn_to_page())
        self._actions.connect({
            "why": self._ask_here,
            "play why": lambda: self._play(reverse=False),
            "play rest": lambda: self._play(reverse=True),
            "mute selection": lambda: self._change(Change.MUTE),
            "isolate selection": lambda: self._change(Change.ISOLATE),
            "similar": self._find_alike,
            "stop": self.alike.stop,
            "export why": self._export,
        })  # fmt: skip
        self._follow()

    def ask(self, event: Event) -> None:
        """Explain a label of what is shown; a newer question drops it."""
        engine = self._director.engine
        if engine is None or self._source.why_not:
            return
        taxonomy = engine.model.taxonomy
        if event.label not in taxonomy.names:
            self.panel.say(f"LEAN has no class {event.label}: there is nothing to explain.")
            return
        self._event = event
        label = taxonomy.index(event.label)
        title, stale = taxonomy[label].title, self._newest()
        self.panel.say(f"Looking into {title}\u2026")
        explain = self._source.explainer(engine.model, event, label, stale)
        self._run(explain, lambda found: self._take(found, title, stale), stale)

    def set_times(self, times: TimeFormat) -> None:
        """Write times of what is shown as elapsed, or by the clock."""
        self.panel.times = times
        self._show()
        self.alike.show_again()
        self.what_if.show_again()

    def export(self, path: Path) -> None:
        """Write the explanation in the form that the suffix names."""
        self.exporting.write(path, self._head())
        self._timer.start()

    def close(self) -> None:
        """End. Twice is harmless."""
        self._wish += 1
        self._timer.stop()
        for part in self._parts:
            part.close()
        self._worker.close()

    # -- asking and answering -------------------------------------------------------------------

    def _newest(self) -> Callable[[], bool]:
        """Make what is asked next the newest wish; return what tells whether it still is not."""
        self._wish += 1
        wish = self._wish
        return lambda: wish != self._wish

    def _run(
        self, work: Callable[[], object], done: Callable[..., None], stale: Callable[[], bool]
    ) -> None:
        def fail(sentence: str) -> None:
            if not stale():
                self.panel.say(sentence)
                self.failed.emit(sentence)

        self._worker.run(lambda: None if stale() else work(), done, fail)
        self._timer.start()

    def _poll(self) -> None:
        self._worker.poll()
        for part in self._parts:
            part.poll()
        if not self.busy:
            self._timer.stop()

    def _take(self, found: "FileExplanation | None", title: str, stale: Callable[[], bool]) -> None:
        if found is None or stale():
            return
        self._model.show(found, title)
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        """Show the explanation with the attention of the head that the map shows."""
        found, head = self._model.found, self._head()
        self._model.set_head(head)
        if found is not None:
            self.panel.show_explanation(found, self._model.title, head)

    def _take_head(self) -> None:
        """Show another head; while listening the map is another twice a second."""
        if self._head() != self._model.head:
            self._show()

    def _head(self) -> int | None:
        chosen = self._workspace.attention_model.head
        # the highest of all heads is no distribution: their mean stands for it
        return chosen if isinstance(chosen, int) else None

    def _select(self, event: Event | None) -> None:
        """Forget what was explained; explain what is selected while somebody looks."""
        if event != self._event:
            self._forget()
        self._turn_to_page()

    def _turn_to_page(self) -> None:
        """Explain the selected label if the page is in front and it is not explained yet."""
        event, side = self._navigation.selection, self._side
        if event is None or side is None or side.currentWidget() is not self.panel:
            return
        if event != self._event:
            self.ask(event)

    def _forget(self) -> None:
        self._wish += 1
        self._event = None
        self.playing.stop()
        self.panel.say(self._source.why_not or SELECT_LABEL)
        if self.explained:
            self._model.show(None)
            self.changed.emit()

    def _follow(self) -> None:
        """Say what is missing, on the page and on the buttons; ask once it is there."""
        why_not = self._source.why_not
        self._actions.explain(("why", *BUTTONS), why_not)
        self._actions.explain(PLAY, why_not or self._director.transport.no_output)
        self._let_go()
        if self._event is None:
            self.panel.say(why_not or SELECT_LABEL)
        self._turn_to_page()

    def _let_go(self) -> None:
        """Drop what was said of a stream that is no longer shown."""
        stream = self._source.stream
        if stream is not self._stream:
            self._stream = stream
            self.what_if.forget()
            self.alike.turn()

    # -- what the actions do --------------------------------------------------------------------

    def _ask_here(self) -> None:
        assert self._side is not None
        self._actions.check("show inspector", True)
        self._side.setVisible(True)
        if not self.explained and not self._worker.busy:
            self._event = None  # what failed is tried again
        self._side.setCurrentWidget(self.panel)
        self._turn_to_page()

    def _play(self, *, reverse: bool) -> None:
        found, engine = self._model.found, self._director.engine
        if found is None or engine is None:
            return
        if not found.driving():
            self.said.emit("Nothing drove this label: there is nothing to play.")
            return
        self.playing.play(engine, found, reverse=reverse)
        self._timer.start()

    def _change(self, change: Change) -> None:
        span = self._span()
        if span is None:
            self.said.emit(SELECT_SOMETHING)
        else:
            self.what_if.change(span, self._workspace.timeline.sample_rate, change)
            self._timer.start()

    def _find_alike(self) -> None:
        span = self._span()
        if span is None:
            self.said.emit(SELECT_SOMETHING)
        else:
            self.alike.find(span)
            self._timer.start()

    def _span(self) -> Span | None:
        """Return the selected time range, else that of the selected label, in source samples."""
        rate = self._workspace.timeline.sample_rate
        selection, event = self._workspace.time.selection, self._navigation.selection
        if selection is not None:
            return Span(*(to_sample(end_s, rate) for end_s in selection))
        return None if event is None else Span(event.onset, event.offset)

    def _go_to_driver(self, row: int) -> None:
        found = self._model.found
        if found is not None:
            span, rate = found.driving()[row][0], found.inquiry.sample_rate
            self._workspace.time.select((seconds(span.start, rate), seconds(span.stop, rate)))
            self._workspace.time.reveal(seconds(span.start, rate))

    def _export(self) -> None:
        path = self.exporting.ask_where()
        if path is not None:
            self.export(path)
