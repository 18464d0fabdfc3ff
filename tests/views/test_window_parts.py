"""The parts of the window by themselves."""

import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from leanviz.core.errors import ExportError, UserError
from leanviz.core.resources import resource_path
from leanviz.core.taxonomy import Label, Taxonomy
from leanviz.inference.model import LeanModel
from leanviz.models.time_text import TimeFormat
from leanviz.pipeline.clip import analyze_file
from leanviz.pipeline.results import ClipAnalysis
from leanviz.sessions.writing import replacing
from leanviz.settings import ThemeChoice
from leanviz.views import style
from leanviz.views.action_table import SPECS
from leanviz.views.background import Background
from leanviz.views.banner import Banner, Severity
from leanviz.views.device_picker import DevicePicker
from leanviz.views.engine import AudioDevices
from leanviz.views.exporting import with_suffix
from leanviz.views.facts import Facts
from leanviz.views.figure_spec import FigureSpec
from leanviz.views.key_sheet import KeySheet, key_rows
from leanviz.views.level_meter import LevelMeter
from leanviz.views.live_clock import LiveClock
from leanviz.views.navigation import parse_time
from leanviz.views.page_parts import page_heading
from leanviz.views.readout import attention_values, readout_text, selection_text
from leanviz.views.render import Also, caption, render_clip
from leanviz.views.score_list import ScoreList
from leanviz.views.score_rows import leading
from leanviz.views.status_bar import Cell, StatusBar
from leanviz.views.theme import DARK, THEMES, Theme
from leanviz.views.workspace import Workspace
from tests.support.disk import little_space

TAXONOMY = Taxonomy((
    Label("Animal", "/m/0", "Animal"),
    Label("Dog", "/m/1", "Dog", ("Animal",)),
    Label("Bark", "/m/2", "Bark", ("Dog", "Animal")),
    Label("Rain", "/m/3", "Rain"),
))  # fmt: skip


# -- work off the GUI thread --------------------------------------------------------------------


def test_background_hands_results_back_in_order_on_the_polling_thread() -> None:
    background, got = Background("test"), []
    for number in range(20):
        background.run(
            lambda number=number: (number, threading.current_thread().name),
            lambda result: got.append((*result, threading.current_thread())),
        )
    while background.busy:
        background.poll()
    background.close()
    assert [number for number, _, _ in got] == list(range(20))
    assert {name for _, name, _ in got} == {"leanviz-test"}
    assert {thread for _, _, thread in got} == {threading.main_thread()}


def test_background_turns_failures_into_sentences_and_reports_the_unexpected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reported: list[type] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, *_: reported.append(kind))
    background, told = Background("test"), []

    def fail(error: Exception) -> None:
        raise error

    background.run(lambda: fail(UserError("No such thing.")), failed=told.append)
    background.run(lambda: fail(ZeroDivisionError()), failed=told.append)
    while background.busy:
        background.poll()
    background.close()
    assert (told, reported) == (["No such thing.", ""], [ZeroDivisionError])


def test_background_that_hangs_does_not_keep_the_window_open() -> None:
    background, release = Background("test"), threading.Event()
    background.run(release.wait)
    background.close(timeout_s=0.01)
    background.close(timeout_s=0.01)
    assert not background.busy
    release.set()


# -- the moment now -----------------------------------------------------------------------------


@given(
    lumps=st.lists(st.floats(0.001, 0.08), min_size=50, max_size=200),
    frame=st.floats(0.005, 0.05),
)
def test_live_clock_never_goes_back_nor_beyond_what_is_there(
    lumps: list[float], frame: float
) -> None:
    clock, shown, arrivals = LiveClock(), 0.0, np.cumsum(lumps)
    for now in np.arange(0.0, arrivals[-1], frame):
        written = float(arrivals[arrivals <= now][-1]) if (arrivals <= now).any() else 0.0
        moved = clock.at(float(now), written)
        assert shown <= moved <= written
        shown = moved


