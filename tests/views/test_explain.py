"""Why in the window: asked of a label, seen, heard, changed, found elsewhere, and written."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from leanviz.audio.capture import FileSource
from leanviz.audio.file import read_mono
from leanviz.core.ducking import DUCKED
from leanviz.core.events import Event
from leanviz.core.resources import resource_path
from leanviz.models.explanation import ExplanationModel, Strip
from leanviz.models.viewport import Viewport
from leanviz.pipeline.clip import analyze_file
from leanviz.pipeline.explained_sound import write_explained_sound
from leanviz.pipeline.explaining import FileExplanation, explain_file, why_event
from leanviz.pipeline.kept_sound import KeptSound
from leanviz.sessions.attention_file import read_attention
from leanviz.settings import DEFAULTS
from leanviz.views.action_table import Mode
from leanviz.views.engine import Engine, load_engine
from leanviz.views.explain_desk import SELECT_SOMETHING
from leanviz.views.explain_pane import ROW, ExplainPane
from leanviz.views.explain_panel import AGREE, DISAGREE, IN_STREAM, LOGIT
from leanviz.views.left_axis import LEFT
from leanviz.views.main_window import MainWindow
from leanviz.views.theme import DARK, THEMES, Theme
from tests.support.virtual_mic import VirtualMic
from tests.support.windows import fits, trigger
from tests.views.panes_material import plot, where

DEMO = resource_path("demo", "demo.flac")


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_engine()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a stroke of the church bell and the horn of the demo clip, twice."""
    samples, rate = read_mono(DEMO, round(6.0 * 44_100), round(3.6 * 44_100))
    path = tmp_path_factory.mktemp("why") / "bell.wav"
    soundfile.write(path, np.concatenate((samples, samples)), rate)
    return path


@pytest.fixture(scope="module")
def found(engine: Engine, clip: Path) -> FileExplanation:
    model = engine.model
    analysis = analyze_file(clip, model)
    event = next(e for e in analysis.events if e.label == "Church_bell")
    found = explain_file(model, why_event(analysis, event, model.taxonomy.index(event.label)))
    assert found is not None
    return found


@pytest.fixture
def window(qtbot: QtBot, engine: Engine, clip: Path) -> Iterator[MainWindow]:
    made = MainWindow(DEFAULTS, lambda: engine)
    qtbot.addWidget(made)
    made.resize(1280, 1000)
    made.show()
    made.begin([clip])
    qtbot.waitUntil(lambda: made.director.analysis is not None)
    yield made
    made.end()


def enabled(window: MainWindow, name: str) -> bool:
    action = window.findChild(QAction, name)
    return action is not None and action.isEnabled()


def shown(window: MainWindow) -> list[Event]:
    return window.workspace.timeline.events


def bell(window: MainWindow) -> Event:
    return next(e for e in shown(window) if e.label == "Church_bell")


def asked(qtbot: QtBot, window: MainWindow) -> FileExplanation:
    window.navigation.select(bell(window))
    return asked_now(qtbot, window)


def asked_now(qtbot: QtBot, window: MainWindow) -> FileExplanation:
    trigger(window, "why")
    qtbot.waitUntil(lambda: window.why.explained)
    found = window.workspace.explanation_model.found
    assert found is not None
    return found


def test_a_selected_label_is_explained(qtbot: QtBot, window: MainWindow) -> None:
    pane, panel = window.workspace.explanation, window.why.panel
    assert not pane.isVisible()
    assert not enabled(window, "play why")
    window.navigation.select(bell(window))
    assert not window.why.busy, "nobody looks"
    found = asked(qtbot, window)
    assert pane.isVisible()
    told = [panel.facts.value(name).replace("\N{MINUS SIGN}", "-") for name in (LOGIT, AGREE)]
    assert told == [f"{found.found.logit:.2f}", f"{found.found.agreement():.2f}"]
    assert (DISAGREE in panel.remark.text()) == found.found.disagrees()
    assert enabled(window, "play why")
    titles = (label.title for label in window.workspace.timeline.taxonomy.labels)
    panel.show_explanation(found, max(titles, key=len), None)
    assert fits(panel)
    panel.drivers.chosen.emit(0)
    (span, _), *_ = found.driving()
    assert window.workspace.time.selection == pytest.approx(
        (span.start / 44_100, span.stop / 44_100)
    )
    window.side.setCurrentIndex(0)
    assert pane.isVisible(), "another page in front changes nothing"
    window.navigation.select(None)
    assert not pane.isVisible()
    assert not enabled(window, "play why")


