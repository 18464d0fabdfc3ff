"""The window with the mean spectrum: what it measures, what it tells, what it writes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from leanviz.audio.capture import FileSource
from leanviz.core.resources import resource_path
from leanviz.settings import DEFAULTS
from leanviz.views.action_table import Mode
from leanviz.views.engine import Engine, load_engine
from leanviz.views.main_window import MainWindow
from leanviz.views.spectrum_desk import MEASURING
from leanviz.views.spectrum_window import CENTROID, PEAK, POINTER, WIDE, SpectrumWindow
from leanviz.views.theme import DARK, LIGHT
from tests.support.windows import trigger

DEMO = resource_path("demo", "demo.flac")
RATE = 48_000
TONE_HZ, LATER_HZ = 1500.0, 6000.0


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_engine()


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a second of one tone and a second of another."""
    path = tmp_path_factory.mktemp("tones") / "tones.wav"
    at = np.arange(RATE) / RATE
    sound = np.concatenate([0.5 * np.sin(2 * np.pi * hz * at) for hz in (TONE_HZ, LATER_HZ)])
    soundfile.write(path, sound, RATE)
    return path


@pytest.fixture
def window(qtbot: QtBot, engine: Engine, tones: Path) -> Iterator[MainWindow]:
    hearing = replace(engine, source=lambda *_: FileSource(DEMO, 1.0))
    made = MainWindow(DEFAULTS, lambda: hearing)
    qtbot.addWidget(made)
    made.show()
    made.begin([tones])
    qtbot.waitUntil(lambda: made.director.file is not None and made.workspace.time.limits[1] > 1.9)
    yield made
    made.end()


def shown(window: MainWindow) -> SpectrumWindow:
    found = window.spectra.window
    assert found is not None
    return found


def measured(qtbot: QtBot, window: MainWindow, what: str) -> SpectrumWindow:
    """Wait for the spectrum of a part; the heading is set with it."""
    found = shown(window)
    qtbot.waitUntil(lambda: found.heading.text().startswith(what))
    return found


def test_it_follows_what_is_selected_and_else_what_is_in_view(
    qtbot: QtBot, window: MainWindow
) -> None:
    time = window.workspace.time
    time.select((0.2, 0.8))
    trigger(window, "spectrum")
    found = measured(qtbot, window, "SELECTION  0:00.200")
    assert found.facts.value(PEAK).startswith("1\N{NARROW NO-BREAK SPACE}500.0 Hz  \N{MINUS SIGN}6")
    assert found.facts.value(CENTROID).startswith("1\N{NARROW NO-BREAK SPACE}500")
    time.select((1.2, 1.8))
    measured(qtbot, window, "SELECTION  0:01.200")
    assert found.facts.value(PEAK).startswith("6\N{NARROW NO-BREAK SPACE}000.0 Hz")
    time.select(None)
    measured(qtbot, window, "IN VIEW  0:00.000")
    assert found.facts.value(WIDE).startswith("4\N{NARROW NO-BREAK SPACE}5")
    found.window_ms.setCurrentIndex(found.window_ms.findText("8 ms"))
    found.window_ms.activated.emit(0)
    before = found.spectrum
    qtbot.waitUntil(lambda: found.spectrum is not before)
    assert found.spectrum is not None
    assert found.spectrum.win_length == 384


