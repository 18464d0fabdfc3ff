"""An evaluation as tables for people."""

import math
from collections.abc import Iterator

from rich.table import Table

from leanviz.core.taxonomy import Taxonomy
from leanviz.evaluation.calibration import BINS, Calibration
from leanviz.evaluation.comparison import Comparison, Difference
from leanviz.evaluation.detection import Hits
from leanviz.evaluation.plain import number
from leanviz.evaluation.report import ClipFigures, Evaluation
from leanviz.evaluation.robustness import ConditionFigures
from leanviz.evaluation.timeline import TimelineFigures


def tables(evaluation: Evaluation, taxonomy: Taxonomy) -> Iterator[Table]:
    """Yield the tables of an evaluation, the overview first."""
    yield _overview(evaluation)
    if evaluation.timeline is not None:
        yield _timeline(evaluation.timeline)
    yield _calibration(evaluation.clip)
    yield _reliability(evaluation.clip.calibration)
    if evaluation.robustness:
        yield _robustness(evaluation.robustness)
    if evaluation.against is not None:
        yield _against(evaluation.against, taxonomy)
    yield _classes(evaluation.clip, taxonomy)


def new_table(title: str, *columns: str) -> Table:
    """Return an empty table whose columns, but for the first, hold numbers."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="dim")
    for position, column in enumerate(columns):
        table.add_column(column, justify="right" if position else "left", no_wrap=True)
    return table


def _overview(evaluation: Evaluation) -> Table:
    clip = evaluation.clip
    table = new_table(f"{evaluation.model}, {evaluation.model_bytes:,} bytes", "Whole clips", "")
    table.add_row("Clips judged", str(clip.clips))
    table.add_row("Rows without a label, not judged", str(evaluation.unlabelled))
    table.add_row("Problems", str(len(evaluation.problems)))
    table.add_row(f"Macro mAP, {len(clip.classes)} classes", number(clip.macro_map, 4))
    table.add_row("Mean area under ROC", number(clip.auc, 4))
    table.add_row("d'", number(clip.d_prime))
    table.add_row("lwlrap", number(clip.lwlrap, 4))
    for source, hits in clip.sources.items():
        name = f"Top-1 of {hits.kinds} kinds in {source}, {len(hits.clips)} clips"
        table.add_row(name, number(hits.top1, 4))
    return table


def _timeline(figures: TimelineFigures) -> Table:
    table = new_table("Sounds at known times", "", "", "precision", "recall")
    table.add_row(f"Frame AUC, {figures.events} events", number(figures.frame_auc))
    table.add_row("Peak inside the event", number(figures.peak_inside))
    table.add_row("Event-based F1, onset within 0.5 s", *rates(figures.event_based))
    table.add_row("Segment-based F1, 1 s", *rates(figures.segment_based))
    table.add_row("PSDS 1 (when)", number(figures.psds_located))
    table.add_row("PSDS 2 (which)", number(figures.psds_recognised))
    table.add_row("PSDS 1, mean of classes", number(figures.psds_located_mean))
    table.add_row("PSDS 2, mean of classes", number(figures.psds_recognised_mean))
    return table


def rates(hits: Hits) -> tuple[str, str, str]:
    """Return F1, precision and recall as a table shows them."""
    return number(hits.f1), number(hits.precision), number(hits.recall)


def _reliability(found: Calibration) -> Table:
    table = new_table("Reliability of clip scores", "Scores", "count", "mean score", "share right")
    for each in found.bins:
        bounds, count = f"{each.low:.1f} to {each.high:.1f}", f"{each.count:,}"
        table.add_row(bounds, count, number(each.mean_score), number(each.observed))
    return table


def _calibration(clip: ClipFigures) -> Table:
    table = new_table(
        "Expected calibration error", "Classes", "all scores", f"from {1 / BINS:g} up"
    )
    everything = {"all": clip.calibration}
    own = {f"those {source} speaks about": c for source, c in clip.calibration_by_source.items()}
    for name, found in {**everything, **own}.items():
        table.add_row(name, number(found.error, 4), number(found.upper_error))
    return table


def _robustness(conditions: tuple[ConditionFigures, ...]) -> Table:
    sources = list(conditions[0].top1)
    tops = [f"top-1 {source}" for source in sources]
    table = new_table("The same clips recorded otherwise", "Condition", "mAP", *tops, "mean change")
    for each in conditions:
        top1 = [number(each.top1[source]) for source in sources]
        table.add_row(each.condition, number(each.macro_map), *top1, number(each.change))
    return table


def _against(comparison: Comparison, taxonomy: Taxonomy) -> Table:
    table = new_table("Better than the other scores by", "", "difference", "from", "to (95 %)")
    table.add_row("Macro mAP", *_difference(comparison.macro_map))
    table.add_row("lwlrap", *_difference(comparison.lwlrap))
    for source, difference in comparison.top1.items():
        table.add_row(f"Top-1 {source}", *_difference(difference))
    for label, difference in sorted(comparison.ap.items(), key=lambda pair: -pair[1].value):
        table.add_row(f"AP {taxonomy[label].title}", *_difference(difference))
    return table


def _difference(difference: Difference) -> list[str]:
    values = (difference.value, difference.low, difference.high)
    return ["-" if math.isnan(value) else f"{value:+.3f}" for value in values]


def _classes(clip: ClipFigures, taxonomy: Taxonomy) -> Table:
    table = new_table("Classes, the worst first", "Class", "positives", "AP", "area under ROC")
    for each in sorted(clip.classes, key=lambda figures: figures.ap):
        title = taxonomy[each.label].title
        table.add_row(title, str(each.positives), number(each.ap), number(each.auc))
    return table
