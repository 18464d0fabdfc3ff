"""Clips of the events of a recording: the right samples, names that tell, nothing replaced."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leanviz.audio.decoder import Decoder
from leanviz.core.errors import AudioFileError, ExportError
from leanviz.core.events import Event
from leanviz.core.watching import ClipFormat, Cut
from leanviz.sessions import event_clips
from leanviz.sessions.event_clips import ClipsDone, write_event_clips
from tests.support.disk import little_space

RATE = 8_000
N = 40_000


def ramp(n: int = N) -> np.ndarray:
    """Return samples that tell where they are, in both channels."""
    samples = (np.arange(n) % 32_749 - 16_374).astype(np.int16)
    return np.stack([samples, -samples], axis=1)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sounds") / "dawn & \u97f3.wav"
    soundfile.write(path, ramp(), RATE)
    return path


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("form", list(ClipFormat))
def test_a_clip_has_the_samples_of_its_event_and_what_is_around(
    sound: Path, tmp_path: Path, form: ClipFormat
) -> None:
    events = [
        Event(20_000, 24_000, "../Bark", 0.9),
        Event(0, 100, "Chirp_and_tweet", 0.5),
        Event(39_900, 40_000, "Bark", 0.5),
    ]
    folder = tmp_path / "new" / "clips"
    done = write_event_clips(sound, events, folder, Cut(form, 0.25, 0.5))
    assert done == ClipsDone(written=3)
    spans = {
        f"dawn-\u97f3_000000.000_Chirp-and-tweet.{form}": (0, 4_100),
        f"dawn-\u97f3_000002.500_Bark.{form}": (18_000, 28_000),
        f"dawn-\u97f3_000004.987_Bark.{form}": (37_900, 40_000),
    }
    assert files(folder) == sorted(spans), "a label names no other folder"
    for name, (start, stop) in spans.items():
        samples, rate = soundfile.read(folder / name, dtype="int16")
        assert rate == RATE
        assert np.array_equal(samples, ramp()[start:stop])


def test_the_same_again_writes_nothing_and_another_cut_replaces_nothing(
    sound: Path, tmp_path: Path
) -> None:
    events = [Event(8_000, 9_000, "Bark", 0.9), Event(8_000, 9_500, "Bark", 0.8)]
    assert write_event_clips(sound, events, tmp_path, Cut()) == ClipsDone(written=2)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert write_event_clips(sound, events, tmp_path, Cut()) == ClipsDone(there=2)
    other = write_event_clips(sound, events, tmp_path, Cut(before_s=0.1))
    assert other == ClipsDone(written=2)
    assert {path: path.read_bytes() for path in before} == before
    assert len(files(tmp_path)) == 4


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spans=st.lists(st.tuples(st.integers(0, N - 1), st.integers(1, N)), max_size=6))
def test_overlapping_spans_are_read_as_if_each_were_alone(
    sound: Path, spans: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_clips, "_MOST_KEPT", 20_000)
    monkeypatch.setattr(event_clips, "_BLOCK", 3_000)
    with Decoder(sound) as decoder:
        tape = event_clips._Tape(decoder)
        for start, length in sorted(spans):
            span = event_clips.Span(start, min(N, start + length))
            read = np.concatenate(list(tape.blocks(span)))
            assert np.array_equal(read * 32_768, ramp()[span.start : span.stop])


def test_what_fails_is_counted_and_the_rest_is_written(tmp_path: Path) -> None:
    samples = np.zeros((N, 1), np.float32)
    samples[20_000] = np.nan
    path = tmp_path / "x.wav"
    soundfile.write(path, samples, RATE, "FLOAT")
    events = [Event(at, at + 100, "Bark", 0.5) for at in (1_000, 19_950, 30_000)]
    done = write_event_clips(path, events, tmp_path / "clips", Cut())
    assert (done.written, done.failed) == (2, 1)
    assert "NaN" in done.why[0]
    assert "2 clips written" in done.sentence(tmp_path)
    assert "1 failed" in done.sentence(tmp_path)
    assert len(files(tmp_path / "clips")) == 2


def test_a_cut_file_gives_what_there_is(tmp_path: Path, sound: Path) -> None:
    path = tmp_path / "cut.wav"
    path.write_bytes(sound.read_bytes()[:80_044])
    events = [Event(19_000, 21_000, "Bark", 0.5), Event(30_000, 31_000, "Bark", 0.5)]
    done = write_event_clips(path, events, tmp_path / "clips", Cut())
    assert done.written == 1
    [name] = files(tmp_path / "clips")
    assert soundfile.info(tmp_path / "clips" / name).frames == 1_000


def test_many_channels_need_wav(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    soundfile.write(path, np.zeros((1_000, 12)), RATE)
    events = [Event(0, 500, "Bark", 0.5)]
    done = write_event_clips(path, events, tmp_path / "clips", Cut())
    assert done.why == ("FLAC cannot hold 12 channels at 8000 Hz.",)
    assert write_event_clips(path, events, tmp_path / "c", Cut(ClipFormat.WAV)).written == 1


@pytest.mark.parametrize("form", list(ClipFormat))
def test_a_full_disk_is_a_sentence_and_leaves_no_half_clip(
    sound: Path, tmp_path: Path, form: ClipFormat
) -> None:
    events = [Event(0, 40_000, "Bark", 0.5)]
    with little_space(500):
        done = write_event_clips(sound, events, tmp_path / "clips", Cut(form))
    assert done.written == 0
    assert "cannot be written" in done.why[0]
    assert files(tmp_path / "clips") == []


def test_it_can_be_stopped(sound: Path, tmp_path: Path) -> None:
    events = [Event(at, at + 10, "Bark", 0.5) for at in range(0, 1_000, 100)]
    done = write_event_clips(sound, events, tmp_path, Cut(), progress=lambda n: n < 3)
    assert done == ClipsDone(written=3, stopped=True)
    assert len(files(tmp_path)) == 3


def test_a_place_or_a_recording_that_cannot_be_is_a_sentence(sound: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="cannot be made"):
        write_event_clips(sound, [], tmp_path / "file", Cut())
    with pytest.raises(AudioFileError, match="does not exist"):
        write_event_clips(tmp_path / "gone.wav", [], tmp_path, Cut())