def test_live_clock_is_even_although_samples_come_in_lumps() -> None:
    clock, lump, frame = LiveClock(), 0.02, 1 / 60
    shown = [clock.at(n * frame, (n * frame) // lump * lump) for n in range(600)]
    steps = np.diff(shown[120:])
    assert steps == pytest.approx(np.full_like(steps, frame), abs=0.0011)


def test_live_clock_catches_up_after_a_gap() -> None:
    clock = LiveClock()
    for n in range(60):
        clock.at(n / 60, n / 60)
    for n in range(60, 180):
        clock.at(n / 60, 1.0)
    shown = [clock.at(n / 60, n / 60) for n in range(180, 300)]
    assert shown[-1] == pytest.approx(299 / 60, abs=0.05)


# -- words and numbers --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("83.5", 83.5), ("1:23.5", 83.5), ("0:01:23,5", 83.5), (" 2:00 ", 120.0),
        ("1:00:00", 3600.0), ("", None), ("soon", None), ("1:2:3:4", None), ("-5", None),
        ("nan", None), ("inf", None),
    ],
)  # fmt: skip
def test_times_are_read_as_people_write_them(text: str, seconds: float | None) -> None:
    assert parse_time(text) == seconds


def test_specific_classes_stand_for_their_parents() -> None:
    rows = leading(np.array([0.9, 0.85, 0.8, 0.3], np.float32), TAXONOMY, 5)
    assert [row.title for row in rows] == ["Dog \u203a Bark", "Rain"]


def test_general_class_stands_where_no_specific_one_is_sure() -> None:
    rows = leading(np.array([0.9, 0.85, 0.1, 0.01], np.float32), TAXONOMY, 5)
    assert [row.title for row in rows] == ["Animal \u203a Dog", "Dog \u203a Bark"]


def test_nothing_under_the_pointer_is_said_in_no_words() -> None:
    assert readout_text(None, TimeFormat()) == ""
    assert attention_values(None) == {}


@pytest.mark.parametrize(
    ("name", "chosen", "expected"),
    [
        ("a", ".csv", ("a.csv", ".csv")),
        ("a.json", ".csv", ("a.json", ".json")),
        ("a.raven.txt", ".png", ("a.raven.txt", ".raven.txt")),
        ("a.txt", ".audacity.txt", ("a.txt", ".audacity.txt")),
    ],
)
def test_name_decides_the_format_and_the_choice_where_it_does_not(
    name: str, chosen: str, expected: tuple[str, str]
) -> None:
    path, suffix = with_suffix(Path(name), chosen)
    assert (path.name, suffix) == expected


# -- keys ---------------------------------------------------------------------------------------


def test_key_sheet_has_every_key_of_every_action(qtbot: QtBot) -> None:
    rows = key_rows()
    # the two Enter keys of a keyboard have one name
    printed = sum(len(row.keys) for row in rows if row.group != "Mouse")
    assert printed == sum(len(spec.keys) for spec in SPECS) - 1
    sheet = KeySheet()
    qtbot.addWidget(sheet)
    texts = {label.text() for label in sheet.findChildren(QLabel)}
    assert {row.help for row in rows} <= texts
    assert {"Space", "Ctrl+Space", "\u2190", "F1  ?", "1 \u2026 9", "[", "}"} <= texts


# -- widgets ------------------------------------------------------------------------------------


def test_banner_offers_its_way_out_once(qtbot: QtBot) -> None:
    banner, taken = Banner(), []
    qtbot.addWidget(banner)
    banner.say("There is no microphone.", Severity.NOTICE, ("Look Again", lambda: taken.append(1)))
    banner.findChildren(type(banner._way_out))[0].click()
    assert (taken, banner.text) == ([1], "")


def test_notice_does_not_hide_a_problem(qtbot: QtBot) -> None:
    banner = Banner()
    qtbot.addWidget(banner)
    banner.say("The model is damaged.")
    banner.say("")  # of a worker whose error was told by its name
    banner.say("There is no microphone.", Severity.NOTICE)
    assert banner.text == "The model is damaged."
    banner.dismiss()
    banner.say("There is no microphone.", Severity.NOTICE)
    assert banner.text == "There is no microphone."


def test_a_notice_not_to_be_missed_waits_for_its_turn_and_comes_back(qtbot: QtBot) -> None:
    banner, taken = Banner(), []
    qtbot.addWidget(banner)
    banner.say("the log", Severity.NOTICE, ("Open It", lambda: taken.append(banner.text)))
    banner.note("the clip")
    assert banner.text == "the log"
    banner._way_out.click()
    assert (taken, banner.text) == (["the clip"], "the clip"), "and the way out was taken"
    banner.say("gone", Severity.PROBLEM)
    assert banner.text == "gone"
    banner.withdraw("gone")
    assert banner.text == "the clip"
    banner.dismiss()
    assert banner.text == ""


