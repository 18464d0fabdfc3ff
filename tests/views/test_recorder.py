"""Keeping clips from the window: the red dot, the last seconds by hand, the choices."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pytestqt.qtbot import QtBot

from leanviz.audio.capture import FileSource
from leanviz.core.resources import resource_path
from leanviz.core.tracks import Tracks
from leanviz.core.watching import ClipChoices, ClipFormat, WatchChoices, WatchRule
from leanviz.inference.model import LeanModel
from leanviz.sessions.clips import INDEX
from leanviz.settings import DEFAULTS, Settings
from leanviz.views.action_table import Mode
from leanviz.views.engine import Engine
from leanviz.views.main_window import MainWindow
from leanviz.views.recorder_badge import RecorderBadge
from leanviz.views.recorder_form import ClipForm
from leanviz.views.theme import THEMES, Theme
from leanviz.views.watching import clips_folder
from tests.support.windows import action

DEMO = resource_path("demo", "demo.flac")
BIRD = WatchRule("Bird", 0.0, record=True, notify=False, highlight=False)


@pytest.fixture(scope="module")
def engine() -> Engine:
    from leanviz.audio.playback import Player

    return Engine(LeanModel.open(), lambda *_: FileSource(DEMO, 3.0), Player)


def listening(qtbot: QtBot, engine: Engine, settings: Settings) -> MainWindow:
    window = MainWindow(settings, lambda: engine)
    qtbot.addWidget(window)
    window.show()
    window.begin([])
    qtbot.waitUntil(lambda: window.director.engine is not None)
    action(window, "listen").trigger()
    qtbot.waitUntil(lambda: window.director.mode is Mode.LIVE)
    return window


def wait_for_a_second(qtbot: QtBot, window: MainWindow) -> Tracks:
    """Return what is heard, once there is a second of it: before, nothing can be saved."""
    tracks = window.director.listening.tracks
    assert tracks is not None
    qtbot.waitUntil(lambda: tracks.written > tracks.sample_rate)
    return tracks


def test_a_sound_is_kept_with_a_red_dot_and_recording_can_be_ended(
    qtbot: QtBot, engine: Engine
) -> None:
    watching = WatchChoices(ClipChoices(record=True, before_s=0.5, after_s=0.5), (BIRD,))
    window = listening(qtbot, engine, Settings(watching=watching))
    badge = window.watching.badge
    assert badge.isVisible()
    qtbot.waitUntil(lambda: badge.text.startswith("Keeping "))
    qtbot.waitUntil(lambda: any(clips_folder().glob("*.flac")))
    action(window, "record clips").trigger()
    assert not window.settings.watching.clips.record
    qtbot.waitUntil(lambda: not badge.isVisible())


def test_without_a_rule_recording_says_what_is_missing(qtbot: QtBot, engine: Engine) -> None:
    window = listening(qtbot, engine, DEFAULTS)
    assert not window.watching.badge.isVisible()
    action(window, "record clips").trigger()
    assert window.watching.badge.text == "Clips on, but no rule"
    assert "choose sounds" in window.status.currentMessage()


def test_the_last_seconds_are_saved_while_listening_goes_on(qtbot: QtBot, engine: Engine) -> None:
    window = listening(qtbot, engine, DEFAULTS)
    tracks = wait_for_a_second(qtbot, window)
    action(window, "save last").trigger()
    qtbot.waitUntil(lambda: window.status.currentMessage().startswith("Saved "))
    (clip,) = [json.loads(line) for line in (clips_folder() / INDEX).read_text().splitlines()]
    kept, rate = soundfile.read(clips_folder() / clip["file"], dtype="int16")
    heard, _ = soundfile.read(DEMO, dtype="int16", frames=len(kept))
    assert rate == tracks.sample_rate
    np.testing.assert_array_equal(kept, heard)
    assert window.director.listening.active
    assert str(clips_folder() / clip["file"]) in window.status.currentMessage()


def test_nothing_can_be_saved_before_anything_is_heard(qtbot: QtBot, engine: Engine) -> None:
    window = MainWindow(DEFAULTS, lambda: engine)
    qtbot.addWidget(window)
    assert not action(window, "save last").isEnabled()
    window.watching.save_last()
    assert window.status.currentMessage() == "Nothing was heard that could be saved."
    window.close()


def test_a_folder_that_cannot_be_written_is_a_banner_and_listening_goes_on(
    qtbot: QtBot, engine: Engine, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    watching = WatchChoices(ClipChoices(folder=str(tmp_path / "file")))
    window = listening(qtbot, engine, Settings(watching=watching))
    wait_for_a_second(qtbot, window)
    action(window, "save last").trigger()
    qtbot.waitUntil(lambda: "cannot be written" in window.banner.text)
    assert window.director.listening.active


@pytest.mark.parametrize("theme", THEMES.values(), ids=str)
def test_the_dot_is_there_in_every_theme_and_never_moves_the_words(
    qtbot: QtBot, theme: Theme
) -> None:
    badge = RecorderBadge()
    qtbot.addWidget(badge)
    badge.theme = theme
    badge.show_choices(WatchChoices(ClipChoices(record=True), (BIRD,)))
    size = badge.sizeHint()
    ring = badge.grab().toImage()
    badge.show_state("Vehicle horn, car horn, honking, and more", 1)
    assert badge.sizeHint() == size
    dot = badge.grab().toImage()
    middle = (5, dot.height() // 2)
    assert dot.pixel(*middle) != ring.pixel(*middle), "a ring is hollow, a dot is not"
    assert badge.accessibleDescription() == (
        "Keeping Vehicle horn, car horn, honking, and more; 1 clip saved since listening began"
    )


def test_every_choice_about_clips_is_told_at_once(qtbot: QtBot, tmp_path: Path) -> None:
    form = ClipForm(ClipChoices(), tmp_path)
    qtbot.addWidget(form)
    told: list[ClipChoices] = []
    form.changed.connect(told.append)
    form.record.click()
    form.form.setCurrentText("WAV")
    form.before.setValue(1.5)
    form.after.setValue(2.5)
    form.most_mb.setValue(50)
    form.most_clips.setValue(7)
    form.last.setValue(60)
    assert told[-1] == ClipChoices(True, "", ClipFormat.WAV, 1.5, 2.5, 50, 7, 60.0)
    assert len(told) == 7
    assert form.folder.text() == str(tmp_path)
    form.set_recording(False)
    assert not form.record.isChecked()
    assert len(told) == 7, "whoever switched it knows"


def test_a_folder_that_cannot_be_made_is_a_sentence(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    form = ClipForm(ClipChoices(), tmp_path / "file" / "below")
    qtbot.addWidget(form)
    form.show_in.click()
    assert form.folder.text().endswith("cannot be made: Not a directory.")


def test_what_a_crash_left_of_a_clip_is_told_at_the_next_start(
    qtbot: QtBot, engine: Engine
) -> None:
    folder = clips_folder()
    folder.mkdir(parents=True)
    left = folder / "2026-11-20_12-00-01.000_Bark.unfinished.wav"
    soundfile.write(left, np.zeros((800, 1)), 8000)
    window = MainWindow(DEFAULTS, lambda: engine)
    qtbot.addWidget(window)
    window.show()
    window.begin([])
    clip = folder / "2026-11-20_12-00-01.000_Bark.wav"

    def told() -> bool:
        """Tell whether it is shown; it waits for what else there is to say, if there is."""
        if str(clip) in window.banner.text:
            return True
        window.banner.dismiss()
        return False

    qtbot.waitUntil(told)
    assert not left.exists()
    assert soundfile.info(clip).frames == 800
    assert json.loads((folder / INDEX).read_text())["unfinished"]
