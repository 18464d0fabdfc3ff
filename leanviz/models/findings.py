"""What was found of late, before any rule: kept so that other rules can choose from it at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leanviz.core.annotations import IN_ORDER
from leanviz.core.clock import Span
from leanviz.core.decisions import DecisionRules, judge
from leanviz.core.events import Event, Finding, Hidden, Rule
from leanviz.core.finding_store import FindingStore
from leanviz.core.taxonomy import Taxonomy
from leanviz.models.latest import Latest, NearMiss
from leanviz.models.rule_masks import Mask, Masks, by_class, masks_of


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


# Findings that touch an extent are looked for among so many times more around them: what lasts
# for hours is complete long after what it overlaps.
FAR = 8


def _latest(onset: npt.NDArray[np.int64], mask: Mask, most: int | None) -> npt.NDArray[np.intp]:
    """Return where a mask is set; of more than `most`, those that began last, and with the last."""
    at = np.flatnonzero(mask)
    if most is None or len(at) <= most:
        return at
    began = onset[at]
    return at[began >= np.partition(began, len(began) - most)[len(began) - most]]


_Made = dict[int, Event]
_Said = tuple[DecisionRules, Masks, npt.NDArray[np.int64]] | None


class Findings:
    """Findings in the order in which they were complete.

    All are judged together, in a few numpy expressions: what `core.decisions.judge` says of each.
    The newest few are judged one by one, which is faster (see `Latest`).

    Attributes
    ----------
    dropped : int
        How many were there and were forgotten.
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._depths = np.array([len(label.parents) for label in taxonomy.labels], np.int64)
        # places of the labels in the order of their names; numpy sorts short numbers faster
        names = [label.name for label in taxonomy.labels]
        self._ranks = np.argsort(np.argsort(np.array(names, np.str_))).astype(np.uint16)
        self._all = FindingStore(taxonomy)
        self._latest = Latest(taxonomy)
        self.dropped = 0
        # the events that were seen last, by position: making them anew is most of the work
        self._made: _Made = {}
        # what the rules asked about last say of all that is kept, while it stays as it is
        self._said: _Said = None

    def __len__(self) -> int:
        return len(self._all)

    def snapshot(self) -> "Findings":
        """Return what there is now, for any thread to judge; nothing may be added to it."""
        same = Findings(self._taxonomy)
        same._all, same.dropped = self._all.snapshot(), self.dropped
        same._made, same._said = self.worked_out
        return same

    def adopt(self, snapshot: "Findings") -> bool:
        """Take over what was worked out for a snapshot of these.

        Returns
        -------
        bool
            Whether all that was in the snapshot still is; if not, nothing is taken over.
        """
        if snapshot.dropped != self.dropped:
            return False
        self._made, said = snapshot.worked_out
        self._said = said if len(snapshot) == len(self) else None
        return True

    @property
    def worked_out(self) -> tuple[_Made, _Said]:
        """What was seen of these and said of them last, which need not be found again."""
        return self._made, self._said

    def clear(self) -> None:
        """Forget everything."""
        self._drop(len(self._all))

    def add(self, findings: Iterable[Finding]) -> None:
        """Take more findings."""
        fresh = findings if isinstance(findings, Sequence) else tuple(findings)
        if len(fresh):
            self._all.extend(fresh)
            self._latest.add(fresh)
            self._said = None

    def forget(self, before: int) -> list[Finding]:
        """Drop, and return, the findings that were complete before a source sample."""
        # live, nothing is that old for ten minutes, and then little is
        if not len(self._all) or self._all.column("announced", 0, 1)[0] >= before:
            return []
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
        if most is None and (few := self._latest.judged(rules, len(self._all) - start)) is not None:
            return self._judge_few(few, start)
        masks, stand_ins = self._says(rules, start)
        onset = self._all.column("onset", start)
        shown, parents = masks.shown(stand_ins), masks.passing & (stand_ins >= 0)
        events_at = self._in_order(_latest(onset, shown, most), start)
        if most is not None and len(events_at) >= most:  # those before stand behind nothing
            parents &= onset >= onset[events_at[0]]
        parents_at = self._in_order(_latest(onset, parents, most), start)
        at = np.concatenate((events_at, parents_at)) + start
        found = self._events(at)
        self._note_made(dict(zip(at.tolist(), found, strict=True)), start)
        n = len(events_at)
        return Judged(found[:n], list(zip(found[n:], stand_ins[parents_at].tolist(), strict=True)))

    def _judge_few(self, judged: Sequence[tuple[Finding, Hidden | None]], start: int) -> Judged:
        """Part findings that were judged one by one."""
        shown: list[Event] = []
        parents: list[tuple[Event, int]] = []
        made: _Made = {}
        for at, (finding, hidden) in enumerate(judged, start):
            if hidden is None:
                shown.append(finding.event)
            elif hidden.rule is Rule.PARENT:
                parents.append((finding.event, hidden.shown_as))
            else:
                continue
            made[at] = finding.event
        self._note_made(made, start)
        shown.sort(key=IN_ORDER)
        parents.sort(key=lambda parent: IN_ORDER(parent[0]))
        return Judged(shown, parents)

    def _note_made(self, made: _Made, start: int) -> None:
        """Keep the events that were seen of findings from position `start` on."""
        if start:
            self._made.update(made)
        else:
            self._made = made

    def touching(self, rules: DecisionRules, extent: Span, most: int) -> list[Event] | None:
        """Return what the rules show of the findings that touch an extent, in order.

        None if there are more than `most` such findings, or they are that far apart.
        """
        column = self._all.column
        at = np.flatnonzero((column("onset") < extent.stop) & (column("offset") > extent.start))
        if not len(at):
            return []
        start, stop = int(at[0]), int(at[-1]) + 1
        if len(at) > most or stop - start > FAR * most:
            return None
        masks, stand_ins = self._masks(rules, start, stop), self._stand_ins(rules, start, stop)
        shown = at[masks.shown(stand_ins)[at - start]]
        return self._events(self._in_order(shown, 0))

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
        few = self._latest.misses(rules, count, since, len(self._all))
        if few is not None:
            return few
        early = np.flatnonzero(self._all.column("announced") <= since)
        start = int(early[-1]) + 1 if len(early) else 0
        labels, scores = self._all.column("label", start), self._all.column("score", start)
        masks, stand_ins = self._says(rules, start)
        hidden = self._loudest_first(start, masks, stand_ins)
        # the loudest of each class, in the order of all
        best = hidden[np.sort(np.unique(labels[hidden], return_index=True)[1])]
        nearness = scores[best] / by_class(rules)[0][labels[best]]
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
        self, start: int, masks: Masks, stand_ins: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.intp]:
        """Return what may be the near-miss of its class, by falling score, counted from `start`.

        All that pass their threshold and are hidden, but for parents of what is shown; and for each
        class that is not hidden on purpose the best that does not pass: what two rules hide is not
        near.
        """
        labels, scores = self._all.column("label", start), self._all.column("score", start)
        below = np.flatnonzero(~masks.loud & masks.wanted)
        highest = np.zeros(len(self._depths))
        np.maximum.at(highest, labels[below], scores[below])
        best = below[scores[below] == highest[labels[below]]]
        first = np.unique(labels[best], return_index=True)[1]
        hidden = np.flatnonzero(masks.loud & (~masks.passing | masks.ever_present))
        is_parent = masks.passing & (stand_ins >= 0)
        hidden = hidden[~is_parent[hidden]]
        chosen = np.concatenate((hidden, best[first]))
        return chosen[np.argsort(-scores[chosen], kind="stable")]

    def _says(self, rules: DecisionRules, start: int) -> tuple[Masks, npt.NDArray[np.int64]]:
        """Return what `_masks` and `_stand_ins` do, that of all findings from before if known."""
        if start == 0 and self._said is not None and self._said[0] is rules:
            return self._said[1:]
        stop = len(self._all)
        masks, stand_ins = self._masks(rules, start, stop), self._stand_ins(rules, start, stop)
        if start == 0:
            self._said = rules, masks, stand_ins
        return masks, stand_ins

    def _masks(self, rules: DecisionRules, start: int, stop: int) -> Masks:
        """Tell what the rules say of the findings at positions `start` up to `stop`."""
        labels, scores, presence, first, last = (
            self._all.column(name, start, stop)
            for name in ("label", "score", "presence", "first", "last")
        )
        return masks_of(rules, labels, scores, last - first + 1, presence)

    def _stand_ins(self, rules: DecisionRules, start: int, stop: int) -> npt.NDArray[np.int64]:
        """Return, for each finding in a range, the label that is shown for it; -1 if none."""
        owners, rows = self._all.specifics(start, stop)
        masks = masks_of(rules, rows["label"], rows["score"], rows["n_patches"], rows["presence"])
        shown = masks.passing & ~masks.ever_present & (rows["coverage"] >= rules.parent_coverage)
        labels, owners = rows["label"][shown], owners[shown]
        depth = self._depths[labels]
        # the deepest of each, the first among equals
        order = np.lexsort((-depth, owners))
        found, first = np.unique(owners[order], return_index=True)
        stand_ins = np.full(stop - start, -1, np.int64)
        stand_ins[found] = labels[order][first]
        return stand_ins

    def _drop(self, count: int) -> None:
        if count:
            self._all.drop(count)
            self._latest.keep(len(self._all))
            self.dropped += count
            self._said = None
            self._made = {at - count: e for at, e in self._made.items() if at >= count}
