"""The stages in blocks of any size against the analysis of the same file."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from leanviz.audio.file import read_mono
from leanviz.cli.bench_sounds import at_rate
from leanviz.core.candidates import CandidateRules
from leanviz.core.choices import ClassChoices, DecisionChoices
from leanviz.core.clock import Gap, rescale
from leanviz.core.decisions import DecisionRules
from leanviz.core.events import Event, Rule, State
from leanviz.core.smoothing import Smoothing
from leanviz.core.tracks import Tracks
from leanviz.inference.model import LeanModel
from leanviz.pipeline.clip import analyze_file
from leanviz.pipeline.results import ClipAnalysis, HopUpdate
from leanviz.pipeline.stages import FeatureStage, InferenceStage
from tests.core.material import DEMO, blocks, noise

Float32 = npt.NDArray[np.float32]
Clip = Callable[[int], Path]
Analysed = Callable[[int], ClipAnalysis]


def random_blocks(samples: Float32, seed: int, largest: int) -> list[Float32]:
    sizes = np.random.default_rng(seed).integers(0, largest, 20 * len(samples) // largest)
    ends = np.cumsum(sizes)
    return blocks(samples, ends[ends < len(samples)].tolist())


def live(
    model: LeanModel, tracks: Tracks, parts: list[Float32], rules: DecisionRules | None = None
) -> list[HopUpdate]:
    """Return all updates of a live stream of these blocks."""
    features = FeatureStage(tracks)
    inference = InferenceStage(model, tracks.sample_rate, rules or model.default_rules(), live=True)
    updates: list[HopUpdate] = []
    for part in parts:
        updates += inference.push(features.push(part))[1]
    updates += inference.push(features.finish())[1]
    return updates + inference.finish(tracks.written)[1]


def assert_same_events(found: list[Event], expected: tuple[Event, ...]) -> None:
    found = sorted(found, key=lambda e: (e.onset, -e.score, e.label))
    assert [replace(e, score=0) for e in found] == [replace(e, score=0) for e in expected]
    np.testing.assert_allclose([e.score for e in found], [e.score for e in expected], atol=1e-4)


@pytest.mark.parametrize(("rate", "largest"), [(16_000, 700), (44_100, 9000), (48_000, 2000)])
def test_live_and_file_agree(
    model: LeanModel, clip: Clip, analysed: Analysed, rate: int, largest: int
) -> None:
    analysis = analysed(rate)
    samples, _ = read_mono(clip(rate))
    tracks = Tracks(rate, len(samples))
    updates = live(model, tracks, random_blocks(samples, rate, largest))

    finals = [update for update in updates if update.final]
    assert [update.patch for update in finals] == list(range(len(analysis.frame_scores)))
    scores = np.stack([update.scores for update in finals])
    np.testing.assert_allclose(scores, analysis.frame_scores, atol=1e-4)
    extents = [(update.extent.start, update.extent.stop) for update in finals]
    np.testing.assert_array_equal(extents, analysis.patch_extents)

    assert analysis.events
    assert_same_events([e for update in finals for e in update.events], analysis.events)
    hidden = [h.candidate for update in finals for h in update.hidden]
    assert len(hidden) == len(analysis.hidden)
    assert tracks.columns.written == analysis.tracks.columns.written


def test_what_lasts_is_shown_before_it_is_over(model: LeanModel, clip: Clip) -> None:
    samples, _ = read_mono(clip(16_000))
    rules = replace(model.default_rules(), parent_coverage=2.0)
    parts = blocks(samples, range(512, len(samples), 512))
    updates = live(model, Tracks(16_000, len(samples)), parts, rules)
    assert all(e.sounding for u in updates for e in u.provisional)
    assert not any(u.provisional for u in updates if u.final)
    assert not any(u.events or u.hidden for u in updates if not u.final)
    # at once, not a hop later
    assert any(e.offset == u.extent.stop for u in updates for e in u.provisional)
    events = [e for u in updates for e in u.events if e.offset < len(samples)]
    lasting = {e.label for e in events if e.offset - e.onset > 3 * 7680}
    assert lasting
    assert lasting <= {e.label for u in updates for e in u.provisional}


def test_events_are_announced_after_they_end_and_within_the_recording(analysed: Analysed) -> None:
    analysis = analysed(44_100)
    for event in analysis.events:
        assert 0 <= event.onset < event.offset <= event.announced <= analysis.n_samples
        assert event.state is State.FINAL


def test_rules_show_and_hide_but_move_nothing(
    model: LeanModel, analysed: Analysed, clip: Clip
) -> None:
    """A slider never makes a label grow or shrink, and what it hides is not forgotten."""
    samples, _ = read_mono(clip(16_000))
    analysis = analysed(16_000)

    def everything(
        rules: DecisionRules,
    ) -> tuple[set[tuple[int, int, str]], set[tuple[str, float]]]:
        updates = live(model, Tracks(16_000, len(samples)), [samples], rules)
        events = [e for u in updates for e in u.events]
        hidden = [h.candidate for u in updates for h in u.hidden]
        names = [(model.taxonomy[c.label].name, c.score) for c in hidden]
        found = [(e.label, e.score) for e in events]
        assert len(names + found) == len(set(names + found))
        return {(e.onset, e.offset, e.label) for e in events}, set(names + found)

    default = model.default_rules()
    lower, low_candidates = everything(replace(default, offset=-0.2, parent_coverage=2.0))
    higher, high_candidates = everything(replace(default, offset=0.2, parent_coverage=2.0))
    nothing, candidates = everything(replace(default, allowed=frozenset()))
    assert low_candidates == high_candidates == candidates
    assert higher < lower
    assert nothing == set()
    assert {(e.onset, e.offset, e.label) for e in analysis.events} <= lower


def test_rules_may_change_in_the_middle(model: LeanModel, clip: Clip) -> None:
    samples, _ = read_mono(clip(16_000))
    stage = InferenceStage(model, 16_000, replace(model.default_rules(), allowed=frozenset()))
    _, first = stage.push(samples[:80_000])
    stage.rules = model.default_rules()
    second = stage.push(samples[80_000:])[1] + stage.finish(len(samples))[1]
    assert not any(update.events for update in first)
    assert any(update.events for update in second)


def test_a_new_segment_begins_where_it_is_said_to(model: LeanModel, clip: Clip) -> None:
    samples, _ = read_mono(clip(16_000))
    stage = InferenceStage(model, 48_000, model.default_rules())
    before = stage.push(samples[:60_000])[1] + stage.finish(180_000)[1]
    stage.restart(1_000_000)
    after = stage.push(samples[:60_000])[1] + stage.finish(1_180_000)[1]
    assert stage.clock.start == 1_000_000
    for one, other in zip(before, after, strict=True):
        assert one.patch == other.patch
        np.testing.assert_array_equal(one.scores, other.scores)
        assert other.extent.start - one.extent.start == 1_000_000
        shifted = [replace(e, onset=e.onset + 10**6, offset=e.offset + 10**6) for e in one.events]
        assert [replace(e, announced=0) for e in shifted] == [
            replace(e, announced=0) for e in other.events
        ]


@pytest.mark.parametrize("rate", [8000, 44_100, 48_000])
def test_lost_samples_end_the_signal_cleanly(rate: int) -> None:
    """What was in the filter comes out, and nothing of it sounds on after the gap."""
    tracks = Tracks(rate, 10 * rate)
    stage = FeatureStage(tracks)
    before = [stage.push(noise(rate)), stage.skip(3 * rate)]
    after = [stage.push(np.zeros(rate, np.float32)), stage.finish()]
    assert sum(map(len, before)) == pytest.approx(rescale(rate, rate, 16_000), abs=1)
    assert np.abs(before[1]).max() > 0.01
    assert np.abs(np.concatenate(after)).max() == 0
    assert tracks.gaps == (Gap(rate, 4 * rate),)
    assert tracks.written == 5 * rate


@pytest.mark.parametrize("rate", [16_000, 44_100])
@pytest.mark.parametrize("due", [False, True])
def test_what_is_not_due_comes_later_and_is_the_same(rate: int, due: bool) -> None:
    stages = [FeatureStage(Tracks(rate, 10 * rate)) for _ in range(2)]
    heard: list[list[Float32]] = [[], []]
    for n, part in enumerate(random_blocks(noise(2 * rate), 3, 3000)):
        waits = not (due and n % 3 == 0)
        later = stages[0].push(part, due=not waits)
        assert len(later) == 0 or not waits
        for at, found in enumerate((later, stages[1].push(part))):
            heard[at].append(found)
        if n == 20:
            for at, stage in enumerate(stages):
                heard[at].append(stage.skip(rate))
                assert sum(map(len, heard[at])) == sum(map(len, heard[0]))
    for at, stage in enumerate(stages):
        heard[at].append(stage.finish())
    np.testing.assert_array_equal(np.concatenate(heard[0]), np.concatenate(heard[1]))


@pytest.mark.parametrize(
    "chosen",
    [
        DecisionChoices(-0.2, Smoothing.OFF, min_patches=2),
        DecisionChoices(0.1, Smoothing.LOG_MEAN_EXP, 4, hang_over=3, quiet_ever_present=False),
        DecisionChoices(
            -0.3,
            classes=ClassChoices(
                {"Siren": 0.9}, muted=("Animal",), only=("Animal", "Bird", "Siren", "Church_bell")
            ),
        ),
    ],
)
def test_live_and_file_agree_on_any_choice(
    model: LeanModel, clip: Clip, chosen: DecisionChoices
) -> None:
    rules = chosen.rules(model.default_rules(), model.taxonomy)
    samples, _ = read_mono(clip(16_000))
    analysis = analyze_file(clip(16_000), model, rules)
    updates = live(model, Tracks(16_000, len(samples)), random_blocks(samples, 9, 5000), rules)
    assert len(analysis.events) > 0
    assert_same_events([e for update in updates for e in update.events], analysis.events)


@pytest.fixture(scope="module")
def heard(model: LeanModel, clip: Clip) -> list[HopUpdate]:
    """Return the clip as it is heard live, hop by hop."""
    samples, _ = read_mono(clip(16_000))
    return live(model, Tracks(16_000, len(samples)), random_blocks(samples, 5, 3000))


def test_a_live_label_bears_when_it_was_first_shown(
    heard: list[HopUpdate], analysed: Analysed
) -> None:
    first: dict[str, int] = {}
    checked = 0
    for update in heard:
        for event in (*update.provisional, *(finding.event for finding in update.early)):
            assert first.setdefault(event.label, event.shown) == event.shown
        for event in update.events:
            if event.label in first:
                assert event.shown == max(first.pop(event.label), event.onset)
                assert event.onset <= event.shown <= event.announced
                checked += 1
    assert checked >= 2
    assert {event.shown for event in analysed(16_000).events} == {-1}, "a file is not waited for"


def test_a_settled_label_is_never_taken_back(heard: list[HopUpdate], analysed: Analysed) -> None:
    """It is what the analysis of the file finds, with that onset, and is shown until it is over."""
    settled: dict[tuple[str, int], int] = {}
    for update in heard:
        for event in update.events:
            known = settled.pop((event.label, event.onset), -1)
            assert event.settled == known
            assert known < 0 or event.shown <= known <= event.announced
        if not update.final:
            now = {
                (e.label, e.onset): e.settled
                for e in update.provisional
                if e.state is State.SETTLED
            }
            assert now.items() >= settled.items()
            settled = now
    assert settled == {}
    found = {(e.label, e.onset) for u in heard for e in u.provisional if e.state is State.SETTLED}
    assert found
    assert found <= {(event.label, event.onset) for event in analysed(16_000).events}
    assert {event.settled for event in analysed(16_000).events} == {-1}


def test_out_of_quiet_a_label_is_shown_one_patch_early_and_is_no_event(model: LeanModel) -> None:
    """Whoever alerts, records or counts learns of it when its smoothed score is high enough."""
    samples, rate = read_mono(DEMO)
    horn = at_rate(samples[round(8.6 * rate) : round(9.8 * rate)], rate, 16_000)
    quiet = np.zeros(24_000, np.float32)
    sound = np.concatenate((quiet, horn, quiet))

    def shown(rules: DecisionRules) -> tuple[dict[str, int], dict[str, int]]:
        """Return when each label was first early, and first among the events that sound."""
        first: tuple[dict[str, int], dict[str, int]] = ({}, {})
        updates = live(model, Tracks(16_000, len(sound)), random_blocks(sound, 1, 3000), rules)
        for update in updates:
            events = [finding.event for finding in update.early]
            assert not (events and update.final)
            for known, found in zip(first, (events, update.provisional), strict=True):
                for event in found:
                    assert event.state is not State.FINAL
                    known.setdefault(event.label, update.patch)
        return first

    rules = model.default_rules()
    early, sounding = shown(rules)
    assert early == {label: patch - 1 for label, patch in sounding.items()}
    assert list(early) == ["Vehicle_horn_and_car_horn_and_honking"]
    assert shown(replace(rules, candidates=CandidateRules(Smoothing.OFF)))[0] == {}


def test_smoothing_may_change_in_the_middle(model: LeanModel, clip: Clip) -> None:
    """From the next patch on, and nothing before it changes."""
    samples, _ = read_mono(clip(16_000))
    default = model.default_rules()
    changed = replace(default, candidates=CandidateRules(Smoothing.OFF, hang_over=0))
    stage, steady = (InferenceStage(model, 16_000, default) for _ in range(2))
    first, same = (s.push(samples[:80_000])[1] for s in (stage, steady))
    assert [u.findings for u in first] == [u.findings for u in same]
    stage.rules = changed
    rest = stage.push(samples[80_000:])[1] + stage.finish(len(samples))[1]
    others = steady.push(samples[80_000:])[1] + steady.finish(len(samples))[1]
    assert [f for u in rest for f in u.findings] != [f for u in others for f in u.findings]


def test_what_is_ever_present_is_known_across_a_gap(model: LeanModel, clip: Clip) -> None:
    samples, _ = read_mono(clip(16_000))
    rules = replace(model.default_rules(), quiet=frozenset(range(200)), ever_present=0.005)
    stage = InferenceStage(model, 16_000, rules)
    before = stage.push(samples)[1] + stage.finish(len(samples))[1]
    stage.restart(10**6)
    after = stage.push(samples)[1] + stage.finish(10**6 + len(samples))[1]
    heard = {event.label for update in before for event in update.events}
    quiet = {
        model.taxonomy[hidden.candidate.label].name
        for update in after
        for hidden in update.hidden
        if hidden.rule is Rule.EVER_PRESENT
    }
    assert heard & quiet
    assert not any(f.candidate.presence for u in before[:3] for f in u.findings)
