"""A small report with everything in it that could break a file format."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from leanviz.core.decisions import DecisionRules
from leanviz.core.events import Event, Provenance
from leanviz.core.taxonomy import Label, Taxonomy
from leanviz.sessions.report import ClipReport

TAXONOMY = Taxonomy(
    (
        Label("Animal", "/m/0jbk", "Animal"),
        Label("Bark", "/m/05tny_", "Bark", ("Animal",)),
        Label("Chirp_and_tweet", "/m/07pggtn", "Chirp, tweet", ("Animal",)),
    )
)


@pytest.fixture
def report() -> ClipReport:
    """Return two events at 44.1 kHz; the second is a person's."""
    events = (
        Event(22_050, 66_150, "Bark", 0.876543),
        Event(66_151, 88_200, "Chirp_and_tweet", 1.0, provenance=Provenance.MANUAL),
    )
    return ClipReport(
        file="dog, and bird.wav",
        sample_rate=44_100,
        n_samples=100_000,
        model="LEAN-R 1 0123456789ab",
        events=events,
        clip_scores=np.array([0.25, 0.9, 0.6], np.float32),
        taxonomy=TAXONOMY,
        rules=DecisionRules((0.3, 0.4, 0.2), offset=0.05),
    )


@pytest.fixture
def second(report: ClipReport) -> ClipReport:
    """Return another recording, at another rate, that began at a known time."""
    zone = timezone(timedelta(hours=2))
    return replace(
        report,
        file="=cmd|' /C calc'!A0.wav",
        sample_rate=8000,
        n_samples=16_000,
        events=(Event(4000, 8000, "Bark", 0.75),),
        started=datetime(2026, 3, 1, 23, 59, 59, 750_000, tzinfo=zone),
    )
