"""What was found of late, before any rule: kept so that other rules can choose from it at once."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leanviz.core.decisions import DecisionRules, judge
from leanviz.core.events import Event, Finding, Hidden, Rule
from leanviz.core.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class NearMiss:
    """The best of what a rule hid of one class.

    Attributes
    ----------
    hidden : Hidden
    event : Event
        What it would be if it were shown.
    threshold : float
        Score from which its class is shown.
    """

    hidden: Hidden
    event: Event
    threshold: float

    @property
    def nearness(self) -> tuple[bool, float]:
        """What near-misses are sorted by, the nearest last; what was hidden on purpose first."""
        deliberate = self.hidden.rule in {Rule.MUTED, Rule.NOT_CHOSEN}
        return not deliberate, self.hidden.candidate.score / self.threshold


@dataclass(frozen=True, slots=True)
class Judged:
    """Findings as some rules part them.

    Attributes
    ----------
    events : list of Event
        What is shown.
    parents : list of tuple of Event and int
        What a descendant stands for, and the position of that descendant.
    """

    events: list[Event]
    parents: list[tuple[Event, int]]


class Findings:
    """Findings in the order in which they were complete.

    The threshold hides nine in ten: that is decided for all of them in one numpy expression, and
    only the rest is judged one by one. An hour of lively sound takes 5 ms.
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._all: list[Finding] = []
        self._labels, self._scores = array("q"), array("d")

    def __len__(self) -> int:
        return len(self._all)

    def clear(self) -> None:
        """Forget everything."""
        self._drop(len(self._all))

    def add(self, findings: Iterable[Finding]) -> None:
        """Take more findings."""
        for finding in findings:
            self._all.append(finding)
            self._labels.append(finding.candidate.label)
            self._scores.append(finding.candidate.score)

    def forget(self, before: int) -> list[Finding]:
        """Drop, and return, the findings that were complete before a source sample."""
        count = 0
        while count < len(self._all) and self._all[count].event.announced < before:
            count += 1
        dropped = self._all[:count]
        self._drop(count)
        return dropped

    def judge(self, rules: DecisionRules, start: int = 0) -> Judged:
        """Part the findings from position `start` on."""
        judged = Judged([], [])
        for at in np.flatnonzero(self._above(rules, start)).tolist():
            finding = self._all[start + at]
            hidden = judge(finding.candidate, rules, self._taxonomy)
            if hidden is None:
                judged.events.append(finding.event)
            elif hidden.rule is Rule.PARENT:
                judged.parents.append((finding.event, hidden.shown_as))
        return judged

    def misses(self, rules: DecisionRules, count: int, since: int = -1) -> list[NearMiss]:
        """Return the nearest misses, one for each class.

        Only those count that were complete after source sample `since`.

        Parents of a shown class are none: they stand in its path.
        """
        start = len(self._all)
        while start and self._all[start - 1].event.announced > since:
            start -= 1
        best: dict[int, NearMiss] = {}
        for at in self._loudest_first(rules, start):
            finding = self._all[at]
            label = finding.candidate.label
            if label in best:
                continue
            hidden = judge(finding.candidate, rules, self._taxonomy)
            if hidden is not None and hidden.rule is not Rule.PARENT:
                best[label] = NearMiss(hidden, finding.event, rules.threshold(label))
        return sorted(best.values(), key=lambda miss: miss.nearness, reverse=True)[:count]

    def _loudest_first(self, rules: DecisionRules, start: int) -> list[int]:
        """Return what may be the near-miss of its class, by falling score.

        All that pass their threshold, and for each class that is not hidden on purpose the best
        that does not: what two rules hide is not near.
        """
        above = self._above(rules, start)
        labels, scores = self._arrays(start)
        heard = np.array([rules.listens_to(label) for label in range(len(self._taxonomy))])
        below = np.flatnonzero(~above & heard[labels])
        order = below[np.lexsort((-scores[below], labels[below]))]
        first = np.unique(labels[order], return_index=True)[1]
        chosen = np.concatenate((np.flatnonzero(above), order[first]))
        return (chosen[np.argsort(-scores[chosen], kind="stable")] + start).tolist()

    def _above(self, rules: DecisionRules, start: int) -> npt.NDArray[np.bool_]:
        """Tell which findings from position `start` on reach their threshold."""
        labels, scores = self._arrays(start)
        thresholds = np.array([rules.threshold(label) for label in range(len(self._taxonomy))])
        return scores >= thresholds[labels]

    def _arrays(self, start: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        return np.array(self._labels[start:], np.int64), np.array(self._scores[start:], np.float64)

    def _drop(self, count: int) -> None:
        del self._all[:count]
        del self._labels[:count]
        del self._scores[:count]
