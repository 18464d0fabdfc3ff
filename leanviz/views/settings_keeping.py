"""The settings on the disk: written soon after something was chosen, and at the end."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from leanviz.settings import Settings, save_settings
from leanviz.views.background import Background

# So much of what was chosen is lost if leanviz is killed or the power fails.
LOOK_EVERY_MS = 5000


class SettingsKeeping(QObject):
    """Looks now and then whether anything else was chosen, and writes it off the GUI thread.

    Parameters
    ----------
    choices : callable
        Returns the settings as they are now; cheap.
    path : Path
        Where they are written.
    """

    def __init__(
        self, choices: Callable[[], Settings], path: Path, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._choices, self._path = choices, path
        self._kept = choices()
        self._writer = Background("settings")
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Write the settings if they are others, and none are being written."""
        self._writer.poll()
        if self._writer.busy:
            return
        now, path = self._choices(), self._path
        if now != self._kept:
            self._kept = now
            self._writer.run(lambda: save_settings(now, path))

    def end(self, settings: Settings) -> None:
        """Write the last settings, after all others."""
        self._timer.stop()
        self._writer.close()
        save_settings(settings, self._path)
