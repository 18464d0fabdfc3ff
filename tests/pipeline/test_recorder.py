"""Clips of what is heard: the source's own samples, from before the onset to after the offset."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from leanviz.audio.replay import FileSource
from leanviz.audio.source import HISTORY_S
from leanviz.core.decisions import DecisionRules
from leanviz.core.events import Event, State
from leanviz.core.ring import Ring
from leanviz.core.taxonomy import Label, Taxonomy
from leanviz.core.watching import (
    MOST_LAST_S,
    MOST_ROLL_S,
    ClipChoices,
    ClipFormat,
    WatchChoices,
    WatchRule,
)
from leanviz.inference.model import LeanModel
from leanviz.pipeline.clip_folder import finish_clips
from leanviz.pipeline.live import LivePipeline
from leanviz.pipeline.recorder import MARGIN_S, MOST_WAITING, Recorder
from leanviz.pipeline.sinks import StreamInfo
from leanviz.sessions.clips import INDEX
from tests.core.material import TAXONOMY
from tests.sessions.test_clips import little_space
from tests.support.programs import wait_until

RATE = 8_000
ORIGIN = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
ANY = WatchRule("", threshold=0.0, record=True)
DOGS = WatchRule("Dog", threshold=0.5, record=True)

Int16 = npt.NDArray[np.int16]
Json = dict[str, Any]


def choices(*rules: WatchRule, **clips: Any) -> WatchChoices:
    return WatchChoices(ClipChoices(record=True, **clips), rules or (ANY,))


class Stream:
    """A stream in the test's hand: a ring of 16-bit stereo, and a recorder that is told of it."""

    def __init__(self, folder: Path, chosen: WatchChoices, seconds: int = 30) -> None:
        self.ring = Ring(seconds * RATE, (2,))
        self.folder = folder
        self.recorder = Recorder(chosen, folder)
        self.sounded = np.zeros((0, 2), np.int16)
        self._random = np.random.default_rng(0)
        rules = DecisionRules((0.5,) * len(TAXONOMY))
        self.recorder.begin(
            StreamInfo(ORIGIN, RATE, "mic", "ALSA", "LEAN 1", TAXONOMY, rules), self.ring
        )

    def sound(self, time_s: float) -> None:
        """Let noise sound for some seconds."""
        fresh = self._random.integers(-(2**15), 2**15, (round(time_s * RATE), 2), np.int16)
        self.sounded = np.concatenate((self.sounded, fresh))
        self.ring.write((fresh / 2**15).astype(np.float32))

    def say(self, *events: Event) -> None:
        """Tell of final events."""
        self.recorder.take(events, self.ring.written)

    def go_on(self) -> None:
        """Let it be heard that nothing sounds."""
        self.recorder.sounding((), self.ring.written)
        self.recorder.take((), self.ring.written)

    def saved(self, count: int = 1) -> list[Json]:
        """Return what the index says of clips, once there are as many."""
        wait_until(lambda: self.recorder.state().saved >= count, f"{count} clips")
        return self.index()

    def index(self) -> list[Json]:
        """Return what the index says now."""
        path = self.folder / INDEX
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def samples(self, clip: Json) -> Int16:
        """Return the samples of a clip."""
        path = self.folder / clip["file"]
        return np.asarray(soundfile.read(path, dtype="int16", always_2d=True)[0], np.int16)


def event(onset_s: float, offset_s: float, label: str = "Bark", score: float = 0.9) -> Event:
    parents = TAXONOMY[TAXONOMY.index(label)].parents
    return Event(round(onset_s * RATE), round(offset_s * RATE), label, score, parents=parents)


Begin = Callable[..., Stream]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    begun: list[Stream] = []

    def make(chosen: WatchChoices | None = None, seconds: int = 30) -> Stream:
        begun.append(Stream(tmp_path / "clips", chosen or choices(), seconds))
        return begun[-1]

    yield make
    for stream in begun:
        stream.recorder.close()


def files(stream: Stream) -> list[str]:
    return sorted(path.name for path in stream.folder.glob("*.*") if path.name != INDEX)