def test_the_newest_label_wins_and_another_head_has_other_attention(
    qtbot: QtBot, window: MainWindow
) -> None:
    first = asked(qtbot, window)
    before = window.why.panel.facts.value(AGREE)
    window.workspace.attention_model.set_head(3)
    shown = window.workspace.explanation_model
    assert shown.strips[0].values.tolist() == first.found.keys.attention[3].tolist()
    assert window.why.panel.facts.value(AGREE) != before
    others = [e for e in window.workspace.timeline.events if e.label != "Church_bell"]
    for event in (*others[:3], others[-1]):
        window.navigation.select(event)
    qtbot.waitUntil(lambda: not window.why.busy and shown.found is not first)
    taxonomy = window.workspace.timeline.taxonomy
    assert shown.title == taxonomy[taxonomy.index(others[-1].label)].title


def test_what_if_the_selection_were_not_there(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.why.said) as said:
        trigger(window, "mute selection")
    assert said.args == [SELECT_SOMETHING]
    window.navigation.select(bell(window))
    trigger(window, "mute selection")
    table = window.why.panel.changes
    qtbot.waitUntil(lambda: table.rowCount() > 0)
    fallen = [row[0] for row in table.texts() if row[3].startswith("\N{MINUS SIGN}")]
    assert "Church bell" in fallen
    window.workspace.time.select((0.0, 0.5))
    trigger(window, "isolate selection")
    qtbot.waitUntil(lambda: "0:00.00 \u2013 0:00.50 alone" in window.why.panel.changed.text())


def test_a_moment_that_comes_again_is_found_and_gone_to(qtbot: QtBot, window: MainWindow) -> None:
    window.workspace.time.select((0.3, 1.3))
    window.why.panel.threshold.setValue(0.7)
    trigger(window, "similar")
    table = window.why.panel.alike
    qtbot.waitUntil(lambda: table.rowCount() > 0)
    table.setCurrentCell(0, 0)
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Return)
    selection = window.workspace.time.selection
    assert selection is not None
    assert selection[0] == pytest.approx(3.9, abs=0.5), "3.6 s later"


def test_moments_in_other_files_are_opened(
    qtbot: QtBot, engine: Engine, clip: Path, tmp_path: Path
) -> None:
    here, other = tmp_path / "here.wav", tmp_path / "there.wav"
    samples, rate = read_mono(clip, 0, 5 * 44_100)
    for path in (here, other):
        soundfile.write(path, samples, rate)
    (tmp_path / "bad.wav").write_text("no sound")
    window = MainWindow(DEFAULTS, lambda: engine)
    qtbot.addWidget(window)
    window.show()
    window.begin([here])
    qtbot.waitUntil(lambda: window.director.analysis is not None)
    window.workspace.time.select((1.0, 3.0))
    window.why.panel.where.setCurrentIndex(1)
    table, looked = window.why.panel.alike, window.why.panel.looked
    trigger(window, "similar")
    trigger(window, "stop")
    qtbot.waitUntil(lambda: not window.why.busy)
    assert (table.rowCount(), looked.text()) == (0, "")
    window.workspace.time.select((1.0, 3.0))
    trigger(window, "similar")
    qtbot.waitUntil(lambda: any("there.wav" in row[0] for row in table.texts()))
    qtbot.waitUntil(lambda: "bad.wav" in window.banner.text)
    assert looked.text().endswith("in 2 files")
    row = next(n for n, row in enumerate(table.texts()) if "there.wav" in row[0])
    table.chosen.emit(row)
    qtbot.waitUntil(lambda: window.director.title == "there.wav")
    selection = window.workspace.time.selection
    assert selection is not None
    assert selection[0] == pytest.approx(1.0, abs=0.5)
    window.end()


