"""``leanviz bench --dashed``: labels that stayed are told from those that went."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from leanviz.cli.bench_dashed import GONE, SPECIAL, STAYED, Heard, bench_dashed, what_became
from leanviz.core.clock import Span
from leanviz.core.errors import UserError
from leanviz.core.events import Candidate, Event, Finding, State
from leanviz.pipeline.results import HopUpdate
from tests.core.material import TAXONOMY

HOP = 7680


def event(label: str, first: int, last: int) -> Event:
    return Event(first * HOP, (last + 1) * HOP, label, 0.9)


def preview(patch: int, *shown: Event, early: tuple[Event, ...] = ()) -> HopUpdate:
    """Return what sounds at a patch."""
    extent, scores = Span(patch * HOP, (patch + 1) * HOP), np.zeros(len(TAXONOMY), np.float32)
    dashed = tuple(replace(each, state=State.PROVISIONAL) for each in shown)
    ahead = tuple(Finding(Candidate(0, patch, patch, 0.9, patch), each) for each in early)
    return HopUpdate(patch, extent, scores, final=False, provisional=dashed, early=ahead)


def test_what_became_of_a_dashed_label_is_what_was_final_in_its_place() -> None:
    """A siren stays, a dog barked, another one was none; an early siren is no siren."""
    previews = [
        preview(4, event("Siren", 4, 4), event("Dog", 4, 4)),
        preview(5, event("Siren", 4, 5), event("Bark", 4, 5)),
        preview(6),
        preview(20, event("Dog", 20, 20), early=(event("Siren", 20, 20),)),
        preview(21),
    ]
    finals = [event("Siren", 4, 5), event("Bark", 4, 5)]
    heard = Heard(60.0, previews, finals)
    assert what_became(heard, TAXONOMY, with_early=False) == {STAYED: 2, SPECIAL: 1, GONE: 1}
    assert what_became(heard, TAXONOMY, with_early=True) == {STAYED: 2, SPECIAL: 1, GONE: 2}


def test_a_folder_is_heard_as_one_stream(tmp_path: Path, siren: Path) -> None:
    with pytest.raises(UserError, match="no sounds"):
        bench_dashed(tmp_path, None, as_json=True)
    report = json.loads(bench_dashed(siren.parent, None, as_json=True))
    ways = report["labels a minute"]
    assert all(way[STAYED] > 0 for way in ways.values())
    assert ways["smoothed scores"][GONE] <= ways["and the newest patch alone"][GONE]
