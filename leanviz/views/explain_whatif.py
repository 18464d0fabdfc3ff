"""What would be heard with the selection muted, or with nothing else: asked of a worker, listed."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from leanviz.core.clock import Span, seconds
from leanviz.core.inquiry import Change
from leanviz.views.background import Background
from leanviz.views.explain_panel import ExplainPanel
from leanviz.views.explain_source import ExplainSource

if TYPE_CHECKING:
    from leanviz.pipeline.counterfactual import Counterfactual
    from leanviz.views.director import Director

DONE = {Change.MUTE: "muted", Change.ISOLATE: "alone"}


class ExplainWhatIf(QObject):
    """Changes a stretch of what is shown and hears it again; the newest wish wins.

    Signals
    -------
    failed : str
        A sentence for the user.
    """

    failed = Signal(str)

    def __init__(
        self, director: "Director", source: ExplainSource, panel: ExplainPanel, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._director, self._source, self._panel = director, source, panel
        self._worker = Background("what-if")
        self._wish = 0
        self._shown: tuple[Counterfactual, int] | None = None
        director.opened.connect(lambda _: self.forget())

    @property
    def busy(self) -> bool:
        """Whether anything is asked that is not answered."""
        return self._worker.busy

    def change(self, span: Span, rate: int, change: Change) -> None:
        """Ask which labels fall and rise when a stretch is changed, in source samples."""
        engine = self._director.engine
        if engine is None or self._source.why_not:
            return
        from leanviz.pipeline.counterfactual import counterfactual

        self._wish += 1
        self._shown = None
        wish, model, sound = self._wish, engine.model, self._source.around(span)

        def stale() -> bool:
            return wish != self._wish

        self._panel.show_changes(None, engine.model.taxonomy, "Listening again\u2026")
        self._worker.run(
            lambda: None if stale() else counterfactual(sound(), model, span, rate, change, stale),
            lambda found: None if stale() else self._show(found, rate),
            lambda sentence: None if stale() else self._fail(sentence),
        )

    def forget(self) -> None:
        """Drop what is asked, and show nothing."""
        self._wish += 1
        self._shown = None
        if self._director.engine is not None:
            self._panel.show_changes(None, self._director.engine.model.taxonomy, "")

    def show_again(self) -> None:
        """Show what was found, with times as they are written now."""
        if self._shown is not None:
            self._show(*self._shown)

    def poll(self) -> None:
        """Show what is found. GUI thread; never waits."""
        self._worker.poll()

    def close(self) -> None:
        """End. Twice is harmless."""
        self._wish += 1
        self._worker.close()

    def _show(self, found: "Counterfactual | None", rate: int) -> None:
        engine = self._director.engine
        if found is None or engine is None:
            return
        self._shown = found, rate
        extent = self._panel.extent(seconds(found.span.start, rate), seconds(found.span.stop, rate))
        what = f"{extent} {DONE[found.change]}: best scores there"
        self._panel.show_changes(found, engine.model.taxonomy, what)

    def _fail(self, sentence: str) -> None:
        self.forget()
        self.failed.emit(sentence)
