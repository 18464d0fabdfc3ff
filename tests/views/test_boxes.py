"""Labels with frequencies: read from a Raven table, drawn, selected by hand, edited, written."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from leanviz.core.annotations import manual_event
from leanviz.core.clock import Span
from leanviz.core.events import Event
from leanviz.models.boxes import Box
from leanviz.sessions.formats import Format
from leanviz.sessions.labels import Mark
from leanviz.sessions.reading import read_labels
from leanviz.sessions.review_file import read_review
from leanviz.settings import DEFAULTS
from leanviz.views.engine import Engine, load_engine
from leanviz.views.figure_spec import FigureSpec
from leanviz.views.label_form import LabelForm
from leanviz.views.left_axis import LEFT
from leanviz.views.main_window import MainWindow
from leanviz.views.render import render_clip
from leanviz.views.spectrum_window import PEAK
from tests.support.windows import trigger

RATE, LENGTH_S = 24_000, 2.0
WHISTLE, TRILL = (0.25, 0.75, 900.0, 1850.5), (1.2503, 1.5, 3000.125, 6000.0)
RAVEN = (
    "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tCall\n"
    "1\tSpectrogram 1\t1\t{}\t{}\t{}\t{}\twhistle\n"
    "2\tSpectrogram 1\t1\t{}\t{}\t{}\t{}\tBird\n"
).format(*WHISTLE, *TRILL)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_engine()


@pytest.fixture
def window(qtbot: QtBot, engine: Engine, tmp_path: Path) -> Iterator[MainWindow]:
    """Return a window on two tones, with somebody's boxes around them."""
    sound, table = tmp_path / "tones.wav", tmp_path / "tones.selections.txt"
    at = np.arange(round(RATE * LENGTH_S)) / RATE
    tones = 0.5 * np.sin(2 * np.pi * 400 * at) + 0.1 * np.sin(2 * np.pi * 1500 * at)
    soundfile.write(sound, tones, RATE)
    table.write_text(RAVEN)
    made = MainWindow(DEFAULTS, lambda: engine)
    qtbot.addWidget(made)
    made.resize(1200, 900)
    made.show()
    made.begin([sound, table])
    qtbot.waitUntil(lambda: made.references.shown and made.director.analysis is not None)
    yield made
    made.end()


def place(window: MainWindow, time_s: float, hz: float) -> QPoint:
    """Return where a time and a frequency are on the spectrogram, in pixels of the widget."""
    pane = window.workspace.spectrogram
    axis = pane.frequency_axis
    assert axis is not None
    y = (1.0 - float(axis.fraction(hz))) * pane.box.rect().height()
    return QPoint(LEFT + round(pane.pixel_map().x(time_s)), round(y))


def picture(window: MainWindow) -> QImage:
    return window.workspace.spectrogram.grab().toImage()


def changed_around(before: QImage, after: QImage, at: QPoint) -> bool:
    """Tell whether any pixel near a place is drawn otherwise."""
    near = [(at.x() + x, at.y() + y) for x in range(-2, 3) for y in range(-2, 3)]
    return any(before.pixel(*p) != after.pixel(*p) for p in near)


def drag_box(window: MainWindow, start: QPoint, stop: QPoint) -> None:
    pane = window.workspace.spectrogram.viewport()
    left, ctrl = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
    QTest.mousePress(pane, left, ctrl, start)
    QTest.mouseMove(pane, (start + stop) / 2)
    QTest.mouseMove(pane, stop)
    QTest.mouseRelease(pane, left, ctrl, stop)


def added(window: MainWindow) -> tuple[Event, ...]:
    return window.review.model.annotations.added


