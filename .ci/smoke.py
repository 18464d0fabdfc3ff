"""Opens the window on the demo clip, off the screen, saves its picture and closes it.

Given to the leanviz that is tried (wheel.sh, bundle.sh), which need not be this checkout's. Ends
with 0 once there are labels and attention, with 1 where that takes too long.
"""

import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QCoreApplication, QTimer

import leanviz
from leanviz.app import main
from leanviz.views.main_window import MainWindow

PATIENCE_MS = 120_000


def accompany(window: MainWindow) -> None:
    """Look five times a second whether the demo clip is analysed."""
    workspace = window.workspace

    def look() -> None:
        if workspace.timeline.events and workspace.attention_model.band is not None:
            window.grab().save(sys.argv[1])
            window.close()

    timer = QTimer(window)
    timer.timeout.connect(look)
    timer.start(200)
    QTimer.singleShot(PATIENCE_MS, window, lambda: QCoreApplication.exit(1))


code = main([], accompany)
where = Path(leanviz.__file__).parent
sys.stdout.write(f"leanviz {leanviz.__version__} in {where}: the window ended with {code}\n")
sys.exit(code)
