"""The findings that came last, with what the rules say of each: live, only these are asked about.

Live, a few come at a time and some dozens are recent. For so few, plain Python takes a fifth of the
time of the numpy expressions of `leanviz.models.findings`, which are for thousands.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from leanviz.core.decisions import DecisionRules, judge
from leanviz.core.events import Event, Finding, Hidden, Rule
from leanviz.core.taxonomy import Taxonomy

# What comes at once and is more than that is not from a live stream.
FEW = 100
# Ten minutes of a lively stream have three times as many; of the last half minute there are a
# hundred.
MOST = 500


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
    def deliberate(self) -> bool:
        """Whether it was hidden on purpose."""
        return self.hidden.rule in {Rule.MUTED, Rule.NOT_CHOSEN}

    @property
    def nearness(self) -> tuple[bool, float]:
        """What near-misses are sorted by, the nearest last; what was hidden on purpose first."""
        return not self.deliberate, self.hidden.candidate.score / self.threshold


@dataclass(frozen=True, slots=True)
class _Said:
    """What rules say of a finding: what hides it, and what it is as a near-miss, if it may be."""

    finding: Finding
    hidden: Hidden | None
    miss: NearMiss | None
    order: tuple[bool, float, float, bool, int]


class Latest:
    """The newest findings, judged one by one; nothing is judged twice by the same rules."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._findings: list[Finding] = []
        self._said: list[_Said] = []
        self._rules: DecisionRules | None = None
        self._forgotten = 0

    def add(self, findings: Sequence[Finding]) -> None:
        """Take more findings; of very many, none, and those before are forgotten."""
        if len(findings) > FEW:
            self.keep(0)
        else:
            self._findings.extend(findings)
            if len(self._findings) > 2 * MOST:
                self.keep(MOST)

    def keep(self, count: int) -> None:
        """Forget all but the newest `count`."""
        old = max(0, len(self._findings) - count)
        del self._findings[:old], self._said[:old]
        self._forgotten += old

    def judged(
        self, rules: DecisionRules, count: int
    ) -> list[tuple[Finding, Hidden | None]] | None:
        """Return the newest `count` with what hides each; None if that many are not kept."""
        start = len(self._findings) - count
        if start < 0:
            return None
        return [(said.finding, said.hidden) for said in self._judge(rules)[start:]]

    def misses(
        self, rules: DecisionRules, count: int, since: int, total: int
    ) -> list[NearMiss] | None:
        """Return what `Findings.misses` does, given how many findings there are altogether.

        None if some are asked about that are not kept.
        """
        findings = self._findings
        start = len(findings)
        while start and findings[start - 1].event.announced > since:
            start -= 1
        if not start and len(findings) < total:
            return None
        best: dict[int, _Said] = {}
        for said in self._judge(rules)[start:]:
            if said.miss is not None:
                label = said.finding.candidate.label
                known = best.get(label)
                if known is None or said.finding.candidate.score > known.finding.candidate.score:
                    best[label] = said
        nearest = sorted(best.values(), key=lambda said: said.order)[:count]
        return [said.miss for said in nearest if said.miss is not None]

    def _judge(self, rules: DecisionRules) -> list[_Said]:
        if rules is not self._rules:
            self._rules, self._said = rules, []
        for at in range(len(self._said), len(self._findings)):
            self._said.append(self._say(self._findings[at], rules, self._forgotten + at))
        return self._said

    def _say(self, finding: Finding, rules: DecisionRules, place: int) -> _Said:
        candidate = finding.candidate
        hidden = judge(candidate, rules, self._taxonomy)
        below = hidden is not None and hidden.rule is Rule.THRESHOLD
        # a general class stands in the path of what is shown for it; what two rules hide is far
        near = hidden is not None and hidden.rule is not Rule.PARENT
        if not near or (below and not rules.listens_to(candidate.label)):
            return _Said(finding, hidden, None, (False, 0.0, 0.0, False, 0))
        assert hidden is not None
        miss = NearMiss(hidden, finding.event, rules.threshold(candidate.label))
        deliberate, nearness = miss.deliberate, candidate.score / miss.threshold
        # the last three only matter among those that are equally near: as `Findings` has them
        order = deliberate, -nearness, -candidate.score, below, candidate.label if below else place
        return _Said(finding, hidden, miss, order)
