"""Draws the pictures of the README and the docs: the real window on the demo clip, dark and light.

Run by ``make pictures``; needs no screen.
"""

import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QElapsedTimer, QEventLoop
from PySide6.QtWidgets import QApplication

from leanviz.core.resources import resource_path
from leanviz.settings import Settings, ThemeChoice
from leanviz.views.main_window import MainWindow

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
SIZE = (1280, 800)
PATIENCE_MS = 60_000


def draw(app: QApplication, theme: ThemeChoice) -> None:
    """Open the window on the demo clip, wait until it is analysed, and save its picture."""
    window = MainWindow(Settings(theme=theme))
    window.show()
    window.resize(*SIZE)
    window.begin([resource_path("demo", "demo.flac")])
    clock = QElapsedTimer()
    clock.start()
    while window.workspace.attention_model.band is None:
        if clock.elapsed() > PATIENCE_MS:
            sys.exit("The demo clip was not analysed in time.")
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)
    window.banner.dismiss()
    app.processEvents()
    IMAGES.mkdir(parents=True, exist_ok=True)
    window.grab().save(str(IMAGES / f"window-{theme.value}.png"))
    window.close()


def main() -> None:
    """Draw all pictures."""
    app = QApplication(["leanviz"])
    app.setStyle("Fusion")
    for theme in (ThemeChoice.DARK, ThemeChoice.LIGHT):
        draw(app, theme)


if __name__ == "__main__":
    main()
