"""From candidates to events: the user's rules, in order, each leaving its reason.

threshold -> minimum duration -> mute and allow lists -> parents of a shown class -> ever-present
classes. The rules only filter; they never move an onset or an offset.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from leanviz.core.candidates import CandidateRules
from leanviz.core.clock import Span, rescale
from leanviz.core.events import Candidate, Event, Finding, Hidden, Rule, Specific, State
from leanviz.core.frontend import YAMNET, FrontEnd
from leanviz.core.presence import PRESENCE_S
from leanviz.core.taxonomy import Taxonomy

# Part of the last five minutes from which a class counts as ever-present: four minutes.
EVER_PRESENT = 0.8


@dataclass(frozen=True, slots=True)
class DecisionRules:
    """The user's filter, and how the candidates for it are found.

    Attributes
    ----------
    thresholds : tuple of float
        Score from which each class is shown, in the order of the taxonomy.
    offset : float
        Added to every threshold: the global slider.
    min_patches : int
        Shortest extent shown, in patch hops of 0.48 s.
    muted : frozenset of int
        Classes never shown.
    allowed : frozenset of int or None
        If given, only these classes are shown.
    quiet : frozenset of int
        Classes that are not shown again while they are ever-present: heard in at least
        `ever_present` of the five minutes before.
    ever_present : float
    parent_coverage : float
        Part of a parent that a shown descendant must cover to stand for it.
    candidates : CandidateRules
        Smoothing and hang-over: what they change, changes extents.
    """

    thresholds: tuple[float, ...]
    offset: float = 0.0
    min_patches: int = 1
    muted: frozenset[int] = field(default_factory=frozenset)
    allowed: frozenset[int] | None = None
    quiet: frozenset[int] = field(default_factory=frozenset)
    ever_present: float = EVER_PRESENT
    parent_coverage: float = 0.5
    candidates: CandidateRules = field(default_factory=CandidateRules)

    def threshold(self, label: int) -> float:
        """Return the score from which a class is shown."""
        return min(0.99, max(0.01, self.thresholds[label] + self.offset))

    def listens_to(self, label: int) -> bool:
        """Tell whether the mute and allow lists let a class through."""
        return label not in self.muted and (self.allowed is None or label in self.allowed)

    def hides(self, sound: Candidate | Specific) -> Rule | None:
        """Return the first rule that hides a sound, those about parents apart; None if none."""
        label = sound.label
        if sound.score < self.threshold(label):
            return Rule.THRESHOLD
        if sound.n_patches < self.min_patches:
            return Rule.DURATION
        if label in self.muted:
            return Rule.MUTED
        if self.allowed is not None and label not in self.allowed:
            return Rule.NOT_CHOSEN
        if label in self.quiet and sound.presence >= self.ever_present:
            return Rule.EVER_PRESENT
        return None


HOP_S = YAMNET.patch_hop / YAMNET.sample_rate

_REASONS: dict[Rule, Callable[[Candidate, DecisionRules], str]] = {
    Rule.THRESHOLD: lambda c, rules: f"threshold {rules.threshold(c.label):.2f}",
    Rule.DURATION: lambda c, rules: f"shorter than {rules.min_patches * HOP_S:.2f} s",
    Rule.MUTED: lambda _c, _rules: "muted",
    Rule.NOT_CHOSEN: lambda _c, _rules: "not among the chosen classes",
    Rule.EVER_PRESENT: lambda c, _rules: (
        f"ever-present: {c.presence * PRESENCE_S:.0f} s of the last {PRESENCE_S / 60:.0f} min"
    ),
}


def judge(candidate: Candidate, rules: DecisionRules, taxonomy: Taxonomy) -> Hidden | None:
    """Return why a candidate is hidden, or None if it is shown."""
    rule = rules.hides(candidate)
    if rule is not None and rule is not Rule.EVER_PRESENT:
        return Hidden(candidate, rule, _REASONS[rule](candidate, rules))
    shown = [
        other.label
        for other in candidate.specifics
        if other.coverage >= rules.parent_coverage and rules.hides(other) is None
    ]
    if shown:
        deepest = max(shown, key=lambda label: len(taxonomy[label].parents))
        reason = f"shown as {taxonomy[deepest].title}"
        return Hidden(candidate, Rule.PARENT, reason, deepest)
    return None if rule is None else Hidden(candidate, rule, _REASONS[rule](candidate, rules))


def is_shown(candidate: Candidate, rules: DecisionRules) -> bool:
    """Tell whether `judge` finds nothing that hides a candidate, without saying what does."""
    return rules.hides(candidate) is None and not any(
        other.coverage >= rules.parent_coverage and rules.hides(other) is None
        for other in candidate.specifics
    )


@dataclass(frozen=True, slots=True)
class PatchClock:
    """Where patches lie on the source's sample index.

    A patch sees 0.975 s, but neighbours are 0.48 s apart: it stands for the hop around its centre.
    The first patch of a segment also stands for what precedes, the last for what follows.

    Parameters
    ----------
    sample_rate : int
        Rate of the source in hertz.
    start : int
        Source sample at which the segment begins (0, or the end of a gap).
    """

    sample_rate: int
    start: int = 0
    front: FrontEnd = YAMNET

    def to_source(self, model_sample: int) -> int:
        """Return the source sample at a sample index of the 16 kHz signal of this segment."""
        return self.start + rescale(model_sample, self.front.sample_rate, self.sample_rate)

    def to_sources(self, model_samples: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return what `to_source` does of many samples at once, whatever their shape."""
        rate, model_rate = self.sample_rate, self.front.sample_rate
        return self.start + (2 * model_samples * rate + model_rate) // (2 * model_rate)

    def sees(self, patch: int) -> Span:
        """Return the source samples that a patch sees."""
        first = patch * self.front.patch_hop
        return Span(self.to_source(first), self.to_source(first + self.front.patch_length))

    def extent(self, first: int, last: int, end: int | None = None) -> Span:
        """Return the source samples that patches `first` to `last` stand for.

        Parameters
        ----------
        end : int or None
            End of the segment in source samples, when `last` is its last patch.
        """
        lead = (self.front.patch_length - self.front.patch_hop) // 2
        hop = self.front.patch_hop
        onset = self.start if first == 0 else self.to_source(first * hop + lead)
        offset = self.to_source((last + 1) * hop + lead) if end is None else end
        return Span(onset, max(offset, onset + 1))