def test_it_is_read_by_pointer_and_by_keys(qtbot: QtBot, window: MainWindow) -> None:
    window.workspace.time.select((0.2, 0.8))
    trigger(window, "spectrum")
    found = measured(qtbot, window, "SELECTION")
    plot = found.plot
    qtbot.keyClick(plot, Qt.Key.Key_Home)
    assert found.facts.value(POINTER) == found.facts.value(PEAK)
    assert plot.accessibleDescription() == found.facts.value(PEAK)
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert found.facts.value(POINTER).startswith("1\N{NARROW NO-BREAK SPACE}511.7 Hz")
    for scale in range(found.scale.count()):
        found.scale.setCurrentIndex(scale)
        found.scale.activated.emit(scale)
        at = float(plot.axis.fraction(TONE_HZ))
        box = plot.getViewBox()
        place = plot.mapFromScene(box.mapViewToScene(box.viewRect().center()))
        left = plot.mapFromScene(box.sceneBoundingRect().topLeft()).x()
        qtbot.mouseMove(plot.viewport(), QPoint(round(left + at * box.width()), place.y()))
        read = plot.at
        assert found.spectrum is not None
        assert found.spectrum.hz[read] == pytest.approx(TONE_HZ, rel=0.05)


def test_its_numbers_are_copied_and_written_and_its_picture_drawn(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    window.workspace.time.select((0.2, 0.8))
    trigger(window, "spectrum")
    found = measured(qtbot, window, "SELECTION")
    assert found.spectrum is not None
    table = tmp_path / "spectrum.csv"
    window.spectra.save(table)
    rows = np.loadtxt(table, delimiter=",", skiprows=1)
    np.testing.assert_allclose(rows[:, 1], found.spectrum.level_dbfs, atol=0.006)
    qtbot.mouseClick(found.copy, Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text().splitlines()
    assert (copied[0], len(copied)) == ("hz\tlevel_dbfs", len(rows) + 1)
    for theme in (DARK, LIGHT):
        found.set_theme(theme)
        picture = tmp_path / f"{theme.name}.png"
        window.spectra.save(picture)
        drawn = QImage(str(picture))
        assert drawn.pixelColor(1, 1).name() == theme.background
    window.spectra.save(tmp_path / "spectrum.svg")
    assert "kHz" in (tmp_path / "spectrum.svg").read_text(encoding="utf-8")
    with qtbot.waitSignal(window.spectra.failed) as failed:
        window.spectra.save(tmp_path / "spectrum.txt")
    assert ".csv, .png or .svg" in str(failed.args)


def test_live_it_goes_on_with_what_is_in_view(qtbot: QtBot, window: MainWindow) -> None:
    trigger(window, "spectrum")
    trigger(window, "listen")
    qtbot.waitUntil(lambda: window.director.mode is Mode.LIVE)
    found = shown(window)
    qtbot.waitUntil(lambda: found.spectrum is not None and found.spectrum.n_windows > 5)
    told = found.heading.text()
    assert told.startswith("IN VIEW")
    # on a busy machine there may be a gap in between
    qtbot.waitUntil(lambda: found.heading.text() != told and found.spectrum is not None)


def test_silence_and_nothing_at_all_are_said(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet = tmp_path / "quiet.wav"
    soundfile.write(quiet, np.zeros(RATE), RATE)
    trigger(window, "spectrum")
    window.open(quiet)
    found = shown(window)
    qtbot.waitUntil(lambda: found.remark.text() == "There is nothing but silence here.")
    assert all(button.isEnabled() for button in found.findChildren(QPushButton))
    long = tmp_path / "long.wav"
    soundfile.write(long, np.full(70 * 8000, 0.1) * np.arange(70 * 8000) % 1.0, 8000)
    window.open(long)
    qtbot.waitUntil(lambda: window.workspace.time.limits[1] > 69.0)
    told, show = list[str](), found.show_nothing
    monkeypatch.setattr(found, "show_nothing", lambda why: (told.append(why), show(why)))
    window.workspace.time.select((0.0, 69.0))
    measured(qtbot, window, "SELECTION")
    qtbot.waitUntil(lambda: found.spectrum is not None)
    assert MEASURING in told
    for leave in (lambda: qtbot.keyClick(found.plot, Qt.Key.Key_Escape), found.close):
        trigger(window, "spectrum")
        assert found.isVisible()
        leave()
        assert not found.isVisible()
    assert not window.spectra._passing.isActive(), "nothing is measured while nobody looks"
