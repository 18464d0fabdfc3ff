"""What follows from the user's choices: other labels at once, in live history and in files."""

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from leanviz.core.clock import Span
from leanviz.models.decisions import DecisionsModel
from leanviz.views.background import Background
from leanviz.views.inspector import NEAR_ROWS
from leanviz.views.listening import Listening
from leanviz.views.live_view import Parts
from leanviz.views.polled import PolledBackground
from leanviz.views.recording import Recording

if TYPE_CHECKING:
    from leanviz.core.decisions import DecisionRules
    from leanviz.inference.model import LeanModel
    from leanviz.models.redeciding import Question
    from leanviz.pipeline.results import ClipAnalysis

# How often to look whether all of a long recording is decided.
DECIDED_MS = 10
# Part of the view that is decided beside it: boxes and names reach a little beyond their extent.
BESIDE = 0.05


class Deciding(QObject):
    """Applies the rules wherever labels are made or kept.

    Thresholds and lists of classes choose among the candidates that are kept, which takes
    milliseconds; of a recording of hours only what is in view is chosen at once, all of it on a
    worker thread. Smoothing and hang-over make other candidates: of a file on a worker thread,
    from its scores; live from now on.

    Parameters
    ----------
    decisions : DecisionsModel
        The user's choices.

    Signals
    -------
    deselected :
        The selected label is not shown any more.
    """

    deselected = Signal()

    def __init__(
        self,
        decisions: DecisionsModel,
        parts: Parts,
        listening: Listening,
        recording: Recording,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._decisions, self._parts = decisions, parts
        self._listening, self._recording = listening, recording
        self._model: LeanModel | None = None
        self._finder = Background("candidates")
        self._decider = PolledBackground("decisions", self, DECIDED_MS)
        decisions.changed.connect(self._apply)
        parts.inspector.near.serve(decisions)

    @property
    def busy(self) -> bool:
        """Whether `poll` has something to do."""
        return self._finder.busy or self._decider.busy

    def set_model(self, model: "LeanModel") -> None:
        """Take the model, which says what is recommended."""
        self._model = model
        self._decisions.set_model(model.taxonomy, model.default_rules())

    def poll(self) -> None:
        """Take candidates that were found anew. GUI thread; never waits."""
        self._finder.poll()

    def close(self) -> None:
        """End the workers. Twice is harmless."""
        self._finder.close()
        self._decider.close()

    def analysis(self) -> "ClipAnalysis | None":
        """Return the analysis of the file shown as it is decided and reviewed now, for export."""
        from leanviz.pipeline.redecide import find_again, redecide

        analysis, rules = self._recording.analysis, self._decisions.rules
        if analysis is None or rules is None or self._model is None:
            return analysis
        if analysis.rules != rules:
            same = analysis.rules.candidates == rules.candidates
            analysis = (redecide if same else find_again)(analysis, rules, self._model)
        said = self._parts.workspace.timeline.annotations
        return replace(analysis, events=tuple(said.applied(analysis.events))) if said else analysis

    def settle(self) -> None:
        """Bring the analysis of the file shown up to the rules, if others were used for it."""
        from leanviz.pipeline.redecide import find_again

        analysis, rules, model = self._recording.analysis, self._decisions.rules, self._model
        if analysis is None or rules is None or model is None or self._finder.busy:
            return
        if analysis.rules.candidates != rules.candidates:
            self._finder.run(
                lambda: find_again(analysis, rules, model),
                lambda found: self._take(analysis, found),
            )

    def show_misses(self) -> None:
        """List what is nearly shown of all that is kept."""
        self._parts.inspector.near.show_misses(self._parts.workspace.timeline.misses(NEAR_ROWS))

    def _apply(self) -> None:
        rules = self._decisions.rules
        if rules is None:
            return
        self._listening.set_rules(rules)
        self._decide(rules)
        self.settle()

    def _decide(self, rules: "DecisionRules") -> None:
        """Show what the rules show of all that is kept: what is in view at once, then the rest."""
        time, timeline = self._parts.workspace.time, self._parts.workspace.timeline
        beside_s, rate = BESIDE * time.span_s, timeline.sample_rate
        start, stop = (time.start_s - beside_s) * rate, (time.stop_s + beside_s) * rate
        self._go_on(timeline.ask(rules, Span(math.floor(start), math.ceil(stop))))

    def _go_on(self, question: "Question | None") -> None:
        """Have a worker decide what is to be decided still; one that is busy is asked after it."""
        if question is None:
            self._reselect()
            self.show_misses()
        elif not self._decider.busy:
            timeline = self._parts.workspace.timeline
            self._decider.run(question, lambda decided: self._go_on(timeline.show(decided)))

    def _reselect(self) -> None:
        """Let go of the selected label if it is not shown any more."""
        selected = self._parts.workspace.lanes.selected
        if selected is not None and self._parts.workspace.timeline.row_of(selected) < 0:
            self.deselected.emit()

    def _take(self, before: "ClipAnalysis", found: "ClipAnalysis") -> None:
        """Show candidates found anew, unless another file is shown by now."""
        if self._recording.analysis is before:
            self._recording.replace_analysis(found)
            self._parts.workspace.timeline.set_findings(found.findings)
            self._decide(self._decisions.rules or found.rules)
        self.settle()
