"""Figures of what the window shows, and the line in their caption, which draws them again."""

import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QTimer
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from leanviz.core.analysis_kinds import Kind
from leanviz.core.resources import resource_path
from leanviz.core.scales import Brightness
from leanviz.models.spectrogram import SpectrogramSettings
from leanviz.settings import DEFAULTS
from leanviz.views.engine import Engine, load_engine
from leanviz.views.figure_dialog import FigureDialog
from leanviz.views.figure_spec import LOW, PANES, FigureSpec
from leanviz.views.main_window import MainWindow
from tests.cli.running import run_in

REFERENCE = "0.5\t1.5\tSiren\n2.0\t2.5\tunicorn\n"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_engine()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return three seconds of siren, with labels beside them."""
    samples, rate = soundfile.read(resource_path("demo", "demo.flac"))
    path = tmp_path_factory.mktemp("sounds") / "a siren & \u97f3.wav"
    with soundfile.SoundFile(path, "w", rate, 1) as file:
        file.date = "2025-01-31T23:59:58"
        file.write(samples[11 * rate : 14 * rate])
    path.with_name("what I heard.txt").write_text(REFERENCE)
    return path


@pytest.fixture
def window(qtbot: QtBot, engine: Engine, sound: Path) -> MainWindow:
    made = MainWindow(DEFAULTS, lambda: engine)
    qtbot.addWidget(made)
    made.show()
    made.begin([sound])
    qtbot.waitUntil(lambda: made.director.recording.analysis is not None)
    return made


def pixels(path: Path) -> np.ndarray:
    image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)
    whole = np.frombuffer(image.constBits(), np.uint8)
    return whole.reshape(image.height(), image.width(), 4)[:, :, :3].astype(int)


def told(path: Path) -> list[str]:
    """Return the caption as the file has it."""
    return QImage(str(path)).text("Description").splitlines()


def export(qtbot: QtBot, window: MainWindow, path: Path, spec: FigureSpec | None = None) -> None:
    report = window.director.report()
    assert report is not None
    with qtbot.waitSignal(window.exports.figures.said):
        window.exports.figures.write(
            window.exports.figures.exportable(report, spec), path, path.suffix
        )


def test_the_line_of_a_caption_draws_the_same_picture(
    qtbot: QtBot, window: MainWindow, sound: Path, tmp_path: Path
) -> None:
    """Whatever was chosen in the window: it is all in the line."""
    window.references.take([sound.with_name("what I heard.txt")])
    qtbot.waitUntil(lambda: window.references.shown)
    decisions = window.director.decisions
    decisions.shift(-0.1)
    qtbot.waitUntil(lambda: window.director.origin is not None)
    for name in ("next scale", "floor up", "shorter window", "theme light", "clock time"):
        window._actions[name].trigger()
    window.workspace.attention_model.set_head("max")
    window.workspace.attention_model.set_ridge(False)
    window.workspace.attention_model.set_brightness(Brightness.GLOBAL)
    window.workspace.waveform.hide()
    window.navigation.step(1)
    window._actions["delete label"].trigger()
    window.review.files.save_to(session := sound.with_name("what I said.leanviz.json"))
    qtbot.waitUntil(lambda: window.review.files.saved == session)
    tracks = window.workspace.spectrogram.tracks
    assert tracks is not None
    qtbot.waitUntil(lambda: tracks.stft.win_length < 0.04 * tracks.sample_rate)
    window.workspace.time.show(0.25, 2.0)
    place = tmp_path / "here.png"
    dialog = FigureDialog(window.exports.figures.spec(), dated=True)
    qtbot.addWidget(dialog)
    assert dialog.time_of_day.isChecked(), "as in the window"
    dialog.colours.palettes.setCurrentText("viridis")
    dialog.colours.floor.setValue(-87.5)
    dialog.colours.ceiling.setValue(-30.0)
    export(qtbot, window, place, replace(dialog.spec, size=(900, 700)))
    first, *_, line = told(place)
    assert "began 2025-01-31 23:59:58" in first
    assert "23:59:58.250 \u2013 1 Feb 00:00:00.250 of 0:03.0" in first
    program, *words = shlex.split(line)
    assert program == "leanviz"
    options = (
        "--decisions",
        "--reference",
        "--session",
        "--window",
        "--start",
        "--head",
        "--no-ridge",
        "--palette",
        "--floor",
        "--ceiling",
        "--time-of-day",
    )
    for word in (*options, "--brightness"):
        assert word in words
    outcome = run_in(sound.parent, *words)
    assert (outcome.code, outcome.out) == (0, "")
    again = sound.with_name("figure.png")
    assert told(again) == told(place)
    assert np.abs(pixels(again) - pixels(place)).max() == 0
    again.unlink()


def test_rows_are_as_bright_as_in_the_window(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    shown = []
    for brightness in Brightness:
        window.workspace.attention_model.set_brightness(brightness)
        place = tmp_path / f"{brightness}.png"
        spec = replace(window.exports.figures.spec(), panes=("attention",), size=(640, 400))
        export(qtbot, window, place, spec)
        shown.append(pixels(place)[:200].sum())
    # on one scale only the brightest row is as bright as each is on its own
    assert shown[1] < 0.9 * shown[0]


def test_words_of_a_vector_picture_are_words_and_the_rest_is_where_it_is_in_pixels(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    spec = replace(window.exports.figures.spec(), size=(800, 600))
    for suffix in (".png", ".svg"):
        export(qtbot, window, tmp_path / f"a{suffix}", spec)
    text = (tmp_path / "a.svg").read_text()
    assert "Siren" in text
    assert "leanviz render" in text
    drawn = QImage(800, 600, QImage.Format.Format_RGB32)
    painter = QPainter(drawn)
    QSvgRenderer(str(tmp_path / "a.svg")).render(painter)
    painter.end()
    drawn.save(str(tmp_path / "drawn.png"))
    # the edges of letters are drawn otherwise
    differs = np.abs(pixels(tmp_path / "drawn.png") - pixels(tmp_path / "a.png")).max(axis=2)
    assert (differs > 60).mean() < 0.02


def test_each_pane_alone(qtbot: QtBot, window: MainWindow, sound: Path, tmp_path: Path) -> None:
    window.references.take([sound.with_name("what I heard.txt")])
    qtbot.waitUntil(lambda: window.references.shown)
    for pane in PANES:
        spec = replace(window.exports.figures.spec(), panes=(pane,), size=(640, 400))
        export(qtbot, window, tmp_path / "a.png", spec)
        shown = pixels(tmp_path / "a.png")
        assert shown.shape == (400, 640, 3)
        assert f"--pane {pane}" in told(tmp_path / "a.png")[-1]
        assert (shown != shown[-1, -1]).any(axis=2).mean() > 0.02, pane


def test_what_a_person_changed_and_what_fails_is_said(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    window.navigation.step(1)
    window._actions["delete label"].trigger()
    export(qtbot, window, tmp_path / "a.png")
    assert "reviewed by hand" in told(tmp_path / "a.png")[1]
    report = window.director.report()
    assert report is not None
    with qtbot.waitSignal(window.exports.figures.failed) as failed:
        what = window.exports.figures.exportable(report)
        window.exports.figures.write(what, tmp_path / "gone" / "a.png", ".png")
    assert "no folder" in str(failed.args)
    window._ending = True  # and nothing is asked about saving


def test_the_dialog_asks_for_panes_time_and_size(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "asked"
    answer = (str(place), "Vector graphics (*.svg)")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: answer)
    window.workspace.time.show(0.5, 1.0)

    def act() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, FigureDialog)
        assert dialog.view.isChecked()
        for name, box in dialog.panes.items():
            box.setChecked(name == "lanes")
        assert dialog.height_px.value() == LOW
        dialog.whole.setChecked(True)
        dialog.next.click()

    QTimer.singleShot(0, act)
    with qtbot.waitSignal(window.exports.figures.said):
        window._actions["export figure"].trigger()
    text = place.with_suffix(".svg").read_text()
    assert "--pane lanes" in text
    assert "--start" not in text


def test_without_a_pane_there_is_no_figure(qtbot: QtBot) -> None:
    dialog = FigureDialog(FigureSpec(), reference=False)
    qtbot.addWidget(dialog)
    assert not dialog.view.isEnabled(), "all of it is in view"
    for name, box in dialog.panes.items():
        box.setChecked(name == "reference")
    assert not dialog.next.isEnabled()


def test_colours_are_as_in_view_until_others_are_chosen(qtbot: QtBot) -> None:
    """To the last figure, also where the fields show less of it, and less far apart than usual."""
    shown = SpectrogramSettings(floor_db=-61.23, ceiling_db=-57.77, palette="magma")
    dialog = FigureDialog(FigureSpec(spectrogram=shown))
    qtbot.addWidget(dialog)
    assert dialog.spec.spectrogram == shown
    assert not dialog.time_of_day.isEnabled(), "nobody knows when it began"
    colours = dialog.colours
    colours.ceiling.setValue(-90.0)
    assert dialog.spec.spectrogram.ceiling_db > dialog.spec.spectrogram.floor_db
    colours.palettes.setCurrentIndex(0)
    assert dialog.spec.spectrogram.palette is None, "the theme's"
    dialog.panes["spectrogram"].setChecked(False)
    assert not colours.isEnabled()


def test_an_analysis_is_drawn_as_it_is_in_view(qtbot: QtBot) -> None:
    dialog = FigureDialog(FigureSpec(span_s=(1.0, 2.0), analysis=Kind.PITCH))
    qtbot.addWidget(dialog)
    assert dialog.spec.analysis is Kind.PITCH
    dialog.whole.setChecked(True)
    assert dialog.spec.analysis is None, "of all of the file it is not known"
    dialog.view.setChecked(True)
    dialog.analysis.setChecked(False)
    assert dialog.spec.analysis is None
    assert not FigureDialog(FigureSpec()).analysis.isEnabled()
