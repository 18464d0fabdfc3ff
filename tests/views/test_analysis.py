"""The analysis pane: on the same pixel as the sound, and in the window on a real file."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from leanviz.audio.capture import FileSource
from leanviz.core.analysis_kinds import Kind
from leanviz.core.resources import resource_path
from leanviz.models.analysis import AnalysisModel, Source
from leanviz.models.spectrogram import SpectrogramSettings
from leanviz.pipeline.analyses import Analysis, analyse
from leanviz.settings import DEFAULTS
from leanviz.views.action_table import Mode
from leanviz.views.analysis import NO_FILE, TOO_LONG, AnalysisPane
from leanviz.views.engine import Engine, load_engine
from leanviz.views.main_window import MainWindow
from leanviz.views.render import Also, analyses_of, render_clip
from leanviz.views.theme import DARK
from tests.support.windows import action
from tests.views.panes_material import HEIGHT, WIDTH, Stack, click, plot, stack, tracks_of, where

DEMO = resource_path("demo", "demo.flac")
RATE = 44_100
INSTANT_S = 4.5
VIEWS = [(0.0, 10.0), (2.345, 5.0), (3.9871, 1.7)]
RATIOS = [1.0, 1.5, 2.0]
# One sample is little in a long window.
GREY = SpectrogramSettings(palette="grey", floor_db=-100, ceiling_db=-40)


@pytest.fixture(scope="module")
def found() -> dict[Kind, Analysis]:
    """Return what librosa makes of one click in ten seconds of silence."""
    samples = click(round(INSTANT_S * RATE), 10.0, RATE)
    kinds = (Kind.CQT, Kind.ONSETS, Kind.PERCUSSIVE)
    return {kind: analyse(samples, RATE, kind) for kind in kinds}


@pytest.fixture
def clicked(qtbot: QtBot, found: dict[Kind, Analysis]) -> tuple[Stack, AnalysisPane, AnalysisModel]:
    """Return the panes of a window, and the analysis, on the click."""
    made, model = stack(qtbot), AnalysisModel()
    pane = AnalysisPane(made.time, model)
    qtbot.addWidget(pane)
    pane.resize(WIDTH, HEIGHT)
    pane.show()
    made.show(tracks_of(click(round(INSTANT_S * RATE), 10.0, RATE), RATE), 10.0)
    pane.set_tracks(made.spectrogram.tracks)
    source = Source(Path("click.wav"), 0, RATE, 10 * RATE)
    model.set_source(source)
    for each in found.values():
        model.take(source, 0, each)
    made.spectrogram.set_settings(GREY)
    pane.set_settings(GREY)
    return made, pane, model


def energy_x(pane: AnalysisPane, ratio: float) -> float:
    """Return the centre of energy of the upper half of a picture; its grey is linear in dB."""
    drawn = plot(pane, ratio)[: round(HEIGHT * ratio / 2), :, 0]
    drawn = drawn[round(HEIGHT * ratio / 4) :].max(0)  # below the caption
    energy = np.where(drawn > 4, 10.0 ** (drawn / 255.0 * 6.0), 0.0)
    return float((energy * (np.arange(len(energy)) + 0.5)).sum() / energy.sum())


def onset_x(pane: AnalysisPane, ratio: float) -> float:
    """Return the column of the line at the onset."""
    drawn = where(plot(pane, ratio)[: round(HEIGHT * ratio / 4)], DARK.query)
    lit = np.flatnonzero(drawn.mean(0) > 0.3)
    assert len(lit) == 1
    return float(lit[0]) + 0.5


@pytest.mark.parametrize(
    ("kind", "measured"),
    [(Kind.CQT, energy_x), (Kind.PERCUSSIVE, energy_x), (Kind.ONSETS, onset_x)],
)
def test_a_click_is_at_its_instant(
    clicked: tuple[Stack, AnalysisPane, AnalysisModel],
    kind: Kind,
    measured: Callable[[AnalysisPane, float], float],
) -> None:
    made, pane, model = clicked
    model.set_kind(kind)
    for (start_s, span_s), ratio in product(VIEWS, RATIOS):
        made.time.show(start_s, span_s)
        width = made.spectrogram.plot_width(ratio)
        assert pane.plot_width(ratio) == width
        # zoomed in, a frame is many pixels wide
        frame = found_hop(model) / RATE / span_s * width
        expected = made.time.pixel_map(width).x(INSTANT_S)
        assert measured(pane, ratio) == pytest.approx(expected, abs=max(1.0, frame))


def found_hop(model: AnalysisModel) -> int:
    assert model.grid is not None
    return model.grid.hop


def test_the_cursor_is_the_same_pixel_column_as_in_the_spectrogram(
    clicked: tuple[Stack, AnalysisPane, AnalysisModel],
) -> None:
    made, pane, _ = clicked
    made.time.show(2.345, 5.0)
    made.time.set_cursor(INSTANT_S + 0.21)
    for ratio in RATIOS:
        columns = [
            np.flatnonzero(where(plot(each, ratio), DARK.cursor).mean(0) > 0.9)[0]
            for each in (made.spectrogram, pane)
        ]
        x = made.time.pixel_map(pane.plot_width(ratio)).x(INSTANT_S + 0.21)
        assert columns == [math.floor(x)] * 2


def test_an_empty_pane_says_what_to_do(qtbot: QtBot) -> None:
    made, model = stack(qtbot), AnalysisModel()
    pane = AnalysisPane(made.time, model)
    qtbot.addWidget(pane)
    assert pane.sentence() == NO_FILE
    pane.set_tracks(tracks_of(np.zeros(90 * 8_000, np.float32), 8_000))
    model.set_source(Source(Path("long.wav"), 0, 8_000, 90 * 8_000))
    made.time.show_recording(90.0)
    assert "Computing" in pane.sentence()
    model.fail("It went wrong.")
    assert pane.sentence() == "It went wrong."
    made.time.fit()
    assert pane.sentence() == TOO_LONG


# -- the window -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_engine()


@pytest.fixture
def window(qtbot: QtBot, engine: Engine) -> Iterator[MainWindow]:
    hearing = replace(engine, source=lambda *_: FileSource(DEMO, 4.0))
    made = MainWindow(DEFAULTS, lambda: hearing)
    qtbot.addWidget(made)
    made.resize(1280, 900)
    made.show()
    made.begin([DEMO])
    qtbot.waitUntil(lambda: made.director.mode is Mode.FILE)
    yield made
    made.close()


def assert_the_line_of_a_figure_draws_the_analysis_too(window: MainWindow, folder: Path) -> None:
    report = window.director.report()
    assert report is not None
    spec = replace(window.exports.figures.spec(), panes=("spectrogram",), size=(640, 600))
    assert "--analysis onsets --start 10" in spec.command("demo.flac", "a.png")
    shown = window.exports.figures.exportable(report, spec)
    assert shown.analysis is not None
    anew = Also(analyses=analyses_of(shown.analysis, spec))
    drawn: list[QImage] = []
    for also in (shown.also, anew, Also()):
        render_clip(shown.analysis, report.taxonomy, folder / "a.png", spec, also)
        drawn.append(QImage(str(folder / "a.png")))
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


def test_analyses_of_the_demo_clip_and_why_there_are_none_while_listening(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    pane, desk = window.workspace.analysis, window.analyses
    assert not pane.isVisible()
    assert desk._process is None, "off costs nothing"
    action(window, "show analysis").trigger()
    assert pane.isVisible()
    window.workspace.time.show(10.0, 4.0)
    qtbot.waitUntil(lambda: desk.complete)
    pane.grab()
    assert len(np.unique(pane.picture.picture())) > 20
    at = pane.box.mapToScene(QPointF(pane.plot_width() / 2, 20.0))
    pane.hovered(at)
    assert "dBFS" in window.status._readout.text()
    desk.choose(Kind.PITCH)
    qtbot.waitUntil(lambda: desk.complete)
    desk.export(tmp_path / "demo.pitch.csv")
    qtbot.waitUntil((tmp_path / "demo.pitch.csv").exists)
    rows = np.genfromtxt(tmp_path / "demo.pitch.csv", delimiter=",", names=True)
    siren = (rows["time_s"] > 11) & (rows["time_s"] < 14)
    assert 500 < np.nanmedian(rows["pitch_hz"][siren]) < 1_100
    desk.choose(Kind.ONSETS)
    qtbot.waitUntil(lambda: desk.complete and window.director.analysis is not None)
    assert_the_line_of_a_figure_draws_the_analysis_too(window, tmp_path)
    desk.export(tmp_path / "no such folder" / "demo.csv")
    qtbot.waitUntil(lambda: "no such folder" in window.banner.text)
    soundfile.write(tmp_path / "tick.wav", np.full(700, 0.1), 44_100)
    window.open(tmp_path / "tick.wav")
    qtbot.waitUntil(lambda: "Too short" in pane.sentence())
    assert not action(window, "export analysis").isEnabled()
    action(window, "listen").trigger()
    qtbot.waitUntil(lambda: window.director.mode is Mode.LIVE)
    assert not pane.isVisible()
    assert not action(window, "show analysis").isEnabled()
    assert "not while leanviz listens" in action(window, "show analysis").toolTip()
