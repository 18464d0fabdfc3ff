"""Reference labels in the window: dropped or opened with a sound, seen, compared, taken away."""

import os
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from leanviz.core.resources import resource_path
from leanviz.models.reference import ReferenceModel
from leanviz.models.viewport import Viewport
from leanviz.sessions.labels import LabelFile, Mark
from leanviz.settings import DEFAULTS
from leanviz.views.action_table import Mode
from leanviz.views.engine import Engine, load_engine
from leanviz.views.exporting import Exportable, write
from leanviz.views.left_axis import LEFT
from leanviz.views.main_window import MainWindow
from leanviz.views.reference import ROW, ReferencePane
from leanviz.views.reference_files import is_labels, labels_of
from leanviz.views.reference_panel import LABELS, PSDS
from leanviz.views.theme import DARK, THEMES, Theme
from tests.core.material import TAXONOMY
from tests.views.panes_material import plot, where

DEMO = resource_path("demo", "demo.flac")
KNOWN = DEMO.with_suffix(".csv")


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_engine()


@pytest.fixture
def window(qtbot: QtBot, engine: Engine) -> MainWindow:
    made = MainWindow(DEFAULTS, lambda: engine)
    qtbot.addWidget(made)
    made.show()
    return made


def drop(window: MainWindow, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    action = Qt.DropAction.CopyAction
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(50, 50), action, mime, buttons, keys))
    QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), action, mime, buttons, keys))


def rows(window: MainWindow) -> dict[str, list[str]]:
    table = window.references.panel.table
    cells = [[table.item(r, c) for c in range(4)] for r in range(table.rowCount())]
    texts = [[cell.text() if cell else "" for cell in row] for row in cells]
    return {row[0]: row[1:] for row in texts}


def labels(window: MainWindow) -> int:
    return len(window.workspace.reference_model.marks)


