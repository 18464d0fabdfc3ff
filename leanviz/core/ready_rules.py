"""Ready-made alert rules: sounds that somebody who cannot hear them wants to see."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from leanviz.core.decisions import DecisionRules
from leanviz.core.taxonomy import Taxonomy
from leanviz.core.watching import WatchRule


@dataclass(frozen=True, slots=True)
class ReadyRule:
    """A rule that is offered.

    Attributes
    ----------
    label : str
        Vocabulary name of a class or family.
    about : str
        What it tells of, for people.
    cooldown_s, absence_s : float
        As in `WatchRule`.
    """

    label: str
    about: str
    cooldown_s: float
    absence_s: float = 0.0


# What asks for an answer soon is told again soon; what goes on for long, once it begins anew. Rules
# of families come before those of what is in them, which they are about, too.
READY = (
    ReadyRule("Alarm", "Alarms: smoke, fire, burglar, clock; sirens, telephones, horns", 20.0),
    ReadyRule("Siren", "Sirens alone", 60.0),
    ReadyRule("Telephone", "Telephones and ringtones alone", 15.0),
    ReadyRule("Doorbell", "The doorbell", 10.0),
    ReadyRule("Knock", "Knocking", 10.0),
    ReadyRule("Crying_and_sobbing", "A baby or somebody else crying", 60.0),
    ReadyRule("Shout", "Somebody calls or shouts", 20.0),
    ReadyRule("Screaming", "Somebody screams", 20.0),
    ReadyRule("Shatter", "Glass breaks", 10.0),
    ReadyRule("Dog", "A dog", 120.0, 30.0),
    ReadyRule("Water_tap_and_faucet", "Water runs from a tap", 300.0, 30.0),
    ReadyRule("Boiling", "Water boils", 120.0, 30.0),
)


def known(taxonomy: Taxonomy) -> list[ReadyRule]:
    """Return the ready rules whose sounds a model knows."""
    names = set(taxonomy.names)
    return [ready for ready in READY if ready.label in names]


def covering(ready: ReadyRule, rules: Iterable[WatchRule], taxonomy: Taxonomy) -> WatchRule | None:
    """Return the first rule that alerts of the same sound, be it switched off or of a family.

    A family's rule counts while it is in use; one about any sound does not.
    """
    above = taxonomy.names_above(taxonomy.index(ready.label))
    return next(
        (
            rule
            for rule in rules
            if rule.would_alert
            and (rule.label == ready.label or (rule.enabled and rule.label in above))
        ),
        None,
    )


def missing(
    chosen: Iterable[ReadyRule], there: Iterable[WatchRule], taxonomy: Taxonomy
) -> list[ReadyRule]:
    """Return those that neither a rule that is there covers, nor one chosen before them."""
    rules, found = list(there), list[ReadyRule]()
    for ready in chosen:
        if covering(ready, rules, taxonomy) is None:
            rules.append(WatchRule(ready.label))
            found.append(ready)
    return found


def rules_of(
    chosen: Iterable[ReadyRule],
    there: Iterable[WatchRule],
    taxonomy: Taxonomy,
    recommended: DecisionRules,
) -> list[WatchRule]:
    """Return the rules that are to be added to those there are; none is there twice.

    Each alerts from the lowest score that the model recommends for one of its classes.
    """

    def least(label: str) -> float:
        classes = taxonomy.below(taxonomy.index(label))
        return math.floor(100 * min(map(recommended.threshold, classes))) / 100

    return [
        WatchRule(
            ready.label,
            least(ready.label),
            cooldown_s=ready.cooldown_s,
            absence_s=ready.absence_s,
        )
        for ready in missing(chosen, there, taxonomy)
    ]


def unheard(label: str, taxonomy: Taxonomy) -> bool:
    """Tell whether the model is known to have learned a class, and all below it, without clips."""
    classes = taxonomy.below(taxonomy.index(label))
    return all(taxonomy[position].training_clips == 0 for position in classes)
