"""Draws the pictures of the README and the docs: the real window on the demo clip, dark and light.

Run by ``make pictures``; needs no screen.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QElapsedTimer, QEventLoop
from PySide6.QtGui import QAction, QImage, QPainter
from PySide6.QtWidgets import QApplication

from leanviz.cli.attention import Wanted, attention
from leanviz.cli.options import Theme
from leanviz.core.analysis_kinds import Kind
from leanviz.core.resources import resource_path
from leanviz.settings import Settings, ThemeChoice
from leanviz.views.main_window import MainWindow
from leanviz.views.theme import DARK

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
SIZE = (1280, 800)
PATIENCE_MS = 60_000
LIGHT = Theme.LIGHT
# A patch within the clock's ticking, and a wave feature that two heads weigh differently.
MAP_CELL = (36, 210)


def draw(app: QApplication, theme: ThemeChoice) -> None:
    """Open the window on the demo clip, wait until it is analysed, and save its picture."""
    window = MainWindow(Settings(theme=theme))
    window.show()
    window.resize(*SIZE)
    window.begin([resource_path("demo", "demo.flac")])
    wait(app, lambda: window.workspace.attention_model.band is not None)
    window.banner.dismiss()
    app.processEvents()
    IMAGES.mkdir(parents=True, exist_ok=True)
    window.grab().save(str(IMAGES / f"window-{theme.value}.png"))
    window.close()


def draw_why(app: QApplication) -> None:
    """Draw the siren and the birds of the demo clip explained, and the window that explains one."""
    demo = resource_path("demo", "demo.flac")
    for label in ("Siren", "Chirp_and_tweet"):
        wanted = Wanted(demo, label=label, output=IMAGES / f"why-{label.lower()}.png", theme=LIGHT)
        attention(wanted, None)
    window = MainWindow(Settings(theme=ThemeChoice.LIGHT))
    window.show()
    window.resize(*SIZE)
    window.begin([demo])
    wait(app, lambda: window.workspace.attention_model.band is not None)
    events = window.workspace.timeline.events
    window.navigation.select(next(event for event in events if event.label == "Siren"))
    press(window, "why")
    wait(app, lambda: window.why.explained)
    press(window, "mute selection")
    wait(app, lambda: window.why.panel.changes.rowCount() > 0)
    window.banner.dismiss()
    app.processEvents()
    window.grab().save(str(IMAGES / "why-window.png"))
    window.close()


def draw_map(app: QApplication) -> None:
    """Draw the attention map in numbers: two heads of one row pinned, lag and shape over time."""
    window = MainWindow(Settings(theme=ThemeChoice.LIGHT, lag=True))
    window.show()
    window.resize(*SIZE)
    window.begin([resource_path("demo", "demo.flac")])
    wait(app, lambda: window.workspace.attention_model.band is not None)
    window.side.setCurrentWidget(window.map.page)
    for head, pinned in (("head 1", "pin a"), ("head 4", "pin b")):
        press(window, head)
        window.workspace.attention.read(*MAP_CELL)
        press(window, pinned)
    wait(app, lambda: window.map.page.heads.rowCount() > 0)
    window.banner.dismiss()
    app.processEvents()
    window.grab().save(str(IMAGES / "map-window.png"))
    window.close()


def draw_analyses(app: QApplication) -> None:
    """Draw all analyses of the demo clip below each other."""
    window = MainWindow(Settings(theme=ThemeChoice.DARK, analysis=True))
    window.show()
    window.resize(*SIZE)
    window.begin([resource_path("demo", "demo.flac")])
    pictures: list[QImage] = []
    for kind in Kind:
        window.analyses.choose(kind)
        wait(app, lambda: window.analyses.complete)
        app.processEvents()
        pictures.append(window.workspace.analysis.grab().toImage())
    window.close()
    height = pictures[0].height() + 2
    sheet = QImage(pictures[0].width(), height * len(pictures), QImage.Format.Format_RGB32)
    sheet.fill(DARK.line)
    painter = QPainter(sheet)
    for place, picture in enumerate(pictures):
        painter.drawImage(0, place * height, picture)
    painter.end()
    sheet.save(str(IMAGES / "analyses.png"))


def press(window: MainWindow, name: str) -> None:
    """Do what an action of a window does."""
    action = window.findChild(QAction, name)
    if action is not None:
        action.trigger()


def wait(app: QApplication, done: Callable[[], bool]) -> None:
    """Let the window work until something is done; end with a sentence if it never is."""
    clock = QElapsedTimer()
    clock.start()
    while not done():
        if clock.elapsed() > PATIENCE_MS:
            sys.exit("A picture was not ready in time.")
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)


def main() -> None:
    """Draw all pictures."""
    app = QApplication(["leanviz"])
    app.setStyle("Fusion")
    for theme in (ThemeChoice.DARK, ThemeChoice.LIGHT):
        draw(app, theme)
    draw_why(app)
    draw_map(app)
    draw_analyses(app)


if __name__ == "__main__":
    main()
