"""What would show a near-miss: the one change of the choices that takes back what hid it."""

import math
from dataclasses import dataclass, replace

from leanviz.core.choices import DecisionChoices
from leanviz.core.decisions import HOP_S, DecisionRules
from leanviz.core.events import Hidden, Rule
from leanviz.core.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change that one click makes.

    Attributes
    ----------
    offer : str
        What a button says: ``Show from 0.41``.
    told : str
        What is said once it is done: ``Dog is shown from 0.41.``
    choices : DecisionChoices
        The choices after it.
    """

    offer: str
    told: str
    choices: DecisionChoices


def remedy(
    hidden: Hidden, choices: DecisionChoices, rules: DecisionRules, taxonomy: Taxonomy
) -> Remedy | None:
    """Return the change of the rule that hid a candidate; None for a parent of a shown class.

    Another rule may hide it still, and then has a remedy of its own.

    Parameters
    ----------
    rules : DecisionRules
        The rules that `choices` make, by which it was hidden.
    """
    label = taxonomy[hidden.candidate.label]
    title, chosen = label.title, choices.classes
    if hidden.rule is Rule.THRESHOLD:
        return _lower(hidden, choices, rules, taxonomy)
    if hidden.rule is Rule.DURATION:
        patches = hidden.candidate.n_patches
        shortest = f"{patches * HOP_S:.2f} s"
        return Remedy(
            f"Show from {shortest}",
            f"Sounds of {shortest} and longer are shown.",
            replace(choices, min_patches=patches),
        )
    if hidden.rule is Rule.MUTED:
        muted = set(chosen.muted) - {label.name}
        return Remedy(
            "Unmute", f"{title} is not muted any more.", choices.with_classes(muted=muted)
        )
    if hidden.rule is Rule.NOT_CHOSEN:
        only = {*chosen.only, label.name}
        return Remedy("Choose too", f"{title} is chosen too.", choices.with_classes(only=only))
    if hidden.rule is Rule.EVER_PRESENT:
        always = {*chosen.always, label.name}
        told = f"{title} is shown even while ever-present."
        return Remedy("Always show", told, choices.with_classes(always=always))
    return None


def _lower(
    hidden: Hidden, choices: DecisionChoices, rules: DecisionRules, taxonomy: Taxonomy
) -> Remedy:
    """Return the threshold, in hundredths, that the candidate just reaches."""
    name, score = taxonomy[hidden.candidate.label].name, hidden.candidate.score
    target = math.floor(score * 100) / 100
    own = round(target - rules.offset, 4)
    if own + rules.offset > score:  # rounding, where the score is itself a hundredth
        own = round(own - 0.01, 4)
        target -= 0.01
    target = max(target, 0.01)
    changed = choices.with_classes(thresholds={**choices.classes.thresholds, name: own})
    title = taxonomy[hidden.candidate.label].title
    return Remedy(f"Show from {target:.2f}", f"{title} is shown from {target:.2f}.", changed)
