"""What the window shows as heard by LEAN is what LEAN gets."""

import numpy as np
import pytest

from leanviz.audio.file import open_audio
from leanviz.audio.resample import Resampler
from leanviz.core.clock import Gap
from leanviz.core.frontend import YAMNET, PatchStream, log_mel
from leanviz.core.resources import resource_path
from leanviz.core.tracks import Tracks
from leanviz.pipeline.redraw import heard_of_file
from leanviz.pipeline.stages import FeatureStage
from tests.core.material import noise


@pytest.mark.parametrize("rate", [8000, 16_000, 22_050, 44_100, 48_000])
def test_heard_columns_are_the_frames_of_the_patches(rate: int) -> None:
    sound = noise(7 * rate // 2)
    tracks = Tracks(rate, 4 * rate, keep_sound=True)
    stage = FeatureStage(tracks)
    heard = [stage.push(block) for block in np.array_split(sound, 37)]
    signal = np.concatenate((*heard, stage.finish()))
    columns = tracks.heard.columns.read(0, tracks.heard.columns.written)
    assert not isinstance(columns, Gap)
    np.testing.assert_allclose(columns, log_mel(signal), rtol=0, atol=2e-6)
    for number, patch in enumerate(PatchStream().push(signal)):
        first = number * YAMNET.patch_hop_frames
        shown = columns[first : first + YAMNET.patch_frames]
        np.testing.assert_allclose(shown, patch, rtol=0, atol=2e-6)


def test_heard_columns_of_a_long_file_stay_few() -> None:
    rate = 16_000
    heard = Tracks.for_file(rate, 3600 * 5 * rate).unheard()
    assert heard.columns.capacity < 70_000
    signal = noise(20 * rate)
    heard.push(signal)
    pooled = heard.columns.read(0, heard.columns.written)
    assert not isinstance(pooled, Gap)
    frames = log_mel(signal)
    each = round(heard.hop / 160)
    count = len(pooled)
    expected = frames[: count * each].reshape(count, each, -1).max(1)
    np.testing.assert_allclose(pooled, expected, atol=2e-6)


def test_a_file_is_heard_when_it_is_asked_for() -> None:
    path = resource_path("demo", "demo.flac")
    with open_audio(path) as reader:
        signal = np.concatenate(list(reader.blocks(reader.sample_rate)))
        tracks = Tracks.for_file(reader.sample_rate, len(signal))
        resampler = Resampler(reader.sample_rate, YAMNET.sample_rate)
    heard = heard_of_file(path, tracks, lambda: False)
    assert heard is not None
    columns = heard.columns.read(0, heard.columns.written)
    assert not isinstance(columns, Gap)
    expected = log_mel(np.concatenate((resampler.push(signal), resampler.finish())))
    np.testing.assert_allclose(columns, expected, rtol=0, atol=2e-6)
    assert heard_of_file(path, tracks, lambda: True) is None
