"""The attention map: its weights are the model's, read by pointer and by keys, live and whole."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest
import soundfile
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from leanviz.core.attention import Head
from leanviz.core.resources import resource_path
from leanviz.core.scales import Brightness
from leanviz.inference.model import Fused, LeanModel, session_options
from leanviz.models.attention import AttentionModel, AttentionPoint
from leanviz.models.viewport import PinMark
from leanviz.pipeline.attention_window import window_band
from leanviz.pipeline.clip import analyze_file
from leanviz.pipeline.results import ClipAnalysis
from leanviz.pipeline.stages import InferenceStage
from leanviz.settings import DEFAULTS
from leanviz.views.attention import AttentionPane
from leanviz.views.attention_export import NO_FORM
from leanviz.views.attention_live import LiveMap
from leanviz.views.engine import load_engine
from leanviz.views.left_axis import LEFT
from leanviz.views.main_window import MainWindow
from leanviz.views.theme import DARK
from leanviz.views.workspace import Workspace
from tests.core.material import noise
from tests.support.windows import action, fits
from tests.views.panes_material import RATE, Stack, diagonal, plot, stack, tracks_of, where

Float32 = npt.NDArray[np.float32]
CLIP_S = 4.0


@dataclass(frozen=True)
class Direct:
    """What ONNX Runtime itself says of the windows that an analysis fused."""

    analysis: ClipAnalysis
    rows: dict[int, Float32]
    first_keys: dict[int, int]


@pytest.fixture(scope="module")
def model() -> LeanModel:
    return LeanModel.open()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the first seconds of the demo clip as a file of its own."""
    samples, rate = soundfile.read(resource_path("demo", "demo.flac"), dtype="float32")
    path = tmp_path_factory.mktemp("attention") / "four seconds.wav"
    soundfile.write(path, samples[: round(CLIP_S * rate)], rate)
    return path


def analysed_directly(
    clip: Path, model: LeanModel, change: Callable[[Fused], Fused] = lambda fused: fused
) -> Direct:
    """Analyse a clip, and ask ONNX Runtime about the same windows without leanviz in between.

    Parameters
    ----------
    change : callable
        A fault to plant between the model and the rest.
    """
    asked: list[dict[str, Float32]] = []
    names = "embeddings", "waves", "patch_mask", "wave_mask"

    def fuse(*inputs: Float32, first: int = 0) -> Fused:
        asked.append(dict(zip(names, (part.copy() for part in inputs), strict=True)))
        return change(LeanModel.fuse(model, *inputs, first=first))

    with pytest.MonkeyPatch.context() as planted:
        planted.setattr(model, "fuse", fuse)
        analysis = analyze_file(clip, model)
    session = onnxruntime.InferenceSession(
        resource_path("lean", "fusion.onnx"), session_options(), providers=["CPUExecutionProvider"]
    )
    rows: dict[int, Float32] = {}
    first_keys: dict[int, int] = {}
    newest = -1
    for inputs in asked:
        attention: Any = session.run(["attention"], inputs)[0]
        for window in attention:
            newest += 1
            length = window.shape[1]
            # the later window, which knows the patch after it, has the last word on a patch
            for patch, row in ((newest - 1, length - 2), (newest, length - 1)):
                if row >= 0:
                    rows[patch], first_keys[patch] = window[:, row], 6 * (newest + 1 - length)
    return Direct(analysis, rows, first_keys)


@pytest.fixture(scope="module")
def direct(clip: Path, model: LeanModel) -> Direct:
    return analysed_directly(clip, model)


def worst_difference(shown: AttentionModel, direct: Direct) -> float:
    """Return how far any weight that the pointer reads is from what the model gave."""
    band = direct.analysis.attention
    shown.set_band(band)
    query_s, key_s = band.query_s(), band.key_s()
    worst = 0.0
    for head in range(band.n_heads):
        shown.set_head(head)
        for patch, weights in direct.rows.items():
            for place, weight in enumerate(weights[head]):
                key = direct.first_keys[patch] + place
                point = shown.point(float(query_s[patch]), float(key_s[key]))
                assert point is not None
                worst = max(worst, abs(point.weight - float(weight)))
    return worst


# -- the weights are the model's ----------------------------------------------------------------


def test_the_weights_read_are_exactly_those_of_onnx_runtime(direct: Direct) -> None:
    assert len(direct.rows) == direct.analysis.attention.n_patches > 5
    assert worst_difference(AttentionModel(), direct) == 0.0


