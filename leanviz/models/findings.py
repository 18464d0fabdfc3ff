"""What was found of late, before any rule: kept so that other rules can choose from it at once."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leanviz.core.decisions import DecisionRules, judge
from leanviz.core.events import Event, Finding, Hidden, Rule
from leanviz.core.finding_store import FindingStore
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


Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Masks:
    """What `DecisionRules.hides` says of many findings at once.

    Attributes
    ----------
    loud : numpy.ndarray
        The threshold is reached.
    wanted : numpy.ndarray
        The mute and allow lists let the class through.
    passing : numpy.ndarray
        Both, and it is long enough.
    ever_present : numpy.ndarray
        It would be left out as ever-present.
    """

    loud: Mask
    wanted: Mask
    passing: Mask
    ever_present: Mask


class Findings:
    """Findings in the order in which they were complete.

    The rules hide nine in ten: that is decided for all of them in a few numpy expressions, and only
    what has descendants is judged one by one.
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._all = FindingStore(taxonomy)
        # the events that were shown last, by position: making them anew is most of the work
        self._made: dict[int, Event] = {}

    def __len__(self) -> int:
        return len(self._all)

    def clear(self) -> None:
        """Forget everything."""
        self._drop(len(self._all))

    def add(self, findings: Iterable[Finding]) -> None:
        """Take more findings."""
        self._all.extend(findings)

    def forget(self, before: int) -> list[Finding]:
        """Drop, and return, the findings that were complete before a source sample."""
        late = self._all.column("announced") >= before
        count = int(late.argmax()) if late.any() else len(late)
        dropped = list(self._all[:count])
        self._drop(count)
        return dropped

    def judge(self, rules: DecisionRules, start: int = 0) -> Judged:
        """Part the findings from position `start` on."""
        judged, made = Judged([], []), self._made if start else {}
        masks = self._masks(rules, start)
        has_specifics = self._all.column("count", start) > 0
        shown = masks.passing & (has_specifics | ~masks.ever_present)
        for at in np.flatnonzero(shown).tolist():
            hidden = None
            if has_specifics[at]:
                hidden = judge(self._all[start + at].candidate, rules, self._taxonomy)
            if hidden is None:
                event = made[start + at] = self._event(start + at)
                judged.events.append(event)
            elif hidden.rule is Rule.PARENT:
                judged.parents.append((self._event(start + at), hidden.shown_as))
        self._made = made
        return judged

    def misses(self, rules: DecisionRules, count: int, since: int = -1) -> list[NearMiss]:
        """Return the nearest misses, one for each class.

        Only those count that were complete after source sample `since`.

        Parents of a shown class are none: they stand in its path.
        """
        early = np.flatnonzero(self._all.column("announced") <= since)
        start = int(early[-1]) + 1 if len(early) else 0
        labels = self._all.column("label")
        best: dict[int, NearMiss] = {}
        for at in self._loudest_first(rules, start):
            label = int(labels[at])
            if label in best:
                continue
            finding = self._all[at]
            hidden = judge(finding.candidate, rules, self._taxonomy)
            if hidden is not None and hidden.rule is not Rule.PARENT:
                best[label] = NearMiss(hidden, finding.event, rules.threshold(label))
        return sorted(best.values(), key=lambda miss: miss.nearness, reverse=True)[:count]

    def _event(self, at: int) -> Event:
        return self._made.get(at) or self._all.event(at)

    def _loudest_first(self, rules: DecisionRules, start: int) -> list[int]:
        """Return what may be the near-miss of its class, by falling score.

        All that pass their threshold and are hidden, and for each class that is not hidden on
        purpose the best that does not pass: what two rules hide is not near.
        """
        masks = self._masks(rules, start)
        labels, scores = self._all.column("label", start), self._all.column("score", start)
        below = np.flatnonzero(~masks.loud & masks.wanted)
        order = below[np.lexsort((-scores[below], labels[below]))]
        first = np.unique(labels[order], return_index=True)[1]
        hidden = np.flatnonzero(masks.loud & (~masks.passing | masks.ever_present))
        chosen = np.concatenate((hidden, order[first]))
        return (chosen[np.argsort(-scores[chosen], kind="stable")] + start).tolist()

    def _masks(self, rules: DecisionRules, start: int) -> _Masks:
        """Tell what the rules say of the findings from position `start` on."""
        labels, every = self._all.column("label", start), range(len(self._taxonomy))
        loud = (
            self._all.column("score", start)
            >= np.array([rules.threshold(label) for label in every])[labels]
        )
        n_patches = self._all.column("last", start) - self._all.column("first", start) + 1
        wanted = np.array([rules.listens_to(label) for label in every], np.bool_)[labels]
        quiet = np.array([label in rules.quiet for label in every], np.bool_)[labels]
        return _Masks(
            loud=loud,
            wanted=wanted,
            passing=loud & (n_patches >= rules.min_patches) & wanted,
            ever_present=quiet & (self._all.column("presence", start) >= rules.ever_present),
        )

    def _drop(self, count: int) -> None:
        if count:
            self._all.drop(count)
            self._made = {at - count: e for at, e in self._made.items() if at >= count}
