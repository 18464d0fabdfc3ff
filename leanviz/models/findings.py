"""What was found of late, before any rule: kept so that other rules can choose from it at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

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
        What is shown, in the order of `annotations.IN_ORDER`.
    parents : list of tuple of Event and int
        What a descendant stands for, and the position of that descendant; in the same order.
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
    deliberate : numpy.ndarray
        It would pass, but the lists leave its class out.
    ever_present : numpy.ndarray
        It would be left out as ever-present.
    """

    loud: Mask
    wanted: Mask
    passing: Mask
    deliberate: Mask
    ever_present: Mask


@lru_cache(maxsize=4)
def _by_class(rules: DecisionRules) -> tuple[npt.NDArray[np.float64], Mask, Mask]:
    """Return threshold, whether it is let through, and whether it may be left out, by class."""
    every = range(len(rules.thresholds))
    return (
        np.array([rules.threshold(label) for label in every]),
        # their kind is told: without a model there are no classes, and numpy cannot guess it
        np.array([rules.listens_to(label) for label in every], np.bool_),
        np.array([label in rules.quiet for label in every], np.bool_),
    )


def _masks(
    rules: DecisionRules,
    labels: npt.NDArray[np.integer],
    scores: npt.NDArray[np.float64],
    n_patches: npt.NDArray[np.integer],
    presence: npt.NDArray[np.float64],
) -> _Masks:
    """Tell what the rules say of many sounds."""
    thresholds, listens, quiet = _by_class(rules)
    loud, wanted = scores >= thresholds[labels], listens[labels]
    complete = loud & (n_patches >= rules.min_patches)
    return _Masks(
        loud=loud,
        wanted=wanted,
        passing=complete & wanted,
        deliberate=complete & ~wanted,
        ever_present=quiet[labels] & (presence >= rules.ever_present),
    )


def _latest(onset: npt.NDArray[np.int64], mask: Mask, most: int | None) -> npt.NDArray[np.intp]:
    """Return where a mask is set; of more than `most`, those that began last, and with the last."""
    at = np.flatnonzero(mask)
    if most is None or len(at) <= most:
        return at
    began = onset[at]
    return at[began >= np.partition(began, len(began) - most)[len(began) - most]]