def test_a_transpose_of_query_and_key_is_found(
    direct: Direct, clip: Path, model: LeanModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plant one before the band is made, and one where the pointer reads it."""

    def transposed(fused: Fused) -> Fused:
        turned = fused.attention.swapaxes(-1, -2).reshape(fused.attention.shape)
        return replace(fused, attention=np.ascontiguousarray(turned))

    assert worst_difference(AttentionModel(), analysed_directly(clip, model, transposed)) > 0.01

    straight = AttentionModel.point

    def swapped(self: AttentionModel, query_s: float, key_s: float) -> AttentionPoint | None:
        return straight(self, key_s, query_s)

    monkeypatch.setattr(AttentionModel, "point", swapped)
    with pytest.raises(AssertionError):
        assert worst_difference(AttentionModel(), direct) == 0.0


def test_a_window_in_full_has_the_row_that_decided(
    direct: Direct, clip: Path, model: LeanModel
) -> None:
    band, patch = direct.analysis.attention, 4
    window = window_band(clip, model, direct.analysis.sample_rate, patch, band.n_patches)
    assert (window.n_patches, window.whole) == (patch + 2, True)
    np.testing.assert_array_equal(window.query_extents, band.query_extents[: patch + 2])
    np.testing.assert_allclose(
        window.dense(None)[patch], band.dense(None)[patch, : window.n_keys], atol=1e-4
    )
    np.testing.assert_allclose(window.rows(1).sum(1), 1.0, atol=1e-5)


# -- pointer and picture ------------------------------------------------------------------------


@pytest.fixture
def made(qtbot: QtBot) -> Stack:
    panes = stack(qtbot)
    panes.show(tracks_of(noise(20 * RATE)), 20.0)
    panes.attention.set_band(diagonal(20 * RATE), "sound.wav")
    panes.time.show(4.0, 10.0)
    return panes


def place(pane: AttentionPane, query_s: float, key_s: float) -> QPointF:
    """Return where a cell lies in the widget."""
    height = pane.box.rect().height()
    below = (query_s - pane.time.start_s) / pane.time.span_s * height
    return QPointF(LEFT + pane.pixel_map().x(key_s), height - below)


def test_markers_stand_in_every_pane_within_the_turn_of_the_hover(made: Stack) -> None:
    made.map.hovered(place(made.map, 8.4, 10.0))
    hover = made.time.hover
    assert hover.query_s is not None
    assert hover.query_hop_s is not None
    assert hover.key_s is not None
    assert hover.query_s[1] - hover.query_s[0] == pytest.approx(0.975)
    assert hover.query_hop_s[1] - hover.query_hop_s[0] == pytest.approx(0.48)
    assert hover.key_s[1] - hover.key_s[0] == pytest.approx(1386 / RATE)
    # painted at once: no event was handled since
    for pane in (made.waveform, made.spectrogram):
        drawn = plot(pane)
        axis = made.time.pixel_map(drawn.shape[1])
        for row, name, sees, core in (
            (0, DARK.query, hover.query_s, hover.query_hop_s),
            (-1, DARK.key, hover.key_s, hover.key_hop_s),
        ):
            columns = np.flatnonzero(where(drawn[row], name))
            assert columns[0] == int(axis.x(sees[0]))
            assert core is not None
            inner = drawn[row - 4 if row else 4]
            broad = np.flatnonzero(where(inner, name))
            assert abs(broad[len(broad) // 2] - axis.x(sum(core) / 2)) < 0.5 * len(broad) + 2


def test_what_is_scrolled_to_is_what_would_be_drawn_anew(made: Stack) -> None:
    made.attention.set_brightness(Brightness.GLOBAL)
    plot(made.map)
    for start_s in (4.3, 5.0, 4.9, 9.0):
        made.time.show(start_s, 10.0)
        scrolled = plot(made.map)
        made.map.picture.invalidate()
        np.testing.assert_array_equal(plot(made.map), scrolled)


def test_the_scale_is_told_in_the_caption(made: Stack) -> None:
    assert made.attention.brightest is None
    row = plot(made.map)
    made.attention.set_brightness(Brightness.GLOBAL)
    band = made.attention.band
    assert band is not None
    assert made.attention.brightest == pytest.approx(float(band.rows(None).max()))
    assert (plot(made.map)[:24] != row[:24]).any()


def test_clicks_pin_a_and_b_and_pins_are_lettered(made: Stack) -> None:
    pinned: list[tuple[str, AttentionPoint]] = []
    made.map.pinned.connect(lambda letter, point: pinned.append((letter, point)))
    sought: list[float] = []
    made.time.seek_requested.connect(sought.append)
    made.map.clicked(place(made.map, 8.4, 10.0), Qt.KeyboardModifier.NoModifier)
    made.map.clicked(place(made.map, 9.4, 11.0), Qt.KeyboardModifier.ShiftModifier)
    assert [letter for letter, _ in pinned] == ["A", "B"]
    assert pinned[0][1].query_hop_s[0] <= 8.4 < pinned[0][1].query_hop_s[1]
    assert sought == [pytest.approx(10.0, abs=0.02)]
    before = plot(made.spectrogram)
    made.time.set_pins((PinMark("A", pinned[0][1].query_s, pinned[0][1].key_s),))
    changed = np.flatnonzero((plot(made.spectrogram) != before).any((0, 2)))
    middle = made.spectrogram.pixel_map().x(sum(pinned[0][1].query_s) / 2)
    assert changed[0] - 1 <= middle <= changed[-1] + 1


# -- keys ---------------------------------------------------------------------------------------


def test_the_map_is_read_by_keys_and_says_what_it_reads(qtbot: QtBot, made: Stack) -> None:
    read: list[AttentionPoint | None] = []
    pinned: list[tuple[str, AttentionPoint]] = []
    let_go: list[bool] = []
    made.map.readout.connect(read.append)
    made.map.pinned.connect(lambda letter, point: pinned.append((letter, point)))
    made.map.released.connect(lambda: let_go.append(True))
    made.map.begin_reading()
    first = read[-1]
    assert first is not None
    assert first.key == 6 * first.patch + 6, "where it looks most"
    shift = Qt.KeyboardModifier.ShiftModifier
    for key, modifier, rows, columns in (
        (Qt.Key.Key_Right, None, 0, 1),
        (Qt.Key.Key_Left, shift, 0, -6),
        (Qt.Key.Key_Up, None, 1, 0),
        (Qt.Key.Key_Down, shift, -6, 0),
    ):
        before = read[-1]
        assert before is not None
        qtbot.keyClick(made.map, key, modifier or Qt.KeyboardModifier.NoModifier)
        now = read[-1]
        assert now is not None
        assert now.patch - before.patch == rows
        assert now.key - before.key == columns or now.key in _ends(made, now.patch)
    now = read[-1]
    assert now is not None
    assert made.time.hover.query_s == now.query_s
    assert f"weight {now.weight:.3f}" in made.map.accessibleDescription()
    assert made.time.start_s == 4.0, "arrows read, they do not scroll"
    qtbot.keyClick(made.map, Qt.Key.Key_Return)
    qtbot.keyClick(made.map, Qt.Key.Key_Return, shift)
    assert [(letter, point) for letter, point in pinned] == [("A", now), ("B", now)]
    qtbot.keyClick(made.map, Qt.Key.Key_Escape)
    assert let_go == [True]
    assert made.time.hover.query_s is None


def _ends(made: Stack, patch: int) -> set[int]:
    window = made.attention.window_of(patch)
    return {window.start, window.stop - 1}


def test_reading_stays_within_the_map_and_brings_it_into_view(qtbot: QtBot, made: Stack) -> None:
    band = made.attention.band
    assert band is not None
    made.map.read(0, 0)
    assert made.time.start_s == 0.0
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Left):
        qtbot.keyClick(made.map, key)
        assert made.time.hover.key_s == (0.0, 1386 / RATE)
    made.map.read(band.n_patches - 1, band.n_keys - 1)
    assert made.time.stop_s == pytest.approx(20.0)


# -- live ---------------------------------------------------------------------------------------


def test_a_stream_s_map_is_the_file_s_and_shown_only_if_wanted(
    qtbot: QtBot, direct: Direct, model: LeanModel
) -> None:
    workspace = Workspace()
    qtbot.addWidget(workspace)
    workspace.show()
    live = LiveMap(workspace)
    live.begin()
    stage = InferenceStage(model, 16_000, model.default_rules(), live=True)
    samples = noise(5 * RATE)
    updates = [
        u for at in range(0, len(samples), 4000) for u in stage.push(samples[at : at + 4000])[1]
    ]
    for update in updates:
        live.take(update)
    live.draw()
    assert workspace.attention_model.band is None, "off by default"
    begun: list[bool] = []
    live.begun.connect(lambda: begun.append(True))
    live.show(True)
    band = workspace.attention_model.band
    assert band is not None
    assert begun == [True]
    finals = [update for update in updates if update.final]
    assert band.n_patches == len(finals) + 1, "the newest is provisional"
    for place_, update in enumerate(finals):
        row = update.row
        assert row is not None
        np.testing.assert_array_equal(band.weights[place_, :, : row.weights.shape[1]], row.weights)
    assert band.query_extents[2].tolist() == [15_360, 30_960]
    stage.finish(len(samples))
    stage.restart(2 * len(samples))  # after a gap
    for update in stage.push(samples)[1]:
        live.take(update)
    live.draw()
    band = workspace.attention_model.band
    assert band is not None
    assert band.query_extents[0, 0] == 2 * len(samples)
    live.show(False)
    assert workspace.attention_model.band is None
    kept = live.whole()
    assert kept is not None, "what is kept can be written though nobody looks"
    assert kept.n_patches == band.n_patches - 1, "but what is provisional"


# -- all of it in the window --------------------------------------------------------------------


@pytest.fixture
def window(qtbot: QtBot, clip: Path) -> MainWindow:
    made = MainWindow(DEFAULTS, load_engine)
    qtbot.addWidget(made)
    made.show()
    made.begin([clip])
    qtbot.waitUntil(lambda: made.director.recording.analysis is not None)
    return made


def test_numbers_pins_and_the_window_in_full(
    qtbot: QtBot, window: MainWindow, direct: Direct
) -> None:
    page, model = window.map.page, window.workspace.attention_model
    window.side.setCurrentWidget(page)
    heads: list[Head] = [None, "max", 0, 1, 2, 3]
    assert [row[0] for row in page.heads.texts()] == ["mean", "max", "1", "2", "3", "4"]
    assert all(all(row) for row in page.heads.texts())
    page.heads.chosen.emit(4)
    assert model.head == heads[4]
    assert action(window, "head 3").isChecked()
    window.workspace.attention.read(3, 20)
    assert page.row.value("shape") in {"broad", "diagonal", "stuck", "elsewhere"}
    action(window, "pin a").trigger()
    action(window, "head max").trigger()
    action(window, "pin b").trigger()
    assert "four seconds.wav" in page.rows.words()
    assert "in common" in page.rows.words()
    assert [mark.letter for mark in window.workspace.time.pins] == ["AB"]

    whole, view = model.band, (window.workspace.time.start_s, window.workspace.time.span_s)
    action(window, "window map").trigger()
    qtbot.waitUntil(lambda: model.band is not whole)
    assert model.band is not None
    assert model.band.whole
    assert "decided on" in window.workspace.attention.marks.note
    first = model.band
    assert first.query_extents[-1, 1] / first.sample_rate < 3.0
    window.workspace.time.set_cursor(3.6)
    qtbot.waitUntil(lambda: model.band is not first)
    assert model.band.query_extents[-1, 1] / model.band.sample_rate > 3.6
    action(window, "window map").trigger()
    assert model.band is whole
    assert (window.workspace.time.start_s, window.workspace.time.span_s) == view
    model.set_band(whole, f"{'a long name ' * 20}.wav")
    window.workspace.attention.read(3, 20)
    action(window, "pin a").trigger()
    assert fits(page)
    action(window, "unpin").trigger()
    assert window.workspace.time.pins == ()
    chosen = window.settings
    assert (chosen.attention_scale, chosen.ridge, chosen.lag) == ("row", True, False)


def test_the_map_of_all_is_written(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    band, exporting = window.workspace.attention_model.band, window.map.exporting
    assert band is not None
    with qtbot.waitSignal(window.map.said):
        exporting.write(tmp_path / "map.npz")
    with np.load(tmp_path / "map.npz", allow_pickle=False) as arrays:
        assert np.array_equal(arrays["weights"], band.weights)
    with qtbot.waitSignal(window.map.failed) as failed:
        exporting.write(tmp_path / "map.svg")
    assert failed.args == [NO_FORM]
    with qtbot.waitSignal(window.map.failed) as failed:
        exporting.write(tmp_path / "no" / "map.npz")
    assert failed.args is not None
    assert "there is no folder" in failed.args[0]


def test_looks_of_the_map_are_chosen_and_remembered(window: MainWindow) -> None:
    for name in ("ridge", "lag", "live map", "brightness global"):
        action(window, name).trigger()
    chosen = window.settings
    assert (chosen.attention_scale, chosen.ridge) == ("global", False)
    assert (chosen.lag, chosen.live_map) == (True, True)
    assert not window.workspace.attention_model.ridge
    assert window.map.lag.isVisible()
    assert window.director.live_map.shown
