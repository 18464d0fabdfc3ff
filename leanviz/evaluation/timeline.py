"""Recordings whose sounds have known times, and how well the model's scores follow them."""

import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from leanviz.core.bounded import read_table
from leanviz.core.clock import seconds
from leanviz.core.decisions import DecisionRules, decide
from leanviz.core.errors import UserError
from leanviz.core.events import Finding
from leanviz.core.frontend import YAMNET
from leanviz.core.taxonomy import Taxonomy
from leanviz.evaluation.detection import (
    Annotation,
    Extent,
    Hits,
    annotation,
    event_hits,
    segment_hits,
)
from leanviz.evaluation.manifest import is_file, read_labels, records
from leanviz.evaluation.metrics import area_under_roc, mean
from leanviz.evaluation.psds import LOCATED, RECOGNISED, Scenario, psds
from leanviz.pipeline.results import ClipAnalysis
from leanviz.sessions.labels import Problem
from leanviz.sessions.report import printable

NEEDED = ("filename", "onset_s", "offset_s", "fsd50k_labels", "role")
BACKGROUND = "background"

# A patch counts as inside an event if its centre is no farther from it than about half a hop.
MARGIN_S = 0.25


@dataclass(frozen=True, slots=True)
class TrueEvent:
    """A sound that is there.

    Attributes
    ----------
    onset_s, offset_s : float
    labels : tuple of int
        Positions in the taxonomy, ancestors included; none for a sound that is no class.
    is_background : bool
        Whether it lasts throughout, under the others.
    """

    onset_s: float
    offset_s: float
    labels: tuple[int, ...]
    is_background: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """Annotated recordings, and what could not be used of their table.

    Attributes
    ----------
    recordings : dict of Path to list of TrueEvent
    problems : tuple of Problem
        In order of lines.
    unlabelled : int
        Whole rows without any label: sounds that are no class of the model.
    """

    recordings: dict[Path, list[TrueEvent]]
    problems: tuple[Problem, ...] = ()
    unlabelled: int = 0


def read_timeline(path: Path, taxonomy: Taxonomy) -> Timeline:
    """Read a table of events whose `filename` is relative to its folder or to the one above.

    Raises
    ------
    UserError
        If the table cannot be read, lacks a column, or holds no usable row.
    """
    recordings: dict[Path, list[TrueEvent]] = {}
    problems: list[Problem] = []
    unlabelled = 0
    try:
        for line, fields in records(io.StringIO(read_table(path), newline=""), path, NEEDED):
            try:
                recording, event, complaints = _row(fields, path, taxonomy)
            except ValueError as error:
                problems.append(Problem(line, str(error)))
                continue
            problems += [Problem(line, complaint) for complaint in complaints]
            unlabelled += not (event.labels or complaints)
            recordings.setdefault(recording, []).append(event)
    except OSError as error:
        raise UserError(f"The timeline {path} cannot be read: {error.strerror}.") from error
    if not recordings:
        first = "".join(f" Line {p.line}: {p.what}" for p in problems[:1])
        raise UserError(f"The timeline {path} has no usable row.{first}")
    return Timeline(recordings, tuple(problems), unlabelled)


def _row(
    fields: dict[str, str] | None, path: Path, taxonomy: Taxonomy
) -> tuple[Path, TrueEvent, list[str]]:
    """Return recording, event and complaints; ValueError with a sentence if nothing is usable."""
    if fields is None:
        raise ValueError("the row has more or fewer fields than the table has columns.")
    places = [folder / fields["filename"] for folder in (path.parent, path.parent.parent)]
    found = [place for place in places if is_file(place)]
    if not found:
        raise ValueError(f"there is no file {printable(places[0])}.")
    onset_s, offset_s = _time(fields["onset_s"]), _time(fields["offset_s"])
    if offset_s <= onset_s:
        raise ValueError(f"the event ends at {offset_s} s, not after it begins.")
    labels, complaints = read_labels(fields["fsd50k_labels"], taxonomy)
    event = TrueEvent(onset_s, offset_s, labels, fields["role"] == BACKGROUND)
    return found[0], event, complaints


def _time(text: str) -> float:
    try:
        time_s = float(text)
    except ValueError:
        time_s = math.nan
    if not 0.0 <= time_s < math.inf:
        raise ValueError(f'"{printable(text)}" is no time in seconds.')
    return time_s


@dataclass(frozen=True, slots=True)
class Heard:
    """What the model made of one recording, before any threshold.

    Attributes
    ----------
    duration_s : float
    sample_rate : int
        In hertz; the findings count in its samples.
    frame_scores : numpy.ndarray [n_patches, n_classes]
    findings : sequence of Finding
    """

    duration_s: float
    sample_rate: int
    frame_scores: npt.NDArray[np.float32]
    findings: Sequence[Finding]

    @classmethod
    def of(cls, analysis: ClipAnalysis) -> "Heard":
        """Return what an analysis found, without what panes draw of it."""
        return cls(
            duration_s=seconds(analysis.n_samples, analysis.sample_rate),
            sample_rate=analysis.sample_rate,
            frame_scores=analysis.frame_scores,
            findings=analysis.findings,
        )

    def shown(self, rules: DecisionRules, taxonomy: Taxonomy) -> Annotation:
        """Return what the app shows under some rules; an event also stands for its ancestors."""
        events, _ = decide(self.findings, rules, taxonomy)
        rate = self.sample_rate
        return annotation(
            (
                (seconds(event.onset, rate), seconds(event.offset, rate)),
                map(taxonomy.index, (event.label, *event.parents)),
            )
            for event in events
        )


