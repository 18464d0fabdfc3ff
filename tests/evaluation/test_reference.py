"""Agreement with somebody's labels: which classes are judged, and what a label stands for."""

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from leanviz.core.decisions import DecisionRules
from leanviz.core.events import Event
from leanviz.evaluation.recordings import Recordings, matched, recording_of
from leanviz.evaluation.reference import (
    Collars,
    ReferenceFigures,
    Sounds,
    as_record,
    pair_of_analysis,
    pair_of_results,
    reference_figures,
    written,
)
from leanviz.evaluation.timeline import Heard, read_timeline, timeline_figures
from leanviz.inference.model import LeanModel
from leanviz.sessions.labels import LabelFile, Mark
from tests.core.material import BARK, DOG, SIREN, TAXONOMY


def figures(
    truth: Sequence[Mark], found: Sequence[Mark], duration_s: float = 10.0
) -> ReferenceFigures:
    pair = pair_of_results(truth, found, duration_s, TAXONOMY)
    return reference_figures([pair], written(truth, TAXONOMY))


def test_names_titles_and_ids_in_any_case_are_the_same_class() -> None:
    names = ["siren", "SIREN, ALARM", " siren,  alarm ", "/M/03kmc9", "Siren__alarm", ""]
    found = Sounds.of([Mark(n, n + 0.5, name) for n, name in enumerate(names)], TAXONOMY)
    assert len(found.extents[SIREN]) == 4
    assert found.unknown == {"Siren__alarm": 1, "": 1}


def test_a_bark_is_a_dog_and_only_named_classes_are_judged() -> None:
    """Where somebody wrote *Dog*, *Bark* is right, and says nothing of barks and animals."""
    result = figures([Mark(1, 2, "dog")], [Mark(1.2, 2, "Bark", 0.9), Mark(5, 6, "Siren", 0.9)])
    assert [each.label for each in result.classes] == [DOG]
    assert (result.event_based.f1, result.event_based.found) == (1.0, 1)
    assert result.others == 1
    both = figures([Mark(1, 2, "Dog"), Mark(5, 6, "Bark")], [Mark(5, 6, "Bark")])
    assert {each.label: each.event_based.there for each in both.classes} == {DOG: 2, BARK: 1}


def test_a_false_label_of_a_named_class_costs() -> None:
    result = figures([Mark(1, 2, "Siren")], [Mark(1.4, 2, "Siren"), Mark(5, 6.5, "Siren")])
    assert (result.event_based.precision, result.event_based.recall) == (0.5, 1.0)
    assert result.segment_based.precision == pytest.approx(1 / 3)
    assert math.isnan(result.psds_located), "without scores there is no other threshold"


def test_a_point_counts_by_its_onset_alone() -> None:
    result = figures([Mark(3.0, 3.0, "Siren")], [Mark(3.2, 4.0, "Siren", 0.5)])
    assert result.event_based.f1 == 1.0
    assert result.segment_based.there == 0
    assert math.isnan(result.psds_located)


def test_scores_make_thresholds() -> None:
    truth = [Mark(1, 2, "Siren"), Mark(5, 6, "Siren")]
    sure = figures(truth, [Mark(1, 2, "Siren", 0.9), Mark(5, 6, "Siren", 0.4)], 3600.0)
    assert sure.psds_located == sure.psds_recognised == 1.0
    half = figures(truth, [Mark(1, 2, "Siren", 0.9)], 3600.0)
    assert half.psds_located == pytest.approx(0.5)


def test_collars() -> None:
    truth, found = [Mark(1, 2, "Siren")], [Mark(1.4, 2, "Siren")]
    pair = pair_of_results(truth, found, 10.0, TAXONOMY)
    strict = reference_figures([pair], frozenset((SIREN,)), Collars(0.2, 0.5))
    assert (strict.event_based.hits, strict.segment_based.there) == (0, 2)


def test_figures_of_an_analysis_are_those_of_evaluate(
    timeline_table: Path, demo: Path, model: LeanModel, heard: Heard
) -> None:
    """All classes and their ancestors judged, it is what `leanviz evaluate` gives."""
    taxonomy, rules = model.taxonomy, model.default_rules()
    [events] = read_timeline(timeline_table, taxonomy).recordings.values()
    expected = timeline_figures([(events, heard)], rules, taxonomy)
    marks = [Mark(e.onset_s, e.offset_s, taxonomy[e.labels[0]].name) for e in events]
    shown = [found.event for found in heard.findings]
    pair = pair_of_analysis(marks, heard, shown, rules, taxonomy)
    found = heard.shown(rules, taxonomy)
    everything = frozenset(range(len(taxonomy)))
    result = reference_figures([replace(pair, found=found)], everything)
    assert result.event_based == expected.event_based
    assert result.segment_based == expected.segment_based
    assert result.psds_located == pytest.approx(expected.psds_located)
    assert result.psds_recognised == pytest.approx(expected.psds_recognised)


def test_what_is_shown_of_an_analysis_is_what_is_found(heard: Heard) -> None:
    rate = heard.sample_rate
    events = [Event(rate, 2 * rate, "Bark", 0.9)]
    rules = DecisionRules((0.5,) * len(TAXONOMY))
    quiet = replace(heard, findings=())
    pair = pair_of_analysis([], quiet, events, rules, TAXONOMY)
    assert pair.found[DOG] == pair.found[BARK] == [(1.0, 2.0)]
    assert pair.duration_s == heard.duration_s


def test_the_record_is_json() -> None:
    record = as_record(figures([Mark(1, 2, "Dog")], []), TAXONOMY)
    text = json.dumps(record, allow_nan=False)
    assert json.loads(text)["classes"][0]["label"] == "Dog"
    assert record["event_based"]["precision"] is None
    assert record["psds_located"] == 0.0


def test_nothing_labelled_is_judged_without_failing() -> None:
    result = figures([], [Mark(1, 2, "Siren", 0.5)])
    assert (result.classes, result.others) == ((), 1)


def test_recordings_are_known_by_their_names_without_folder_and_suffix() -> None:
    made = Recordings()
    made.take(Path("Dog.audacity.txt"), LabelFile((Mark(1, 2, "Bark"),)))
    made.take(Path("silent.txt"), LabelFile())
    rows = (Mark(1, 2, "Bark", file="C:\\a\\CAT.wav"), Mark(3, 4.5, "Bark", file="/b/cat.flac"))
    made.take(Path("all.csv"), LabelFile(rows, durations_s={"cat.wav": 9.0, "bird.wav": 5.0}))
    assert {name: len(marks) for name, marks in made.marks.items()} == {
        "dog": 1, "silent": 0, "cat": 2, "bird": 0,
    }  # fmt: skip
    assert [made.end_s(name) for name in ("dog", "silent", "cat", "gone")] == [2, 0, 9.0, 0]
    assert recording_of(Path("a.b.raven.txt")) == "a.b"
    assert recording_of(Path("a.events.jsonl")) == "a"


def test_one_recording_on_either_side_is_the_same() -> None:
    assert matched({"a": 1}, {"b": 2}) == {"a": "b"}
    assert matched({"a": 1}, {"b": 2, "c": 3}) == {}
    assert matched({"a": 1, "b": 1}, {"b": 2, "c": 3}) == {"b": "b"}
