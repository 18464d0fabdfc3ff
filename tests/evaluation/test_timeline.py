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
    TimelineFigures,
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
    siren, wind = model.taxonomy.index("Siren"), model.taxonomy.index("Wind")
    events = [
        TrueEvent(0.0, 30.0, (wind,), True),
        TrueEvent(1.0, 2.0, (), False),
        TrueEvent(0.0, 40.0, (wind,), False),  # all of it: nothing to compare with
        TrueEvent(10.6, 14.6, (siren,), False),
    ]
    figures = timeline_figures([(events, heard)], model.default_rules(), model.taxonomy)
    assert figures.events == 1


def placed(
    model: LeanModel, sounds: list[tuple[float, str]], scores: dict[str, dict[int, float]]
) -> TimelineFigures:
    """Return the figures of sounds of 1 s among patches whose scores are made."""
    taxonomy = model.taxonomy
    frames = np.zeros((20, len(taxonomy)), np.float32)
    for name, peaks in scores.items():
        for patch, score in peaks.items():
            frames[patch, taxonomy.index(name)] = score
    events = [
        TrueEvent(at, at + 1, (*taxonomy.breadcrumb(k), k), False)
        for at, k in ((at, taxonomy.index(name)) for at, name in sounds)
    ]
    heard = Heard(duration_s=10.0, sample_rate=16_000, frame_scores=frames, findings=[])
    return timeline_figures([(events, heard)], model.default_rules(), taxonomy)


# Centres are 0.49 s, 0.97 s, ...: patches 3 to 5 are inside 2 to 3 s, 11 to 14 inside 6 to 7 s.
TWICE = [(2.0, "Siren"), (6.0, "Siren")]


def test_the_same_class_sounding_twice_is_no_miss_of_either(model: LeanModel) -> None:
    figures = placed(model, TWICE, {"Siren": {5: 0.4, 13: 0.9}})
    assert (figures.events, figures.peak_inside) == (2, 1.0)


def test_each_of_two_sounds_of_a_class_is_to_be_found(model: LeanModel) -> None:
    figures = placed(model, TWICE, {"Siren": {9: 0.5, 5: 0.4, 13: 0.9}})
    assert figures.peak_inside == 0.5


def test_what_two_sounds_have_in_common_does_not_hide_them_from_each_other(
    model: LeanModel,
) -> None:
    """An Animal is heard best in the barking, and rightly so: the crow is to be found as a crow."""
    scores = {"Animal": {5: 1.0, 13: 0.9}, "Bark": {5: 0.8}, "Crow": {13: 0.7}}
    sounds = [(2.0, "Bark"), (6.0, "Crow")]
    figures = placed(model, sounds, scores)
    assert (figures.events, figures.peak_inside) == (2, 1.0)
    assert figures.frame_auc > 0.6
    misplaced = placed(model, sounds, {**scores, "Crow": {5: 0.7}})
    assert misplaced.peak_inside == 0.5


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