# -- the whole way --------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ClipFormat)
def test_a_clip_is_the_file_from_before_the_onset_to_after_the_offset(
    model: LeanModel, clip: Callable[[int], Path], tmp_path: Path, form: ClipFormat
) -> None:
    """Bit for bit, through the live engine faster than real time."""
    rate = 44_100
    integers = np.rint(soundfile.read(clip(rate))[0] * 2**14).astype(np.int16)
    heard = tmp_path / "heard.wav"
    soundfile.write(heard, integers, rate, subtype="PCM_16")
    recorder = Recorder(choices(before_s=0.5, after_s=0.25, form=form), tmp_path / "clips")
    with closing(LivePipeline(FileSource(heard, speed=20), model, sinks=[recorder])) as pipeline:
        pipeline.start()
        wait_until(lambda: pipeline.stats().heard_s >= len(integers) / rate, "all of it heard")
        pipeline.close()
        events = [event for update in pipeline.drain() for event in update.events]
    lines = (tmp_path / "clips" / INDEX).read_text().splitlines()
    clips = [json.loads(line) for line in lines]
    assert sum(len(made["events"]) for made in clips) == len(events) > 0
    for made in clips:
        assert (made["sample_rate"], made["model"]) == (rate, model.identity)
        onset = round(min(e["onset_s"] for e in made["events"]) * rate)
        offset = round(max(e["offset_s"] for e in made["events"]) * rate)
        start, stop = max(0, onset - rate // 2), min(len(integers), offset + rate // 4)
        samples, _ = soundfile.read(tmp_path / "clips" / made["file"], dtype="int16")
        np.testing.assert_array_equal(samples, integers[start:stop])
        assert made["start_s"] == pytest.approx(start / rate, abs=1e-6)
    assert pipeline.stats().sinks[0].written == len(clips)


# -- what is kept ---------------------------------------------------------------------------------


def test_by_default_nothing_is_kept(begin: Begin) -> None:
    stream = begin(WatchChoices())
    stream.sound(5)
    stream.say(event(1, 2))
    stream.recorder.close()
    assert not stream.folder.exists()


@pytest.mark.parametrize(
    "chosen",
    [
        WatchChoices(ClipChoices(), (ANY,)),
        choices(replace(ANY, enabled=False)),
        choices(replace(ANY, record=False)),
        choices(replace(ANY, threshold=0.95)),
        choices(WatchRule("Siren", 0.0, record=True)),
    ],
    ids=["recording off", "rule off", "rule records nothing", "too weak", "another class"],
)
def test_what_no_rule_asks_for_is_not_kept(begin: Begin, chosen: WatchChoices) -> None:
    stream = begin(chosen)
    stream.sound(5)
    stream.say(event(1, 2))
    stream.recorder.close()
    assert not stream.folder.exists()


def test_all_channels_are_kept_and_the_index_tells_the_rest(begin: Begin) -> None:
    stream = begin(choices(DOGS, before_s=1.0, after_s=0.5))
    stream.sound(10)
    stream.say(event(3, 4, "Bark"), event(3, 4, "Siren"))
    stream.go_on()
    (clip,) = stream.saved()
    np.testing.assert_array_equal(stream.samples(clip), stream.sounded[2 * RATE : 4 * RATE + 4000])
    assert clip.pop("bytes") == (stream.folder / clip["file"]).stat().st_size
    assert clip == {
        "file": "2026-11-20_12-00-02.000_Dog.flac",
        "start_s": 2.0, "duration_s": 2.5, "late_s": 0.0, "lost_s": 0.0,
        "wall_time": "2026-11-20T12:00:02.000+00:00",
        "sample_rate": RATE, "channels": 2, "device": "mic", "model": "LEAN 1",
        "events": [
            {"onset_s": 3.0, "offset_s": 4.0, "label": "Bark", "mid": "/m/05tny_", "score": 0.9}
        ],
    }  # fmt: skip
    assert stream.recorder.state().remark == ""


def test_sounds_of_one_rule_that_overlap_are_one_clip(begin: Begin) -> None:
    stream = begin(choices(DOGS, before_s=1.0, after_s=1.0))
    stream.sound(8)
    stream.say(event(2, 3), event(4.5, 5, "Dog"), event(1, 6, "Dog"))
    stream.sound(4)
    stream.go_on()
    (clip,) = stream.saved()
    assert [e["label"] for e in clip["events"]] == ["Dog", "Bark", "Dog"]
    np.testing.assert_array_equal(stream.samples(clip), stream.sounded[: 7 * RATE])


def test_sounds_apart_and_sounds_of_other_rules_are_clips_of_their_own(begin: Begin) -> None:
    siren = WatchRule("Siren", 0.0, record=True)
    stream = begin(choices(DOGS, siren, ANY, before_s=0.5, after_s=0.5))
    stream.sound(20)
    stream.say(event(1, 2), event(1, 2, "Siren"), event(5, 6))
    stream.go_on()
    clips = stream.saved(3)
    assert sorted(clip["file"][24:] for clip in clips) == [
        "Dog.flac",
        "Dog.flac",
        "Siren-alarm.flac",
    ]


def test_a_clip_waits_for_what_still_sounds_and_for_its_end(begin: Begin) -> None:
    stream = begin(choices(DOGS, before_s=1.0, after_s=2.0))
    stream.sound(4)
    stream.say(event(2, 3))
    wait_until(lambda: stream.recorder.state().writing == "Dog", "the dot")
    assert stream.recorder.status().active
    stream.sound(4)
    stream.recorder.sounding([event(5.5, 8)], stream.ring.written)
    stream.recorder.take((), stream.ring.written)
    stream.sound(4)
    stream.say(event(5.5, 8.5))
    stream.sound(2)
    stream.go_on()
    (clip,) = stream.saved()
    assert len(clip["events"]) == 2
    np.testing.assert_array_equal(stream.samples(clip), stream.sounded[RATE : 10 * RATE + 4000])
    wait_until(lambda: stream.recorder.state().writing == "", "no dot")
    assert not stream.recorder.status().active


def test_the_end_of_listening_ends_a_clip(begin: Begin) -> None:
    stream = begin(choices(DOGS, before_s=1.0, after_s=3.0))
    stream.sound(4)
    stream.say(event(2, 3))
    stream.recorder.close()
    stream.recorder.close()
    (clip,) = stream.index()
    np.testing.assert_array_equal(stream.samples(clip), stream.sounded[RATE:])


# -- what is missing ------------------------------------------------------------------------------


def test_a_sound_longer_than_memory_keeps_its_end_and_says_so(begin: Begin) -> None:
    stream = begin(choices(DOGS, before_s=1.0, after_s=0.5), seconds=10)
    stream.sound(20)
    stream.say(event(3, 19))
    (clip,) = stream.saved()
    np.testing.assert_array_equal(
        stream.samples(clip), stream.sounded[10 * RATE : 19 * RATE + 4000]
    )
    assert (clip["start_s"], clip["late_s"]) == (10.0, 8.0)
    assert stream.recorder.state().remark == "its first 8.0 s were no longer in memory"


def test_a_sound_of_minutes_is_kept_whole_in_clips_one_after_the_other(begin: Begin) -> None:
    """Each written before its beginning is forgotten; the last when the sound is over."""
    stream = begin(choices(DOGS, before_s=1.0, after_s=0.5), seconds=10)
    stream.sound(3)
    for second in range(4, 24):
        stream.sound(1)
        stream.recorder.sounding(
            [replace(event(2, second), state=State.PROVISIONAL)], stream.ring.written
        )
        stream.recorder.take((), stream.ring.written)
        wait_until(lambda: stream.recorder.state().writing == "Dog", "the dot")
        due = 1 + sum(clip["duration_s"] for clip in stream.index()) + 8 <= second
        saved = len(stream.index())
        wait_until(lambda due=due, saved=saved: not due or len(stream.index()) > saved, "a part")
    stream.say(event(2, 22.5))
    stream.go_on()
    stream.sound(3)
    stream.go_on()
    stream.recorder.close()
    clips = stream.index()
    assert len(clips) == 3
    whole = np.concatenate([stream.samples(clip) for clip in clips])
    np.testing.assert_array_equal(whole, stream.sounded[RATE : 23 * RATE])
    assert [clip["late_s"] for clip in clips] == [0, 0, 0]
    assert stream.recorder.status().dropped == 0
    assert stream.recorder.state().writing == ""


def test_a_long_sound_whose_end_is_kept_already_leaves_no_scrap(begin: Begin) -> None:
    stream = begin(choices(DOGS, before_s=0.0, after_s=0.0), seconds=10)
    stream.sound(9)
    stream.recorder.sounding([replace(event(0, 9), state=State.PROVISIONAL)], stream.ring.written)
    stream.saved(1)
    stream.recorder.sounding((), stream.ring.written)
    stream.say(event(0, 8.5))
    stream.go_on()
    stream.recorder.close()
    assert len(stream.index()) == 1
    assert (stream.recorder.status().dropped, stream.recorder.status().trouble) == (0, "")


def test_a_sound_that_is_no_longer_in_memory_is_told_and_counted(begin: Begin) -> None:
    stream = begin(seconds=5)
    stream.sound(30)
    stream.say(event(3, 4))
    wait_until(lambda: stream.recorder.status().dropped == 1, "it is counted")
    assert stream.recorder.status().trouble == (
        "The sound of Bark, woof was no longer in memory: no clip was kept."
    )


def test_audio_that_never_came_is_silence_of_its_width(begin: Begin) -> None:
    stream = begin(choices(DOGS, before_s=1.0, after_s=1.0))
    stream.sound(3)
    stream.ring.skip(2 * RATE)
    stream.sound(5)
    stream.say(event(2, 6))
    stream.go_on()
    (clip,) = stream.saved()
    silence = np.zeros((2 * RATE, 2), np.int16)
    expected = np.concatenate(
        (stream.sounded[RATE : 3 * RATE], silence, stream.sounded[3 * RATE :])
    )
    np.testing.assert_array_equal(stream.samples(clip), expected[: 6 * RATE])
    assert clip["lost_s"] == 2.0
    assert stream.recorder.state().remark == "2.0 s within it never arrived"


# -- by hand --------------------------------------------------------------------------------------


def test_the_last_seconds_are_kept_by_hand_though_recording_is_off(begin: Begin) -> None:
    stream = begin(WatchChoices())
    assert not stream.recorder.save_last(3.0), "nothing was heard yet"
    stream.sound(5)
    assert stream.recorder.save_last(3.0)
    (clip,) = stream.saved()
    np.testing.assert_array_equal(stream.samples(clip), stream.sounded[2 * RATE :])
    assert (clip["events"], clip["file"][24:]) == ([], "last-3-s.flac")
    state = stream.recorder.state()
    assert (state.by_hand, state.latest) == (True, stream.folder / clip["file"])
    assert stream.recorder.save_last(30.0)
    np.testing.assert_array_equal(stream.samples(stream.saved(2)[1]), stream.sounded)


def test_what_can_be_asked_for_fits_into_the_memory_of_a_source() -> None:
    assert max(MOST_LAST_S, 2 * MOST_ROLL_S) + MARGIN_S < HISTORY_S


def test_nothing_can_be_kept_without_a_stream(tmp_path: Path) -> None:
    recorder = Recorder(WatchChoices(), tmp_path)
    assert not recorder.save_last(3.0)
    recorder.close()
    ring = Ring(RATE, (1,))
    rules = DecisionRules((0.5,) * len(TAXONOMY))
    recorder.begin(StreamInfo(ORIGIN, RATE, "mic", "ALSA", "LEAN 1", TAXONOMY, rules), ring)
    assert not any(thread.name == "leanviz-recorder" for thread in threading.enumerate())


# -- room -----------------------------------------------------------------------------------------


def test_the_quota_holds(begin: Begin) -> None:
    stream = begin(choices(most_clips=2, before_s=0.0, after_s=0.0))
    stream.sound(20)
    for n in range(5):
        stream.say(event(3 * n, 3 * n + 1))
    stream.go_on()
    stream.saved(5)
    assert [name[:19] for name in files(stream)] == ["2026-11-20_12-00-09", "2026-11-20_12-00-12"]


def test_on_a_full_disk_clips_wait_and_are_written_when_there_is_space(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leanviz.pipeline.recorder.RETRY_S", 0.5)
    stream = begin(choices(before_s=0.0, after_s=0.0))
    stream.sound(20)
    with little_space(1000):
        for n in range(2):
            stream.say(event(3 * n, 3 * n + 1))
        stream.go_on()
        wait_until(lambda: "Clips that wait: 2" in stream.recorder.status().trouble, "both wait")
        trouble = stream.recorder.status().trouble
        assert files(stream) == []
    assert "cannot be written" in trouble
    assert trouble.endswith("Clips that wait: 2; not kept: 0.")
    clips = sorted(stream.saved(2), key=lambda clip: clip["start_s"])
    assert [clip["start_s"] for clip in clips] == [0, 3]
    np.testing.assert_array_equal(stream.samples(clips[1]), stream.sounded[3 * RATE : 4 * RATE])
    wait_until(lambda: stream.recorder.status().waiting == 0, "nothing waits")
    assert (stream.recorder.status().trouble, stream.recorder.status().dropped) == ("", 0)


def test_what_a_full_disk_costs_is_counted_and_recording_goes_on(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clip waits only as long as its sound is remembered."""
    monkeypatch.setattr("leanviz.pipeline.recorder.RETRY_S", 0.2)
    stream = begin(choices(before_s=0.0, after_s=0.0), seconds=10)
    with little_space(1000):
        stream.sound(5)
        stream.say(event(1, 2))
        stream.go_on()
        wait_until(lambda: "Clips that wait: 1" in stream.recorder.status().trouble, "it waits")
        stream.sound(8)
        wait_until(lambda: stream.recorder.status().dropped == 1, "it is given up")
    stream.sound(3)
    stream.say(event(13, 14))
    stream.go_on()
    (clip,) = stream.saved(1)
    assert clip["start_s"] == 13
    wait_until(lambda: stream.recorder.status().trouble == "", "the trouble is over")


def test_what_still_waits_at_the_end_is_tried_once_more_and_counted(begin: Begin) -> None:
    stream = begin(choices(before_s=0.0, after_s=0.0))
    stream.sound(20)
    with little_space(1000):
        for n in range(3):
            stream.say(event(3 * n, 3 * n + 1))
        stream.go_on()
        wait_until(lambda: stream.recorder.status().waiting == 3, "all wait")
        wait_until(lambda: stream.recorder.status().trouble != "", "and it is said")
        stream.recorder.close()
    assert (stream.recorder.status().waiting, stream.recorder.status().dropped) == (0, 3)
    assert stream.recorder.status().trouble.endswith("Clips that wait: 0; not kept: 3.")


def test_what_comes_too_fast_is_counted(begin: Begin, tmp_path: Path) -> None:
    """A disk that hangs, here a folder in which an index is a pipe nobody reads."""
    stream = begin(choices(before_s=0.0, after_s=0.0))
    stream.folder.mkdir()
    os.mkfifo(stream.folder / INDEX)
    stream.sound(20)
    stream.recorder.save_last(1.0)
    wait_until(lambda: stream.recorder.status().waiting == 0, "it is at work")
    for _ in range(MOST_WAITING + 10):
        stream.say(event(1, 2))
    assert stream.recorder.status().dropped == 10
    assert stream.recorder.status().waiting == MOST_WAITING
    replace_pipe(stream.folder / INDEX)
    stream.saved(2)


def replace_pipe(pipe: Path) -> None:
    """Let go whoever waits for a pipe, and take it away."""
    writer = os.open(pipe, os.O_RDWR)
    pipe.unlink()
    os.close(writer)


def test_choices_may_change_while_listening(begin: Begin) -> None:
    stream = begin(WatchChoices())
    stream.sound(20)
    stream.say(event(1, 2))
    stream.recorder.set_choices(choices(form=ClipFormat.WAV, before_s=0.0, after_s=0.0))
    stream.say(event(5, 6))
    stream.go_on()
    (clip,) = stream.saved()
    assert clip["file"].endswith(".wav")
    assert clip["events"][0]["onset_s"] == 5.0


def test_a_hostile_label_stays_in_the_folder(tmp_path: Path) -> None:
    taxonomy = Taxonomy((Label("../../x", "/m/0", "../../../tmp/\0evil\n"),))
    ring = Ring(10 * RATE, (1,))
    recorder = Recorder(choices(before_s=0.0, after_s=0.0), tmp_path / "a" / "clips")
    info = StreamInfo(ORIGIN, RATE, "mic", "", "m", taxonomy, DecisionRules((0.5,)))
    recorder.begin(info, ring)
    ring.write(np.zeros((5 * RATE, 1), np.float32))
    recorder.take([Event(0, RATE, "../../x", 0.9)], ring.written)
    recorder.close()
    written = {path for path in tmp_path.rglob("*") if path.is_file()}
    made = tmp_path / "a" / "clips" / "2026-11-20_12-00-00.000_tmp-evil.flac"
    assert written == {made, made.with_name(INDEX)}
    assert soundfile.info(made).frames == RATE


# -- a crash --------------------------------------------------------------------------------------


def drafts(stream: Stream) -> list[Path]:
    return sorted(stream.folder.glob("*.unfinished.wav"))


def drafted(stream: Stream) -> float:
    """Return how many seconds are on the disk; nothing while a header is being written."""
    with suppress(soundfile.SoundFileError):
        return sum(soundfile.info(path).frames for path in drafts(stream)) / RATE
    return 0.0


def test_what_lasts_is_on_the_disk_before_it_is_over(begin: Begin) -> None:
    stream = begin()
    stream.sound(8.0)
    stream.recorder.sounding([event(4.0, 8.0)], stream.ring.written)
    wait_until(lambda: drafted(stream) == 7.0, "what sounds")
    stream.sound(3.0)
    wait_until(lambda: drafted(stream) == 10.0, "the rest")
    heard, _ = soundfile.read(drafts(stream)[0], dtype="int16")
    assert np.array_equal(heard, stream.sounded[RATE:])
    # once the clip is there, it alone is
    stream.recorder.sounding((), stream.ring.written)
    stream.say(event(4.0, 8.0))
    stream.sound(6.0)
    stream.go_on()
    stream.saved()
    wait_until(lambda: not drafts(stream), "the draft to go")


def test_what_turns_out_to_be_no_label_is_not_kept(begin: Begin) -> None:
    stream = begin()
    stream.sound(8.0)
    stream.recorder.sounding([event(4.0, 8.0)], stream.ring.written)
    wait_until(lambda: drafts(stream), "a draft")
    stream.go_on()
    wait_until(lambda: not drafts(stream), "the draft to go")
    assert files(stream) == []
    # nor is anything while no rule asks for it
    stream.recorder.set_choices(choices(DOGS))
    stream.recorder.sounding([event(4.0, 8.0, "Siren")], stream.ring.written)
    stream.recorder.close()
    assert files(stream) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.pipeline.test_recorder import Stream, choices, drafted, event
from tests.support.programs import wait_until
stream = Stream(Path(sys.argv[1]), choices())
stream.sound(8.0)
stream.recorder.sounding([event(4.0, 8.0)], stream.ring.written)
wait_until(lambda: drafted(stream), "a draft")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_kill_leaves_is_a_clip_at_the_next_start(tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    root = Path(__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", KILLED, str(folder)], cwd=root, check=False)
    assert killed.returncode == -signal.SIGKILL
    (left,) = folder.glob("*")
    assert left.name == "2026-11-20_12-00-01.000_Bark-woof.unfinished.wav"
    assert soundfile.info(left).frames == 7 * RATE

    (found,) = finish_clips(ClipChoices(), folder)
    assert found == folder / "2026-11-20_12-00-01.000_Bark-woof.wav"
    assert soundfile.info(found).frames == 7 * RATE
    line = json.loads((folder / INDEX).read_text())
    assert (line["file"], line["duration_s"], line["unfinished"]) == (found.name, 7.0, True)
    assert line["bytes"] == found.stat().st_size
    assert line["wall_time"].startswith("2026-11-20T12:00:01.000")
    assert finish_clips(ClipChoices(), folder) == []


def test_what_another_leanviz_records_is_left_alone(begin: Begin) -> None:
    stream = begin()
    stream.sound(8.0)
    stream.recorder.sounding([event(4.0, 8.0)], stream.ring.written)
    wait_until(lambda: drafts(stream), "a draft")
    # empty ones, and what only has such a name
    nothing, other = (stream.folder / f"{name}.unfinished.wav" for name in ("none", "other"))
    nothing.touch()
    other.write_text("no sound")
    assert finish_clips(ClipChoices(), stream.folder) == []
    assert len(drafts(stream)) == 2
    assert not nothing.exists()
    assert other.read_text() == "no sound"
