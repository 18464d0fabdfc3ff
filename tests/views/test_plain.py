"""What a file is called, and what it says, is shown as it is: no view takes it for HTML."""

import ast
import html
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from leanviz.core.resources import resource_path
from leanviz.settings import DEFAULTS
from leanviz.views.action_table import Mode
from leanviz.views.engine import load_engine
from leanviz.views.main_window import MainWindow
from leanviz.views.plain import PlainLabel, plain_tip
from leanviz.views.review_desk import window_title

VIEWS = Path(__file__).resolve().parent.parent.parent / "leanviz" / "views"
TAG = '<img src="x"><b>&lt;'
PLAIN = Qt.TextFormat.PlainText


def test_a_label_draws_a_tag_as_wide_as_it_is_written(qtbot: QtBot) -> None:
    plain, taken_for_html = PlainLabel(f"{TAG}x</b>"), QLabel(f"{TAG}x</b>")
    for label in (plain, taken_for_html):
        qtbot.addWidget(label)
    assert plain.sizeHint().width() > 2 * taken_for_html.sizeHint().width()


def test_a_tip_is_escaped_where_it_has_to_be() -> None:
    assert plain_tip("Cats & dogs") == "Cats & dogs"
    assert html.unescape(plain_tip(TAG).removeprefix("<span>").removesuffix("</span>")) == TAG
    assert "<img" not in plain_tip(TAG)


@pytest.mark.parametrize("dirty", [False, True])
def test_the_title_of_the_window_has_a_name_as_it_is(qtbot: QtBot, dirty: bool) -> None:
    """Qt's own mark for what is not saved, a line end and a change of direction among it."""
    window = QWidget()
    qtbot.addWidget(window)
    window.setWindowTitle(window_title("take [*] 2\n\u202e.wav", dirty))
    window.setWindowModified(dirty)
    window.show()
    shown = window.windowHandle().title()
    mark = "*" if dirty else ""
    assert shown.startswith(f"take [*] 2\u240a\ufffd.wav{mark} \N{EN DASH} leanviz"), shown


def _calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func).rpartition(".")[2], node


def _is_ours(value: ast.expr) -> bool:
    """Tell whether a text is written in the code, or made plain."""
    match value:
        case ast.IfExp():
            return _is_ours(value.body) and _is_ours(value.orelse)
        case ast.BoolOp():
            return all(map(_is_ours, value.values))
        case ast.Call():
            return ast.unparse(value.func) in {"plain_tip", "field.toolTip"}
        case ast.Subscript():
            return _is_ours(value.value)
        case ast.Name():
            return value.id.isupper()
        case _:
            return isinstance(value, ast.Constant)


def test_no_view_lets_qt_guess() -> None:
    """Labels are `PlainLabel`, tips go through `plain_tip` unless they stand in the code."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in VIEWS.glob("*.py")}
    guessing = {name for name, text in texts.items() if "QLabel" in text or "setToolTip" in text}
    for file in sorted(guessing - {"plain.py"}):
        for name, call in _calls(ast.parse(texts[file])):
            where = f"{file}:{call.lineno}: {ast.unparse(call)}"
            assert name not in {"QLabel", "QTextEdit", "QTextBrowser", "setHtml"}, where
            assert name != "setToolTip" or _is_ours(call.args[-1]), where


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """Return a second and a half of the demo clip under a name that is HTML."""
    samples, rate = soundfile.read(resource_path("demo", "demo.flac"), frames=24_000)
    soundfile.write(tmp_path / "plain.wav", samples, rate)
    return Path(shutil.move(tmp_path / "plain.wav", tmp_path / f"{TAG}.wav"))


def test_a_file_named_as_html_and_its_labels_are_shown_as_text(qtbot: QtBot, sound: Path) -> None:
    labels = sound.with_suffix(".txt")
    labels.write_text(f"0.1\t0.9\t{TAG}\nno\tlabel\n")
    settings = replace(DEFAULTS, recent=(str(sound),))
    window = MainWindow(settings, load_engine)
    qtbot.addWidget(window)
    window.show()
    window.begin([sound, labels])
    qtbot.waitUntil(lambda: window.director.mode is Mode.FILE)
    qtbot.waitUntil(lambda: TAG in window.references.panel.remark)
    assert TAG in window.banner.text
    shown = [label for label in window.findChildren(QLabel) if "<" in label.text()]
    assert shown
    assert [label.text() for label in shown if label.textFormat() is not PLAIN] == []
    tips = [part.toolTip() for kind in (QWidget, QAction) for part in window.findChildren(kind)]
    assert any("&lt;img" in tip for tip in tips)
    assert [tip for tip in tips if "<img" in tip or "<b>" in tip] == []
