"""Zooming into a long file: what is in view is read again, and drawn as finely as it is."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from leanviz.audio.file import read_mono
from leanviz.core.clock import Span
from leanviz.core.tracks import Tracks
from leanviz.pipeline.detail import detail_for, detail_of_file
from leanviz.views.closer import Closer
from leanviz.views.workspace import Workspace

RATE = 8_000
LENGTH_S = 300
# The header of the picture claims ten hours, so that it is as coarse as that of a long file.
CLAIMED = 36_000 * RATE
CLICKS = (RATE * 200, RATE * 200 + 400)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    samples = np.zeros(LENGTH_S * RATE, np.float32)
    samples[list(CLICKS)] = 0.9
    soundfile.write(tmp_path / "clicks.wav", samples, RATE, subtype="FLOAT")
    return tmp_path / "clicks.wav"


@pytest.fixture
def tracks(file: Path) -> Tracks:
    made = Tracks.for_file(RATE, CLAIMED)
    made.push(read_mono(file)[0])
    made.finish()
    return made


@pytest.fixture
def workspace(qtbot: QtBot, tracks: Tracks) -> Workspace:
    made = Workspace()
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    made.show_tracks(tracks)
    made.time.show_recording(LENGTH_S)
    return made


@pytest.fixture
def closer(workspace: Workspace) -> Iterator[Closer]:
    owner = QObject()
    made = Closer(workspace, owner)
    yield made
    made.close()
    made.close()


def bursts(workspace: Workspace) -> int:
    """Return how many separate bursts the waveform shows."""
    workspace.waveform.grab()
    picture = workspace.waveform.picture.picture()
    high = (picture[: len(picture) // 3] != picture[0, 0]).any(0)
    return int((np.diff(high.astype(int)) == 1).sum() + high[0])


def test_clicks_that_the_whole_joins_are_told_apart(
    qtbot: QtBot, workspace: Workspace, tracks: Tracks, file: Path, closer: Closer
) -> None:
    workspace.time.show(199.8, 0.5)
    assert bursts(workspace) == 1
    closer.show(tracks, file)
    qtbot.waitUntil(lambda: tracks.detail is not None)
    assert bursts(workspace) == 2
    near = tracks.detail
    workspace.time.scroll(0.05)
    assert closer._wanted is near, "scrolling a little needs no reading"
    workspace.time.show(10.0, 2.0)
    qtbot.waitUntil(lambda: tracks.detail is not near)
    assert bursts(workspace) == 0


def test_a_file_that_is_gone_leaves_what_there_is(
    qtbot: QtBot, workspace: Workspace, tracks: Tracks, file: Path, closer: Closer
) -> None:
    file.unlink()
    workspace.time.show(199.8, 0.5)
    closer.show(tracks, file)
    qtbot.waitUntil(lambda: not closer._worker.busy)
    assert tracks.detail is None
    assert bursts(workspace) == 1


def test_what_is_fine_enough_is_not_read_again(
    workspace: Workspace, tracks: Tracks, file: Path, closer: Closer
) -> None:
    closer.show(Tracks.for_file(RATE, LENGTH_S * RATE), file)
    workspace.time.show(100.0, 20.0)
    assert closer._wanted is None


def test_reading_is_given_up_for_another_view(file: Path, tracks: Tracks) -> None:
    detail = detail_for(tracks, Span(0, 9_000), 2.0)
    assert detail.base == 2
    assert detail_of_file(file, detail, lambda: True) is None
