"""A file through the engine: everything about it, whatever its length, or a sentence."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from leanviz.audio.file import read_mono
from leanviz.core.clock import Gap, rescale
from leanviz.core.errors import AudioFileError
from leanviz.core.frontend import patch_count
from leanviz.core.stft import decibels
from leanviz.inference.model import LeanModel
from leanviz.inference.stream import LeanStream
from leanviz.pipeline.clip import BLOCK_S, Cancelled, ClipProgress, analyze_file
from leanviz.pipeline.results import ClipAnalysis
from tests.core.material import DEMO, noise

Float32 = npt.NDArray[np.float32]
Clip = Callable[[int], Path]
Analysed = Callable[[int], ClipAnalysis]
Write = Callable[[str, Float32, int], Path]


def assert_whole(analysis: ClipAnalysis) -> None:
    """Check that every part of an analysis is there and that they fit together."""
    n_patches = len(analysis.patch_extents)
    assert n_patches >= 1
    assert analysis.patch_extents[0, 0] == 0
    assert analysis.patch_extents[-1, 1] == analysis.n_samples
    np.testing.assert_array_equal(analysis.patch_extents[:-1, 1], analysis.patch_extents[1:, 0])
    assert analysis.frame_scores.shape == (n_patches, 200)
    assert analysis.clip_scores.shape == (200,)
    for scores in (analysis.frame_scores, analysis.clip_scores):
        assert np.isfinite(scores).all()
        assert scores.min() >= 0
        assert scores.max() <= 1
    band = analysis.attention
    assert (band.n_patches, band.n_heads, band.sample_rate) == (n_patches, 4, analysis.sample_rate)
    np.testing.assert_allclose(band.weights.sum(-1), 1, atol=1e-5)
    np.testing.assert_allclose(band.dense(None).sum(1), 1, atol=1e-5)
    order = [(e.onset, -e.score) for e in analysis.events]
    assert order == sorted(order)
    tracks = analysis.tracks
    assert tracks.written == analysis.n_samples
    assert tracks.columns.written == tracks.stft.column_count(analysis.n_samples)


def test_everything_about_the_demo_clip(model: LeanModel) -> None:
    analysis = analyze_file(str(DEMO), model)
    assert_whole(analysis)
    assert analysis.path == DEMO
    assert analysis.duration_s == 30
    assert analysis.model == model.identity
    assert not analysis.truncated
    assert len(analysis.patch_extents) == patch_count(480_000)
    assert analysis.events


def test_twice_the_same(model: LeanModel, clip: Clip, analysed: Analysed) -> None:
    one, other = analysed(44_100), analyze_file(clip(44_100), model)
    assert one.events == other.events
    assert one.hidden == other.hidden
    np.testing.assert_array_equal(one.frame_scores, other.frame_scores)
    np.testing.assert_array_equal(one.clip_scores, other.clip_scores)
    np.testing.assert_array_equal(one.attention.weights, other.attention.weights)


def test_without_pictures_the_results_are_the_same(
    model: LeanModel, clip: Clip, analysed: Analysed
) -> None:
    seen, unseen = analysed(44_100), analyze_file(clip(44_100), model, pictures=False)
    assert (unseen.events, unseen.findings) == (seen.events, seen.findings)
    assert unseen.n_samples == unseen.tracks.written == seen.n_samples
    np.testing.assert_array_equal(unseen.frame_scores, seen.frame_scores)
    assert not unseen.tracks.columns.written


def test_the_rate_of_a_file_matters_little(analysed: Analysed) -> None:
    """What is above 8 kHz is not heard, and time is time."""
    low, high = analysed(16_000), analysed(48_000)
    assert np.abs(low.clip_scores - high.clip_scores).max() < 0.2
    low_s, high_s = (a.patch_extents / a.sample_rate for a in (low, high))
    np.testing.assert_allclose(low_s, high_s, atol=1e-4)


def test_attention_is_the_stream_s_and_stands_in_source_samples(
    model: LeanModel, clip: Clip, analysed: Analysed
) -> None:
    samples, _ = read_mono(clip(16_000))
    stream = LeanStream(model)
    results = stream.push(samples) + stream.finish()
    band = analysed(16_000).attention
    for head in range(4):
        dense = band.dense(head)
        for row, result in zip(dense, results, strict=True):
            keys = slice(result.first_key, result.first_key + result.attention.shape[1])
            np.testing.assert_allclose(row[keys], result.attention[head], atol=1e-5)

    source = analysed(48_000).attention
    assert band.n_keys == source.n_keys
    assert source.key_extents[10].tolist() == [10 * 1280 * 3, (10 * 1280 + 1386) * 3]
    assert source.query_extents[5].tolist() == [5 * 7680 * 3, (5 * 7680 + 15_600) * 3]
    np.testing.assert_allclose(source.key_s(), band.key_s(), atol=1e-4)


@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_a_click_stands_at_one_instant_everywhere(
    model: LeanModel, write: Write, rate: int
) -> None:
    """In spectrogram, waveform, patches and wave features."""
    samples = np.zeros(6 * rate, np.float32)
    hop = round(0.016 * rate)
    at = 150 * hop
    samples[at] = 1
    analysis = analyze_file(write("click.wav", samples, rate), model)
    columns = analysis.tracks.columns.read(0, analysis.tracks.columns.written)
    assert not isinstance(columns, Gap)
    assert int(decibels(columns).mean(1).argmax()) == 150
    level = analysis.tracks.envelope.query(np.array([at - 128, at - 64, at + 64, at + 128]))[:, 1]
    assert level.tolist()[1] == 1
    start, stop = analysis.patch_extents.T
    assert np.flatnonzero((start <= at) & (at < stop)).tolist() == [round((2.4 - 0.4875) / 0.48)]
    keys = analysis.attention.key_extents
    seeing = np.flatnonzero((keys[:, 0] <= at) & (at < keys[:, 1]))
    assert rescale(at, rate, 16_000) // 1280 in seeing.tolist()


def test_progress_is_reported_while_the_tracks_fill(model: LeanModel, clip: Clip) -> None:
    heard: list[ClipProgress] = []
    written: list[int] = []

    def note(progress: ClipProgress) -> None:
        heard.append(progress)
        written.append(progress.tracks.written)

    analysis = analyze_file(clip(44_100), model, progress=note)
    fractions = [progress.fraction for progress in heard]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert len(fractions) == 2
    assert written[0] == int(BLOCK_S * 44_100)
    assert all(progress.tracks is analysis.tracks for progress in heard)
    assert list(heard[-1].findings) == list(analysis.findings)[: len(heard[-1].findings)]


def test_it_can_be_cancelled(model: LeanModel, clip: Clip) -> None:
    heard: list[ClipProgress] = []
    with pytest.raises(Cancelled):
        analyze_file(clip(44_100), model, progress=heard.append, cancelled=lambda: len(heard) == 2)
    assert len(heard) == 2


def test_silence(model: LeanModel, write: Write) -> None:
    analysis = analyze_file(write("silence.wav", np.zeros(48_000, np.float32), 16_000), model)
    assert_whole(analysis)
    assert len(analysis.patch_extents) == patch_count(48_000)


@pytest.mark.parametrize("rate", [1000, 16_000, 44_100, 48_000, 192_000, 768_000])
@pytest.mark.parametrize("count", [1, 2, 100])
def test_a_file_of_a_few_samples(model: LeanModel, write: Write, rate: int, count: int) -> None:
    analysis = analyze_file(write("short.wav", noise(count), rate), model)
    assert_whole(analysis)
    assert analysis.patch_extents.tolist() == [[0, count]]
    assert analysis.n_samples == count


def test_a_truncated_file_is_analysed_as_far_as_it_goes(
    model: LeanModel, clip: Clip, tmp_path: Path
) -> None:
    content = clip(16_000).read_bytes()
    cut = tmp_path / "cut.wav"
    cut.write_bytes(content[: len(content) // 2])
    analysis = analyze_file(cut, model)
    assert analysis.truncated
    assert_whole(analysis)
    assert analysis.duration_s == pytest.approx(4.85, abs=0.1)


def test_the_tracks_of_a_file_keep_all_of_it(model: LeanModel, write: Write) -> None:
    samples = noise(8000 * 12)
    analysis = analyze_file(write("noise.wav", samples, 8000), model)
    assert analysis.tracks.history.length == analysis.n_samples == len(samples)


def test_stereo_is_heard_as_its_mean(model: LeanModel, tmp_path: Path, clip: Clip) -> None:
    samples, rate = read_mono(clip(16_000), 0, 48_000)
    both = np.stack((0.5 * samples, 1.5 * samples), 1)
    soundfile.write(tmp_path / "both.wav", both, rate, subtype="FLOAT")
    soundfile.write(tmp_path / "one.wav", samples, rate, subtype="FLOAT")
    one, two = (analyze_file(tmp_path / name, model) for name in ("one.wav", "both.wav"))
    np.testing.assert_allclose(one.frame_scores, two.frame_scores, atol=1e-4)


@pytest.mark.parametrize(
    ("name", "content"),
    [("missing.wav", None), ("empty.wav", b""), ("text.wav", b"Dear diary,\n" * 50)],
)
def test_what_is_no_sound_ends_in_a_sentence(
    model: LeanModel, tmp_path: Path, name: str, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(AudioFileError, match=name):
        analyze_file(tmp_path / name, model)


def test_a_value_that_is_no_number_ends_in_a_sentence(model: LeanModel, write: Write) -> None:
    samples = noise(40_000)
    samples[33_000] = np.nan
    with pytest.raises(AudioFileError, match=r"not a number .* at 2\.06"):
        analyze_file(write("nan.wav", samples, 16_000), model)