def test_boxes_of_a_raven_table_are_drawn_taken_over_and_written_back(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    with_boxes = picture(window)
    trigger(window, "adopt reference")
    assert [event.band_hz for event in added(window)] == [WHISTLE[2:], TRILL[2:]]
    window.workspace.reference_model.clear()
    own = picture(window)
    trigger(window, "undo")
    assert added(window) == (), "both in one step"
    bare = picture(window)
    trigger(window, "redo")
    for start_s, stop_s, low, high in (WHISTLE, TRILL):
        middle_s, middle = (start_s + stop_s) / 2, (low + high) / 2
        sides = (start_s, middle), (stop_s, middle), (middle_s, low), (middle_s, high)
        for drawn in (with_boxes, own):
            assert all(changed_around(bare, drawn, place(window, *side)) for side in sides)
            assert not changed_around(bare, drawn, place(window, middle_s, middle))
    for form in (Format.RAVEN, Format.AUDACITY, Format.CSV, Format.JSON):
        path = tmp_path / f"again{form.suffix}"
        window.exports.write(path, form.suffix)
        qtbot.waitUntil(path.exists)
        marks = {mark.label: mark for mark in read_labels(path).marks if mark.band_hz}
        assert [check(marks[name], box) for name, box in (("whistle", WHISTLE), ("Bird", TRILL))]
    with (tmp_path / "again.raven.txt").open() as file:
        ravens = list(csv.DictReader(file, dialect="excel-tab"))
    assert {row["Frequencies"] for row in ravens if row["Label"] in {"whistle", "Bird"}} == {
        "label"
    }


def check(mark: Mark, box: tuple[float, float, float, float]) -> bool:
    assert (mark.onset_s, mark.offset_s) == pytest.approx(box[:2], abs=1e-3)
    assert mark.band_hz == box[2:], "to the last bit"
    return True


def test_a_box_is_drawn_with_ctrl_and_becomes_a_label_with_frequencies(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    window.workspace.reference_model.clear()
    bare = picture(window)
    pane = window.workspace.spectrogram
    drag_box(window, place(window, 0.5, 2000.0), place(window, 1.0, 1000.0))
    assert pane.band_hz == pytest.approx((1000.0, 2000.0), rel=0.02)
    assert window.workspace.time.selection == pytest.approx((0.5, 1.0), abs=0.01)
    trigger(window, "spectrum")
    told = window.spectra.window
    assert told is not None
    qtbot.waitUntil(lambda: told.spectrum is not None)
    # the louder tone is outside the box
    assert told.facts.value(PEAK).startswith("1\N{NARROW NO-BREAK SPACE}5")
    told.close()
    trigger(window, "add label")
    form = next(f for f in window.findChildren(LabelForm) if f.isVisible())
    assert float(form.low.text()) == min(pane.band_hz)
    form.label.setText("my whistle")
    form.high.setText("2100.5")
    form.accept()
    [label] = added(window)
    assert label.band_hz == (float(form.low.text()), 2100.5)
    assert window.inspector.selected.value("frequencies").endswith("2100.5 Hz")
    assert changed_around(bare, picture(window), place(window, 0.75, 2100.5))
    session = tmp_path / "tones.leanviz.json"
    window.review.files.save_to(session)
    qtbot.waitUntil(session.exists)
    assert read_review(session).annotations.added == (label,)
    window.workspace.time.select((0.2, 0.4))
    assert pane.band_hz == (), "a time range alone has no frequencies"


def test_nothing_more_is_drawn_before_the_first_box(window: MainWindow) -> None:
    """The live spectrogram has no item for what nobody uses."""
    shown = window.review.boxes
    assert shown._item is not None
    assert not shown._item.idle()
    window.workspace.reference_model.clear()
    assert shown._item.idle()
    shown.model.show([Box(0.0, 1.0, 10.0, 20.0, "")])
    assert not shown._item.idle()


def test_figures_have_the_boxes_of_the_session(window: MainWindow, tmp_path: Path) -> None:
    analysis = window.director.analysis
    assert analysis is not None
    taxonomy = window.workspace.timeline.taxonomy
    label = manual_event("whistle", Span(6000, 18_000), taxonomy, WHISTLE[2:])
    drawn: list[QImage] = []
    for events in ((), (label,)):
        path = tmp_path / f"{len(events)}.png"
        spec = FigureSpec(size=(600, 300), panes=("spectrogram",))
        render_clip(replace(analysis, events=events), taxonomy, path, spec)
        drawn.append(QImage(str(path)))
    assert drawn[0] != drawn[1]
