"""Sounds at known times: reading them, and how well the model places them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from leanviz.core.decisions import DecisionRules
from leanviz.core.errors import UserError
from leanviz.evaluation.detection import annotation
from leanviz.evaluation.timeline import (
    SLIDER,
    Heard,
    TrueEvent,
    read_timeline,
    timeline_figures,
)
from leanviz.inference.model import LeanModel
from leanviz.pipeline.clip import analyze_file


def test_the_demo_is_heard_where_it_is(
    timeline_table: Path, model: LeanModel, heard: Heard
) -> None:
    [events] = read_timeline(timeline_table, model.taxonomy).recordings.values()
    figures = timeline_figures([(events, heard)], model.default_rules(), model.taxonomy)
    assert figures.events == len(events) == 8
    assert figures.frame_auc > 0.9
    assert figures.peak_inside >= 7 / 8
    assert figures.event_based.recall >= 0.5
    assert figures.segment_based.f1 > 0.5
    assert 0 < figures.psds_located_mean <= figures.psds_recognised_mean <= 1
    assert figures.psds_recognised <= figures.psds_recognised_mean


def test_wrong_times_cost(timeline_table: Path, model: LeanModel, heard: Heard) -> None:
    """The same sounds, claimed five seconds later."""
    [events] = read_timeline(timeline_table, model.taxonomy).recordings.values()
    later = [
        TrueEvent((e.onset_s + 5) % 25, (e.onset_s + 5) % 25 + 2, e.labels, False) for e in events
    ]
    figures = timeline_figures([(later, heard)], model.default_rules(), model.taxonomy)
    assert figures.frame_auc < 0.7
    assert figures.peak_inside <= 2 / 8
    assert figures.event_based.recall <= 2 / 8


@pytest.mark.parametrize("offset", [-0.2, 0.0, 0.2])
def test_what_is_shown_is_what_the_app_shows(
    demo: Path, model: LeanModel, heard: Heard, offset: float
) -> None:
    rules = replace(model.default_rules(), offset=offset)
    analysis = analyze_file(demo, model, rules)
    rate, taxonomy = analysis.sample_rate, model.taxonomy
    expected = annotation(
        ((e.onset / rate, e.offset / rate), map(taxonomy.index, (e.label, *e.parents)))
        for e in analysis.events
    )
    assert heard.shown(rules, taxonomy) == expected


def test_the_slider_goes_from_everything_to_nothing(model: LeanModel, heard: Heard) -> None:
    def shown(offset: float) -> int:
        rules = DecisionRules((0.5,) * len(model.taxonomy), offset=offset)
        return sum(map(len, heard.shown(rules, model.taxonomy).values()))

    assert (SLIDER[0], SLIDER[50], SLIDER[-1]) == (-1.0, 0.0, 1.0)
    assert shown(SLIDER[0]) > shown(SLIDER[50]) > shown(SLIDER[-1])


def test_backgrounds_and_unlabelled_sounds_have_no_frame_figures(
    model: LeanModel, heard: Heard
) -> None:
    siren = model.taxonomy.index("Siren")
    events = [
        TrueEvent(0.0, 30.0, (siren,), True),
        TrueEvent(1.0, 2.0, (), False),
        TrueEvent(0.0, 40.0, (siren,), False),  # all of it: nothing to compare with
        TrueEvent(10.6, 14.6, (siren,), False),
    ]
    figures = timeline_figures([(events, heard)], model.default_rules(), model.taxonomy)
    assert figures.events == 1


def test_every_problem_is_named_and_the_rest_is_kept(
    timeline_table: Path, model: LeanModel
) -> None:
    with timeline_table.open("a", encoding="utf-8") as file:
        file.write(
            "gone.flac,1,2,Siren,event\n"
            "demo.flac,1,2\n"
            "demo.flac,soon,2,Siren,event\n"
            "demo.flac,nan,2,Siren,event\n"
            "demo.flac,2,1,Siren,event\n"
            "demo.flac,1,2,Siren;Unicorn,event\n"
            "demo.flac,1,2,,event\n"
        )
    timeline = read_timeline(timeline_table, model.taxonomy)
    assert [problem.line for problem in timeline.problems] == [10, 11, 12, 13, 14, 15]
    assert timeline.unlabelled == 1
    [events] = timeline.recordings.values()
    assert len(events) == 8 + 2
    assert events[8].labels == (model.taxonomy.index("Siren"),)


def test_files_may_be_named_from_the_folder_above(timeline_table: Path, model: LeanModel) -> None:
    below = timeline_table.parent / "tables"
    below.mkdir()
    moved = timeline_table.rename(below / "events.csv")
    assert list(read_timeline(moved, model.taxonomy).recordings) == [below.parent / "demo.flac"]


def test_nothing_usable(tmp_path: Path, model: LeanModel) -> None:
    path = tmp_path / "events.csv"
    with pytest.raises(UserError, match="cannot be read"):
        read_timeline(path, model.taxonomy)
    path.write_text("filename,onset_s\n")
    with pytest.raises(UserError, match='no column "offset_s"'):
        read_timeline(path, model.taxonomy)
    path.write_text("filename,onset_s,offset_s,fsd50k_labels,role\na.wav,1,2,Siren,event\n")
    with pytest.raises(UserError, match=r"no usable row\. Line 2: .*a\.wav"):
        read_timeline(path, model.taxonomy)


def test_real_mixtures(shared_data: Path, model: LeanModel) -> None:
    """Frame AUC is in the range of the published baselines, 0.91 and up over all mixtures."""
    table = shared_data / "timeline" / "events.csv"
    recordings = list(read_timeline(table, model.taxonomy).recordings.items())[::8]
    heard = [(events, Heard.of(analyze_file(path, model))) for path, events in recordings]
    figures = timeline_figures(heard, model.default_rules(), model.taxonomy)
    assert len(heard) == 5
    assert figures.frame_auc > 0.85
    assert np.isfinite(figures.psds_located)
