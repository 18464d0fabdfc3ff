"""Clips of the labels from the window: asked for, written beside the window's work, counted."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QProgressDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from pytestqt.wait_signal import SignalBlocker

from leanviz.core.events import Event
from leanviz.core.watching import ClipFormat, Cut
from leanviz.sessions.report import ClipReport
from leanviz.views.clip_dialog import ClipDialog, ClipWish
from leanviz.views.clip_export import ClipExport
from tests.sessions.conftest import report

assert report
RATE = 8_000


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "a b.wav"
    soundfile.write(path, np.random.default_rng(0).uniform(-0.5, 0.5, (80_000, 1)), RATE)
    return path


@pytest.fixture
def export(qtbot: QtBot) -> Iterator[ClipExport]:
    window = QWidget()
    qtbot.addWidget(window)
    made = ClipExport(window)
    yield made
    made.close()


def said(told: SignalBlocker) -> str:
    assert told.args is not None
    return told.args[0]


def answer(press: Qt.Key, change: str = "", *, one_only: bool = False) -> list[ClipDialog]:
    """Answer the dialog that is about to open; return it."""
    met: list[ClipDialog] = []

    def act() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ClipDialog)
        met.append(dialog)
        if change:
            dialog.form.setCurrentText(change)
            dialog.before.setValue(0.5)
        dialog.one.setChecked(one_only)
        if press == Qt.Key.Key_Escape:
            dialog.reject()
        else:
            dialog.export.click()

    QTimer.singleShot(0, act)
    return met


def test_all_labels_are_written_into_a_folder_beside_the_recording(
    qtbot: QtBot, export: ClipExport, sound: Path, report: ClipReport
) -> None:
    answer(Qt.Key.Key_Return, "WAV")
    with qtbot.waitSignal(export.said) as told:
        export.ask(sound, report, None)
    folder = sound.with_name("a b clips")
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["a-b_000002.756_Bark.wav", "a-b_000008.269_Chirp-and-tweet.wav"]
    assert said(told) == f"2 clips written to {folder}."
    assert soundfile.info(folder / names[0]).frames == 66_150 - 22_050 + RATE // 2


def test_the_selected_label_alone_and_the_cut_is_remembered(
    qtbot: QtBot, export: ClipExport, sound: Path, report: ClipReport
) -> None:
    one = report.events[1]
    met = answer(Qt.Key.Key_Return, "WAV", one_only=True)
    with qtbot.waitSignal(export.said):
        export.ask(sound, report, one)
    assert len(list(sound.with_name("a b clips").iterdir())) == 1
    met = answer(Qt.Key.Key_Escape)
    export.ask(sound, report, one)
    assert met[0].wish.cut == Cut(ClipFormat.WAV, 0.5, 0.0)
    assert not export.busy


def test_what_fails_is_told(qtbot: QtBot, export: ClipExport, sound: Path) -> None:
    events = [Event(0, 100, "Bark", 0.5), Event(90_000, 90_100, "Bark", 0.5)]
    with qtbot.waitSignal(export.failed) as told:
        export.write(sound, events, ClipWish(sound.with_name("c"), Cut()))
    assert "1 clip written" in said(told)
    assert "1 failed" in said(told)
    with qtbot.waitSignal(export.failed) as told:
        export.write(sound, events, ClipWish(sound, Cut()))
    assert "cannot be made" in said(told)


def test_it_can_be_stopped_and_closed_while_at_work(
    qtbot: QtBot, export: ClipExport, sound: Path
) -> None:
    events = [Event(at, at + 8_000, "Bark", 0.5) for at in range(0, 72_000, 9)]
    with qtbot.waitSignal(export.said) as told:
        export.write(sound, events, ClipWish(sound.with_name("c"), Cut()))
        window = export.parent()
        assert isinstance(window, QWidget)
        bar = window.findChild(QProgressDialog)
        assert bar is not None
        bar.findChildren(QPushButton)[0].click()
    assert "then stopped." in said(told)
    export.write(sound, events, ClipWish(sound.with_name("d"), Cut()))
    export.close()
    assert len(list(sound.with_name("d").iterdir())) < len(events)


def test_without_a_folder_there_is_nothing_to_export_to(qtbot: QtBot) -> None:
    dialog = ClipDialog(ClipWish(Path("x"), Cut(), selected_only=True), 1, "")
    qtbot.addWidget(dialog)
    assert dialog.all.isChecked(), "no label is selected"
    assert not dialog.one.isEnabled()
    dialog.folder.clear()
    assert not dialog.export.isEnabled()
