"""Explanations of files: the right window, the right times; what if; and moments alike."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from leanviz.audio.file import read_mono
from leanviz.audio.resample import Resampler
from leanviz.core.clock import Span
from leanviz.core.ducking import isolated, muted
from leanviz.core.errors import UserError
from leanviz.core.tracks import Tracks
from leanviz.inference.model import LeanModel
from leanviz.pipeline.clip import analyze_file
from leanviz.pipeline.counterfactual import (
    LONGEST_S,
    Change,
    counterfactual,
    patches_seeing,
)
from leanviz.pipeline.explained_sound import write_explained_sound
from leanviz.pipeline.explaining import FileExplanation, explain_file, why_at, why_event
from leanviz.pipeline.explaining_live import explain_heard
from leanviz.pipeline.heard_again import heard_samples
from leanviz.pipeline.kept_sound import KeptSound, sound_around
from leanviz.pipeline.results import ClipAnalysis
from leanviz.pipeline.similar import embeddings_of_file, find_similar, patches_of
from leanviz.pipeline.similar_live import search_heard
from tests.pipeline.conftest import Write

Clip = Callable[[int], Path]
Analysed = Callable[[int], ClipAnalysis]
RATE = 44_100


@pytest.mark.parametrize("rate", [16_000, 44_100, 11_025])
def test_a_stretch_is_heard_as_the_engine_heard_it(clip: Clip, rate: int) -> None:
    samples, _ = read_mono(clip(rate))
    resampler = Resampler(rate)
    whole = np.concatenate((resampler.push(samples), resampler.finish()))
    for span in (Span(0, 20_000), Span(7680 * 9, 7680 * 9 + 15_600), Span(150_000, 200_000)):
        again = heard_samples(clip(rate), span)
        np.testing.assert_allclose(again, whole[span.start : span.stop], atol=1e-5)
    assert len(heard_samples(clip(rate), Span(len(whole) + 9, len(whole) + 99))) == 0


@pytest.fixture(scope="module")
def siren(model: LeanModel, analysed: Analysed) -> FileExplanation:
    """Return why the best event of the clip is shown."""
    analysis = analysed(RATE)
    event = max(analysis.events, key=lambda e: e.score)
    found = explain_file(model, why_event(analysis, event, model.taxonomy.index(event.label)))
    assert found is not None
    return found


@pytest.mark.parametrize("kept_s", [60.0, 4.0], ids=["all is kept", "of its window a part"])
def test_what_is_heard_live_is_explained_as_the_file_is(
    model: LeanModel,
    clip: Clip,
    siren: FileExplanation,
    analysed: Analysed,
    kept_s: float,
    tmp_path: Path,
) -> None:
    samples, _ = read_mono(clip(RATE))
    event = max(analysed(RATE).events, key=lambda e: e.score)
    tracks = Tracks(RATE, round(kept_s * RATE), keep_sound=True)
    tracks.push(samples[: event.onset + round(min(kept_s, 3.0) * RATE)])
    label = siren.inquiry.label
    event = replace(event, offset=min(event.offset, tracks.written))
    inquiry = why_event(analysed(RATE), event, label)
    found, same = explain_heard(model, tracks, event, label), explain_file(model, inquiry)
    assert found is not None
    assert same is not None
    asked = [one.query_s()[one.found.question.weights > 0] for one in (found, same)]
    np.testing.assert_allclose(asked[0], asked[1], atol=1.5 / RATE)
    kept = found.inquiry.sound
    assert isinstance(kept, KeptSound)
    window = found.extent()
    assert kept.start == window.start
    assert kept.span.stop <= window.stop, "no more is kept than the window hears"
    heard = tmp_path / "heard.wav"
    assert write_explained_sound(found, heard) == kept.span
    assert read_mono(heard)[0].any()
    if kept_s < 10.0:
        assert kept.start > 0
        with pytest.raises(UserError, match="no longer kept"):
            explain_heard(model, tracks, replace(event, onset=0), label)
    else:
        assert found.found.logit == pytest.approx(same.found.logit, abs=0.1)
        np.testing.assert_allclose(
            found.found.moments.occlusion, same.found.moments.occlusion, atol=0.1
        )
        assert [span for span, _ in found.driving()] == [span for span, _ in same.driving()]


def test_an_event_is_explained_by_the_window_that_said_so(
    analysed: Analysed, siren: FileExplanation
) -> None:
    analysis, window, asked = analysed(RATE), siren.inquiry.window, siren.inquiry.asked
    assert asked is not None
    last, band = asked[-1], analysis.attention
    shown = band.weights[last, :, : siren.evidence.n_waves]
    np.testing.assert_allclose(siren.found.attention[:, last - window[0]], shown, atol=1e-4)
    assert band.first_key[last] == 6 * window[0]
    first_key, keys = int(band.first_key[last]), siren.key_s()
    key_extents = band.key_extents[first_key : first_key + len(keys)]
    np.testing.assert_allclose(keys * RATE, key_extents, atol=1e-6)
    query_extents = band.query_extents[window.start : window.stop]
    np.testing.assert_allclose(siren.query_s() * RATE, query_extents)


def test_moments_follow_each_other_and_what_drove_is_among_them(
    analysed: Analysed, siren: FileExplanation
) -> None:
    event = max(analysed(RATE).events, key=lambda e: e.score)
    moments = siren.moments()
    assert all(a.stop == b.start for a, b in pairwise(moments))
    assert moments[0].start == siren.extent().start
    (span, fall), *_ = siren.driving()
    assert fall > 0.0
    assert span.overlap(Span(event.onset, event.offset)) > 0


def test_the_score_at_a_time_is_the_one_shown(model: LeanModel, analysed: Analysed) -> None:
    analysis = analysed(RATE)
    label = int(analysis.peak_scores.argmax())
    patch = int(analysis.frame_scores[:, label].argmax())
    time_s = float(analysis.patch_extents[patch].mean()) / RATE
    inquiry = why_at(analysis, time_s, label)
    found = explain_file(model, inquiry)
    assert found is not None
    score = 1 / (1 + np.exp(-found.found.logit))
    assert score == pytest.approx(float(analysis.frame_scores[patch, label]), abs=1e-4)
    whole = why_at(analysis, time_s, label, whole=True)
    assert (whole.window, whole.asked) == (inquiry.window, None)
    with pytest.raises(UserError, match="has nothing at 99 s"):
        why_at(analysis, 99.0, label)


def test_a_long_event_is_explained_around_its_best_patch(
    model: LeanModel, clip: Clip, write: Write
) -> None:
    samples, _ = read_mono(clip(16_000))
    path = write("long.wav", np.tile(samples[60_000:70_000], 24), 16_000)
    analysis = analyze_file(path, model)
    event = max(analysis.events, key=lambda e: e.offset - e.onset)
    label = model.taxonomy.index(event.label)
    assert event.offset - event.onset > 11 * 16_000
    inquiry = why_event(analysis, event, label)
    assert inquiry.asked is not None
    assert int(analysis.frame_scores[:, label].argmax()) in inquiry.asked
    assert len(inquiry.window) == 20


def test_a_file_of_one_patch_can_be_explained(model: LeanModel, clip: Clip, write: Write) -> None:
    path = write("short.wav", read_mono(clip(16_000))[0][60_000:64_000], 16_000)
    analysis = analyze_file(path, model)
    label = int(analysis.peak_scores.argmax())
    found = explain_file(model, why_at(analysis, 0.1, label))
    assert found is not None
    assert found.found.attention.shape == (4, 1, 12)
    assert np.isfinite(found.found.muted).all()


# -- what if ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "span_s"),
    [(Change.MUTE, (4.0, 5.0)), (Change.ISOLATE, (9.2, 9.7))],
)
def test_the_changed_file_as_a_whole_gives_the_same_scores(
    model: LeanModel, clip: Clip, write: Write, change: Change, span_s: tuple[float, float]
) -> None:
    span = Span(*(round(16_000 * end_s) for end_s in span_s))
    path = clip(16_000)
    found = counterfactual(path, model, span, 16_000, change)
    assert found is not None
    samples, _ = read_mono(path)
    patches = patches_seeing(span)
    alter = muted if change is Change.MUTE else isolated
    for name, sound, scores in (
        ("before.wav", samples, found.before),
        ("after.wav", alter(samples, [span], 16_000), found.after),
    ):
        whole = analyze_file(write(name, sound, 16_000), model).frame_scores
        chosen = whole[patches.start : patches.stop] if patches.start < len(whole) else whole[-1:]
        np.testing.assert_allclose(scores, chosen.max(0), atol=1e-4)


def test_the_sound_that_is_muted_falls_most(model: LeanModel, analysed: Analysed) -> None:
    analysis = analysed(RATE)
    event = max(analysis.events, key=lambda e: e.score)
    span = Span(event.onset, event.offset)
    found = counterfactual(analysis.path, model, span, RATE, Change.MUTE)
    assert found is not None
    rows = found.changes(10)
    differences = [abs(row[3]) for row in rows]
    assert differences == sorted(differences, reverse=True)
    _, before, after, difference = rows[0]
    assert difference == pytest.approx(after - before)
    falls = [model.taxonomy[row[0]].name for row in rows if row[3] < -0.3]
    assert event.label in falls


def heard_after(clip: Clip, gap_s: float) -> Tracks:
    """Return a stream that lost its beginning, and then the clip."""
    samples, _ = read_mono(clip(RATE))
    tracks = Tracks(RATE, 60 * RATE, keep_sound=True)
    tracks.push(samples[: 2 * RATE])
    tracks.skip(round(gap_s * RATE))
    tracks.push(samples)
    return tracks


def test_what_is_heard_live_is_changed_as_the_file_is(
    model: LeanModel, clip: Clip, analysed: Analysed
) -> None:
    tracks, event = heard_after(clip, 1.5), max(analysed(RATE).events, key=lambda e: e.score)
    span, later = Span(event.onset, event.offset), round(3.5 * RATE)
    moved = Span(span.start + later, span.stop + later)
    kept = sound_around(tracks, moved)
    assert kept.start >= later, "nothing from before the gap"
    found = counterfactual(kept, model, moved, RATE, Change.MUTE)
    same = counterfactual(clip(RATE), model, span, RATE, Change.MUTE)
    assert found is not None
    assert same is not None
    # what is kept begins with the first patch of the window, and has 16 bits
    np.testing.assert_allclose(found.before, same.before, atol=0.02)
    np.testing.assert_allclose(found.after, same.after, atol=0.02)
    for nothing in (Span(3 * RATE, 4 * RATE), Span(tracks.written, tracks.written + 1)):
        with pytest.raises(UserError, match="nothing arrived"):
            sound_around(tracks, nothing)


def test_bad_selections_are_sentences(model: LeanModel, clip: Clip) -> None:
    path = clip(RATE)
    for span, sentence in (
        (Span(5, 5), "Select a time range"),
        (Span(0, round(RATE * (LONGEST_S + 1))), "at most 10 minutes"),
        (Span(RATE * 60, RATE * 61), "ends before the selection"),
    ):
        with pytest.raises(UserError, match=sentence):
            counterfactual(path, model, span, RATE, Change.MUTE)
    span = Span(0, RATE)
    assert counterfactual(path, model, span, RATE, Change.MUTE, stale=lambda: True) is None


# -- moments alike ------------------------------------------------------------------------------


def test_a_sound_that_comes_again_is_found(model: LeanModel, clip: Clip, write: Write) -> None:
    samples, _ = read_mono(clip(16_000))
    hop = 7680
    sound, quiet = samples[8 * hop : 11 * hop], np.zeros(5 * hop, np.float32)
    path = write("twice.wav", np.concatenate((sound, quiet, sound, quiet)), 16_000)
    embeddings = embeddings_of_file(path, model)
    assert embeddings is not None
    assert len(embeddings.vectors) == len(analyze_file(path, model).patch_extents)
    found = find_similar(embeddings, Span(0, len(sound)), [embeddings], 0.9)
    assert found[0].span.start / hop == pytest.approx(8.0, abs=0.6)
    assert found[0].cosine > 0.95
    assert all(a.cosine >= b.cosine for a, b in pairwise(found))
    assert all(moment.span.start >= len(sound) - hop for moment in found), "not the moment itself"
    assert not find_similar(embeddings, Span(0, len(sound)), [embeddings], 1.01)


def test_other_files_are_searched_too(model: LeanModel, clip: Clip) -> None:
    one, other = (embeddings_of_file(clip(rate), model) for rate in (16_000, 44_100))
    assert one is not None
    assert other is not None
    span = Span(4 * 16_000, 5 * 16_000)
    best = find_similar(one, span, [one, other])[0]
    assert best.path == other.path
    assert best.cosine > 0.99
    assert best.onset_s == pytest.approx(4.0, abs=0.5)
    assert embeddings_of_file(clip(16_000), model, stale=lambda: True) is None


def test_what_is_kept_of_a_stream_is_searched_across_gaps(model: LeanModel, clip: Clip) -> None:
    tracks, later = heard_after(clip, 1.5), round(3.5 * RATE)
    found = search_heard(model, tracks, Span(RATE // 2, RATE + RATE // 2), 0.9)
    assert found is not None
    assert found.alike[0].path is None
    assert found.alike[0].span.start == pytest.approx(later + RATE // 2, abs=0.3 * RATE)
    assert found.alike[0].cosine > 0.97
    assert search_heard(model, tracks, Span(0, RATE), stale=lambda: True) is None
    with pytest.raises(UserError, match="nothing arrived"):
        search_heard(model, tracks, Span(3 * RATE, 4 * RATE))


@pytest.mark.parametrize(
    ("span", "expected"),
    [(Span(0, 1), range(1)), (Span(0, 15_600), range(2)), (Span(7680 * 5, 7680 * 8), range(5, 8)),
     (Span(10**9, 10**9 + 1), range(19, 20))],
)  # fmt: skip
def test_which_patches_make_up_a_stretch(span: Span, expected: range) -> None:
    found = patches_of(span, 16_000, 20)
    assert abs(found.start - expected.start) <= 1
    assert len(found) == len(expected)