def event(
    candidate: Candidate,
    taxonomy: Taxonomy,
    extent: Span,
    announced: int,
    state: State = State.FINAL,
) -> Event:
    """Return the event that a shown candidate becomes."""
    label = taxonomy[candidate.label]
    return Event(
        extent.start,
        extent.stop,
        label.name,
        candidate.score,
        announced,
        taxonomy.names_above(candidate.label),
        state=state,
    )


def place(
    candidate: Candidate,
    clock: PatchClock,
    taxonomy: Taxonomy,
    last_patch: int | None = None,
    end: int | None = None,
) -> Finding:
    """Return a complete candidate with its place on the source's sample index.

    Parameters
    ----------
    last_patch : int or None
        The last patch of the segment, once that is known: it stands for all up to `end`.
    end : int or None
        End of the segment in source samples, while it ends.
    """
    extent = clock.extent(
        candidate.first, candidate.last, end if candidate.last == last_patch else None
    )
    announced = clock.sees(candidate.decided + 1).stop
    announced = announced if end is None else min(announced, end)
    return Finding(candidate, event(candidate, taxonomy, extent, announced))


def by_onset(candidate: Candidate) -> tuple[int, float]:
    """Return what candidates are sorted by: the first patch, the highest score among equals."""
    return candidate.first, -candidate.score


def decide(
    findings: Iterable[Finding], rules: DecisionRules, taxonomy: Taxonomy
) -> tuple[list[Event], list[Hidden]]:
    """Part findings into the events that the rules show and those that they hide."""
    events: list[Event] = []
    hidden: list[Hidden] = []
    for finding in findings:
        reason = judge(finding.candidate, rules, taxonomy)
        if reason is None:
            events.append(finding.event)
        else:
            hidden.append(reason)
    return events, hidden