class Findings:
    """Findings in the order in which they were complete.

    All are judged together, in a few numpy expressions: what `core.decisions.judge` says of each.
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._depths = np.array([len(label.parents) for label in taxonomy.labels], np.int64)
        # places of the labels in the order of their names; numpy sorts short numbers faster
        names = [label.name for label in taxonomy.labels]
        self._ranks = np.argsort(np.argsort(np.array(names, np.str_))).astype(np.uint16)
        self._all = FindingStore(taxonomy)
        # the events that were seen last, by position: making them anew is most of the work
        self._made: dict[int, Event] = {}
        # what the rules asked about last say of all that is kept, while it stays as it is
        self._said: tuple[DecisionRules, _Masks, npt.NDArray[np.int64]] | None = None

    def __len__(self) -> int:
        return len(self._all)

    def clear(self) -> None:
        """Forget everything."""
        self._drop(len(self._all))

    def add(self, findings: Iterable[Finding]) -> None:
        """Take more findings."""
        self._all.extend(findings)
        self._said = None

    def forget(self, before: int) -> list[Finding]:
        """Drop, and return, the findings that were complete before a source sample."""
        late = self._all.column("announced") >= before
        count = int(late.argmax()) if late.any() else len(late)
        dropped = [
            Finding(finding.candidate, self._event(at))
            for at, finding in enumerate(self._all[:count])
        ]
        self._drop(count)
        return dropped

    def judge(self, rules: DecisionRules, start: int = 0, most: int | None = None) -> Judged:
        """Part the findings from position `start` on.

        Parameters
        ----------
        most : int or None
            Of more events, and of more parents, only the latest are looked at.
        """
        masks, stand_ins = self._says(rules, start)
        onset = self._all.column("onset", start)
        shown = masks.passing & (stand_ins < 0) & ~masks.ever_present
        parents = masks.passing & (stand_ins >= 0)
        events_at = self._in_order(_latest(onset, shown, most), start)
        if most is not None and len(events_at) >= most:  # those before stand behind nothing
            parents &= onset >= onset[events_at[0]]
        parents_at = self._in_order(_latest(onset, parents, most), start)
        at = np.concatenate((events_at, parents_at)) + start
        found = self._events(at)
        made = dict(zip(at.tolist(), found, strict=True))
        if start:
            self._made.update(made)
        else:
            self._made = made
        n = len(events_at)
        return Judged(found[:n], list(zip(found[n:], stand_ins[parents_at].tolist(), strict=True)))

    def _in_order(self, at: npt.NDArray[np.intp], start: int) -> npt.NDArray[np.intp]:
        """Return positions, counted from `start`, in the order of the events there."""
        onset, offset, label, score = (
            self._all.column(name, start)[at] for name in ("onset", "offset", "label", "score")
        )
        return at[np.lexsort((score, self._ranks[label], offset, onset))]

    def _events(self, at: npt.NDArray[np.intp]) -> list[Event]:
        """Return the events at some positions, those seen last as they were made then."""
        found = list(map(self._made.get, at.tolist()))
        new = np.array([event is None for event in found], np.bool_)
        fresh = iter(self._all.events(at[new]))
        return [event or next(fresh) for event in found]

    def misses(self, rules: DecisionRules, count: int, since: int = -1) -> list[NearMiss]:
        """Return the nearest misses, one for each class.

        Only those count that were complete after source sample `since`.

        Parents of a shown class are none: they stand in its path.
        """
        early = np.flatnonzero(self._all.column("announced") <= since)
        start = int(early[-1]) + 1 if len(early) else 0
        labels, scores = self._all.column("label", start), self._all.column("score", start)
        masks, stand_ins = self._says(rules, start)
        hidden = self._loudest_first(start, masks, stand_ins)
        # the loudest of each class, in the order of all
        best = hidden[np.sort(np.unique(labels[hidden], return_index=True)[1])]
        nearness = scores[best] / _by_class(rules)[0][labels[best]]
        nearest = best[np.lexsort((-nearness, masks.deliberate[best]))][:count] + start
        return [miss for at in nearest.tolist() if (miss := self._miss(at, rules)) is not None]

    def _miss(self, at: int, rules: DecisionRules) -> NearMiss | None:
        """Return what hides the finding at a position, with the reason."""
        finding = self._all[at]
        hidden = judge(finding.candidate, rules, self._taxonomy)
        threshold = rules.threshold(finding.candidate.label)
        return None if hidden is None else NearMiss(hidden, finding.event, threshold)

    def _event(self, at: int) -> Event:
        return self._made.get(at) or self._all.event(at)

    def _loudest_first(
        self, start: int, masks: _Masks, stand_ins: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.intp]:
        """Return what may be the near-miss of its class, by falling score, counted from `start`.

        All that pass their threshold and are hidden, but for parents of what is shown; and for each
        class that is not hidden on purpose the best that does not pass: what two rules hide is not
        near.
        """
        labels, scores = self._all.column("label", start), self._all.column("score", start)
        below = np.flatnonzero(~masks.loud & masks.wanted)
        order = below[np.lexsort((-scores[below], labels[below]))]
        first = np.unique(labels[order], return_index=True)[1]
        hidden = np.flatnonzero(masks.loud & (~masks.passing | masks.ever_present))
        is_parent = masks.passing & (stand_ins >= 0)
        hidden = hidden[~is_parent[hidden]]
        chosen = np.concatenate((hidden, order[first]))
        return chosen[np.argsort(-scores[chosen], kind="stable")]

    def _says(self, rules: DecisionRules, start: int) -> tuple[_Masks, npt.NDArray[np.int64]]:
        """Return what `_masks` and `_stand_ins` do, that of all findings from before if known."""
        if start == 0 and self._said is not None and self._said[0] is rules:
            return self._said[1:]
        masks, stand_ins = self._masks(rules, start), self._stand_ins(rules, start)
        if start == 0:
            self._said = rules, masks, stand_ins
        return masks, stand_ins

    def _masks(self, rules: DecisionRules, start: int) -> _Masks:
        """Tell what the rules say of the findings from position `start` on."""
        column = self._all.column
        n_patches = column("last", start) - column("first", start) + 1
        labels, scores = column("label", start), column("score", start)
        return _masks(rules, labels, scores, n_patches, column("presence", start))

    def _stand_ins(self, rules: DecisionRules, start: int) -> npt.NDArray[np.int64]:
        """Return, for each finding from `start` on, the label that is shown for it; -1 if none."""
        owners, rows = self._all.specifics(start)
        masks = _masks(rules, rows["label"], rows["score"], rows["n_patches"], rows["presence"])
        shown = masks.passing & ~masks.ever_present & (rows["coverage"] >= rules.parent_coverage)
        labels, owners = rows["label"][shown], owners[shown]
        depth = self._depths[labels]
        # the deepest of each, the first among equals
        order = np.lexsort((-depth, owners))
        found, first = np.unique(owners[order], return_index=True)
        stand_ins = np.full(len(self._all) - start, -1, np.int64)
        stand_ins[found] = labels[order][first]
        return stand_ins

    def _drop(self, count: int) -> None:
        if count:
            self._all.drop(count)
            self._said = None
            self._made = {at - count: e for at, e in self._made.items() if at >= count}
