"""``leanviz bench --latency``: waits are told from planted moments, and paintings are noticed."""

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from leanviz.cli.bench_latency import (
    FINAL_LABEL,
    FIRST_LABEL,
    HEARD,
    SETTLED_LABEL,
    SPECTROGRAM,
    TAKEN,
    WAVEFORM,
    Placed,
    lag,
    ranked,
    waits,
)
from leanviz.cli.bench_onlooker import Onlooker
from leanviz.cli.bench_player import Playback
from leanviz.cli.bench_sounds import CLEAR, known_sounds, right_labels
from leanviz.core.errors import UserError
from leanviz.core.resources import resource_path
from leanviz.core.ring import Ring
from leanviz.core.taxonomy import Taxonomy
from leanviz.core.tracks import Tracks
from leanviz.inference.folder import read_metadata, vocabulary
from leanviz.views.main_window import MainWindow
from leanviz.views.workspace import Workspace

RATE = 16_000


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    folder = resource_path("lean")
    return vocabulary(read_metadata(folder), folder)[0]


def test_waits_are_those_of_planted_moments(taxonomy: Taxonomy) -> None:
    """A siren begins 5 s into the stream, and leaves the player at 100 s of the clock."""
    second = RATE
    seen = {
        "rate": RATE,
        "arrived": [[100.0, 5 * second, 4 * second], [100.03, 6 * second, 5 * second],
                    [100.1, 6 * second, 6 * second]],
        "pictures": [[100.15, "Waveform", 5.0], [100.2, "Waveform", 5.1],
                     [100.2, "Spectrogram", 4.9], [100.25, "Spectrogram", 5.1]],
        "labels": [[99.0, "Siren", 1 * second, 2 * second, "provisional"],
                   [100.7, "Bark", 5 * second, 6 * second, "provisional"],
                   [100.9, "Alarm", 5 * second, 6 * second, "provisional"],
                   [101.2, "Siren", 5 * second, 6 * second, "provisional"],
                   [101.4, "Siren", 5 * second, 6 * second, "settled"],
                   [101.9, "Siren", 5 * second, 7 * second, "settled"],
                   [102.5, "Siren", 5 * second, 6 * second, "final"],
                   [104.0, "Siren", 9 * second, 10 * second, "provisional"]],
    }  # fmt: skip
    found = waits(Placed("Siren", 5.0, 6.0, 100.0), 8.0, seen, taxonomy)
    assert found == pytest.approx(
        {HEARD: 0.03, TAKEN: 0.1, WAVEFORM: 0.2, SPECTROGRAM: 0.25, FIRST_LABEL: 0.9,
         SETTLED_LABEL: 1.4, FINAL_LABEL: 1.5}
    )  # fmt: skip


def test_what_never_comes_is_no_number(taxonomy: Taxonomy) -> None:
    seen: dict[str, Any] = {"rate": RATE, "arrived": [], "pictures": [], "labels": []}
    found = waits(Placed("Siren", 5.0, 6.0, 100.0), 8.0, seen, taxonomy)
    assert all(math.isnan(wait) for wait in found.values())
    assert ranked([*found.values(), 1.0, 3.0]) == {
        "p50": 2.0, "p95": pytest.approx(2.9), "max": 3.0,
    }  # fmt: skip
    assert ranked([math.nan]) == {"p50": None, "p95": None, "max": None}


def test_a_sound_is_found_where_it_was_heard() -> None:
    rng = np.random.default_rng(2)
    played = rng.normal(size=800).astype(np.float32)
    heard = rng.normal(scale=0.5, size=4000).astype(np.float32)
    heard[1234:2034] -= 0.4 * played  # a microphone may turn it over
    assert lag(played, heard) == 1234
    with pytest.raises(UserError, match="does not hear what is played"):
        lag(played, rng.normal(size=4000).astype(np.float32))


def test_sounds_are_known_and_fall_anywhere_on_the_grid() -> None:
    played, sounds = known_sounds(RATE, np.random.default_rng(1))
    assert sorted(sound.label for sound in sounds) == sorted(label for _, label in CLEAR)
    assert len({round(sound.onset / RATE % 0.48, 2) for sound in sounds}) == len(sounds)
    for sound in sounds:
        assert not played[sound.onset - RATE : sound.onset - RATE // 4].any()
        assert played[sound.onset : sound.onset + RATE // 10].any()


def test_labels_of_the_same_branch_are_right(taxonomy: Taxonomy) -> None:
    assert {"Speech", "Human_voice", "Male_speech_and_man_speaking"} <= right_labels(
        "Speech", taxonomy
    )
    assert "Siren" not in right_labels("Speech", taxonomy)


def test_a_wavering_delay_is_evened_out() -> None:
    begun_s = np.full(200, 7.0)
    begun_s[::3] += 0.004
    begun_s[150:] += 1.0  # the server waited
    playback = Playback(RATE, begun_s)
    assert playback.left_s(RATE) == pytest.approx(8.0)
    assert playback.left_s(int(3.5 * RATE)) == pytest.approx(11.5)


class _Window(QObject):
    """What an onlooker wants of a window."""

    closed = Signal()
    workspace: Workspace
    director: SimpleNamespace


def test_pictures_and_samples_are_noticed(qtbot: QtBot, tmp_path: Path) -> None:
    window, workspace = _Window(), Workspace()
    qtbot.addWidget(workspace)
    makers: list[Any] = []
    window.workspace = workspace
    window.director = SimpleNamespace(listening=SimpleNamespace(sink_makers=makers))
    onlooker = Onlooker(cast("MainWindow", window))
    ring, tracks = Ring(10 * RATE, (1,)), Tracks(RATE, 10 * RATE)
    makers[0]().begin(cast("Any", None), ring)
    workspace.resize(600, 400)
    workspace.show_tracks(tracks)
    workspace.show()
    onlooker.begin()
    tone = np.ones(RATE, np.float32)
    ring.write(tone[:, None])
    tracks.push(tone)
    workspace.time.show_live(5.0)
    workspace.time.follow_to(1.0)
    workspace.tick()
    path = tmp_path / "heard.npy"
    notes: dict[str, list[Any]] = {"pictures": [], "arrived": []}

    def both_seen() -> bool:
        seen = onlooker.seen(path)
        for name, kept in notes.items():
            kept.extend(seen[name])
        edges = {name for _, name, edge in notes["pictures"] if edge > 0.9}
        return edges == {"Waveform", "Spectrogram"} and bool(notes["arrived"])

    qtbot.waitUntil(both_seen)
    assert notes["arrived"][-1][1:] == (RATE, RATE)
    window.closed.emit()
