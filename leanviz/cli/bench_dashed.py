"""``leanviz bench --dashed FOLDER``: how many dashed labels of real sound go again.

The files of a folder are heard one after the other as a live stream, as fast as that goes. A dashed
label has stayed if there is a final one of its class where it was, and has gone for a more special
one if there is a final one of a class below.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from leanviz.audio.file import read_mono
from leanviz.cli.bench_sounds import HOP_S, at_rate
from leanviz.cli.console import as_text
from leanviz.core.errors import UserError
from leanviz.core.events import Event
from leanviz.core.frontend import YAMNET
from leanviz.core.taxonomy import Taxonomy
from leanviz.inference.model import LeanModel
from leanviz.pipeline.batch_inputs import gather
from leanviz.pipeline.results import HopUpdate
from leanviz.pipeline.stages import InferenceStage

MOST_S = 1800.0
STAYED, SPECIAL, GONE = "stayed", "gone for a more special one", "gone again"
WAYS = {"smoothed scores": False, "and the newest patch alone": True}


@dataclass(slots=True)
class Heard:
    """What was heard, as the window would show it.

    Attributes
    ----------
    seconds : float
    previews : list of HopUpdate
        What sounded, hop by hop.
    events : list of Event
        What was final.
    """

    seconds: float
    previews: list[HopUpdate]
    events: list[Event]


def listen(folder: Path, model: LeanModel) -> Heard:
    """Hear the sounds of a folder, half an hour of them at most.

    Raises
    ------
    UserError
        If there are none, or one cannot be read.
    """
    stage = InferenceStage(model, YAMNET.sample_rate, model.default_rules(), live=True)
    n_samples, updates = 0, list[HopUpdate]()
    for source in gather([folder]).sources:
        sound = at_rate(*read_mono(source.path), YAMNET.sample_rate)
        # by hops: of longer blocks only the newest patch would ever be provisional
        for block in np.split(sound, range(YAMNET.patch_hop, len(sound), YAMNET.patch_hop)):
            updates += stage.push(block)[1]
        n_samples += len(sound)
        if n_samples > MOST_S * YAMNET.sample_rate:
            break
    if not n_samples:
        raise UserError(f"There are no sounds in {folder}.")
    updates += stage.finish(n_samples)[1]
    previews = [update for update in updates if not update.final]
    events = [event for update in updates for event in update.events]
    return Heard(n_samples / YAMNET.sample_rate, previews, events)


def what_became(heard: Heard, taxonomy: Taxonomy, with_early: bool) -> Counter[str]:
    """Return how many dashed labels stayed, and went."""
    shown = [_shown(update, with_early) for update in heard.previews]
    found: Counter[str] = Counter()
    for before, now in pairwise(shown):
        for label in before.keys() - now.keys():
            found[_fate(before[label], heard.events, taxonomy)] += 1
    return found


def _shown(update: HopUpdate, with_early: bool) -> dict[str, Event]:
    early = [finding.event for finding in update.early] if with_early else []
    return {event.label: event for event in (*early, *update.provisional)}


def _fate(dashed: Event, events: Sequence[Event], taxonomy: Taxonomy) -> str:
    """Return what became of a label that is not shown any more."""
    there = {event.label for event in _near(dashed, events)}
    below = {taxonomy[k].name for k in taxonomy.below(taxonomy.index(dashed.label))}
    if dashed.label in there:
        return STAYED
    return SPECIAL if there & below else GONE


def _near(dashed: Event, events: Iterable[Event]) -> Iterator[Event]:
    """Return the events that begin or last within a hop of a dashed label."""
    hop = round(HOP_S * YAMNET.sample_rate)
    return (e for e in events if e.onset < dashed.offset + hop and e.offset > dashed.onset - hop)


def measure(folder: Path, model: LeanModel) -> dict[str, Any]:
    """Return how many dashed labels a minute there are, and what becomes of them."""
    heard = listen(folder, model)
    minutes = heard.seconds / 60
    ways: dict[str, dict[str, float]] = {}
    for way, with_early in WAYS.items():
        became = what_became(heard, model.taxonomy, with_early)
        ways[way] = {fate: became[fate] / minutes for fate in (STAYED, SPECIAL, GONE)}
    return {"minutes": minutes, "labels a minute": ways}


def bench_dashed(folder: Path, model: Path | None, as_json: bool) -> str:
    """Return the measurement as text."""
    report = measure(folder, LeanModel.open(model))
    if as_json:
        return json.dumps(report, indent=1) + "\n"
    table = Table("dashed labels a minute", STAYED, SPECIAL, GONE)
    for way, became in report["labels a minute"].items():
        table.add_row(way, *(f"{count:.1f}" for count in became.values()))
    return as_text(f"{report['minutes']:.1f} minutes of sound", table)
