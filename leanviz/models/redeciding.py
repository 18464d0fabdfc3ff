"""What the rules show of all that is kept, worked out on any thread and shown in one piece."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from leanviz.core.annotations import IN_ORDER, Annotations
from leanviz.core.clock import Span
from leanviz.core.decisions import DecisionRules, is_shown
from leanviz.core.events import Event, Finding
from leanviz.core.taxonomy import Taxonomy
from leanviz.models.findings import Findings
from leanviz.models.lanes import Lane, by_label

# Of more candidates only those in view are decided at once: that takes a few milliseconds.
AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be decided; called, it answers. Nothing in it changes while it is asked.

    Attributes
    ----------
    findings : Findings
        A snapshot.
    rules : DecisionRules
    undecided : tuple of Event
        What is shown whatever the rules.
    annotations : Annotations
        What a person says of the events.
    limit : int
        Of more events the latest are shown.
    taxonomy : Taxonomy
    family_of : callable
        Gives the family of a label, both as vocabulary names.
    """

    findings: Findings
    rules: DecisionRules
    undecided: tuple[Event, ...]
    annotations: Annotations
    limit: int
    taxonomy: Taxonomy
    family_of: Callable[[str], str]

    def __call__(self) -> "Decided":
        """Decide all of it. Any thread, once."""
        judged = self.findings.judge(self.rules, most=self.limit)
        heard = judged.events
        if self.undecided:
            heard = sorted((*self.undecided, *heard), key=IN_ORDER)
        heard = heard[max(0, len(heard) - self.limit) :]
        final = self.annotations.applied(heard)
        lanes = by_label(final, self.family_of)
        return Decided(self, heard, final, lanes, self._parents(judged.parents))

    def _parents(self, parents: Iterable[tuple[Event, int]]) -> dict[str, Lane]:
        """Return the more general classes by the label that stands for them."""
        found: defaultdict[int, list[Event]] = defaultdict(list)
        for event, label in parents:
            found[label].append(event)
        names = {label: self.taxonomy[label].name for label in found}
        return {
            names[label]: Lane.of(names[label], self.family_of(names[label]), events)
            for label, events in found.items()
        }


@dataclass(frozen=True, slots=True)
class Decided:
    """The answer to a question.

    Attributes
    ----------
    question : Question
    heard : list of Event
        What the rules show.
    final : list of Event
        With what a person says of it.
    lanes : dict of str to Lane
        The same by label.
    parents : dict of str to Lane
        More general classes by the label that stands for them.
    """

    question: Question
    heard: list[Event]
    final: list[Event]
    lanes: dict[str, Lane]
    parents: dict[str, Lane]


class Kept:
    """The candidates that are kept, the rules that choose among them, and what is asked of them.

    Parameters
    ----------
    taxonomy, limit, family_of
        See `Question`.

    Attributes
    ----------
    findings : Findings
    rules : DecisionRules
    undecided : list of Event
        What is heard whatever the rules: no finding that is kept is behind it.
    parents : dict of str to Lane
        See `Decided`.
    asked : Question or None
        What is asked of another thread, and not answered yet.
    """

    def __init__(self, taxonomy: Taxonomy, limit: int, family_of: Callable[[str], str]) -> None:
        self._taxonomy, self._limit, self._family_of = taxonomy, limit, family_of
        self.findings = Findings(taxonomy)
        self.rules = DecisionRules((0.5,) * len(taxonomy))
        self.undecided: list[Event] = []
        self.parents: dict[str, Lane] = {}
        self.asked: Question | None = None

    def few(self, start: int = 0) -> bool:
        """Tell whether the findings from a position on are decided in a few milliseconds."""
        return len(self.findings) - start <= AT_ONCE

    def clear(self) -> None:
        """Forget all but the rules."""
        self.findings.clear()
        self.undecided, self.parents, self.asked = [], {}, None

    def judge_from(self, start: int) -> list[Event]:
        """Return what the rules show of the findings from a position on."""
        judged = self.findings.judge(self.rules, start)
        for event, label in judged.parents:
            name = self._taxonomy[label].name
            lane = self.parents.setdefault(name, Lane(name, self._family_of(name)))
            lane.add(event)
        return judged.events

    def forget(self, sample: int, heard: list[Event]) -> None:
        """Let go of findings that were complete before a source sample; those heard are decided."""
        for finding in self.findings.forget(sample):
            at = bisect_left(heard, finding.event)
            if heard[at : at + 1] == [finding.event]:
                self.undecided.append(finding.event)
        for lane in self.parents.values():
            lane.forget(sample)

    def trim(self) -> None:
        """Let go of the oldest of too many events that are decided."""
        if len(self.undecided) > self._limit:
            self.undecided = sorted(self.undecided, key=IN_ORDER)[-self._limit :]

    def touching(self, extent: Span, annotations: Annotations) -> list[Event] | None:
        """Return the events that touch an extent; None if that is not found at once."""
        events = self.findings.touching(self.rules, extent, AT_ONCE)
        if self.undecided or events is None:
            return None
        said = [e for e in annotations.shown if extent.overlap(Span(e.onset, e.offset))]
        return [*annotations.remaining(events), *said]

    def sounding(self, findings: Iterable[Finding]) -> list[Event]:
        """Return what the rules show of candidates that sound now."""
        return [found.event for found in findings if is_shown(found.candidate, self.rules)]

    def ask(self, annotations: Annotations) -> Question:
        """Return what is to be decided now."""
        self.asked = Question(
            self.findings.snapshot(),
            self.rules,
            tuple(self.undecided),
            annotations,
            self._limit,
            self._taxonomy,
            self._family_of,
        )
        return self.asked

    def accept(self, decided: Decided, annotations: Annotations) -> bool:
        """Take an answer; tell whether all that it rests on is as it was.

        There may be more findings by now: they are not in it.
        """
        question = decided.question
        same = question.annotations is annotations and question.undecided == tuple(self.undecided)
        if not same or not self.findings.adopt(question.findings):
            return False
        self.parents, self.asked = decided.parents, None
        return True