def test_numbers_that_change_move_nothing(qtbot: QtBot) -> None:
    meter, scores = LevelMeter(), ScoreList("Scores", 5, "nothing")
    for widget in (meter, scores):
        qtbot.addWidget(widget)
    before = [widget.sizeHint() for widget in (meter, scores)]
    meter.show_level(-0.1, clipped=1)
    scores.show_rows(leading(np.array([0.1, 0.2, 0.9, 1.0], np.float32), TAXONOMY, 5))
    assert [widget.sizeHint() for widget in (meter, scores)] == before
    assert meter.accessibleDescription() == "\N{MINUS SIGN}0.1 dBFS, clip"
    assert "Bark 0.90" in scores.accessibleDescription()


def test_a_text_of_the_status_bar_has_nothing_laid_out_anew(qtbot: QtBot) -> None:
    asked: list[QEvent.Type] = []

    class Watcher(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  (Qt's)
            asked.append(event.type())
            return False

    bar, watcher = StatusBar(), Watcher()
    qtbot.addWidget(bar)
    bar.show()
    QApplication.processEvents()
    bar.installEventFilter(watcher)
    bar.show_source("a microphone", 48_000)
    QApplication.processEvents()
    assert QEvent.Type.LayoutRequest not in asked
    cells = bar.findChildren(Cell)
    assert all(cell.height() >= cell.fontMetrics().height() for cell in cells)


def test_a_long_title_widens_no_page(qtbot: QtBot) -> None:
    heading = page_heading("WHY")
    qtbot.addWidget(heading)
    heading.resize(120, 24)
    heading.show()
    heading.setText(long := "WHY  Livestock, farm animals, working animals?")
    assert heading.text() == heading.accessibleName() == long
    assert heading.minimumSizeHint().width() == 0
    assert heading.sizeHint().width() <= 120 < heading.fontMetrics().horizontalAdvance(long)
    heading.resize(800, 24)
    assert heading.sizeHint().width() >= heading.fontMetrics().horizontalAdvance(long)


def test_hidden_labels_leave_no_hole(qtbot: QtBot) -> None:
    workspace = Workspace()
    qtbot.addWidget(workspace)
    workspace.resize(900, 700)
    workspace.show()
    lanes, axis = workspace.lanes, workspace.time_axis
    qtbot.waitUntil(lambda: lanes.height() > axis.height())
    lanes.hide()
    qtbot.waitUntil(lambda: workspace._labels.height() == axis.height())
    lanes.show()
    qtbot.waitUntil(lambda: workspace._labels.height() > 2 * axis.height())


def test_a_value_is_shown_in_full_once_there_is_room(qtbot: QtBot) -> None:
    facts, long = Facts(("a", "a name that is long")), "00:48:10.17 \N{EN DASH} 00:48:13.05"
    qtbot.addWidget(facts)
    facts.resize(120, 60)
    facts.show()
    facts.show_values({"a": long})
    value = facts._values["a"]
    assert QLabel.text(value).endswith("\N{HORIZONTAL ELLIPSIS}")
    facts.resize(300, 60)
    qtbot.waitUntil(lambda: QLabel.text(value) == long)
    assert (value.accessibleName(), value.accessibleDescription()) == ("a", long)


def test_the_pointer_and_the_selection_are_read_in_the_smallest_window(qtbot: QtBot) -> None:
    bar = StatusBar()
    qtbot.addWidget(bar)
    bar.resize(1024, bar.sizeHint().height())
    bar.show()
    bar.show_readout("0:14.404  1.78 kHz  \N{MINUS SIGN}60.0 dBFS")
    bar.show_selection(selection_text((3.0, 5.25), TimeFormat()))
    bar.say("a sentence")
    bar.clearMessage()
    QApplication.processEvents()
    cells = {cell.accessibleName(): cell for cell in bar.findChildren(Cell)}
    seen = {name for name, cell in cells.items() if cell.isVisible()}
    assert {"Source", "Selection", "Pointer"} <= seen
    assert not {"Losses", "Label latency"} & seen, "nothing is heard live"
    assert cells["Selection"].text() == "0:03.000 \N{EN DASH} 0:05.250  0:02.250"
    assert all(bar.rect().contains(cells[name].geometry()) for name in seen)
    late = TimeFormat(datetime(2026, 5, 1, 23, 59, 58, tzinfo=UTC))
    bar.show_selection(selection_text((1.0, 64.5), late))
    assert cells["Selection"].text() == "23:59:59.000 \N{EN DASH} 00:01:02.500  1:03.500"
    bar.show_selection("")
    assert not cells["Selection"].isVisible()


def test_chosen_input_is_kept_by_name_while_it_is_away(qtbot: QtBot) -> None:
    from leanviz.audio.devices import Device

    usb = Device("USB microphone", "ALSA", 7, 1, 48000, is_default=False)
    picker = DevicePicker()
    qtbot.addWidget(picker)
    picker.want(usb.host_api, usb.name)
    assert picker.device is None
    assert "not connected" in picker.currentText()
    picker.show_devices([replace(usb, index=3)])
    assert picker.device is not None
    assert picker.device.index == 3
    picker.show_devices(list(AudioDevices().inputs))
    assert picker.wanted == ("ALSA", "USB microphone")


@pytest.mark.parametrize("theme", THEMES.values(), ids=str)
def test_words_can_be_read_on_every_ground(theme: Theme) -> None:
    """Contrast as WCAG 2.1 defines it: 4.5 for words."""
    for ground in (theme.background, theme.surface, theme.lane):
        for words in (theme.text, theme.muted, theme.accent):
            assert _contrast(words, ground) >= 4.5, (words, ground)
    assert _contrast(theme.background, theme.accent) >= 4.5, "a selected row"


def _contrast(first: str, second: str) -> float:
    def luminance(name: str) -> float:
        colour = QColor(name)
        parts = (colour.redF(), colour.greenF(), colour.blueF())
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES.values(), ids=str)
def test_style_sheet_has_a_colour_for_every_name(theme: Theme) -> None:
    assert "@" not in style.style_sheet(theme)


def test_theme_follows_the_system_where_it_says(qtbot: QtBot) -> None:
    for scheme, name in ((Qt.ColorScheme.Light, "light"), (Qt.ColorScheme.Dark, "dark")):
        QApplication.styleHints().setColorScheme(scheme)
        expected = "dark" if QApplication.styleHints().colorScheme() != scheme else name
        assert style.theme_of(ThemeChoice.SYSTEM).name == expected
    QApplication.styleHints().unsetColorScheme()


# -- figures ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model() -> LeanModel:
    return LeanModel.open()


@pytest.fixture(scope="module")
def analysis(model: LeanModel) -> ClipAnalysis:
    return analyze_file(resource_path("demo", "demo.flac"), model)


@pytest.mark.parametrize("theme", THEMES)
def test_figure_shows_every_pane(
    qapp: QApplication, analysis: ClipAnalysis, model: LeanModel, tmp_path: Path, theme: str
) -> None:
    path = tmp_path / "figure.png"
    render_clip(analysis, model.taxonomy, path, FigureSpec(theme, (1000, 700)))
    picture = QImage(str(path))
    assert (picture.width(), picture.height()) == (1000, 700)
    ground = QColor(THEMES[theme].background).rgb()
    rows = [any(picture.pixel(x, y) != ground for x in range(0, 1000, 3)) for y in range(700)]
    assert sum(rows) > 400, "a pane is empty"
    assert picture.pixelColor(QPoint(2, 2)).rgb() == ground


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_a_figure_that_finds_no_room_leaves_what_was_there(
    qapp: QApplication, analysis: ClipAnalysis, model: LeanModel, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"figure{suffix}"
    path.write_text("another")
    with (
        little_space(1_000),
        pytest.raises(ExportError, match=rf"figure{suffix} cannot be written: File too large"),
        replacing(path) as place,
    ):
        render_clip(analysis, model.taxonomy, place, FigureSpec(DARK.name, (400, 300)))
    assert path.read_text() == "another"
    assert list(tmp_path.iterdir()) == [path]


def test_caption_tells_how_to_draw_it_again(analysis: ClipAnalysis) -> None:
    renamed = replace(analysis, path=Path("a siren & more.wav"))
    spec = FigureSpec(DARK.name, (1280, 800), span_s=(1.5, 12.25), panes=("lanes", "attention"))
    first, how, command = caption(renamed, spec, ".svg", Also(remark="drawn at night")).splitlines()
    assert analysis.model in first
    assert "0:01.500 \u2013 0:12.250 of 0:30" in first
    assert how == "labels as recommended \u00b7 mean of attention heads \u00b7 drawn at night"
    assert command == (
        "leanviz render 'a siren & more.wav' -o figure.svg --theme dark --width 1280 --height 800 "
        "--pane lanes --pane attention --start 1.500 --stop 12.250"
    )