def test_explanations_are_written(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    found = asked(qtbot, window)
    for suffix in (".npz", ".csv", ".svg", ".png"):
        place = tmp_path / f"why{suffix}"
        window.why.export(place)
        qtbot.waitUntil(place.exists)
        qtbot.waitUntil(lambda: not window.why.busy)
    assert np.array_equal(read_attention(tmp_path / "why.npz").attention, found.found.attention)
    for suffix in (".npz", ".png"):
        window.banner.dismiss()
        window.why.export(tmp_path / "no" / f"why{suffix}")
        qtbot.waitUntil(lambda: "there is no folder" in window.banner.text)


def test_a_file_that_has_gone_is_a_sentence_and_can_be_tried_again(
    qtbot: QtBot, engine: Engine, clip: Path, tmp_path: Path
) -> None:
    path = tmp_path / "here.wav"
    path.write_bytes(clip.read_bytes())
    window = MainWindow(DEFAULTS, lambda: engine)
    qtbot.addWidget(window)
    window.show()
    window.begin([path])
    qtbot.waitUntil(lambda: window.director.analysis is not None)
    path.rename(tmp_path / "there.wav")
    window.navigation.select(bell(window))
    trigger(window, "why")
    qtbot.waitUntil(lambda: "here.wav" in window.banner.text)
    assert "here.wav" in window.why.panel.remark.text()
    assert not window.why.explained
    (tmp_path / "there.wav").rename(path)
    trigger(window, "why")
    qtbot.waitUntil(lambda: window.why.explained)
    window.end()


def test_without_a_file_the_buttons_say_why(qtbot: QtBot, engine: Engine) -> None:
    window = MainWindow(DEFAULTS, lambda: engine)
    qtbot.addWidget(window)
    action = window.findChild(QAction, "why")
    assert action is not None
    assert not action.isEnabled()
    assert "works on files" in action.toolTip()
    assert "works on files" in window.why.panel.remark.text()
    assert window.director.mode is Mode.EMPTY
    window.end()


def by_the_clock(window: MainWindow) -> bool:
    """Tell whether the page has times of day: what drove the label, what if, and alike."""
    panel = window.why.panel
    said = (panel.drivers.texts()[0][0], panel.changed.text(), panel.alike.texts()[0][0])
    return all(re.search(r"\d\d:\d\d:\d\d\.\d\d", text) for text in said)


def test_what_is_heard_live_is_explained_while_listening_goes_on(
    qtbot: QtBot, engine: Engine, clip: Path, tmp_path: Path
) -> None:
    window = MainWindow(DEFAULTS, lambda: replace(engine, source=lambda *_: FileSource(clip, 4.0)))
    qtbot.addWidget(window)
    window.resize(1280, 1000)
    window.show()
    window.begin([clip])
    qtbot.waitUntil(lambda: window.director.analysis is not None)
    trigger(window, "listen")
    qtbot.waitUntil(lambda: window.director.mode is Mode.LIVE)
    timeline = window.workspace.timeline
    qtbot.waitUntil(
        lambda: any(e.label == "Church_bell" and e.announced > 0 for e in shown(window))
    )
    assert not enabled(window, "why"), "no label is selected"
    window.navigation.select(next(e for e in shown(window) if e.label == "Church_bell"))
    found = asked_now(qtbot, window)
    event = window.navigation.selection
    assert event is not None
    asked_s = found.query_s()[found.found.question.weights > 0]
    assert asked_s[0, 0] <= event.onset / timeline.sample_rate <= asked_s[0, 1]
    assert window.workspace.explanation.isVisible()
    panel = window.why.panel
    trigger(window, "mute selection")
    qtbot.waitUntil(lambda: "Church bell" in [row[0] for row in panel.changes.texts()])
    window.why.panel.threshold.setValue(0.3)
    trigger(window, "similar")
    qtbot.waitUntil(lambda: panel.looked.text().endswith("in what is kept"))
    assert [panel.where.itemText(at) for at in range(panel.where.count())] == list(IN_STREAM)
    window.why.export(tmp_path / "why.npz")
    qtbot.waitUntil((tmp_path / "why.npz").exists)
    record = read_attention(tmp_path / "why.npz")
    assert np.array_equal(record.attention, found.found.attention)
    assert (record.facts["file"], record.facts["sha256"]) == ("heard live", None)
    assert datetime.fromisoformat(record.facts["began"]).tzinfo is not None
    trigger(window, "clock time")
    assert by_the_clock(window), "as on the time axis"
    window.director.transport.no_output = "There is no sound output."
    trigger(window, "play why")
    assert "There is no sound output." in window.banner.text
    window.open(clip)
    qtbot.waitUntil(lambda: window.director.analysis is not None)
    assert (panel.changes.rowCount(), panel.where.count()) == (0, 2), "that was of another sound"
    window.end()


@pytest.mark.audio
def test_what_drove_a_label_is_played_until_the_file_is(
    qtbot: QtBot, virtual_mic: VirtualMic, window: MainWindow, engine: Engine, clip: Path
) -> None:
    found, time = asked(qtbot, window), window.workspace.time
    qtbot.waitUntil(lambda: not window.director.transport.no_output)
    trigger(window, "play why")
    begin_s = found.extent().start / found.inquiry.sample_rate
    qtbot.waitUntil(lambda: (time.cursor_s or 0.0) > begin_s + 0.3)
    assert window.why.playing.busy
    trigger(window, "play")
    qtbot.waitUntil(lambda: window.director.transport.playing and not window.why.playing.busy)
    trigger(window, "play rest")
    assert not window.director.transport.playing
    qtbot.waitUntil(lambda: (time.cursor_s or 0.0) > begin_s + 0.3 and window.why.playing.busy)
    window.navigation.select(None)
    assert not window.why.playing.busy
    samples, rate = read_mono(clip)
    kept = KeptSound((32_767 * samples).astype(np.int16), 0, rate)
    heard = replace(found, inquiry=replace(found.inquiry, sound=kept))
    time.set_cursor(None)
    window.why.playing.play(engine, heard, reverse=False)
    qtbot.waitUntil(lambda: window.why.playing.poll() or (time.cursor_s or 0.0) > begin_s)
    window.why.playing.stop()
    assert time.cursor_s is None, "a stream has no cursor that could be left behind"


def test_without_an_output_there_is_a_sentence(qtbot: QtBot, window: MainWindow) -> None:
    asked(qtbot, window)
    window.director.transport.no_output = "There is no sound output."
    trigger(window, "play why")
    assert "There is no sound output." in window.banner.text
    assert not window.why.playing.busy


# -- the sound ----------------------------------------------------------------------------------


@pytest.mark.parametrize("reverse", [False, True])
def test_the_rest_is_ducked(found: FileExplanation, tmp_path: Path, reverse: bool) -> None:
    place = tmp_path / "a.wav"
    extent = write_explained_sound(found, place, reverse=reverse)
    made, rate = read_mono(place)
    sound = found.inquiry.sound
    assert isinstance(sound, Path)
    original, _ = read_mono(sound, extent.start, extent.length)
    assert (rate, len(made)) == (found.inquiry.sample_rate, len(original))
    inside = np.zeros(len(made) + 2, bool)
    for span, _fall in found.driving():
        inside[span.start - extent.start + 1 : span.stop - extent.start + 1] = True
    plain = np.ones(len(made), bool)
    for edge in np.flatnonzero(np.diff(inside.astype(int))):
        plain[max(0, edge - round(0.01 * rate) - 1) : edge + round(0.01 * rate) + 1] = False
    kept = ~inside[1:-1] if reverse else inside[1:-1]
    expected = original * np.where(kept, 1.0, DUCKED)
    np.testing.assert_allclose(made[plain], expected[plain], atol=1e-4)
    assert plain.mean() > 0.9


# -- the pane -----------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_bars_stand_where_their_moments_are(
    qtbot: QtBot, found: FileExplanation, theme: Theme
) -> None:
    time, model = Viewport(), ExplanationModel()
    pane = ExplainPane(time, model)
    qtbot.addWidget(pane)
    pane.set_theme(theme)
    rows = ("attention", "waves", "patches", "occlusion", "muted")
    pane.resize(LEFT + 616, len(rows) * ROW)
    time.show_recording(11.0)
    time.show(0.0, 11.0)
    model.show(found, "Church bell")
    pane.show()
    qtbot.waitExposed(pane)
    assert tuple(strip.name for strip in model.strips) == rows
    assert pane.height() == len(rows) * ROW
    best = int(found.found.moments.occlusion.argmax())
    patch = int(found.found.patches.occlusion.argmax())
    sees_s = found.query_s()[patch]
    # the hop around a patch's centre is half of the 0.96 s that it sees
    hop_s = sees_s.mean() - 0.24, sees_s.mean() + 0.24
    axis = pane.pixel_map()
    for name, (start_s, stop_s), value in (
        ("occlusion", found.moment_s()[best], found.found.moments.occlusion[best]),
        ("patches", hop_s, found.found.patches.occlusion[patch]),
    ):
        row = rows.index(name)
        drawn = where(plot(pane)[row * ROW : (row + 1) * ROW], theme.query, 40)
        columns = np.flatnonzero(drawn.any(0))
        assert columns.min() <= axis.x(start_s) + 1
        assert columns.max() >= axis.x(stop_s) - 2
        tall = drawn[:, round(axis.x((start_s + stop_s) / 2))].sum()
        assert tall >= drawn.sum(0).max() - 1, "the largest bar is the highest"
        pane.hovered(QPointF(LEFT + axis.x((start_s + stop_s) / 2), (row + 0.5) * ROW))
        assert f"{name}, Church bell" in pane.picture.toolTip()
        assert f"{value:.3f}" in pane.picture.toolTip()
    model.show(None)
    assert not pane.isVisible()


def test_rising_labels_are_outlines_and_nothing_is_drawn_of_nothing() -> None:
    edges = np.arange(4.0)
    strip = Strip("occlusion", "fall", edges, np.array([2.0, -1.0, 0.0], np.float32))
    assert strip.parts().tolist() == [1.0, -0.5, 0.0]
    assert [strip.at(t) for t in (-0.1, 0.0, 1.5, 3.0)] == [-1, 0, 1, -1]
    none = Strip("occlusion", "fall", edges, np.array([-2.0, -1.0, 0.0], np.float32))
    assert none.parts().tolist() == [0.0, 0.0, 0.0]
    assert DARK.key != DARK.query, "attention and occlusion have colours of their own"
