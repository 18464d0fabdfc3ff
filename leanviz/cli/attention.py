"""``leanviz attention``: why a label has its score at a time, as text, data or a picture."""

import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from leanviz.cli.console import as_text
from leanviz.cli.decisions import position_of
from leanviz.cli.engine import analyze_path, open_model
from leanviz.cli.options import Theme
from leanviz.cli.progress import ProgressBar
from leanviz.core.attention import AttentionBand
from leanviz.core.clock import Span, seconds
from leanviz.core.errors import ExportError, UserError
from leanviz.core.events import Event
from leanviz.core.inquiry import AGREEMENT
from leanviz.core.realignment import MEANINGS, read_rows, summarize
from leanviz.core.scales import Brightness
from leanviz.core.visible import as_word
from leanviz.evaluation.plain import number
from leanviz.evaluation.tables import new_table
from leanviz.inference.model import LeanModel
from leanviz.models.time_text import elapsed
from leanviz.pipeline.explaining import FileExplanation, Inquiry, explain_file, why_at, why_event
from leanviz.pipeline.explanation_record import record_of
from leanviz.pipeline.results import ClipAnalysis
from leanviz.sessions.attention_file import write_attention, write_attention_table
from leanviz.sessions.writing import check_place, replacing

SUFFIXES = (".npz", ".csv", ".svg", ".png")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked, and what becomes of the answer.

    Attributes
    ----------
    file : Path
    at_s : float or None
        When; None: the best label of the file (or the best of `label`).
    label : str or None
        Name of a class; None: the best one shown at the time, else the best.
    whole : bool
        Ask about the whole window instead of the label or the moment.
    output : Path or None
        Where to; its suffix names the form. None: text.
    theme : Theme
    head : int
        Head that a picture shows, from 1; 0: their mean.
    brightness : Brightness
        What the brightest colour of a picture stands for.
    """

    file: Path
    at_s: float | None = None
    label: str | None = None
    whole: bool = False
    output: Path | None = None
    theme: Theme = Theme.DARK
    head: int = 0
    brightness: Brightness = Brightness.ROW


def attention(wanted: Wanted, folder: Path | None) -> str:
    """Answer; return the text for standard output, "" if the answer went to a file.

    Raises
    ------
    UserError
        If the file, the class, the time, the model or the output is unusable.
    """
    if wanted.output is not None:
        if wanted.output.suffix.lower() not in SUFFIXES:
            known = ", ".join(SUFFIXES)
            raise ExportError(f"{wanted.output} ends with none of {known}.")
        check_place(wanted.output)
    model, rules = open_model(folder)
    label = None if wanted.label is None else position_of(wanted.label, model.taxonomy)
    with ProgressBar(1) as bar:
        analysis = analyze_path(wanted.file, model, rules, bar)
    if wanted.head > analysis.attention.n_heads:
        known = ", ".join(map(str, range(analysis.attention.n_heads + 1)))
        raise UserError(f"There is no head {wanted.head}: choose {known}.")
    inquiry = ask(analysis, model, wanted.at_s, label, wanted.whole)
    found = explain_file(model, inquiry)
    assert found is not None
    if wanted.output is None:
        return summary(found, model) + realignment(analysis.attention, inquiry.window)
    write(found, model, wanted, wanted.output)
    return ""


def ask(
    analysis: ClipAnalysis, model: LeanModel, at_s: float | None, label: int | None, whole: bool
) -> Inquiry:
    """Return what is asked about a file.

    Without a time: the best event, or the best patch where nothing is shown. Without a class: the
    best one shown at the time, or the one with the highest score.
    """
    events = _shown(analysis, model, at_s, label)
    if at_s is None and events and not whole:
        return why_event(analysis, events[0], model.taxonomy.index(events[0].label))
    if label is None and events:
        label = model.taxonomy.index(events[0].label)
    if at_s is None:
        scores = analysis.frame_scores[:, slice(None) if label is None else [label]]
        patch = int(scores.max(1).argmax())
        at_s = float(analysis.patch_extents[patch].mean()) / analysis.sample_rate
    inquiry = why_at(analysis, at_s, label or 0, whole)
    return inquiry if label is not None else replace(inquiry, label=_best(analysis, at_s))


def _best(analysis: ClipAnalysis, at_s: float) -> int:
    """Return the class with the highest score at a time."""
    starts = analysis.patch_extents[:, 0]
    patch = int(np.searchsorted(starts, at_s * analysis.sample_rate, "right")) - 1
    return int(analysis.frame_scores[max(0, patch)].argmax())


def _shown(
    analysis: ClipAnalysis, model: LeanModel, at_s: float | None, label: int | None
) -> Sequence[Event]:
    """Return the events at a time and of a class, where those are given, the best first."""
    rate = analysis.sample_rate
    kept = [
        event
        for event in analysis.events
        if (at_s is None or event.onset <= at_s * rate < event.offset)
        and (label is None or event.label == model.taxonomy[label].name)
    ]
    return sorted(kept, key=lambda event: -event.score)


def summary(found: FileExplanation, model: LeanModel) -> str:
    """Return an answer as text for people."""
    inquiry, explained = found.inquiry, found.found
    agreement = explained.agreement()
    extent = _times(found.extent(), inquiry.sample_rate)
    asked_s = found.query_s()[explained.question.weights > 0]
    asked = f"{elapsed(asked_s[0, 0])} \u2013 {elapsed(asked_s[-1, 1])}"
    lines = [
        f"{inquiry.sound.name}: {model.taxonomy[inquiry.label].title}",
        f"Asked about: patches that see {asked}",
        f"Logit {explained.logit:.2f}, score {1 / (1 + np.exp(-explained.logit)):.2f}",
        f"Window: {extent}",
        f"Rank correlation of attention and occlusion: {number(agreement, 2)}",
    ]
    if explained.disagrees():
        lines.append(f"They disagree (below {AGREEMENT:g}): attention does not tell what counts.")
    table = new_table("", "Without", "logit falls by")
    for span, fall in found.driving():
        table.add_row(_times(span, inquiry.sample_rate), f"{fall:.2f}")
    return "\n".join(lines) + "\n" + as_text(table)


def realignment(band: AttentionBand, patches: range) -> str:
    """Return lag, spread and shape of each head over some patches, as text for people."""
    table = new_table("", "Attention", "Lag ms", "Spread ms", "Shape")
    for head in (None, *range(band.n_heads)):
        read = summarize(read_rows(band, head, slice(patches.start, patches.stop)))
        shape = f"{read.verdict} {read.shares[read.verdict]:.2f}" if read.verdict else ""
        name = "mean of heads" if head is None else f"head {head + 1}"
        table.add_row(name, f"{read.lag_ms:+.0f}", f"{read.spread_ms:.0f}", shape)
    shapes = "".join(f"{verdict}: {text}\n" for verdict, text in MEANINGS.items())
    told = "Shape of most patches, the first that applies, with their share:"
    return f"{as_text(table)}{told}\n{shapes}"


def _times(span: Span, sample_rate: int) -> str:
    return " \u2013 ".join(elapsed(seconds(at, sample_rate)) for at in (span.start, span.stop))


def write(found: FileExplanation, model: LeanModel, wanted: Wanted, output: Path) -> None:
    """Write an answer in the form that the suffix names; ExportError if it cannot be."""
    suffix = output.suffix.lower()
    record = record_of(found, model)
    if suffix == ".npz":
        write_attention(record, output)
    elif suffix == ".csv":
        write_attention_table(record, output)
    else:
        # a picture needs no screen, and looks the same with and without one
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        from leanviz.views.explain_figure import Look, render_explanation

        head = wanted.head - 1 if wanted.head else None
        look = Look(wanted.theme.value, head, wanted.brightness)
        with replacing(output) as place:
            render_explanation(found, model, place, look, command(wanted))


def command(wanted: Wanted) -> str:
    """Return what draws the same again."""
    words = ["leanviz", "attention", as_word(wanted.file.name)]
    words += [] if wanted.at_s is None else ["--at", f"{wanted.at_s:g}"]
    words += [] if wanted.label is None else ["--label", wanted.label]
    words += ["--window"] if wanted.whole else []
    words += ["--head", str(wanted.head)] if wanted.head else []
    by_row = wanted.brightness is Brightness.ROW
    words += [] if by_row else ["--brightness", wanted.brightness.value]
    words += ["--theme", wanted.theme.value, "-o", wanted.output.name if wanted.output else "-"]
    return shlex.join(words)