def test_labels_opened_with_a_sound_are_shown_and_compared(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    window.begin([KNOWN, DEMO])
    qtbot.waitUntil(lambda: LABELS in rows(window))
    assert labels(window) == 8
    assert window.workspace.reference.isVisible()
    assert window.side.indexOf(window.references.panel) >= 0
    assert float(rows(window)[LABELS][2]) > 0.5
    assert rows(window)["Siren"] == ["1.00", "1.00", "1.00"]
    assert "," in window.references.panel.facts.value(PSDS)
    place = tmp_path / "figure.png"
    report, analysis = window.director.report(), window.director.analysis
    assert report is not None
    what = window.exports.figures.exportable(report)
    assert what.spec.references == (os.path.relpath(KNOWN, DEMO.parent),)
    write(what, place, ".png")
    write(Exportable(report, analysis, what.spec), tmp_path / "plain.png", ".png")
    assert place.read_bytes() != (tmp_path / "plain.png").read_bytes()


def test_other_thresholds_are_compared_anew(qtbot: QtBot, window: MainWindow) -> None:
    window.begin([DEMO, KNOWN])
    qtbot.waitUntil(lambda: LABELS in rows(window))
    recall = rows(window)[LABELS][1]
    window.director.decisions.shift(1.0)
    qtbot.waitUntil(lambda: rows(window)[LABELS][1] < recall)


def test_labels_dropped_on_a_sound_are_its_reference(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "what I heard.txt"
    path.write_text("1.0\t2.0\tSiren\n3.0\t4.0\tunicorn\nbad\trow\n")
    window.begin([DEMO])
    qtbot.waitUntil(lambda: window.director.mode is Mode.FILE)
    drop(window, path)
    qtbot.waitUntil(lambda: labels(window) == 2)
    assert window.director.title == "demo.flac", "the sound stays"
    assert "line 3" in window.banner.text
    qtbot.waitUntil(lambda: "Siren" in rows(window))
    assert "unicorn" in window.references.panel.remark
    window.references.remove()
    assert labels(window) == 0
    assert not window.workspace.reference.isVisible()
    assert window.side.indexOf(window.references.panel) < 0


def test_labels_of_another_sound_are_refused(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "other.csv"
    path.write_text("file,start_s,end_s,label\nother.wav,1,2,Siren\n")
    window.begin([DEMO])
    qtbot.waitUntil(lambda: window.director.mode is Mode.FILE)
    drop(window, path)
    qtbot.waitUntil(lambda: "labels of other sounds" in window.banner.text)
    drop(window, tmp_path / "gone.txt")
    qtbot.waitUntil(lambda: "gone.txt cannot be read" in window.banner.text)


def test_labels_without_a_sound_are_a_sentence(
    qtbot: QtBot, window: MainWindow, engine: Engine
) -> None:
    window.begin([KNOWN])
    assert "Open the sound first" in window.banner.text
    window.open(DEMO)
    qtbot.waitUntil(lambda: labels(window) == 8)


def test_the_next_sound_has_no_reference_of_the_last(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    other = tmp_path / "other.flac"
    other.symlink_to(DEMO)
    window.begin([DEMO, KNOWN])
    qtbot.waitUntil(lambda: labels(window) == 8)
    window.open(other)
    qtbot.waitUntil(lambda: window.director.title == "other.flac" and labels(window) == 0)
    qtbot.waitUntil(lambda: not window.references._worker.busy)
    assert labels(window) == 0
    window.open(DEMO)
    qtbot.waitUntil(lambda: labels(window) == 8)


# -- whose labels they are ----------------------------------------------------------------------


def given(name: str, *files: str) -> tuple[Path, LabelFile]:
    return Path(name), LabelFile(tuple(Mark(1, 2, name, file=file) for file in files))


@pytest.mark.parametrize(
    ("files", "meant", "expected"),
    [
        ([given("x.txt", "")], True, 1),
        ([given("x.txt", "")], False, None),
        ([given("Dog.txt", "")], False, 1),
        ([given("dog.audacity.txt", "")], False, 1),
        ([given("all.csv", "a/DOG.wav", "cat.wav", "dog.flac")], False, 2),
        ([given("all.csv", "cat.wav")], True, None),
        ([given("all.csv", "cat.wav"), given("dog.txt", "", "")], False, 2),
        ([given("dog.txt")], False, 0),
    ],
)
def test_whose_labels(
    files: list[tuple[Path, LabelFile]], meant: bool, expected: int | None
) -> None:
    found = labels_of(Path("/sounds/dog.ogg"), files, meant)
    assert (None if found is None else len(found)) == expected


def test_what_may_be_labels(tmp_path: Path) -> None:
    assert is_labels(Path("a.TXT"))
    assert is_labels(Path("a.events.jsonl"))
    assert not is_labels(Path("a.jsonl")), "that is a session"
    assert not is_labels(Path("a.wav"))
    (tmp_path / "a.txt").mkdir()
    assert not is_labels(tmp_path / "a.txt")


# -- the pane -----------------------------------------------------------------------------------


@pytest.fixture
def reference() -> ReferenceModel:
    return ReferenceModel()


@pytest.fixture
def pane(qtbot: QtBot, reference: ReferenceModel) -> ReferencePane:
    time = Viewport()
    made = ReferencePane(time, reference)
    qtbot.addWidget(made)
    made.resize(LEFT + 616, ROW)
    time.show_recording(20.0)
    time.show(0.0, 20.0)
    return made


def place(pane: ReferencePane, time_s: float, row: int = 0) -> QPoint:
    return QPoint(LEFT + round(pane.pixel_map().x(time_s)), row * ROW + ROW // 2)


def test_the_pane_is_as_high_as_its_rows_and_hidden_without(
    pane: ReferencePane, reference: ReferenceModel
) -> None:
    pane.show()
    reference.show("a.txt", [Mark(1, 5, "Dog"), Mark(2, 6, "Siren")], TAXONOMY)
    assert (pane.height(), pane.isVisible()) == (2 * ROW, True)
    reference.clear()
    assert not pane.isVisible()


def test_the_pointer_is_told_all_and_a_click_selects_the_time(
    qtbot: QtBot, pane: ReferencePane, reference: ReferenceModel
) -> None:
    marks = [
        Mark(1.0, 5.0, "bark", 0.5, band_hz=(500.0, 4000.0)),
        Mark(2.0, 2.0, "click"),
        Mark(8.0, 9.0, ""),
    ]
    reference.show("mine.txt", marks, TAXONOMY)
    pane.show()
    qtbot.waitExposed(pane)
    pane.hovered(QPointF(place(pane, 3.0)))
    assert pane.picture.toolTip() == (
        "Bark, woof 0.50\n0:01.000 \u2013 0:05.000\n500 to 4000 Hz\nfrom mine.txt"
    )
    pane.hovered(QPointF(place(pane, 2.0, 1)))
    assert pane.picture.toolTip().startswith("click\n0:02.000\nLEAN has no such class")
    pane.hovered(QPointF(place(pane, 15.0)))
    assert not pane.picture.toolTip()
    qtbot.mouseClick(pane.viewport(), Qt.MouseButton.LeftButton, pos=place(pane, 3.0))
    assert pane.time.selection == (1.0, 5.0)


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_labels_stand_where_they_are_in_a_colour_of_their_own(
    pane: ReferencePane, reference: ReferenceModel, theme: Theme
) -> None:
    pane.set_theme(theme)
    reference.show("a.txt", [Mark(5.0, 10.0, "Dog")], TAXONOMY)
    drawn = where(plot(pane), theme.reference, 2)
    columns = np.flatnonzero(drawn.any(0))
    axis = pane.pixel_map()
    assert columns[0] == pytest.approx(axis.x(5.0), abs=1)
    assert columns[-1] == pytest.approx(axis.x(10.0), abs=1)
    assert DARK.reference != DARK.accent
