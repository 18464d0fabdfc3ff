"""What was found, against what somebody labelled: event-based, segment-based, and PSDS.

Judged are the classes that the reference names, as sed_eval's and DCASE's recipes do: who labels
dogs says nothing of the cars. A label stands for its ancestors too, where these are judged.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from leanviz.core.clock import seconds
from leanviz.core.decisions import DecisionRules
from leanviz.core.events import Event
from leanviz.core.taxonomy import Taxonomy
from leanviz.evaluation.detection import (
    ONSET_COLLAR_S,
    SEGMENT_S,
    Annotation,
    Hits,
    annotation,
    event_hits,
    segment_hits,
)
from leanviz.evaluation.plain import plain
from leanviz.evaluation.psds import LOCATED, RECOGNISED, Scenario, psds
from leanviz.evaluation.timeline import SLIDER, Heard
from leanviz.sessions.labels import Mark

# Where results have scores and nothing else: their thresholds, as finely as the window's slider.
THRESHOLDS = tuple(round(0.02 * position, 2) for position in range(51))


@dataclass(frozen=True, slots=True)
class Sounds:
    """Labels of one recording in terms of the vocabulary.

    Attributes
    ----------
    extents : Annotation
        Of every label and its ancestors.
    named : tuple of frozenset of int
        For each label its class and its ancestors.
    unknown : Counter of str
        Names that no class has, and how often they stand there.
    """

    extents: Annotation
    named: tuple[frozenset[int], ...] = ()
    unknown: Counter[str] = field(default_factory=Counter[str])

    @classmethod
    def of(cls, marks: Iterable[Mark], taxonomy: Taxonomy, least: float = 0.0) -> "Sounds":
        """Match labels whose score, if they have one, is `least` or more."""
        sounds: list[tuple[tuple[float, float], frozenset[int]]] = []
        unknown: Counter[str] = Counter()
        for mark in marks:
            position = taxonomy.find(mark.label)
            if position is None:
                unknown[mark.label] += 1
            elif mark.score is None or mark.score >= least:
                classes = frozenset((position, *taxonomy.breadcrumb(position)))
                sounds.append(((mark.onset_s, mark.offset_s), classes))
        return cls(annotation(sounds), tuple(classes for _, classes in sounds), unknown)


def written(marks: Iterable[Mark], taxonomy: Taxonomy) -> frozenset[int]:
    """Return the classes that labels name themselves."""
    found = {taxonomy.find(mark.label) for mark in marks}
    return frozenset(position for position in found if position is not None)


@dataclass(frozen=True, slots=True)
class Pair:
    """One recording, as it is labelled and as it was heard.

    Attributes
    ----------
    duration_s : float
    truth, found : Annotation
    named : tuple of frozenset of int
        For each label found its class and its ancestors.
    points : tuple of Annotation
        What is found at every setting of the threshold; empty where scores are not known.
    """

    duration_s: float
    truth: Annotation
    found: Annotation
    named: tuple[frozenset[int], ...]
    points: tuple[Annotation, ...] = ()


def pair_of_results(
    truth: Iterable[Mark], results: Sequence[Mark], duration_s: float, taxonomy: Taxonomy
) -> Pair:
    """Return a recording whose results were read from a file."""
    found = Sounds.of(results, taxonomy)
    points: tuple[Annotation, ...] = ()
    if all(mark.score is not None for mark in results):
        points = tuple(Sounds.of(results, taxonomy, least).extents for least in THRESHOLDS)
    return Pair(duration_s, Sounds.of(truth, taxonomy).extents, found.extents, found.named, points)


def pair_of_analysis(
    truth: Iterable[Mark],
    heard: Heard,
    events: Iterable[Event],
    rules: DecisionRules,
    taxonomy: Taxonomy,
) -> Pair:
    """Return a recording that was analysed, with what is shown of it."""
    rate = heard.sample_rate
    shown = [
        Mark(seconds(event.onset, rate), seconds(event.offset, rate), event.label)
        for event in events
    ]
    found = Sounds.of(shown, taxonomy)
    points = tuple(heard.shown(replace(rules, offset=offset), taxonomy) for offset in SLIDER)
    extents = Sounds.of(truth, taxonomy).extents
    return Pair(heard.duration_s, extents, found.extents, found.named, points)


@dataclass(frozen=True, slots=True)
class Collars:
    """How exact is exact enough.

    Attributes
    ----------
    onset_s : float
        Farthest that an onset may be from a true one.
    segment_s : float
        Length of a segment.
    """

    onset_s: float = ONSET_COLLAR_S
    segment_s: float = SEGMENT_S


@dataclass(frozen=True, slots=True)
class OfClass:
    """The figures of one class, a position in the taxonomy."""

    label: int
    event_based: Hits
    segment_based: Hits


@dataclass(frozen=True, slots=True)
class ReferenceFigures:
    """How well what was found agrees with labels.

    Attributes
    ----------
    recordings : int
    duration_s : float
        Of all recordings.
    event_based, segment_based : Hits
    psds_located, psds_recognised : float
        In the two scenarios of DCASE task 4; NaN where scores are not known.
    classes : tuple of OfClass
        Those that the reference names.
    others : int
        Labels found of classes that it does not name; not judged.
    """

    recordings: int
    duration_s: float
    event_based: Hits
    segment_based: Hits
    psds_located: float
    psds_recognised: float
    classes: tuple[OfClass, ...]
    others: int


def reference_figures(
    pairs: Sequence[Pair], judged: frozenset[int], collars: Collars | None = None
) -> ReferenceFigures:
    """Return the figures of recordings, over the classes that are judged.

    A label without length counts in the event-based figures alone: it fills no segment.
    """
    collars = collars or Collars()
    truth = [_only(pair.truth, judged) for pair in pairs]
    found = [_only(pair.found, judged) for pair in pairs]
    lasting = [_lasting(each) for each in truth]
    durations = [pair.duration_s for pair in pairs]

    def of_class(label: int) -> OfClass:
        one = frozenset((label,))
        there, here, filled = ([_only(x, one) for x in xs] for xs in (truth, found, lasting))
        by_segment = segment_hits(filled, here, durations, collars.segment_s)
        return OfClass(label, event_hits(there, here, collars.onset_s), by_segment)

    located, recognised = _psds(pairs, lasting, judged)
    return ReferenceFigures(
        recordings=len(pairs),
        duration_s=math.fsum(durations),
        event_based=event_hits(truth, found, collars.onset_s),
        segment_based=segment_hits(lasting, found, durations, collars.segment_s),
        psds_located=located,
        psds_recognised=recognised,
        classes=tuple(of_class(label) for label in sorted(judged)),
        others=sum(judged.isdisjoint(classes) for pair in pairs for classes in pair.named),
    )


def _psds(
    pairs: Sequence[Pair], truth: Sequence[Annotation], judged: frozenset[int]
) -> tuple[float, float]:
    """Return PSDS in both scenarios; NaN where recordings have no common settings."""
    counts = {len(pair.points) for pair in pairs}
    duration_s = math.fsum(pair.duration_s for pair in pairs)
    if len(counts) != 1 or not duration_s:
        return math.nan, math.nan
    settings = range(counts.pop())
    points = [[_lasting(_only(pair.points[at], judged)) for pair in pairs] for at in settings]

    def area(scenario: Scenario) -> float:
        return psds(truth, points, duration_s, scenario) if points else math.nan

    return area(LOCATED), area(RECOGNISED)


def _only(sounds: Annotation, classes: frozenset[int]) -> Annotation:
    return {label: sounds[label] for label in sounds.keys() & classes}


def _lasting(sounds: Annotation) -> Annotation:
    lasting = {label: [e for e in extents if e[1] > e[0]] for label, extents in sounds.items()}
    return {label: extents for label, extents in lasting.items() if extents}


def as_record(figures: ReferenceFigures, taxonomy: Taxonomy) -> dict[str, Any]:
    """Return figures as JSON holds them: classes by name, null for what is no number."""
    record = plain(figures)
    for entry in record["classes"]:
        entry["label"] = taxonomy[entry["label"]].name
    return record