@dataclass(frozen=True, slots=True)
class TimelineFigures:
    """How well sounds were placed in time.

    Attributes
    ----------
    frame_auc : float
        Mean over events of the area under the ROC curve of patches inside against those in which
        the event's class does not sound, by the scores of that class.
    peak_inside : float
        Share of events inside which the best patch of all these lies.
    events : int
        How many these two are over: sounds that are not in the background.
    event_based, segment_based : Hits
        Of what is shown at the model's own thresholds, backgrounds and ancestors included.
    psds_located, psds_recognised : float
        Over all positions of the threshold slider, in the two scenarios of DCASE task 4.
    psds_located_mean, psds_recognised_mean : float
        The same without the cost of differences between classes: of few sounds of a class, one
        missed makes a large difference.
    """

    frame_auc: float
    peak_inside: float
    events: int
    event_based: Hits
    segment_based: Hits
    psds_located: float
    psds_recognised: float
    psds_located_mean: float
    psds_recognised_mean: float


SLIDER = tuple(round(-1.0 + 0.02 * position, 2) for position in range(101))


def timeline_figures(
    recordings: Sequence[tuple[list[TrueEvent], Heard]], rules: DecisionRules, taxonomy: Taxonomy
) -> TimelineFigures:
    """Return the figures of recordings, each with its true events."""
    truth = [_truth(events, taxonomy) for events, _ in recordings]
    durations = [heard.duration_s for _, heard in recordings]

    def shown(offset: float) -> list[Annotation]:
        moved = replace(rules, offset=offset)
        return [heard.shown(moved, taxonomy) for _, heard in recordings]

    points = [shown(offset) for offset in SLIDER]

    def area(scenario: Scenario) -> float:
        return psds(truth, points, math.fsum(durations), scenario)

    now = shown(rules.offset)
    followed = [
        each
        for (events, heard), there in zip(recordings, truth, strict=True)
        for each in _followed(events, there, heard, taxonomy)
    ]
    return TimelineFigures(
        frame_auc=mean([auc for auc, _ in followed]),
        peak_inside=mean([float(inside) for _, inside in followed]),
        events=len(followed),
        event_based=event_hits(truth, now),
        segment_based=segment_hits(truth, now, durations),
        psds_located=area(LOCATED),
        psds_recognised=area(RECOGNISED),
        psds_located_mean=area(replace(LOCATED, alpha_st=0.0)),
        psds_recognised_mean=area(replace(RECOGNISED, alpha_st=0.0)),
    )


def _truth(events: Iterable[TrueEvent], taxonomy: Taxonomy) -> Annotation:
    """Return what sounds, ancestors included even where the table leaves them out."""
    return annotation(
        (
            (event.onset_s, event.offset_s),
            {*event.labels, *(k for label in event.labels for k in taxonomy.breadcrumb(label))},
        )
        for event in events
    )


def _followed(
    events: list[TrueEvent], there: Annotation, heard: Heard, taxonomy: Taxonomy
) -> list[tuple[float, bool]]:
    """Return frame AUC, and whether the peak is inside, of each event within other sound.

    Where the same class sounds besides, it is rightly heard: such patches count neither way.
    """
    found: list[tuple[float, bool]] = []
    for event in events:
        if event.is_background or not event.labels:
            continue
        classes = _specific(event.labels, taxonomy)
        inside = _within([(event.onset_s, event.offset_s)], len(heard.frame_scores))
        sounding = _within([e for k in classes for e in there[k]], len(heard.frame_scores))
        judged = inside | ~sounding
        active, scores = inside[judged], heard.frame_scores[judged][:, classes].max(1)
        if active.any() and not active.all():
            found.append((area_under_roc(active, scores), bool(active[scores.argmax()])))
    return found


def _specific(labels: Sequence[int], taxonomy: Taxonomy) -> list[int]:
    """Return the labels that are no ancestor of another: an Animal is to be heard in every one."""
    above = {k for label in labels for k in taxonomy.breadcrumb(label)}
    return [label for label in labels if label not in above]


def _within(extents: Iterable[Extent], n_patches: int) -> npt.NDArray[np.bool_]:
    """Return which patches' centres lie in one of some extents, or next to it [n_patches]."""
    centres = np.arange(n_patches) * YAMNET.patch_hop + YAMNET.patch_length / 2
    at_s = centres / YAMNET.sample_rate
    within = [(on - MARGIN_S <= at_s) & (at_s <= off + MARGIN_S) for on, off in extents]
    return np.any(within, axis=0)
