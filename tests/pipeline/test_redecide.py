"""Other rules on a file: what a fresh analysis would say, without its sound."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from leanviz.core.candidates import CandidateRules
from leanviz.core.smoothing import Smoothing
from leanviz.inference.model import LeanModel
from leanviz.pipeline.clip import analyze_file
from leanviz.pipeline.redecide import find_again, redecide
from leanviz.pipeline.results import ClipAnalysis

Clip = Callable[[int], Path]


def said(analysis: ClipAnalysis) -> tuple[object, ...]:
    return analysis.events, analysis.hidden, analysis.findings


@pytest.mark.parametrize("offset", [-0.25, 0.2])
def test_other_thresholds_show_what_a_fresh_analysis_shows(
    model: LeanModel, clip: Clip, offset: float
) -> None:
    default = analyze_file(clip(16_000), model)
    rules = replace(model.default_rules(), offset=offset)
    fresh = analyze_file(clip(16_000), model, rules)
    again = redecide(default, rules, model)
    assert said(again) == said(fresh)
    assert again.events != default.events
    assert said(redecide(again, model.default_rules(), model)) == said(default)


@pytest.mark.parametrize(
    "candidates",
    [
        CandidateRules(Smoothing.OFF),
        CandidateRules(Smoothing.LOG_MEAN_EXP, 5),
        CandidateRules(hang_over=4),
    ],
)
def test_other_smoothing_finds_what_a_fresh_analysis_finds(
    model: LeanModel, clip: Clip, candidates: CandidateRules
) -> None:
    default = analyze_file(clip(44_100), model)
    rules = replace(model.default_rules(), candidates=candidates)
    assert said(find_again(default, rules, model)) == said(analyze_file(clip(44_100), model, rules))
    assert said(find_again(default, model.default_rules(), model)) == said(default)
