"""What the user chose of the decision rules, by the names of classes: fit for a settings file."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from leanviz.core.candidates import CandidateRules
from leanviz.core.decisions import DecisionRules
from leanviz.core.smoothing import Smoothing
from leanviz.core.taxonomy import Taxonomy

MAX_OFFSET = 1.0
MAX_PATCHES = 62  # half a minute
MAX_SMOOTHING_PATCHES = 10
# A threshold of the user's own, before the offset is added to it.
THRESHOLD_RANGE = (-1.0, 2.0)

Names = tuple[str, ...]
N = TypeVar("N", int, float)


@dataclass(frozen=True, slots=True)
class ClassChoices:
    """Which classes are shown, and from which score.

    Attributes
    ----------
    thresholds : dict of str to float
        In place of what the model recommends; the offset is added to these too.
    muted : tuple of str
        Never shown.
    only : tuple of str
        If any, nothing else is shown.
    always : tuple of str
        Shown even while ever-present.
    """

    thresholds: dict[str, float] = field(default_factory=dict, metadata={"item": 0.0})
    muted: Names = ()
    only: Names = ()
    always: Names = ()


@dataclass(frozen=True, slots=True)
class DecisionChoices:
    """Everything about decisions that is up to the user; the values here are the defaults.

    A field's metadata tell the limits ``within`` which a stored value is taken over.

    Attributes
    ----------
    offset : float
        Added to the threshold of every class.
    smoothing : Smoothing
    smoothing_patches, hang_over, min_patches : int
        In patch hops of 0.48 s, see `CandidateRules` and `DecisionRules`.
    quiet_ever_present : bool
        Whether general classes are quiet while they are ever-present.
    classes : ClassChoices
    presets : dict of str to ClassChoices
        What the user saved, by name.
    """

    offset: float = field(default=0.0, metadata={"within": (-MAX_OFFSET, MAX_OFFSET)})
    smoothing: Smoothing = Smoothing.MEAN
    smoothing_patches: int = field(default=2, metadata={"within": (1, MAX_SMOOTHING_PATCHES)})
    hang_over: int = field(default=1, metadata={"within": (0, MAX_PATCHES)})
    min_patches: int = field(default=1, metadata={"within": (1, MAX_PATCHES)})
    quiet_ever_present: bool = True
    classes: ClassChoices = field(default_factory=ClassChoices)
    presets: dict[str, ClassChoices] = field(
        default_factory=dict, metadata={"item": ClassChoices()}
    )

    def rules(self, recommended: DecisionRules, taxonomy: Taxonomy) -> DecisionRules:
        """Return the rules of these choices; names the vocabulary lacks are passed over.

        Parameters
        ----------
        recommended : DecisionRules
            What the model recommends, for all that the user left alone.
        """
        chosen = self.classes
        low, high = THRESHOLD_RANGE
        thresholds = list(recommended.thresholds)
        for label in positions(chosen.thresholds, taxonomy):
            own = chosen.thresholds[taxonomy[label].name]
            thresholds[label] = _within(own, low, high)
        always = positions(chosen.always, taxonomy)
        return replace(
            recommended,
            thresholds=tuple(thresholds),
            offset=_within(self.offset, -MAX_OFFSET, MAX_OFFSET),
            min_patches=_within(self.min_patches, 1, MAX_PATCHES),
            muted=positions(chosen.muted, taxonomy),
            allowed=positions(chosen.only, taxonomy) if chosen.only else None,
            quiet=recommended.quiet - always if self.quiet_ever_present else frozenset(),
            candidates=self._candidate_rules(recommended.candidates),
        )

    def with_classes(
        self,
        *,
        thresholds: dict[str, float] | None = None,
        muted: Iterable[str] | None = None,
        only: Iterable[str] | None = None,
        always: Iterable[str] | None = None,
    ) -> "DecisionChoices":
        """Return these choices with parts of those about classes replaced."""
        chosen = self.classes
        classes = ClassChoices(
            chosen.thresholds if thresholds is None else thresholds,
            chosen.muted if muted is None else _in_order(muted),
            chosen.only if only is None else _in_order(only),
            chosen.always if always is None else _in_order(always),
        )
        return replace(self, classes=classes)

    def _candidate_rules(self, recommended: CandidateRules) -> CandidateRules:
        return replace(
            recommended,
            smoothing=self.smoothing,
            smoothing_patches=_within(self.smoothing_patches, 1, MAX_SMOOTHING_PATCHES),
            hang_over=_within(self.hang_over, 0, MAX_PATCHES),
        )


def positions(names: Iterable[str], taxonomy: Taxonomy) -> frozenset[int]:
    """Return the positions of vocabulary names, without those that the vocabulary lacks."""
    known = {label.name: position for position, label in enumerate(taxonomy.labels)}
    return frozenset(known[name] for name in names if name in known)


def _in_order(names: Iterable[str]) -> Names:
    return tuple(sorted(set(names)))


def _within(value: N, low: N, high: N) -> N:
    return min(max(value, low), high)
